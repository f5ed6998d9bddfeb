"""Times as distributions: after a warm-up, sentences in turn, two things interleaved."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

Result = TypeVar("Result")
Clock = Callable[[], int]
"""Nanoseconds from any start."""

_WARM_UP_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a measurement goes on: until either is used up."""

    seconds: float
    """A quarter of it more may go into the warm-up."""
    calls: int
    """Calls that count."""
    warm_up: int = 200
    """Calls before them that do not."""


def summary(samples_ns: Sequence[int]) -> dict[str, float | int]:
    """The distribution of times given in nanoseconds, in microseconds.

    Percentiles by linear interpolation. Of fewer than 100 calls the 99th is next to the maximum,
    which is why the number of calls stands beside it.

    Raises:
        ValueError: there are no samples.
    """
    if not samples_ns:
        raise ValueError("no samples to summarise")
    values = np.asarray(samples_ns, np.float64) / 1000
    p50, p90, p99 = (round(float(value), 2) for value in np.percentile(values, (50, 90, 99)))
    return {
        "p50_us": p50,
        "p90_us": p90,
        "p99_us": p99,
        "mean_us": round(float(values.mean()), 2),
        "min_us": round(float(values.min()), 2),
        "calls": len(values),
    }


def by_kind(
    call: Callable[[str], Result],
    texts: Sequence[str],
    kind: Callable[[Result], str],
    pace: Pace,
    clock: Clock = time.perf_counter_ns,
) -> dict[str, list[int]]:
    """Time `call` on the texts in turn; nanoseconds, sorted by what kind of result came out."""
    samples: dict[str, list[int]] = {}
    with _no_collector():
        for counts, number in _turns(pace, len(texts), clock):
            text = texts[number % len(texts)]
            start = clock()
            result = call(text)
            taken = clock() - start
            if counts:
                samples.setdefault(kind(result), []).append(taken)
    return samples


def interleaved(
    calls: Mapping[str, Sequence[Callable[[], object]]],
    pace: Pace,
    clock: Clock = time.perf_counter_ns,
    block: int = 1,
) -> dict[str, list[int]]:
    """Time several things in turn, a block of calls of each a round; nanoseconds, one a call.

    Both see the same clock speed, cache pressure and neighbours. The order turns with every round,
    so that none always finds the caches as another left them.

    Args:
        calls: for each thing its inputs, as calls without arguments, gone through in a cycle.
        pace: its `calls` and `warm_up` count rounds.
        block: calls of one thing before the other's turn. Where there are several, as many go
            before them that do not count: each thing is timed warm, though the other may be so
            large that after one call of it nothing else is left in the caches.
    """
    names = list(calls)
    samples: dict[str, list[int]] = {name: [] for name in names}
    longest = max(map(len, calls.values()))
    with _no_collector():
        for counts, number in _turns(pace, longest, clock):
            shift = number % len(names)
            for name in names[shift:] + names[:shift]:
                for at in range(-block if block > 1 else 0, block):
                    call = calls[name][(number * block + at) % len(calls[name])]
                    start = clock()
                    call()
                    taken = clock() - start
                    if counts and at >= 0:
                        samples[name].append(taken)
    return samples


def _turns(pace: Pace, inputs: int, clock: Clock) -> Iterator[tuple[bool, int]]:
    """Numbers of turns, and whether each counts: the warm-up first, at least one of each kind.

    Every input belongs into the warm-up, if time allows: the runtime remembers words.
    """
    end = clock() + int(1e9 * pace.seconds * _WARM_UP_SHARE)
    for number in range(max(pace.warm_up, inputs)):
        yield False, number
        if clock() >= end:
            break
    end = clock() + int(1e9 * pace.seconds)
    for number in range(pace.calls):
        yield True, number
        if clock() >= end:
            break


@contextmanager
def _no_collector() -> Iterator[None]:
    """Without garbage collection, which would hit one of many calls; what is there is collected."""
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def difference(whole: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, float]:
    """What `whole` costs beyond `part`: difference and ratio of their medians."""
    return {
        "p50_us": round(whole["p50_us"] - part["p50_us"], 2),
        "p50_ratio": round(whole["p50_us"] / part["p50_us"], 3) if part["p50_us"] else 0.0,
    }
