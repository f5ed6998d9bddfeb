"""What a past says whatever the moment: kept until something else is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from edge.preference.experts.opinion import Opinion

Counts = Mapping[int, float]
"""Action → how often, faded."""


class Course(NamedTuple):
    """What was done before says of every action, whatever the moment;
    see `edge.preference.experts.together.course_of`."""

    total: float
    """How many events were counted."""
    scores: Counts
    """Action → a score that is in proportion to its probability after what was done before."""
    doubts: Counts
    """Action → what a factor comes to with which it was never seen."""
    repeats: Counts
    """Action of a device that something was done to lately → a factor."""
    doubted: dict[int, Counts]
    """Number of factors → scores with as many of them, of none of which anything was seen; those
    that were asked for."""

    def unseen(self, factors: int) -> Counts:
        """See `doubted`."""
        if factors not in self.doubted:
            doubts = self.doubts
            self.doubted[factors] = {
                action: score * doubts[action] ** factors for action, score in self.scores.items()
            }
        return self.doubted[factors]


class Lasting(NamedTuple):
    """What a past says whatever the moment: the same until something else is done."""

    recent: Opinion | None
    just_now: Opinion | None
    in_turn: Opinion | None
    after: Opinion | None
    after_lately: Opinion | None
    after_two: Opinion | None
    often: Opinion | None
    often_lately: Opinion | None
    course: Course | None
