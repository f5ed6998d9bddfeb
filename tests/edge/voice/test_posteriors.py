"""Posteriors of letters, and of sounds beside them."""

from __future__ import annotations

import numpy as np
import pytest

from edge.errors import UsageError
from edge.voice.posteriors import (
    WITH_PHONES,
    WITHOUT_PHONES,
    checked,
    give_to_blank,
    letters,
    phones,
    smoothed,
)


def uniform(columns: int) -> np.ndarray:
    return np.full((3, columns), -np.log(columns))


def test_letters_come_first_and_sounds_after_them() -> None:
    rows = np.arange(2.0 * WITH_PHONES).reshape(2, -1)
    sounds = phones(rows)
    assert sounds is not None
    assert np.array_equal(np.hstack([letters(rows), sounds]), rows)
    assert letters(rows).shape == (2, WITHOUT_PHONES)


def test_a_model_of_letters_alone_hears_no_sounds() -> None:
    assert phones(uniform(WITHOUT_PHONES)) is None
    assert np.array_equal(letters(uniform(WITHOUT_PHONES)), uniform(WITHOUT_PHONES))


@pytest.mark.parametrize("columns", [WITHOUT_PHONES, WITH_PHONES])
def test_both_widths_can_be_searched(columns: int) -> None:
    rows = uniform(columns)
    assert checked(rows) is rows


@pytest.mark.parametrize("columns", [1, WITHOUT_PHONES - 1, WITHOUT_PHONES + 1, WITH_PHONES + 1])
def test_no_other_width_can(columns: int) -> None:
    with pytest.raises(UsageError, match="shape"):
        checked(uniform(columns))


def test_smoothing_leaves_distributions_and_takes_off_what_was_too_sure() -> None:
    sure = np.log(np.full((1, 4), 1e-9))
    sure[0, 2] = np.log1p(-3e-9)
    found = smoothed(sure, 0.02)
    assert np.exp(found).sum() == pytest.approx(1.0)
    assert found.min() == pytest.approx(np.log(0.005), abs=1e-3)
    assert np.allclose(smoothed(sure, 0.0), sure)


def test_what_is_given_to_the_blank_can_be_taken_back() -> None:
    rows = np.log(np.random.default_rng(0).dirichlet(np.ones(29), 5))
    given = rows.copy()
    give_to_blank(given, 1.5)
    assert np.allclose(np.exp(given).sum(1), 1)
    odds = given[:, 0] - given[:, 1] - (rows[:, 0] - rows[:, 1])
    assert np.allclose(odds, 1.5)
    give_to_blank(given, -1.5)
    assert np.allclose(given, rows)
