"""The machine that bundles are made on."""

from __future__ import annotations

import os
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
_WAITING = """
import os, sys
import export

print(os.environ.get("GOMP_SPINCOUNT", ""))
print("torch" in sys.modules)
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


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, "1000", id="they soon sleep"),
        pytest.param({"GOMP_SPINCOUNT": "7"}, "7", id="as whoever starts it says"),
        pytest.param({"OMP_WAIT_POLICY": "ACTIVE"}, "", id="or says in the standard's words"),
    ],
)
def test_before_torch_is_imported_its_threads_are_told_how_to_wait(
    given: dict[str, str], expected: str
) -> None:
    told = {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}
    done = subprocess.run(
        [sys.executable, "-c", _WAITING],
        env={name: value for name, value in os.environ.items() if name not in told} | given,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [expected, "False"]
