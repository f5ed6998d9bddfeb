"""Counts: how they fade, how they are bounded, what a wrong clock does to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.limits import MEMORY_ACTIONS, MEMORY_CELLS
from edge.preference.memory.memory import FAST, SLOW, Cell, Memory, Pace
from edge.preference.moment import moment_of

START = datetime(2024, 1, 8)
_KEYS = ("all", "a0", "b0.1")
"""The last two are given up with the actions that they name."""


def at(memory: Memory, days: float) -> None:
    memory.pass_time(moment_of(START + timedelta(days=days)))


def counts(memory: Memory, key: str) -> dict[int, Cell]:
    found: dict[int, Cell] = {}
    memory.counts(key, found)
    return found


@pytest.fixture
def memory() -> Memory:
    memory = Memory(Pace(6.0, 120.0))
    at(memory, 0)
    return memory


def test_counts_halve_once_a_half_life(memory: Memory) -> None:
    memory.count("all", 0)
    at(memory, 6)
    assert counts(memory, "all")[0] == pytest.approx([0.5, 2 ** (-6 / 120)])
    memory.count("all", 0, 2.0)
    assert counts(memory, "all")[0] == pytest.approx([2.5, 2 + 2 ** (-6 / 120)])
    assert memory.counted("all", 0) == pytest.approx(2 + 2 ** (-6 / 120))
    assert memory.counted("all", 1) == memory.counted("none", 0) == 0


def test_several_keys_add_up(memory: Memory) -> None:
    memory.count("a", 0)
    memory.count("b", 0)
    found: dict[int, Cell] = {}
    memory.counts("a", found, 0.5)
    memory.counts("b", found)
    assert found == {0: [1.5, 1.5]}


def test_some_actions_are_looked_up_and_all_are_summed(memory: Memory) -> None:
    for action in range(3):
        memory.count("a", action, action + 1)
    for day in (40, 80, 120):
        at(memory, day)
    assert memory.some("a", (0, 2, 7)) == ({0: 0.5, 2: 1.5}, 3.0)
    assert memory.some("none", (0,)) == ({}, 0.0)


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("count"), st.sampled_from(_KEYS), st.integers(0, 3)),
            st.tuples(st.just("put back"), st.sampled_from(_KEYS), st.integers(0, 3)),
            st.tuples(st.just("wait"), st.sampled_from((1, 45))),
            st.tuples(st.just("admit"), st.integers(0, 9)),
        ),
        max_size=60,
    )
)
def test_sums_are_those_of_what_is_there(steps: list[tuple[Any, ...]]) -> None:
    memory, day = Memory(Pace(0.1, 120.0)), 0.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edge.preference.memory.memory.MEMORY_CELLS", 6)
        patch.setattr("edge.preference.memory.memory.MEMORY_ACTIONS", 4)
        for number in range(4):
            memory.admit(f"first {number}")
        for step in steps:
            if step[0] == "count":
                memory.count(step[1], step[2])
            elif step[0] == "put back":
                if not memory.counted(step[1], step[2]):
                    memory.restore(step[1], step[2], [1.0, 2.0])
            elif step[0] == "wait":
                day += step[1]
                at(memory, day)
            else:
                memory.admit(f"other {step[1]}")  # whatever was done least is given up
            for key in _KEYS:
                found, total = memory.some(key, range(4))
                assert total == pytest.approx(sum(found.values()))
                assert found == {
                    one: pytest.approx(cell[1]) for one, cell in counts(memory, key).items()
                }


def test_both_paces_are_counted_at_once(memory: Memory) -> None:
    for day, (key, action) in enumerate([("a", 0), ("b", 0), ("b", 1), ("a", 2)]):
        at(memory, 3 * day)
        memory.count(key, action)
    keys = (("a", 0.5), ("none", 1.0), ("b", 1.0))
    lately, lasting = memory.at_both_paces(keys)
    assert lately == pytest.approx(memory.together(keys, FAST))
    assert lasting == pytest.approx(memory.together(keys, SLOW))
    assert lately[0] < lasting[0]


def test_thirty_years_overflow_nothing(memory: Memory) -> None:
    """New counts weigh more and more, up to where a float ends."""
    memory.count("all", 0)
    for day in range(0, 11_000, 40):
        at(memory, day)
        memory.count("all", 1)
    fast, slow = counts(memory, "all")[1]
    assert fast == pytest.approx(1 / (1 - 2 ** (-40 / 6)), rel=1e-6)
    assert slow == pytest.approx(1 / (1 - 2 ** (-40 / 120)), rel=1e-6)
    assert counts(memory, "all")[0][1] < 1e-12


@pytest.mark.parametrize("wrong", [-3.0, -4000.0])
def test_a_clock_that_goes_back_takes_no_time_away(memory: Memory, wrong: float) -> None:
    memory.count("all", 0)
    at(memory, 1)
    day = memory.day
    for step in range(7):
        at(memory, wrong + step / 100)
        assert memory.day == day
    at(memory, wrong + 0.1)  # the eighth in a row: it was set back
    at(memory, wrong + 0.6)
    assert memory.day == pytest.approx(day + 0.5) or wrong < -3000  # before 2015 none is known


def test_two_clocks_that_differ_cost_nothing(memory: Memory) -> None:
    memory.count("all", 0)
    at(memory, 100)
    first = memory.day
    for day in range(28):
        at(memory, 100 + day)
        at(memory, 40 + day)
    assert memory.day == pytest.approx(first + 27)


def test_what_is_kept_is_not_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.preference.memory.memory.MEMORY_CELLS", 10)
    memory = Memory(kept=("rated",))
    for action in range(5):
        memory.count("rated", action)
    for action in range(50):
        memory.count("all", action, 10.0)
    assert len(memory) <= 10
    assert [memory.counted("rated", action) for action in range(5)] == [1.0] * 5


def test_a_clock_that_leaps_ahead_costs_little(memory: Memory) -> None:
    memory.count("all", 0)
    at(memory, 20_000)
    assert memory.day == 45
    at(memory, 1)
    assert memory.day == 45
    assert counts(memory, "all")[0][1] > 0.7


def test_cells_are_bounded_and_the_faintest_go(memory: Memory) -> None:
    memory.count("all", 0, 100.0)
    for number in range(3 * MEMORY_CELLS):
        memory.count(f"key {number}", 0)
        assert len(memory) <= MEMORY_CELLS
    assert memory.counted("all", 0) == 100
    assert memory.counted(f"key {3 * MEMORY_CELLS - 1}", 0) == 1
    assert len(memory) == len(list(memory.cells()))


def test_actions_are_bounded_and_the_least_done_gives_its_number_up(memory: Memory) -> None:
    for number in range(MEMORY_ACTIONS):
        assert memory.admit(f"action {number}") == number
        memory.count("all", number, 1.0 if number == 7 else 2.0)
    memory.count("a7", 3)
    memory.count("b2.7", 3)
    memory.count("a17", 3)
    assert memory.admit("one more") == 7
    assert len(memory.actions) == MEMORY_ACTIONS
    assert memory.number_of("action 7") == -1
    assert memory.number_of("one more") == 7
    assert memory.counted("all", 7) == 0
    # What followed action 7 does not follow the one that has its number now.
    assert memory.counted("a7", 3) == memory.counted("b2.7", 3) == 0
    assert memory.counted("a17", 3) == 1
    assert len(memory) == len(list(memory.cells()))


def test_cells_can_be_put_back(memory: Memory) -> None:
    memory.count("all", 0)
    memory.count("a0", 1, 3.0)
    at(memory, 9)
    again = Memory(memory.pace)
    again.resume(memory.day, memory.last_time, memory.events)
    for key, action, cell in memory.cells():
        again.restore(key, action, cell)
    for later in (9, 12):
        for each in (memory, again):
            at(each, later)
            each.count("a0", 1)
        assert counts(again, "a0")[1] == pytest.approx(counts(memory, "a0")[1])
    assert len(again) == len(memory)


def test_it_is_plain_data_for_whoever_it_is_about(memory: Memory) -> None:
    memory.admit("fan:turn_on")
    memory.count("all", 0)
    memory.events = 1
    assert memory.to_dict() == {
        "events": 1,
        "actions": ["fan:turn_on"],
        "counts": {"all": {"fan:turn_on": 1.0}},
    }
