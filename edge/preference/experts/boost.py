"""What goes with what was chosen, counted: added to the model's scores of a catalogue's items.

    score(i) = model(i) + gain · log(1 + steep · m(i) / (1 + M)^damp)
    m(i)     = Σ_q fade^q near[h_q](i)         M = Σ_i m(i)

with h₀ the item chosen last, h₁ the one before it, … Counts rank what they know better than any
network of this size, and know nothing of most items; the network ranks the rest. In logarithms the
two add up, as in a product of experts (Hinton 2002), and an item that nothing goes with is left as
it is: the best of millions are found without looking at any but those that were counted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from edge.preference.experts.others import Lookup
from edge.preference.memory.past import Event

TABLE = "near"
REACH = 10
"""Items that are looked back."""


class Boost(NamedTuple):
    """How much counts weigh; fitted on the dev set."""

    fade: float = 0.5
    gain: float = 2.0
    steep: float = 3.0
    damp: float = 0.3

    def of(self, course: Sequence[Event], lookup: Lookup) -> dict[int, float]:
        """Row → what is added to its score, for all rows that anything goes with."""
        masses = mass(course, lookup, self.fade)
        scale = self.steep / (1 + sum(masses.values())) ** self.damp
        return {row: self.gain * math.log1p(scale * m) for row, m in masses.items()}


def mass(course: Sequence[Event], lookup: Lookup, fade: float) -> dict[int, float]:
    """m of the formula above, of all rows that have any."""
    found: dict[int, float] = {}
    share = 1.0
    for event in reversed(course[-REACH:]):
        if event.row >= 0:
            rows, weights = lookup(TABLE, event.row)
            for row, weight in zip(rows.tolist(), weights.tolist(), strict=True):
                found[row] = found.get(row, 0.0) + share * weight
        share *= fade
    return found
