"""What is kept of one person besides the counts."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from edge.preference.experts.personal import EVIDENCE
from edge.preference.memory.keys import EVERYTHING
from edge.preference.memory.past import COURSE_EVENTS, Event, Past, value_code
from edge.preference.model.model import Shape
from edge.preference.moment import NEVER, moment_of

MONDAY = datetime(2024, 1, 8, 7)
SHAPE = Shape(3, 2, 1, EVIDENCE, 2)


@pytest.fixture
def past() -> Past:
    return Past(SHAPE, 2)


def admit(past: Past, name: str, row: int) -> int:
    number = past.memory.admit(name)
    past.place(number, row, 100 + number, np.full(2, row, np.float32), 0.5)
    return number


def push(past: Past, number: int, hours: float = 0.0) -> None:
    event = Event(past.rows[number], 0, 2, 0)
    past.push(number, np.zeros(1, np.float32), hours, {}, event)


class TestPlacing:
    def test_rows_and_candidates_are_found_both_ways(self, past: Past) -> None:
        one, two, three = admit(past, "a", 4), admit(past, "b", 4), admit(past, "c", -1)
        assert past.of_row == {4: [one, two], -1: [three]}
        assert past.action_of == {100 + n: n for n in (one, two, three)}

    def test_what_was_done_to_a_device_last_is_repeated_and_nothing_else(self, past: Past) -> None:
        names = ("light.a:turn_on", "light.a:turn_off", "fan.b:set", "dance")
        on, off, fan, dance = (admit(past, name, row) for row, name in enumerate(names))
        for number in (on, off, fan, dance):
            assert not past.is_repeated(number)  # nothing was done yet
        for number in (on, fan, dance):
            push(past, number)
        assert [past.is_repeated(number) for number in (on, off, fan, dance)] == [1, 0, 1, 0]
        push(past, off)  # the window is of three events
        assert [past.is_repeated(number) for number in (on, off, fan, dance)] == [0, 1, 1, 0]

    def test_a_number_given_to_another_leaves_nothing_behind(self, past: Past) -> None:
        one, two = admit(past, "a", 4), admit(past, "b", 5)
        for number in (one, two, one):
            push(past, number)
        past.memory.actions[one] = "lamp:dim"
        past.place(one, 6, 900, None, 0.0)
        assert past.devices == ["lamp", ""]
        assert past.of_row == {5: [two], 6: [one]}
        assert past.action_of == {900: one, 100 + two: two}
        # It is in no window any more, and nothing comes after it.
        assert list(past.recent) == [two]
        assert past.history.filled == 1
        assert past.history.rows[0, :, 0].tolist() == [0, 0, 5]
        assert (past.last, past.before_last) == (-1, -1)


class TestPushing:
    def test_the_window_and_the_course_are_bounded(self, past: Past) -> None:
        numbers = [admit(past, str(row), row) for row in range(COURSE_EVENTS + 5)]
        for number in numbers:
            push(past, number)
        assert list(past.recent) == numbers[-SHAPE.events :]
        assert [event.row for event in past.course] == list(range(5, COURSE_EVENTS + 5))
        assert (past.before_last, past.last) == (numbers[-2], numbers[-1])
        assert past.memory.events == len(numbers)

    def test_what_was_only_admitted_was_not_done(self, past: Past) -> None:
        one, two = admit(past, "a", 4), admit(past, "b", 5)
        past.memory.count(EVERYTHING, one)
        past.memory.count("accepted", two)
        assert past.ever_done() == {100 + one}


class TestTime:
    def test_hours_since_the_event_before(self, past: Past) -> None:
        assert past.pass_time(moment_of(MONDAY)) == 0  # there was none
        assert past.pass_time(moment_of(MONDAY + timedelta(hours=5))) == 5
        assert past.pass_time(NEVER) == 0
        assert past.pass_time(moment_of(MONDAY)) == 0  # the clock went back
        assert past.pass_time(moment_of(MONDAY + timedelta(days=900))) == 24 * 45

    def test_an_event_told_twice_is_known(self, past: Past) -> None:
        number = admit(past, "a", 4)
        moment = moment_of(MONDAY)
        assert not past.was_told("a", moment)
        past.pass_time(moment)
        push(past, number)
        assert past.was_told("a", moment)
        assert not past.was_told("b", moment)
        assert not past.was_told("a", moment_of(MONDAY + timedelta(seconds=1)))
        assert not past.was_told("a", NEVER)


def test_what_was_set_is_told_apart() -> None:
    assert value_code("") == 0
    assert len({value_code(text) for text in ("", "21", "22", "\udcff", "grün")}) == 5
