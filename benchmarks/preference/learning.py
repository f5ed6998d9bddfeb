"""What learning on the device is worth: week by week, on the first day, and after a change.

Everything is asked of households that no training saw (`houses`), with the bundle as it ships.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.preference import houses, sets
from benchmarks.preference.averages import by_day, gain, part, rate
from benchmarks.preference.changes import WITH_A_CHANGE, change
from benchmarks.preference.houses import Lived
from benchmarks.preference.online import RULES, rank_in
from benchmarks.preference.prompts import prompts
from edge.bundle.bundle import Bundle
from edge.preference.actions import generic
from edge.preference.model.model import TASK
from edge.runtime import Runtime
from export.corpora.interactions import Event, Household, read
from export.recipes.preference.trials.held_out import held_out

WEEKS = 8


def learning(bundle: Path, *, count: int, report: Callable[[str], None]) -> dict[str, Any]:
    """All of this module.

    Args:
        count: households; the bars of the project ask for at least 20.

    Raises:
        EdgeError: the bundle cannot be loaded.
    """
    report(f"week by week: {count} households")
    found: dict[str, Any] = {"households": count, "weeks": by_week(bundle, count)}
    report(f"the first day: {3 * count} households")
    found["day_one"] = day_one(bundle, 3 * count)
    report(f"what is shown: {count} households")
    found["prompts"] = prompts(bundle, count)
    found["changes"] = []
    for what in WITH_A_CHANGE:
        report(f"a change: {what}")
        found["changes"].append(change(bundle, what, count))
    return found


# --- week by week --------------------------------------------------------------------------------


def by_week(bundle: Path, count: int, weeks: int = WEEKS) -> dict[str, Any]:
    """HR@1 of each week: the runtime that learns, the same without memory, and simple rules."""
    lived: dict[str, list[Lived]] = defaultdict(list)
    window = Bundle.open(bundle).tasks[TASK]["events"]
    with Runtime.load(bundle) as runtime:
        for number, house in enumerate(houses.seen_by_nobody(count)):
            first_day = houses.first_day_of(number, count)
            events = house.events(first_day, 7 * weeks)
            runtime.forget()
            runtime.home = houses.home_of(house)
            lived["learning"].append(houses.live(runtime, events, first_day))
            lived["frozen"].append(houses.live_frozen(runtime, events, first_day, window))
            for name, make in RULES.items():
                lived[name].append(houses.live_rule(make(), events, first_day))
    series = {
        name: [rate([part(one, 7 * week, 7 * week + 7) for one in some]) for week in range(weeks)]
        for name, some in lived.items()
    }
    return {
        "window": window,
        "series": series,
        "days": {name: by_day(some, 0, 7 * weeks) for name, some in lived.items()},
        "second_week_gain": gain(
            [part(one, 7, 14) for one in lived["learning"]],
            [part(one, 7, 14) for one in lived["frozen"]],
        ),
        "last_week_gain": gain(
            [part(one, 7 * weeks - 7, 7 * weeks) for one in lived["learning"]],
            [part(one, 7 * weeks - 7, 7 * weeks) for one in lived["frozen"]],
        ),
    }


# --- the first day -------------------------------------------------------------------------------


def day_one(bundle: Path, count: int) -> dict[str, Any]:
    """HR@1 and HR@3 of the first day of households whose devices are known, and nothing else."""
    prior = _hour_prior()
    lived: dict[str, list[Lived]] = defaultdict(list)
    with Runtime.load(bundle) as runtime:
        for number, house in enumerate(houses.seen_by_nobody(count)):
            first_day = houses.first_day_of(number, count)
            events = house.events(first_day, 1)
            runtime.forget()
            runtime.home = houses.home_of(house)
            could = _could_do(house)
            lived["learning"].append(houses.live(runtime, events, first_day))
            ranks = [rank_in(_by_prior(prior, could, event), event.action) for event in events]
            days = np.zeros(len(events), np.int64)
            lived["popularity by hour"].append(Lived(days, np.array(ranks, np.int64)))
    return {
        name: {f"hr{k}": rate([houses.hits(one, k) for one in some]) for k in (1, 3)}
        for name, some in lived.items()
    }


def _hour_prior() -> Mapping[int, Counter[str]]:
    """Hour → how often each kind of action was done in it by the sample's training households."""
    corpus = read(sets.SAMPLES / "household")
    prior: dict[int, Counter[str]] = defaultdict(Counter)
    for history, _ in held_out(corpus, corpus.train):
        for event in history.events:
            prior[int(event.hour or 0)][generic(event.action)] += 1
    return prior


def _could_do(house: Household) -> list[str]:
    """Every action of every device, as `Runtime.home` declares them."""
    from export.corpora.interactions.devices import VERBS

    return [f"{one.id}:{verb}" for one in house.devices for verb in VERBS[one.kind]]


def _by_prior(
    prior: Mapping[int, Counter[str]], could: Sequence[str], event: Event
) -> Sequence[str]:
    """The likeliest kinds first, and of a kind shared by several devices each its part."""
    kinds = Counter(generic(action) for action in could)
    counts = prior.get(int(event.hour or 0), Counter())
    return sorted(could, key=lambda name: -counts[generic(name)] / kinds[generic(name)])
