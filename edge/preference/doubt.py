"""What is given in advance to somebody who is hardly known, whatever anybody thinks of the moment.

What is thought of a new person was learned from others, who may be another kind of people. How they
may differ is known beforehand: who does many things will do more of what is new, and some do again
what they did lately more than others do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from edge.preference.past import Past

_NONE: Final = 1e-9
"""A probability that is none, but for rounding."""


class Doubt(NamedTuple):
    """Events that everybody is given in advance."""

    lately: float = 0.0
    """As likely to have been any of those things that were done lately."""
    new: float = 0.0
    """For each different thing done lately so many of something else, shared as those things are
    done by everybody. Half a one is method D of Howard 1993, "The design and analysis of efficient
    lossless data compression systems"."""

    def given(self, past: Past, usual: Mapping[int, float]) -> dict[int, float]:
        """Candidate → probability that it is given.

        Args:
            past: of whoever is doubted; something was done in it lately.
            usual: candidate → how likely everybody is to do it; empty where that is not known.
        """
        lately = {past.candidate[action] for action in past.recent}
        others = 1.0 - sum(usual.get(one, 0.0) for one in lately) if usual else 0.0
        new = self.new * len(lately) if others > _NONE else 0.0
        total = self.lately + new + past.memory.events
        each = new / others / total if new else 0.0
        found = {one: each * chance for one, chance in usual.items()} if each else {}
        found.update(dict.fromkeys(lately, self.lately / len(lately) / total))
        return found
