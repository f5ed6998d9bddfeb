"""What every reader of interactions returns: what was done, by whom, when; and what to predict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from export.corpora.utterance import Problem

Reading = str | float | bool
"""What a sensor says. Whole numbers are floats, so that a sensor has one type."""

DAY_SECONDS = 86_400
HELD_OUT = 10
"""One in so many events of a history is held out for dev, and as many for test."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was done or chosen."""

    action: str
    """ "light.kitchen:turn_on", or the id of an item."""
    weekday: int | None = None
    """0 is Monday; None where the corpus does not say."""
    hour: float | None = None
    """Of the local wall clock, [0, 24)."""
    time: float | None = None
    """Seconds since 1970 of the local wall clock, no zone; None where only the order is known."""
    context: Mapping[str, Reading] = field(default_factory=dict)
    """Sensor → its reading at that moment."""
    person: str = ""
    rating: float | None = None
    value: str = ""
    """What it was set to, where the corpus says."""


@dataclass(frozen=True, slots=True)
class History:
    """What one household (or user) did, in order."""

    household: str
    events: tuple[Event, ...]


class Target(NamedTuple):
    """Predict `histories[history].events[position]`.

    Known are the events before it, and its own moment: weekday, hour, time, context, person.
    """

    history: int
    position: int


@dataclass
class InteractionCorpus:
    """A whole corpus in its published, or a seeded, split."""

    name: str
    histories: list[History] = field(default_factory=list)
    train: list[Target] = field(default_factory=list)
    dev: list[Target] = field(default_factory=list)
    test: list[Target] = field(default_factory=list)
    catalogue: tuple[str, ...] = ()
    """All that may be ranked, in a fixed order: actions or items; see `generic`."""
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Item of the catalogue → what it is: kind, category … An item may lack them."""
    objective: Literal["next", "rating"] = "next"
    """What a target asks for: which action comes next, or what rating was given."""
    generic: bool = False
    """The catalogue holds kinds ("light:turn_on"), where `Event.action` says which one
    ("light.kitchen:turn_on"): see `edge.preference.actions.generic`."""
    problems: list[Problem] = field(default_factory=list)

    def event(self, target: Target) -> Event:
        """The event that `target` asks for."""
        return self.histories[target.history].events[target.position]


def moment(time: float) -> tuple[int, float]:
    """(weekday, hour) of a wall clock's seconds since 1970, which began on a Thursday."""
    days, seconds = divmod(time, DAY_SECONDS)
    return (int(days) + 3) % 7, seconds / 3600


def split_by_time(corpus: InteractionCorpus) -> None:
    """Fills the splits: the last tenth of each history is test, the tenth before it dev.

    The first event of a history has nothing before it and is no target of "next". Where ratings
    are to be predicted, events without one are no targets.
    """
    first = 0 if corpus.objective == "rating" else 1
    for index, history in enumerate(corpus.histories):
        count = len(history.events)
        test = count - count // HELD_OUT
        dev = test - count // HELD_OUT
        for position in range(first, count):
            target = Target(index, position)
            if corpus.objective == "rating" and corpus.event(target).rating is None:
                continue
            split = corpus.test if position >= test else corpus.dev if position >= dev else None
            (corpus.train if split is None else split).append(target)
