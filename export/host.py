"""The machine a bundle is made on: how graphs run there, and what a manifest says of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from device_profiles import SessionSettings

ONE_THREAD: Final = SessionSettings(
    threads=1, allow_spinning=False, memory_arena=False, optimization="extended"
)
"""How graphs are run where no board's profile says: as on the smallest of them."""


def timed(call: Callable[[int], object], calls: int) -> list[int]:
    """Nanoseconds that each of `call(0)`, `call(1)` … took."""
    taken = []
    for number in range(calls):
        started = time.perf_counter_ns()
        call(number)
        taken.append(time.perf_counter_ns() - started)
    return taken


def host_latency(taken: Sequence[int]) -> dict[str, Any]:
    """Percentiles in microseconds of calls on this very machine, of their nanoseconds."""
    p50, p90, p99 = (round(float(v) / 1000, 1) for v in np.percentile(taken, [50, 90, 99]))
    return {"where": "host", "p50_us": p50, "p90_us": p90, "p99_us": p99}
