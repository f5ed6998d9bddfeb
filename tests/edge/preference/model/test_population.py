"""What others did: tables, their bytes, and bytes that are none."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import BundleFormatError
from edge.preference.model.population import Population, Table
from tests.edge.preference.tiny import ACTIONS, population

ITEMS = len(ACTIONS)
GOOD = population(ITEMS).to_bytes()
SMALL = Population({"after": Table.of({3: {1: 2.0, 0: 0.5}, 9: {7: 1.0}})})


def test_what_followed_is_found() -> None:
    rows, weights = SMALL.after("after", 3)
    assert (rows.tolist(), weights.tolist()) == ([0, 1], [0.5, 2.0])


@pytest.mark.parametrize(("table", "context"), [("after", 4), ("after", -1), ("before", 3)])
def test_what_is_not_there_is_empty(table: str, context: int) -> None:
    assert len(SMALL.after(table, context).rows) == 0


def test_bytes_and_back() -> None:
    assert Population.from_bytes(GOOD, ITEMS).to_bytes() == GOOD


@pytest.mark.parametrize(
    "data",
    [
        b"",
        GOOD[:-1],
        GOOD + b"x",
        b"EDGEPOP2" + GOOD[8:],
        GOOD[:8] + struct.pack("<I", 2**32 - 1) + GOOD[12:],
        b"EDGEPOP1" + struct.pack("<I", 2) + b"{}",
        b"EDGEPOP1" + struct.pack("<I", 9) + b'[["a",1]]',
        b"EDGEPOP1" + struct.pack("<I", 18) + b'[["a",1,99999999]]',
        b"EDGEPOP1" + struct.pack("<I", 1000) + b"[" * 1000,
    ],
)
def test_what_is_none(data: bytes) -> None:
    with pytest.raises(BundleFormatError, match="population"):
        Population.from_bytes(data, ITEMS)


def test_rows_beyond_the_catalogue_are_refused() -> None:
    with pytest.raises(BundleFormatError, match="out of order"):
        Population.from_bytes(SMALL.to_bytes(), 7)
    Population.from_bytes(SMALL.to_bytes(), 8)


@pytest.mark.parametrize(
    "weight", [float("nan"), float("inf"), -1.0], ids=["no number", "endless", "negative"]
)
def test_weights_that_are_none_are_refused(weight: float) -> None:
    data = Population({"after": Table.of({3: {1: weight}})}).to_bytes()
    with pytest.raises(BundleFormatError, match="out of order"):
        Population.from_bytes(data, 8)


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8), st.booleans())
def test_any_bytes_are_one_or_are_refused(at: int, other: bytes, cut: bool) -> None:
    data = GOOD[:at] + other + (b"" if cut else GOOD[at + len(other) :])
    try:
        found = Population.from_bytes(data, ITEMS)
    except BundleFormatError:
        return
    for name in found.tables:
        found.after(name, 0)
