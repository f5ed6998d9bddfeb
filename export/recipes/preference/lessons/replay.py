"""Histories lived through once more, event by event, with the runtime's own code.

What a network is trained on is what the runtime will show it: the same counts, the same features,
the same forgetting. Only the learned model itself is missing, since it is yet to be learned.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from edge.preference.actions import generic
from edge.preference.candidates import Household, Items
from edge.preference.experts.opinion import Opinion
from edge.preference.experts.others import others, slot_of
from edge.preference.experts.personal import NAMES, Context, context_of, features, learn, personal
from edge.preference.experts.ratings import RATING, Ratings, generosity
from edge.preference.memory.memory import Pace
from edge.preference.memory.past import Event as CourseEvent
from edge.preference.memory.past import Past, value_code
from edge.preference.model.catalogue import Catalogue
from edge.preference.model.model import Shape
from edge.preference.model.population import Counted
from edge.preference.moment import NEVER, Moment, Senses, moment_of
from export.corpora.interactions.corpus import Event, History, InteractionCorpus, Target

Lookup = Callable[[str, int], Counted]


class Asked(NamedTuple):
    """One target, as the network is asked for it."""

    position: int
    """Of the event in its history."""
    row: int
    """What happened, as a row of the catalogue; -1 for what it lacks."""
    moment: np.ndarray
    """[moment] features."""
    evidence: np.ndarray
    """[evidence] features of what was counted."""
    chances: np.ndarray
    """[experts but the model]: what each gave to what happened; 0 where it abstained."""
    speaks: np.ndarray
    """[experts but the model]: 1 where it has an opinion."""
    opinions: tuple[Opinion | None, ...]
    """All they said, kept for dev targets only: to rank by."""
    candidate: int
    """What happened, as a candidate."""
    rating: float
    """What it was rated; NaN where it was not."""
    generosity: float
    """How far above the usual this person had rated before, where items are rated."""


@dataclass(frozen=True, slots=True)
class Lived:
    """One history, as the network reads it."""

    rows: np.ndarray
    """[events] rows of the catalogue; -1 for what it lacks."""
    features: np.ndarray
    """[events, moment + 1]: of each event's moment, and how long after the one before it was."""
    asked: tuple[Asked, ...]
    standing: Mapping[int, tuple[int, ...]]
    """Row → the household's actions of that kind; empty for catalogues of items."""


class Rated(NamedTuple):
    """What is known of a catalogue's ratings before a network is trained."""

    scale: Ratings
    usual: Sequence[float]
    """Row → how far above the mean it is rated, in standard deviations."""


def moment_at(event: Event) -> Moment:
    """An event's moment as the runtime has it."""
    if event.time is not None:
        return moment_of(event.time, event.context)
    if event.weekday is None or event.hour is None:
        return NEVER._replace(context=event.context)
    return Moment(None, event.weekday, event.hour, event.context)


def course_of(history: History, rows: Mapping[str, int], is_generic: bool) -> list[CourseEvent]:
    """A history as `edge.preference.experts.others` counts it."""
    course = []
    for event in history.events:
        moment = moment_at(event)
        row = rows.get(generic(event.action) if is_generic else event.action, -1)
        slot = slot_of(moment.hour)
        course.append(CourseEvent(row, moment.weekday, slot, value_code(event.value)))
    return course


class Replay:
    """Lives histories through.

    Args:
        corpus: where they come from.
        senses: how moments are read.
        window: events that the network reads back.
        pace: how soon counts are forgotten.
        once: things are chosen once: the experts are not asked (see
            `edge.preference.experts.boost`).
        rated: what items are usually rated, where they are.
    """

    def __init__(
        self,
        corpus: InteractionCorpus,
        senses: Senses,
        window: int,
        pace: Pace,
        once: bool,
        rated: Rated | None = None,
    ) -> None:
        self._corpus, self._senses, self._pace, self._once = corpus, senses, pace, once
        self._rated = rated
        # Vectors are what is yet to be learned: here a catalogue only says which row is which.
        count = len(corpus.catalogue)
        blank = Catalogue.quantised(
            corpus.catalogue, np.zeros((count, 1), np.float32), np.zeros(count, np.float32)
        )
        self._candidates = Household(blank) if corpus.generic else Items(blank)
        self._shape = Shape(window, 1, senses.width, 0, 0)

    def live(
        self, history: History, positions: Iterable[int], lookup: Lookup, keep: bool = False
    ) -> Lived:
        """One history.

        Args:
            positions: of the targets.
            lookup: what other households did next: table and context → rows and weights.
            keep: keep what the experts said, to rank by.
        """
        wanted = frozenset(positions)
        last = max(wanted, default=-1)
        past = Past(self._shape, 0, self._pace)
        candidates, senses = self._candidates, self._senses
        if self._corpus.generic:  # what a household does at some time it could do all along
            for name in dict.fromkeys(event.action for event in history.events):
                candidates.admit(past, name)
        rows, read, asked = [], [], []
        for position, event in enumerate(history.events[: last + 1]):
            moment = moment_at(event)
            says, numbers = senses.keys(moment), senses.features(moment)
            context = context_of(moment, says, past)
            action = candidates.admit(past, event.action)
            if position in wanted:
                opinions = self._opinions(past, context, moment, lookup)
                happened = past.candidate[action]
                asked.append(
                    Asked(
                        position,
                        past.rows[action],
                        numbers,
                        np.array(features(opinions), np.float32),
                        np.array([_given(one, happened) for one in opinions], np.float32),
                        np.array([one is not None for one in opinions], np.float32),
                        tuple(opinions) if keep else (),
                        happened,
                        math.nan if event.rating is None else event.rating,
                        generosity(past.memory) if self._rated else 0.0,
                    )
                )
            row = past.rows[action]
            if event.rating is not None:  # known once it was given, not before
                moment = moment._replace(context={**moment.context, RATING: event.rating})
                numbers = senses.features(moment)
            hours = past.pass_time(moment)
            learn(past, context, action)
            if event.rating is not None and self._rated is not None:
                usual = self._rated.usual[row] if row >= 0 else 0.0
                self._rated.scale.learn(past.memory, action, usual, event.rating)
            code = value_code(event.value)
            past.push(
                action, numbers, hours, says,
                CourseEvent(row, moment.weekday, slot_of(moment.hour), code),
            )  # fmt: skip
            rows.append(row)
            read.append(np.append(numbers, np.float32(np.log1p(hours))))
        standing = {row: tuple(some) for row, some in past.of_row.items() if row >= 0}
        return Lived(
            np.array(rows, np.int64),
            np.array(read, np.float32).reshape(len(rows), senses.width + 1),
            tuple(asked),
            standing if self._corpus.generic else {},
        )

    def _opinions(
        self, past: Past, context: Context, moment: Moment, lookup: Lookup
    ) -> list[Opinion | None]:
        if self._once:
            return [None] * (len(NAMES) - 1)
        opinions = personal(past, context)
        return opinions + others(past, moment, lookup, self._candidates.spreading(past))


def by_history(targets: Sequence[Target]) -> dict[int, list[int]]:
    """History → positions of its targets."""
    found: dict[int, list[int]] = {}
    for target in targets:
        found.setdefault(target.history, []).append(target.position)
    return found


def _given(opinion: Opinion | None, happened: int) -> float:
    return opinion.chance(happened) if opinion is not None else 0.0
