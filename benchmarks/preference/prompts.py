"""What would be shown to a household all day long, and whether it is done soon.

A hub asks every quarter of an hour and a minute after everything that is done, and shows up to
three things. Sensors say what they said last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.preference import houses, replay
from benchmarks.preference.averages import rate
from edge.events import Suggestion
from edge.runtime import Runtime
from export.corpora.interactions import Event, Household
from export.corpora.interactions.corpus import DAY_SECONDS

LEARNED_DAYS = (7, 42, 150)
"""Days lived through before the week in which it is asked."""
_ASKED_DAYS = 7
_SHOWN = 3
_QUARTER_SECONDS = 900.0
_AFTER_SECONDS = 60.0
_SOON_SECONDS = 1800.0

BY_SCORE, BY_SOON = "score alone", "soon"
Rule = Callable[[Suggestion], bool]


class Prompts(NamedTuple):
    """What one household was shown by one rule, as 0 and 1."""

    asked: list[bool]
    """Each time it was asked: whether anything was shown."""
    shown: list[bool]
    """Each thing that was shown, each time: whether it was done within half an hour."""
    begun: list[bool]
    """The same of those that were not shown the time before."""
    done: list[bool]
    """Each thing that was done: whether it was shown the last time before."""


def prompts(bundle: Path, count: int) -> list[dict[str, Any]]:
    """A row for each of `LEARNED_DAYS` and rule."""
    rows = []
    with Runtime.load(bundle) as runtime:
        threshold = runtime.preference.calibration.threshold
        rules: Mapping[str, Rule] = {
            BY_SCORE: lambda one: one.score >= threshold,
            BY_SOON: lambda one: one.shown,
        }
        for days in LEARNED_DAYS:
            found: dict[str, list[Prompts]] = defaultdict(list)
            for number, house in enumerate(houses.seen_by_nobody(count)):
                lived = shown_to(runtime, house, houses.first_day_of(number, count), days, rules)
                for name, one in lived.items():
                    found[name].append(one)
            rows += [_row(days, name, some) for name, some in found.items()]
    return rows


def _row(days: int, rule: str, some: list[Prompts]) -> dict[str, Any]:
    row: dict[str, Any] = {"days": days, "rule": rule}
    for name in Prompts._fields:
        row[name] = rate([np.array(getattr(one, name), float) for one in some])
    row["a_day"] = sum(len(one.begun) for one in some) / len(some) / _ASKED_DAYS
    return row


def shown_to(
    runtime: Runtime, house: Household, first_day: date, days: int, rules: Mapping[str, Rule]
) -> dict[str, Prompts]:
    """What each rule shows to one household in the week after `days` that were lived through."""
    runtime.forget()
    runtime.home = houses.home_of(house)
    for at, event in replay.timed(house.events(first_day, days)):
        replay.observe(runtime, at, event)
    first_asked = first_day + timedelta(days)
    events = list(replay.timed(house.events(first_asked, _ASKED_DAYS)))
    times: dict[str, list[float]] = defaultdict(list)
    for at, event in events:
        times[event.action].append(at)
    found = {name: Prompts([], [], [], []) for name in rules}
    before: dict[str, set[str]] = {name: set() for name in rules}
    context = events[0][1].context
    for at, happened in _moments(first_asked, events):
        if happened is not None:
            for name, one in found.items():
                one.done.append(happened.action in before[name])
                before[name].discard(happened.action)
            replay.observe(runtime, at, happened)
            context = happened.context
            continue
        suggested = runtime.suggest(at, context, _SHOWN, everything=True)
        for name, is_shown in rules.items():
            now = {one.action for one in suggested if is_shown(one)}
            is_done = {
                action: any(at <= time <= at + _SOON_SECONDS for time in times[action])
                for action in now
            }
            found[name].asked.append(bool(now))
            found[name].shown.extend(is_done.values())
            found[name].begun.extend(is_done[action] for action in now - before[name])
            before[name] = now
    return found


def _moments(
    first_day: date, events: list[tuple[float, Event]]
) -> Iterator[tuple[float, Event | None]]:
    """Everything that is done, and with None the moments at which it is asked."""
    dawn = (first_day - date(1970, 1, 1)).days * DAY_SECONDS + houses.DAWN_SECONDS
    quarters = np.arange(dawn, dawn + _ASKED_DAYS * DAY_SECONDS, _QUARTER_SECONDS).tolist()
    asked = [*quarters, *(at + _AFTER_SECONDS for at, _ in events)]
    moments: list[tuple[float, Event | None]] = [(at, None) for at in asked]
    moments += events
    yield from sorted(moments, key=lambda moment: moment[0])
