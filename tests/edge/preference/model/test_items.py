"""Names of items: name → row and back, from any bytes."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.limits import ITEM_CHARS
from edge.preference.model.items import ItemNames

NAMES = st.lists(
    st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), min_size=1),
    min_size=1,
    unique=True,
)


@given(NAMES)
def test_every_name_is_found_and_no_other(names: list[str]) -> None:
    items = ItemNames.of(names)
    assert list(items) == names
    assert [items[row] for row in range(len(names))] == names
    assert [items.row(name) for name in names] == list(range(len(names)))
    assert items.row("".join(names) + "x") == -1
    assert items[-1] == names[-1]
    assert items[1:] == names[1:]


def test_a_name_that_no_utf8_can_hold_is_not_found() -> None:
    assert ItemNames.of(["a"]).row("\ud800") == -1


@pytest.mark.parametrize("names", [["a", "a"], ["a\nb"], ["x" * (4 * ITEM_CHARS + 1)]])
def test_what_cannot_be_names(names: list[str]) -> None:
    with pytest.raises(ValueError):
        ItemNames.of(names)


def test_a_row_that_is_not_there() -> None:
    with pytest.raises(IndexError):
        ItemNames.of(["a"])[1]


@given(st.binary(max_size=64), st.lists(st.integers(-3, 6), max_size=8))
def test_any_bytes_are_names_or_are_refused(raw: bytes, order: list[int]) -> None:
    with contextlib.suppress(ValueError):
        items = ItemNames(raw, np.array(order, np.int32))
        for row in range(len(items)):
            items[row]
        items.row("a")
