"""Times as distributions, and two things in turn. The clock is an argument: nothing here waits."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from benchmarks.timing import measure, pinned
from edge.errors import UsageError


class Clock:
    """Nanoseconds that only pass when somebody works."""

    def __init__(self) -> None:
        self.now = 0
        self.log: list[str] = []

    def __call__(self) -> int:
        return self.now

    def work(self, name: str, nanoseconds: int) -> Callable[[], None]:
        def call() -> None:
            self.now += nanoseconds
            self.log.append(name)

        return call


def test_things_are_timed_in_turn() -> None:
    clock = Clock()
    calls = {"a": [clock.work("a", 1_000)], "b": [clock.work("b", 2_000)]}
    run = measure(calls, repeats=3, warm_up=1, clock=clock)

    assert "".join(clock.log) == "ab" + "abbaab"  # the warm-up, then the order turns
    assert run.samples_ns["a"].tolist() == [1_000] * 3
    assert run.timings["b"]["p50_us"] == 2


def test_in_blocks_each_is_warm_before_it_counts() -> None:
    clock = Clock()
    calls = {"a": [clock.work("a", 1)], "b": [clock.work("b", 1)]}
    run = measure(calls, repeats=4, warm_up=0, block=2, clock=clock)

    assert "".join(clock.log) == "aaaabbbb" * 2 + "bbbbaaaa"
    assert len(run.samples_ns["a"]) == len(run.samples_ns["b"]) == 4


def test_a_ratio_says_how_many_times_as_long_the_slow_one_takes() -> None:
    clock = Clock()
    calls = {"quick": [clock.work("q", 1_000)], "slow": [clock.work("s", 15_000)]}
    ratio = measure(calls, repeats=20, warm_up=0, clock=clock).ratio("quick", "slow")

    assert (ratio.value, ratio.low, ratio.high) == (15, 15, 15)
    assert ratio.to_dict()["slow"] == "slow"


@pytest.mark.parametrize(("calls", "repeats"), [({}, 1), ({"a": []}, 1), ({"a": [int]}, 0)])
def test_nothing_to_time_is_refused(calls: dict, repeats: int) -> None:
    with pytest.raises(ValueError, match="nothing to time"):
        measure(calls, repeats=repeats)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system cannot pin processes")
def test_a_process_is_kept_on_one_core_and_let_go_again() -> None:
    before = os.sched_getaffinity(0)
    with pinned(min(before)):
        assert os.sched_getaffinity(0) == {min(before)}
    assert os.sched_getaffinity(0) == before


def test_a_core_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="core 99999"), pinned(99_999):
        pass
