"""Lines of a log, also broken ones."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import UsageError
from edge.preference.event_line import Done, Told, read_row, row_of

MONDAY = datetime(2024, 1, 8, 7, 31)
TIME = '"time": "2024-01-08T07:31"'


def read_line(line: str) -> Done | Told:
    return read_row(row_of(line))


def test_an_event() -> None:
    line = (
        f'{{{TIME}, "household": "h", "action": " light.a:turn_on ", "person": 7, "value": 21,'
        '"context": {"lux": 12}, "rating": 4}'
    )
    assert read_line(line) == Done(MONDAY, "light.a:turn_on", "7", {"lux": 12}, "21", "h", 4.0)


def test_a_question() -> None:
    assert read_line(f"{{{TIME}}}") == Done(MONDAY, "", "", {}, "", "")


def test_feedback() -> None:
    line = '{"feedback": "dismissed", "action": "fan:turn_on", "person": "anna"}'
    assert read_line(line) == Told("fan:turn_on", "dismissed", "anna", "")


@pytest.mark.parametrize("rating", ['"five"', "true", "NaN", "1e400", "-1e7", "[4]", "null"])
def test_a_rating_that_is_none_is_left_out(rating: str) -> None:
    found = read_line(f'{{{TIME}, "action": "film", "rating": {rating}}}')
    assert found == Done(MONDAY, "film", "", {}, "", "", None)


@pytest.mark.parametrize("line", [f'{{{TIME}, "person": [], "context": 5, "value": null}}'])
def test_what_is_not_needed_costs_only_itself(line: str) -> None:
    assert read_line(line) == Done(MONDAY, "", "", {}, "", "")


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("", "no JSON"),
        ("{", "no JSON"),
        ("[" * 5000, "no JSON"),
        ("7" * 5000, "no JSON"),
        ("[]", "no JSON object"),
        ("null", "no JSON object"),
        ("{}", "no time"),
        ('{"time": "yesterday"}', "the time is 'yesterday'"),
        ('{"time": true}', "the time is True"),
        ('{"time": {}}', "the time is {}"),
        ('{"time": 1704699060000}', "are these milliseconds"),
        ('{"time": 1704699060000000000}', "are these milliseconds"),
        (f'{{{TIME}, "action": 1.5}}', "the action is 1.5"),
        (f'{{{TIME}, "action": ""}}', "the action is ''"),
    ],
)
def test_what_is_none(line: str, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        read_line(line)


@pytest.mark.parametrize("time", ["1e999", "NaN", "-1", "1" * 400])
def test_a_clock_that_was_never_set_is_no_broken_line(time: str) -> None:
    found = read_line(f'{{"time": {time}}}')
    assert isinstance(found, Done)
    assert isinstance(found.time, float)


@given(st.text() | st.builds(json.dumps, st.dictionaries(st.text(), st.none() | st.integers())))
def test_any_line(line: str) -> None:
    try:
        read_line(line)
    except UsageError as error:
        assert "\n" not in error.what


@given(
    st.fixed_dictionaries(
        {"time": st.none() | st.text() | st.floats() | st.integers()},
        optional={
            key: st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.none())
            for key in ("action", "person", "value", "household", "context", "feedback")
        },
    )
)
def test_any_object(row: dict[str, Any]) -> None:
    try:
        read_line(json.dumps(row))
    except UsageError:
        return
