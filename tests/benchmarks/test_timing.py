"""Times as distributions, and two things in turn. The clock is an argument: nothing here waits."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from benchmarks.timing import measure, pinned, summarize


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


def test_percentiles_are_in_microseconds() -> None:
    timing = summarize([1000 * value for value in range(1, 102)], first_ns=7_000, warm_up=3)

    assert (timing.p50_us, timing.p90_us, timing.p99_us) == (51, 91, 100)
    assert (timing.min_us, timing.mean_us, timing.first_us) == (1, 51, 7)
    assert (timing.repeats, timing.warm_up) == (101, 3)


def test_things_are_timed_in_turn_and_the_order_turns_with_every_round() -> None:
    clock = Clock()
    measure(
        {"a": [clock.work("a", 1)], "b": [clock.work("b", 1)]}, repeats=3, warm_up=1, clock=clock
    )

    assert "".join(clock.log) == "abbaabba"


def test_warm_up_does_not_count_but_the_first_call_is_kept() -> None:
    clock = Clock()
    first = [clock.work("slow", 9_000)]
    rest = [clock.work("quick", 1_000)] * 3
    run = measure({"a": first + rest}, repeats=3, warm_up=1, clock=clock)

    assert run.timings["a"].first_us == 9
    assert run.timings["a"].p99_us == 1


def test_inputs_are_gone_through_in_a_cycle() -> None:
    clock = Clock()
    measure({"a": [clock.work("1", 1), clock.work("2", 1)]}, repeats=5, warm_up=0, clock=clock)

    assert "".join(clock.log) == "12121"


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
    with pytest.raises(ValueError, match="core 99999"), pinned(99_999):
        pass
