"""Means over households, and how sure one can be of them: events of one household go together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from benchmarks.preference import houses
from benchmarks.preference.houses import Lived

_DRAWS = 1000


def part(lived: Lived, begin: int, end: int) -> np.ndarray:
    """[events] hits of the days from `begin` up to `end`."""
    return houses.hits(lived)[(lived.days >= begin) & (lived.days < end)]


def rate(hits: Sequence[np.ndarray]) -> dict[str, Any]:
    """The share of hits; its interval is a bootstrap over households."""
    events = int(sum(map(len, hits)))
    if not events:
        return {"value": 0.0, "low": 0.0, "high": 1.0, "count": 0}
    low, high = bootstrap(lambda some: mean(hits, some), len(hits))
    value = float(np.concatenate(list(hits)).mean())
    return {"value": round(value, 5), "low": round(low, 5), "high": round(high, 5), "count": events}


def gain(ours: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> dict[str, float]:
    """How much above the other, relative; its interval is a bootstrap over households."""
    everyone = np.arange(len(ours))

    def above(some: np.ndarray) -> float:
        base = mean(other, some)
        return mean(ours, some) / base - 1 if base else 0.0

    low, high = bootstrap(above, len(ours))
    return {"value": round(above(everyone), 4), "low": round(low, 4), "high": round(high, 4)}


def bootstrap(worth: Callable[[np.ndarray], float], households: int) -> tuple[float, float]:
    """The 95 % interval of `worth`, a function of drawn households' numbers."""
    rng = np.random.default_rng(0)
    drawn = [worth(rng.integers(0, households, households)) for _ in range(_DRAWS)]
    low, high = np.percentile(drawn, (2.5, 97.5))
    return float(low), float(high)


def mean(hits: Sequence[np.ndarray], some: np.ndarray) -> float:
    """Over all events of the households drawn."""
    total = sum(float(hits[at].sum()) for at in some)
    return total / max(1, sum(len(hits[at]) for at in some))


def level(days: Sequence[np.ndarray], hits: Sequence[np.ndarray], begin: int, end: int) -> float:
    """The mean of the days from `begin` up to `end`, over all events of all households."""
    chosen = [own[(day >= begin) & (day < end)] for day, own in zip(days, hits, strict=True)]
    return float(np.concatenate(chosen).mean()) if sum(map(len, chosen)) else 0.0


def by_day(lived: Sequence[Lived], begin: int, end: int) -> list[float]:
    """The mean of each day."""
    days, hits = [one.days for one in lived], [houses.hits(one) for one in lived]
    return [round(level(days, hits, day, day + 1), 5) for day in range(begin, end)]
