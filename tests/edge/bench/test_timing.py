"""Times as distributions. A clock of the tests' own makes them exact."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.bench.timing import Pace, by_kind, difference, interleaved, summary


class Watch:
    """A clock that stands still but for what is called."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now

    def work(self, nanoseconds: int) -> None:
        self.now += nanoseconds


class TestSummary:
    def test_percentiles_in_microseconds(self) -> None:
        found = summary([1000 * n for n in range(101)])
        assert found == {
            "p50_us": 50,
            "p90_us": 90,
            "p99_us": 99,
            "mean_us": 50,
            "min_us": 0,
            "calls": 101,
        }

    @given(st.lists(st.integers(0, 10**12), min_size=1, max_size=50))
    def test_they_rise(self, samples: list[int]) -> None:
        found = summary(samples)
        assert found["min_us"] <= found["p50_us"] <= found["p90_us"] <= found["p99_us"]

    def test_no_samples_have_no_distribution(self) -> None:
        with pytest.raises(ValueError, match="no samples"):
            summary([])


class TestSentencesInTurn:
    def test_each_is_said_as_often_and_sorted_by_what_came_out(self) -> None:
        watch = Watch()
        costs = {"a": 5, "bb": 7, "cc": 9}

        def call(text: str) -> str:
            watch.work(costs[text])
            return text

        found = by_kind(call, list(costs), lambda text: str(len(text)), Pace(1, 6, 0), watch)
        assert found == {"1": [5, 5], "2": [7, 9, 7, 9]}

    def test_every_one_is_warmed_up_before_any_counts(self) -> None:
        said: list[str] = []
        texts = [str(number) for number in range(7)]
        by_kind(said.append, texts, lambda _: "all", Pace(60, 1, 3))
        assert said == [*texts, "0"]

    def test_it_ends_when_the_time_is_up(self) -> None:
        watch = Watch()

        def call(text: str) -> None:
            watch.work(10**8)

        found = by_kind(call, ["a"], lambda _: "all", Pace(1.0, 10**6, 200), watch)
        assert len(found["all"]) == 10
        assert watch.now == (3 + 10) * 10**8  # a quarter of the time for the warm-up

    def test_the_collector_is_off_meanwhile_and_on_again(self) -> None:
        seen = []
        by_kind(lambda text: seen.append(gc.isenabled()), ["a"], str, Pace(1, 5, 0))
        assert set(seen) == {False}
        assert gc.isenabled()

    def test_it_is_on_again_after_an_error(self) -> None:
        with pytest.raises(ZeroDivisionError):
            by_kind(lambda text: 1 / 0, ["a"], str, Pace(1, 5, 0))
        assert gc.isenabled()


class TestInterleaving:
    def test_both_are_called_once_a_round_and_take_turns_at_going_first(self) -> None:
        watch = Watch()
        order: list[str] = []

        def one(name: str, cost: int) -> Callable[[], None]:
            return lambda: (order.append(name), watch.work(cost))[0]

        calls = {"whole": [one("whole", 30)], "part": [one("part", 20)]}
        found = interleaved(calls, Pace(60, 4, 0), watch)
        assert found == {"whole": [30] * 4, "part": [20] * 4}
        # one round of warm-up, which every input gets
        assert order == ["whole", "part"] + ["whole", "part", "part", "whole"] * 2

    def test_in_blocks_as_many_go_before_that_do_not_count(self) -> None:
        watch = Watch()
        order: list[str] = []

        def one(name: str, cost: int) -> Callable[[], None]:
            return lambda: (order.append(name), watch.work(cost))[0]

        calls = {"a": [one("a", 1), one("A", 2)], "b": [one("b", 3)]}
        found = interleaved(calls, Pace(60, 1, 0), watch, block=2)
        assert found == {"a": [1, 2], "b": [3, 3]}
        # two rounds of warm-up, one for each input
        assert "".join(order) == "aAaAbbbb" + "bbbbaAaA" + "aAaAbbbb"

    def test_both_go_through_the_same_inputs(self) -> None:
        said: dict[str, list[int]] = {"whole": [], "part": []}
        calls = {name: [partial(said[name].append, n) for n in range(3)] for name in said}
        interleaved(calls, Pace(60, 6, 0))
        assert said["whole"] == said["part"] == [0, 1, 2, 0, 1, 2, 0, 1, 2]


def test_the_difference_is_that_of_the_medians() -> None:
    whole, part = summary([40_000] * 3), summary([10_000] * 3)
    assert difference(whole, part) == {"p50_us": 30.0, "p50_ratio": 4.0}
