"""Times as distributions: after a warm-up, many repeats, percentiles; and two things in turn."""

from __future__ import annotations

import gc
import itertools
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

Call = Callable[[], object]
WARM_UP = 200
REPEATS = 2000


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one call takes, in microseconds."""

    p50_us: float
    p90_us: float
    p99_us: float
    mean_us: float
    min_us: float
    first_us: float
    """The very first call, before any warm-up."""
    repeats: int
    warm_up: int

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, rounded to a hundredth of a microsecond."""
        names = ("p50_us", "p90_us", "p99_us", "mean_us", "min_us", "first_us")
        return {
            **{name: round(getattr(self, name), 2) for name in names},
            "repeats": self.repeats,
            "warm_up": self.warm_up,
        }


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times as long `slow` takes as `fast`, by their medians in one run."""

    fast: str
    slow: str
    value: float
    low: float
    """Lower end of the 95 % interval."""
    high: float

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "fast": self.fast,
            "slow": self.slow,
            "value": round(self.value, 3),
            "low": round(self.low, 3),
            "high": round(self.high, 3),
        }


@dataclass(frozen=True, slots=True)
class Run:
    """Several things timed in turn."""

    samples_ns: Mapping[str, np.ndarray[Any, Any]]
    """For each, int64 nanoseconds, one a round, in the order measured: pairs belong together."""
    timings: Mapping[str, Timing]

    def ratio(self, fast: str, slow: str) -> Ratio:
        """How many times as long `slow` takes as `fast`.

        The interval is a percentile bootstrap over rounds: a round's calls ran within
        milliseconds of each other, so a slow moment of the machine hits both.
        """
        pairs = np.stack([self.samples_ns[fast], self.samples_ns[slow]])
        generator = np.random.default_rng(0)
        rounds = pairs.shape[1]
        drawn = np.empty(400)
        for index in range(len(drawn)):
            middle = np.median(pairs[:, generator.integers(0, rounds, rounds)], axis=1)
            drawn[index] = middle[1] / middle[0]
        middle = np.median(pairs, axis=1)
        low, high = np.percentile(drawn, (2.5, 97.5))
        return Ratio(fast, slow, float(middle[1] / middle[0]), float(low), float(high))


def summarize(samples_ns: Sequence[int], first_ns: int, warm_up: int) -> Timing:
    """Percentiles (linear interpolation) of times in nanoseconds.

    Raises:
        ValueError: there are no samples.
    """
    if not len(samples_ns):
        raise ValueError("no samples to summarize")
    values = np.asarray(samples_ns, dtype=np.float64) / 1000
    p50, p90, p99 = np.percentile(values, (50, 90, 99))
    return Timing(
        float(p50),
        float(p90),
        float(p99),
        float(values.mean()),
        float(values.min()),
        first_ns / 1000,
        len(values),
        warm_up,
    )


def measure(
    calls: Mapping[str, Sequence[Call]],
    *,
    repeats: int = REPEATS,
    warm_up: int = WARM_UP,
    clock: Callable[[], int] = time.perf_counter_ns,
) -> Run:
    """Times several things in turn, one call of each a round.

    Alternating means that both see the same clock speed, cache pressure and neighbours; the order
    within a round turns with every round, so that none always runs on a warm cache left by another.

    Args:
        calls: for each thing its inputs as calls without arguments; they are gone through in a
            cycle.
        repeats: rounds that count.
        warm_up: rounds before them that do not.
        clock: nanoseconds from any start.

    Raises:
        ValueError: there is nothing to time, or no repeat.
    """
    if not calls or not all(calls.values()) or repeats < 1:
        raise ValueError("nothing to time: give at least one call each and one repeat")
    names = list(calls)
    cycles: dict[str, Iterator[Call]] = {name: itertools.cycle(calls[name]) for name in names}
    samples: dict[str, list[int]] = {name: [] for name in names}
    first: dict[str, int] = {}
    with _settled_collector():
        for turn in range(warm_up + repeats):
            shift = turn % len(names)
            for name in names[shift:] + names[:shift]:
                call = next(cycles[name])
                start = clock()
                call()
                taken = clock() - start
                first.setdefault(name, taken)
                if turn >= warm_up:
                    samples[name].append(taken)
    return Run(
        {name: np.asarray(values, dtype=np.int64) for name, values in samples.items()},
        {name: summarize(samples[name], first[name], warm_up) for name in names},
    )


@contextmanager
def _settled_collector() -> Iterator[None]:
    """Garbage collection stays on, as it is in use, but what importing left behind is set aside:
    walking through torch's or scikit-learn's objects is no part of the thing timed."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Keeps this process on one core (of those it may use); None leaves it free.

    Raises:
        ValueError: the core is not one this process may use, or the system cannot pin.
    """
    if core is None:
        yield
        return
    if not hasattr(os, "sched_setaffinity"):
        raise ValueError("this system cannot keep a process on one core")
    before = os.sched_getaffinity(0)
    if core not in before:
        raise ValueError(f"core {core} is none of {sorted(before)}")
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
