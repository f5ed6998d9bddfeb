"""A change from one day on: how far HR@1 falls, when it is back, what is lost of the old."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.preference import houses
from benchmarks.preference.averages import bootstrap, by_day, level, mean, rate
from benchmarks.preference.houses import Lived
from edge.runtime import Runtime
from export.corpora.interactions import Event, Household
from export.corpora.interactions.corpus import DAY_SECONDS

DAYS_BEFORE, DAYS_AFTER = 28, 35
PROBE_DAYS = 7
LEVEL_DAYS = 14
"""Days before a change whose mean is the level to come back to."""
SMOOTH_DAYS = 7
POINTS = 0.02
"""So near to the level before counts as having come back."""
WITH_A_CHANGE = ("season", "evening", "morning")
"""What changes: the season (winter for summer, or the reverse), or a routine of everybody's."""
_SEASONAL = ("dusk", "heating", "cooling", "airing", "garden")
"""Routines that follow the season."""
_WINTER, _SUMMER = date(2024, 1, 15), date(2024, 7, 15)


class _Changed(NamedTuple):
    """One household's change."""

    after: Lived
    """Days count from `DAYS_BEFORE` before the change."""
    unchanged: Lived
    """The same days of the household that did not change."""
    old_before: list[tuple[bool, int]]
    """Of the old regime's events, asked on the eve of the change: whether it is of what was
    replaced, and its rank."""
    old_after: list[tuple[bool, int]]
    """The same questions after the change."""


def change(bundle: Path, what: str, count: int) -> dict[str, Any]:
    """A change on one day: HR@1 before and after it, when it is back, and what became of the old.

    Old routines: seven days of the old regime are asked about on the eve of the change, and again
    `DAYS_AFTER` days later, moved on by whole weeks. What is learned on one of these days is
    forgotten before the next, so that nothing is learned anew.
    """
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for number, house in enumerate(houses.seen_by_nobody(count)):
            found.append(_changed(bundle, house, what, number, Path(folder)))
    day = DAYS_BEFORE
    hits = [houses.hits(one.after) for one in found]
    days = [one.after.days for one in found]
    before = level(days, hits, day - LEVEL_DAYS, day)
    old = {
        name: _kept(found, only_replaced=only)
        for name, only in (("all", False), ("what was replaced", True))
    }
    return {
        "what": what,
        "before": round(before, 5),
        "first_week": round(level(days, hits, day, day + 7), 5),
        "last_two_weeks": round(level(days, hits, day + DAYS_AFTER - 14, day + DAYS_AFTER), 5),
        "unchanged_last_two_weeks": round(
            level(
                [one.unchanged.days for one in found],
                [houses.hits(one.unchanged) for one in found],
                day + DAYS_AFTER - 14,
                day + DAYS_AFTER,
            ),
            5,
        ),
        "recovered_on_day": recovered(days, hits, day, before),
        "whole_week_back_on_day": recovered(days, hits, day, before, centred=False),
        "days": by_day([one.after for one in found], 0, day + DAYS_AFTER),
        "unchanged_days": by_day([one.unchanged for one in found], 0, day + DAYS_AFTER),
        "old_routines": old,
    }


def recovered(
    days: Sequence[np.ndarray],
    hits: Sequence[np.ndarray],
    changed_on: int,
    before: float,
    *,
    centred: bool = True,
) -> int | None:
    """The day, 1 being that of the change, from which HR@1 is back within `POINTS` of `before`.

    One day of a score of households is too noisy, and a week has its own rhythm: what is looked at
    are means of seven days, none of them before the change. Such a mean is that of its middle
    (`centred`), so the earliest answer is day 4; or of its last day, which comes three days later
    and is the day by which a whole week was as good as before. None: not in these days.
    """
    last = max(int(own.max(initial=0)) for own in days)
    for begin in range(changed_on, last + 2 - SMOOTH_DAYS):
        if level(days, hits, begin, begin + SMOOTH_DAYS) >= before - POINTS:
            return begin - changed_on + (SMOOTH_DAYS // 2 + 1 if centred else SMOOTH_DAYS)
    return None


def _changed(bundle: Path, house: Household, what: str, number: int, folder: Path) -> _Changed:
    start = _SUMMER if number % 2 else _WINTER
    day = start + timedelta(DAYS_BEFORE)
    if what == "season":
        changed = house.changed(day, season="winter" if number % 2 else "summer")
    else:
        changed = house.changed(day, routine=what)
    home = houses.home_of(house)
    state = folder / f"{what}-{number}.state"
    eve = state.with_suffix(".eve")
    with Runtime.load(bundle, home=home, state=state) as runtime:
        first = houses.live(runtime, house.events(start, DAYS_BEFORE), start)
        runtime.save()
        shutil.copy(state, eve)
        later = houses.live(runtime, changed.events(day, DAYS_AFTER), start)
    labelled = [house.labelled(day + timedelta(index), 1) for index in range(PROBE_DAYS)]
    with Runtime.load(bundle, home=home) as runtime:
        unchanged = houses.live(runtime, house.events(start, DAYS_BEFORE + DAYS_AFTER), start)
    return _Changed(
        _joined(first, later),
        unchanged,
        _asked_again(bundle, home, eve, labelled, what, 0),
        _asked_again(bundle, home, state, labelled, what, DAYS_AFTER),
    )


def _asked_again(
    bundle: Path,
    home: Any,
    state: Path,
    labelled: Sequence[tuple[list[Event], list[str]]],
    what: str,
    moved: int,
) -> list[tuple[bool, int]]:
    found = []
    copy = state.with_suffix(".asked")
    replaced = _SEASONAL if what == "season" else (what,)
    for events, labels in labelled:
        shutil.copy(state, copy)
        moved_on = [
            replace(event, time=(event.time or 0.0) + moved * DAY_SECONDS) for event in events
        ]
        with Runtime.load(bundle, home=home, state=copy) as runtime:
            ranks = houses.live(runtime, moved_on, _WINTER).ranks
        found += [
            (label.partition("#")[0].partition("/")[0] in replaced, int(rank))
            for label, rank in zip(labels, ranks, strict=True)
        ]
    return found


def _kept(found: Sequence[_Changed], *, only_replaced: bool) -> dict[str, Any]:
    def hits(asked: Sequence[tuple[bool, int]]) -> np.ndarray:
        return np.array([rank <= 1 for own, rank in asked if own or not only_replaced], float)

    before = [hits(one.old_before) for one in found]
    after = [hits(one.old_after) for one in found]
    lost = np.concatenate(before).mean() - np.concatenate(after).mean()
    low, high = bootstrap(lambda some: mean(before, some) - mean(after, some), len(found))
    return {
        "before": rate(before),
        "after": rate(after),
        "lost": {"value": round(float(lost), 5), "low": round(low, 5), "high": round(high, 5)},
    }


def _joined(first: Lived, later: Lived) -> Lived:
    return Lived(*(np.concatenate(pair) for pair in zip(first, later, strict=True)))
