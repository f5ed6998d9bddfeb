"""The machine a bundle is made on: how graphs run there, and what a manifest says of it."""

from __future__ import annotations

import ctypes
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from device_profiles import SessionSettings

ONE_THREAD: Final = SessionSettings(
    threads=1, allow_spinning=False, memory_arena=False, optimization="extended"
)
"""How graphs are run where no board's profile says: as on the smallest of them."""
_TRIM_THRESHOLD: Final = -1
_MMAP_THRESHOLD: Final = -3
"""Parameters of glibc's `mallopt(3)`."""
_HELD: Final = 2**30
_NEVER: Final = 2**31 - 1


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


def hold_freed_memory() -> bool:
    """Has this process keep the memory of large arrays that are freed, where it runs on glibc.

    Otherwise every training step gives it back to the system and gets it again page by page, each
    filled with zeros first: a fifth of the time of an acoustic model's training on two cores.

    Returns:
        Whether the process does so from now on.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, TypeError, AttributeError):  # another system, or another C library
        return False
    return bool(mallopt(_MMAP_THRESHOLD, _HELD) and mallopt(_TRIM_THRESHOLD, _NEVER))
