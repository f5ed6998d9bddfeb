"""How large what was learned becomes over simulated years, and how long saving and loading take."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.preference import houses, replay
from edge.runtime import Runtime
from export.corpora.interactions import Household, Settings, simulate

YEARS = (1, 2, 5)
PEOPLE = (1, 4)
_SETTINGS = Settings()
"""With holidays, replacements and drift: years as they are."""
_BEGIN = date(2024, 1, 8)
_DAYS_OF_A_YEAR = 365
_TIMES = 20
"""Savings and loadings that are timed."""


def household_of(people: int, seed: int = houses.FIRST_SEED) -> Household:
    """The first household never seen of so many people who are told apart."""
    while True:
        house = simulate(_SETTINGS, seed)
        if len(house.people) == people:
            named = {event.person for event in house.events(_BEGIN, 7)} - {""}
            if len(named) == people:
                return house
        seed += 1


def growth(
    bundle: Path,
    *,
    years: Sequence[int] = YEARS,
    people: Sequence[int] = PEOPLE,
    days_of_a_year: int = _DAYS_OF_A_YEAR,
    report: Callable[[str], None] = lambda line: None,
) -> list[dict[str, Any]]:
    """Rows: people and years → bytes of the state's file, milliseconds to save and to load it.

    Every event is observed by the person who did it.

    Raises:
        EdgeError: the bundle cannot be loaded.
    """
    rows = []
    for count in people:
        house = household_of(count)
        home = houses.home_of(house)
        day, lived = _BEGIN, 0
        with tempfile.TemporaryDirectory() as folder:
            state = Path(folder) / "state"
            for until in sorted(years):
                report(f"{count} people, {until} years")
                with Runtime.load(bundle, home=home, state=state) as runtime:
                    events = 0
                    while lived < until * days_of_a_year:
                        told = list(replay.timed(house.events(day, 1)))
                        for at, event in told:
                            replay.observe(runtime, at, event, named=True)
                        events += len(told)
                        day, lived = day + timedelta(1), lived + 1
                    saving = _milliseconds(runtime.save)
                row: dict[str, Any] = {
                    "people": count,
                    "years": until,
                    "bytes": state.stat().st_size,
                }
                loading = _more_milliseconds(
                    partial(_load, bundle, home, state), partial(_load, bundle, home, None)
                )
                row |= {"save_ms": saving, "load_ms": loading}
                rows.append({**row, "events": events})
    return rows


def _load(bundle: Path, home: Any, state: Path | None) -> None:
    Runtime.load(bundle, home=home, state=state).close()


def _milliseconds(call: Callable[[], object]) -> float:
    """The median of `_TIMES` calls."""
    return round(float(np.median([_taken(call) for _ in range(_TIMES)])), 3)


def _more_milliseconds(call: Callable[[], object], than: Callable[[], object]) -> float:
    """How much longer one call takes than another: the median of `_TIMES` pairs, so that a machine
    that is busy for a while is busy for both."""
    return round(float(np.median([_taken(call) - _taken(than) for _ in range(_TIMES)])), 3)


def _taken(call: Callable[[], object]) -> float:
    started = time.perf_counter_ns()
    call()
    return (time.perf_counter_ns() - started) / 1e6
