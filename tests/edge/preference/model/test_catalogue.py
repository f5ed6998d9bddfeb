"""The catalogue: its scores, its search, its bytes."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import BundleFormatError
from edge.preference.model import catalogue as module
from edge.preference.model.catalogue import Catalogue
from tests.edge.preference.tiny import ACTIONS, WIDTH, catalogue, noise

GOOD = catalogue().to_bytes()
QUERY = noise("query", 1, WIDTH)[0]


def exact(found: Catalogue) -> np.ndarray:
    rows = np.arange(len(found))
    return found.vectors(rows).astype(np.float64) @ QUERY + found.biases(rows)


def test_vectors_are_as_near_as_8_bits_allow() -> None:
    vectors = noise("vectors", len(ACTIONS), WIDTH)
    found = catalogue().vectors(np.arange(len(ACTIONS)))
    assert np.abs(found - vectors).max() <= np.abs(vectors).max() / 127 / 2 + 1e-6


def test_scores_are_products_and_biases() -> None:
    np.testing.assert_allclose(catalogue().scores(QUERY), exact(catalogue()), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("block", [WIDTH, 3 * WIDTH, 1 << 17])
def test_a_scan_finds_the_best_whatever_the_block(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BLOCK", block)
    many = catalogue([f"i{number}" for number in range(100)])
    scores = exact(many)
    found = many.scan(QUERY, 7, np.array([3, 99]))
    assert found.rows.tolist() == np.argsort(-scores, kind="stable")[:7].tolist()
    np.testing.assert_allclose(found.scores, scores[found.rows], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(found.asked, scores[[3, 99]], rtol=1e-4, atol=1e-5)
    assert found.log_total == pytest.approx(np.log(np.exp(scores).sum()), rel=1e-5)


def test_equal_scores_come_in_the_catalogues_order() -> None:
    same = Catalogue.quantised(
        ["a", "b", "c", "d"], np.ones((4, 2), np.float32), np.zeros(4, np.float32)
    )
    assert same.scan(np.ones(2, np.float32), 4).rows.tolist() == [0, 1, 2, 3]


def test_more_than_there_are() -> None:
    assert len(catalogue().scan(QUERY, 1000).rows) == len(ACTIONS)


def test_what_is_not_there_is_known_by_its_kind() -> None:
    found = catalogue()
    vector, bias = found.known_as(-1, "light")
    assert vector is not None
    np.testing.assert_allclose(vector, found.kinds["light"][:-1])
    assert bias == pytest.approx(found.kinds["light"][-1])
    assert found.known_as(-1, "zeppelin") == (None, 0.0)


def test_bytes_and_back() -> None:
    found = Catalogue.from_bytes(GOOD)
    assert list(found.names) == list(ACTIONS)
    np.testing.assert_array_equal(found.scores(QUERY), catalogue().scores(QUERY))
    assert found.to_bytes() == GOOD


@pytest.mark.parametrize(
    "data",
    [
        b"",
        GOOD[:-1],
        GOOD + b"x",
        b"EDGECAT2" + GOOD[8:],
        GOOD[:8] + struct.pack("<I", 0) + GOOD[12:],
        GOOD[:8] + struct.pack("<I", 2**31) + GOOD[12:],
        GOOD[:12] + struct.pack("<I", 2**31) + GOOD[16:],
        GOOD[:24] + struct.pack("<f", float("nan")) + GOOD[28:],
        GOOD[:-1] + b"]",
    ],
)
def test_what_is_no_catalogue(data: bytes) -> None:
    with pytest.raises(BundleFormatError, match="catalogue"):
        Catalogue.from_bytes(data)


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=8), st.booleans())
def test_any_bytes_are_one_or_are_refused(at: int, other: bytes, cut: bool) -> None:
    data = GOOD[:at] + other + (b"" if cut else GOOD[at + len(other) :])
    try:
        found = Catalogue.from_bytes(data)
    except BundleFormatError:
        return
    found.scan(QUERY[: found.width], 3)
    list(found.names)


@given(st.binary(max_size=200))
def test_any_bytes_behind_the_magic(data: bytes) -> None:
    try:
        Catalogue.from_bytes(b"EDGECAT1" + data)
    except BundleFormatError as error:
        assert "docs/bundle-format.md" in error.allowed
