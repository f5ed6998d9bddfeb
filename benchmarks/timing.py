"""Peers timed in turn with our own runtime: ratios of `edge.bench.timing`, and one core to keep."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from edge.bench.timing import Pace, interleaved, summary
from edge.errors import UsageError

Call = Callable[[], object]
Timing = Mapping[str, float | int]
"""How long one call takes, in microseconds, as `edge.bench.timing.summary` gives it."""
WARM_UP = 200
REPEATS = 2000
_A_DAY = 86_400.0


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
    """For each, int64 nanoseconds, one a call, in the order measured: pairs belong together."""
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


def measure(
    calls: Mapping[str, Sequence[Call]],
    *,
    repeats: int = REPEATS,
    warm_up: int = WARM_UP,
    block: int = 1,
    clock: Callable[[], int] = time.perf_counter_ns,
) -> Run:
    """Times several things in turn, as `edge.bench.timing.interleaved` does.

    Args:
        calls: for each thing its inputs as calls without arguments; they are gone through in a
            cycle.
        repeats: calls of each that count, at least.
        warm_up: calls of each before them that do not, at least; every input is among them.
        block: calls of one thing before the other's turn.
        clock: nanoseconds from any start.

    Raises:
        ValueError: there is nothing to time, or no repeat.
    """
    if not calls or not all(calls.values()) or repeats < 1:
        raise ValueError("nothing to time: give at least one call each and one repeat")
    pace = Pace(_A_DAY, -(-repeats // block), -(-warm_up // block))
    samples = interleaved(calls, pace, clock, block)
    return Run(
        {name: np.asarray(values, dtype=np.int64) for name, values in samples.items()},
        {name: summary(values) for name, values in samples.items()},
    )


@contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Keeps this process on one core (of those it may use); None leaves it free.

    Raises:
        UsageError: the core is not one this process may use, or the system cannot pin.
    """
    if core is None:
        yield
        return
    if not hasattr(os, "sched_setaffinity"):
        raise UsageError("this system cannot keep a process on one core")
    before = os.sched_getaffinity(0)
    if core not in before:
        raise UsageError(f"core {core} is none of {sorted(before)}", where="--core")
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
