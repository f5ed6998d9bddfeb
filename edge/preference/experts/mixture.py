"""All experts weighed into one distribution, and what each turned out to be worth.

The model's gates say how far to trust each expert at a moment like this one, as learned from other
households; a person's own weights correct that by how well each did for them. The correction is the
exponentiated-gradient update for the log loss of a mixture (Helmbold, Schapire, Singer and Warmuth
1998, "On-line portfolio selection using multiplicative updates"), with a share mixed back at every
step so that an expert that was wrong for long can be right again (fixed share, Herbster and Warmuth
1998). Experts that abstain are left as they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from edge.preference.experts.opinion import Opinion

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE: Final = 0.03
"""How fast a person's own weights learn."""
SHARE: Final = 0.002
"""What of them is given back to equality at every event."""
_LARGEST_RATIO: Final = 4.0
"""What one event may say of an expert: a single lucky guess is no proof."""


_NEXT_TO_NONE: Final = 1e-3
"""A share that makes hardly a difference, and is not worth the time of looking at every candidate:
it goes to the others."""


class Mixture(NamedTuple):
    """Where the probability of each candidate comes from."""

    opinions: Sequence[Opinion | None]
    """Of the experts that count; the model comes after them."""
    shares: Sequence[float]
    """What each expert's opinion counts, the model's last; sums to 1."""
    counted: Mapping[int, float]
    """Candidate → probability by the experts that count, shares included."""

    def chance(self, candidate: int, by_model: float) -> float:
        """A candidate's probability, given the model's idea of it."""
        return self.counted.get(candidate, 0.0) + self.shares[-1] * by_model


def mix(
    opinions: Sequence[Opinion | None],
    gates: NDArray[np.float32],
    worth: NDArray[np.float64],
) -> Mixture:
    """Weighs opinions.

    Args:
        opinions: of all experts but the model.
        gates: logits, the model's last; float32 [experts].
        worth: the person's own weights; float64 [experts].
    """
    # A dozen and a half of numbers: quicker one by one than in arrays.
    logits, trusted = gates.tolist(), worth.tolist()
    awake = [*(opinion is not None for opinion in opinions), True]  # the model never abstains
    highest = max(logit for logit, is_awake in zip(logits, awake, strict=True) if is_awake)
    shares = _in_proportion(
        math.exp(logit - highest) * trust if is_awake else 0.0
        for logit, trust, is_awake in zip(logits, trusted, awake, strict=True)
    )
    *others, model = shares
    others = [share if share >= _NEXT_TO_NONE else 0.0 for share in others]
    shares = _in_proportion([*others, model])
    counted: dict[int, float] = {}
    for opinion, share in zip(opinions, shares, strict=False):  # the model's is left over
        if opinion is None or not share:
            continue
        scale = share / opinion.total
        if not counted:
            counted = {one: scale * weight for one, weight in opinion.weights.items()}
            continue
        for one, weight in opinion.weights.items():
            if one in counted:
                counted[one] += scale * weight
            else:
                counted[one] = scale * weight
    return Mixture(opinions, shares, counted)


def _in_proportion(weights: Iterable[float]) -> list[float]:
    """Numbers that sum to 1; at least one weight is above 0."""
    listed = [*weights]
    whole = sum(listed)
    return [weight / whole for weight in listed]


def learn_worth(
    worth: NDArray[np.float64], mixture: Mixture, happened: int, by_model: float
) -> None:
    """Corrects a person's weights, in place, by what happened.

    Args:
        mixture: what was thought before it.
        happened: the candidate it was.
        by_model: its probability as the model saw it.
    """
    whole = mixture.chance(happened, by_model)
    if not mixture.opinions or not whole > 0:
        return  # nobody saw it coming, which tells nothing between them; or it is no number
    by_each = [one.chance(happened) if one else None for one in mixture.opinions]
    ratios = [1.0 if by is None else min(by / whole, _LARGEST_RATIO) for by in (*by_each, by_model)]
    old = worth.tolist()
    new = [one * math.exp(RATE * (ratio - 1)) for one, ratio in zip(old, ratios, strict=True)]
    equal = (1 - SHARE) * len(new) / sum(new)
    worth[:] = [equal * one + SHARE for one in new]
