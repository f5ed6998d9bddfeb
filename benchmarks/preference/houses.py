"""Made-up households that no training saw, lived through in a runtime."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from benchmarks.preference import replay
from benchmarks.preference.measures import NOT_RANKED
from benchmarks.preference.online import Counting, rank_in
from edge.home.home import Home
from export.corpora.interactions import Event, Household, Settings, simulate
from export.corpora.interactions.corpus import DAY_SECONDS

FIRST_SEED = 1000
"""The sample that ships has the seeds from 1 to 60."""
SETTINGS = Settings(holidays=0, replacements=0.0)
"""Nobody goes away and no routine is replaced, unless the benchmark says so."""
_BEGIN = date(2024, 1, 8)
DAWN_SECONDS = 4 * 3600
"""A day of the generator begins at four in the morning."""


class Lived(NamedTuple):
    """What was suggested for every event of a stretch of days."""

    days: np.ndarray
    """[events] the day, counted from 0 at the first."""
    ranks: np.ndarray
    """[events] of what happened."""


def seen_by_nobody(count: int) -> list[Household]:
    """Households with the seeds from `FIRST_SEED` on."""
    return [simulate(SETTINGS, FIRST_SEED + number) for number in range(count)]


def first_day_of(number: int, count: int) -> date:
    """A Monday or another day of the year: the households' beginnings are dealt out over it."""
    return _BEGIN + timedelta(number * 365 // count)


def home_of(house: Household) -> Home:
    """All its devices, by their kinds: what a hub knows before anybody does anything."""
    return Home([replay.device(one.id) for one in house.devices])


def live(runtime: Any, events: Iterable[Event], first_day: date) -> Lived:
    """Suggests before every event, then observes it: the runtime goes on learning."""
    days, ranks = [], []
    for at, event in replay.timed(events):
        days.append(day_of(event, first_day))
        ranks.append(replay.rank(runtime, at, event))
        replay.observe(runtime, at, event)
    return Lived(np.array(days, np.int64), np.array(ranks, np.int64))


def live_frozen(runtime: Any, events: Sequence[Event], first_day: date, window: int) -> Lived:
    """The same model without a memory.

    Before every event the runtime is made to forget everything, then told the `window` events
    before: as many as its network reads. Of the household it has these, and its devices.
    """
    told = list(replay.timed(events))
    days, ranks = [], []
    for position, (at, event) in enumerate(told):
        runtime.forget()
        for earlier, before in told[max(0, position - window) : position]:
            replay.observe(runtime, earlier, before)
        days.append(day_of(event, first_day))
        ranks.append(replay.rank(runtime, at, event))
    return Lived(np.array(days, np.int64), np.array(ranks, np.int64))


def live_rule(rule: Counting, events: Iterable[Event], first_day: date) -> Lived:
    """The same for a rule of `benchmarks.preference.online`."""
    days, ranks = [], []
    for event in events:
        days.append(day_of(event, first_day))
        ranks.append(rank_in(rule.order(event), event.action))
        rule.learn(event)
    return Lived(np.array(days, np.int64), np.array(ranks, np.int64))


def day_of(event: Event, first_day: date) -> int:
    """The day an event is in, counted from 0 at `first_day`; days begin at four."""
    days = ((event.time or 0.0) - DAWN_SECONDS) // DAY_SECONDS
    return int(days) - (first_day - date(1970, 1, 1)).days


def hits(lived: Lived, k: int = 1) -> np.ndarray:
    """[events] 1 where what happened was among the first `k`."""
    return (lived.ranks <= min(k, NOT_RANKED - 1)).astype(float)
