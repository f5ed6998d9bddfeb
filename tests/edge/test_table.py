"""Tables for people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.table import columns, printable, table


def test_columns_are_aligned_and_numbers_go_right() -> None:
    assert table(("name", "ms"), [("lamp", 5), ("kitchen light", 12)], right={1}) == (
        "name           ms\n"
        "-------------  --\n"
        "lamp            5\n"
        "kitchen light  12"
    )  # fmt: skip


def test_the_last_column_is_wrapped_to_the_terminal() -> None:
    text = table(("check", "found"), [("memory", "one two three four five six seven")], width=34)
    assert text.splitlines()[2:] == [
        "memory  one two three four five",
        "        six seven",
    ]


def test_a_table_without_rows_is_its_header() -> None:
    assert table(("a", "b"), []) == "a  b\n-  -"


def test_wide_characters_take_two_columns_and_accents_none() -> None:
    assert columns("灯") == 2
    assert columns("e\u0301") == 1
    first, _, second, third = table(("n", "x"), [("灯", 1), ("ab", 2)]).splitlines()
    assert (first, second, third) == ("n   x", "灯  1", "ab  2")


def test_control_characters_cannot_steer_the_terminal() -> None:
    assert printable("\x1b[2Jlamp\r\n") == "\\x1b[2Jlamp\\r\\n"


def test_a_row_with_a_value_too_many_is_an_error() -> None:
    with pytest.raises(ValueError, match="3 values in a row of a table of 2 columns"):
        table(("a", "b"), [(1, 2, 3)])


@given(st.lists(st.tuples(st.text(), st.text(), st.integers())), st.integers(1, 120))
def test_any_values_make_printable_lines(rows: list[tuple[str, str, int]], width: int) -> None:
    for line in table(("a", "b", "c"), rows, right={2}, width=width).split("\n"):
        assert line.isprintable()
