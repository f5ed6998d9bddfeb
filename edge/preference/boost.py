"""What goes with what was chosen, counted: added to the model's scores of a catalogue's items.

    score(i) = model(i) + gain · log(1 + steep · m(i) / (1 + M)^damp)
    m(i)     = last · after[h₁](i) + Σ_q fade^q (near[h_q](i) + back · back[h_q](i))
    M        = Σ_i Σ_q fade^q near[h_q](i)

with h₁ the item chosen last, h₂ the one before it, … Counts rank what they know better than any
network of this size, and know nothing of most items; the network ranks the rest. In logarithms the
two add up, as in a product of experts (Hinton 2002), and an item that nothing goes with is left as
it is: the best of millions are found without looking at any but those that were counted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from edge.preference.others import Lookup
from edge.preference.past import Event

TABLES = ("after", "near", "back")
REACH = 10
"""Items that are looked back."""


class Boost(NamedTuple):
    """How much counts weigh; fitted on the dev set."""

    last: float = 0.3
    back: float = 0.1
    fade: float = 0.6
    gain: float = 2.0
    steep: float = 3.0
    damp: float = 0.3

    def of(self, course: Sequence[Event], lookup: Lookup) -> dict[int, float]:
        """Row → what is added to its score, for all rows that anything goes with."""
        masses, total = mass(course, lookup, self)
        scale = self.steep / (1 + total) ** self.damp
        return {row: self.gain * math.log1p(scale * m) for row, m in masses.items()}


def mass(
    course: Sequence[Event], lookup: Lookup, boost: Boost
) -> tuple[Mapping[int, float], float]:
    """m and M of the formula above."""
    found: dict[int, float] = {}
    total, fade = 0.0, 1.0
    for event in reversed(course[-REACH:]):
        if event.row >= 0:
            near = lookup("near", event.row)
            total += fade * float(near.weights.sum(dtype="f8"))
            _add(found, near.rows.tolist(), near.weights.tolist(), fade)
            back = lookup("back", event.row)
            _add(found, back.rows.tolist(), back.weights.tolist(), fade * boost.back)
        fade *= boost.fade
    if course and course[-1].row >= 0:
        after = lookup("after", course[-1].row)
        _add(found, after.rows.tolist(), after.weights.tolist(), boost.last)
    return found, total


def _add(
    found: dict[int, float], rows: Sequence[int], weights: Sequence[float], share: float
) -> None:
    for row, weight in zip(rows, weights, strict=True):
        found[row] = found.get(row, 0.0) + share * weight
