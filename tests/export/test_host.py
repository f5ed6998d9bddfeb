"""The machine that bundles are made on."""

from __future__ import annotations

import subprocess
import sys

import pytest

from export.host import hold_freed_memory, host_latency, timed

_ROUNDS = 50
_FAULTS = f"""
import resource, sys
import numpy as np
from export.host import hold_freed_memory

if sys.argv[1] == "hold" and not hold_freed_memory():
    sys.exit("not here")
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range({_ROUNDS}):
    np.full(8_000_000, 1.0)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(how: str) -> int:
    """Pages that the system has to hand out while large arrays are made and freed again."""
    done = subprocess.run(
        [sys.executable, "-c", _FAULTS, how], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(not hold_freed_memory(), reason="another C library than glibc")
def test_freed_memory_is_used_again() -> None:
    assert faults("hold") < faults("give back") / 4


def test_every_call_is_timed() -> None:
    called: list[int] = []
    assert len(timed(called.append, 5)) == 5
    assert called == [0, 1, 2, 3, 4]


def test_percentiles_in_microseconds() -> None:
    found = host_latency([1000 * n for n in range(1, 102)])
    assert (found["p50_us"], found["p90_us"], found["p99_us"]) == (51.0, 91.0, 100.0)
    assert found["where"] == "host"
