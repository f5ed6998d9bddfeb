"""Weighing opinions, and learning what each is worth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.preference.experts.mixture import learn_worth, mix
from edge.preference.experts.opinion import Opinion

GATES = np.array([1.0, 0.0, -1.0], np.float32)
ONE = Opinion({0: 0.75, 1: 0.25}, 4.0)
TWO = Opinion({1: 1.0}, 9.0)


def test_shares_are_those_of_the_gates() -> None:
    mixture = mix([ONE, TWO], GATES, np.ones(3))
    expected = np.exp(GATES) / np.exp(GATES).sum()
    np.testing.assert_allclose(mixture.shares, expected, rtol=1e-6)
    assert mixture.counted[1] == pytest.approx(expected[0] * 0.25 + expected[1])
    assert mixture.chance(5, 0.5) == pytest.approx(0.5 * expected[2])


def test_who_abstains_has_no_share() -> None:
    mixture = mix([None, TWO], GATES, np.ones(3))
    assert mixture.shares[0] == 0
    assert sum(mixture.shares) == pytest.approx(1)
    assert mix([None, None], GATES, np.ones(3)).shares == [0, 0, 1]


@given(st.lists(st.floats(-(2.0**127), 2.0**127, width=32), min_size=3, max_size=3))
def test_any_gates_give_shares(gates: list[float]) -> None:
    shares = mix([None, TWO], np.array(gates, np.float32), np.ones(3)).shares
    assert np.isfinite(shares).all()
    assert sum(shares) == pytest.approx(1)


def test_worths_next_to_nothing_are_no_error() -> None:
    """A file of what was learned may hold any numbers above 0."""
    shares = mix([ONE, TWO], np.array([0, 0, -90], np.float32), np.full(3, 5e-324)).shares
    assert shares == [0.5, 0.5, 0.0]


def test_who_was_right_is_worth_more() -> None:
    worth = np.ones(3)
    for _ in range(50):
        learn_worth(worth, mix([ONE, TWO], GATES, worth), 1, by_model=0.0)
    assert worth[1] > worth[0] > worth[2] > 0


def test_who_was_wrong_for_long_can_be_right_again() -> None:
    worth = np.ones(3)
    for _ in range(2000):
        learn_worth(worth, mix([ONE, TWO], GATES, worth), 0, by_model=0.1)
    assert worth[0] > 5 * worth[1]
    for _ in range(300):
        learn_worth(worth, mix([ONE, TWO], GATES, worth), 1, by_model=0.1)
    assert worth[1] > worth[0]


def test_what_nobody_saw_coming_teaches_nothing() -> None:
    worth = np.ones(3)
    learn_worth(worth, mix([ONE, TWO], GATES, worth), 99, by_model=0.0)
    assert worth.tolist() == [1, 1, 1]


def test_a_probability_that_is_no_number_teaches_nothing() -> None:
    worth = np.ones(3)
    learn_worth(worth, mix([ONE, TWO], GATES, worth), 0, by_model=float("nan"))
    assert worth.tolist() == [1, 1, 1]


def test_a_share_that_makes_hardly_a_difference_goes_to_the_others() -> None:
    """Where many speak, most of them quietly, only those that matter are looked at."""
    gates = np.array([5.0, -5.0, 5.0], np.float32)
    mixture = mix([ONE, TWO], gates, np.ones(3))
    assert [*mixture.shares] == pytest.approx([0.5, 0.0, 0.5])
    assert mixture.shares[1] == 0
    assert mixture.counted == pytest.approx({0: 0.5 * 0.75, 1: 0.5 * 0.25})
    # The model's stays, however small: it is the only one who knows every candidate.
    quiet = mix([ONE, TWO], np.array([5.0, 5.0, -5.0], np.float32), np.ones(3))
    assert 0 < quiet.shares[-1] < 1e-3
    assert sum(quiet.shares) == pytest.approx(1)
