"""What is given in advance to somebody who is hardly known, whatever anybody thinks of the moment.

What is thought of a new person was learned from others, who may be another kind of people. How they
may differ is known beforehand: who does many things will do more of what is new, and some do again
what they did lately more than others do. And where nobody has said what devices there are, the next
thing may be done with one that was never heard of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from edge.preference.memory.keys import EVERYTHING
from edge.preference.memory.memory import SLOW
from edge.preference.memory.past import Past

_NONE: Final = 1e-9
"""A probability that is none, but for rounding."""
_ONCE: Final = 1.0
"""The most that is counted of what was done once; of what was done twice, when that is long ago."""
_AGAIN: Final = 0.1
"""Events of something done again that are given in advance: what was done is never impossible."""


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


def unheard_of(past: Past) -> float:
    """Probability that what comes next is something that was never done, if anything can be.

    As many of the events so far as were the only ones of their kind: the first of them all were
    that, too, when they came. Good 1953, "The population frequencies of species and the estimation
    of population parameters".
    """
    counts = past.memory.together(((EVERYTHING, 1.0),), SLOW).values()
    once = sum(count for count in counts if count <= _ONCE)
    return once / (sum(counts) + _AGAIN)
