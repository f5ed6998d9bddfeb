"""The acoustic model's log posteriors: letters, and beside them sounds where it hears those, too.

A row has 29 columns, or 69: each part is a distribution by itself.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from edge.errors import UsageError
from edge.voice.alphabet import BLANK, LABELS
from edge.voice.phones import COUNT

if TYPE_CHECKING:
    import numpy.typing as npt

    Posteriors: TypeAlias = npt.NDArray[np.floating[Any]]
    """[frames, labels], natural logarithms."""

WITHOUT_PHONES: Final = len(LABELS)
"""Columns of letters."""
WITH_PHONES: Final = WITHOUT_PHONES + COUNT
"""Columns of letters, then of sounds."""
BLANK_TAKEN: Final = 1.75
"""Nats that an acoustic model's output has taken off its blank, against what training taught it. A
network trained with connectionist temporal classification says "nothing new" wherever it is unsure
(Zeyer et al. 2021, "Why does CTC result in peaky behavior?", arXiv 2105.14849), so the shorter of
two sentences wins, in noise above all: at 5 dB of kitchen noise, 69 % of the dev sentences were
found among all with one nat taken off, 80 % with one and a half and 84 % with two; in quiet as many
with any. With two, more that is no command sounds like one. Letters without a grammar
(`edge.voice.transcript`) and wake phrases (`edge.voice.wake.spotting`) give some back."""
_SLACK: Final = 1e-3
"""How far above zero rounding may take a logarithm of a probability."""


def checked(log_posteriors: Posteriors) -> Posteriors:
    """`log_posteriors` if they can be searched.

    Raises:
        UsageError: not [frames, 29] or [frames, 69], or with a number that is no logarithm of a
            probability.
    """
    shape = getattr(log_posteriors, "shape", type(log_posteriors).__name__)
    if getattr(log_posteriors, "ndim", 0) != 2 or shape[1] not in (WITHOUT_PHONES, WITH_PHONES):
        raise _bad(
            f"log posteriors of shape {shape}",
            f"[frames, {WITHOUT_PHONES}], or [frames, {WITH_PHONES}] with sounds",
        )
    if log_posteriors.dtype.kind != "f":
        raise _bad(f"log posteriors of type {log_posteriors.dtype}", "float32 or float64")
    if log_posteriors.size:
        low, high = float(log_posteriors.min()), float(log_posteriors.max())
        if not (low > -np.inf and high <= _SLACK):  # NaN is neither
            raise _bad(f"log posteriors from {low:g} to {high:g}", "finite, at most 0")
    return log_posteriors


def letters(log_posteriors: Posteriors) -> Posteriors:
    """The columns of letters: a view [frames, 29]."""
    return log_posteriors[:, :WITHOUT_PHONES]


def phones(log_posteriors: Posteriors) -> Posteriors | None:
    """The columns of sounds, a view [frames, 40]; None where there are none."""
    return log_posteriors[:, WITHOUT_PHONES:] if log_posteriors.shape[1] > WITHOUT_PHONES else None


def give_to_blank(log_posteriors: Posteriors, nats: float) -> None:
    """Makes the blank of log posteriors [..., 29] likelier by `nats`, in place."""
    excess = np.log1p(np.exp(log_posteriors[..., BLANK]) * math.expm1(nats))
    log_posteriors -= excess[..., None]
    log_posteriors[..., BLANK] += nats


def smoothed(log_posteriors: Posteriors, share: float) -> npt.NDArray[np.float64]:
    """With a `share` of every frame spread over all labels of one distribution.

    One label misread by a model that is sure of itself must not outweigh a whole sentence.
    """
    probabilities = np.exp(log_posteriors.astype(np.float64))
    found: npt.NDArray[np.float64] = np.log(
        (1 - share) * probabilities + share / probabilities.shape[1]
    )
    return found


def _bad(what: str, allowed: str) -> UsageError:
    return UsageError(
        what,
        where="speech decoder",
        allowed=allowed,
        hint="take the acoustic model's output as it is: natural logarithms after the softmax",
    )
