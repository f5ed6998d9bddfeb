"""Hypotheses side by side: their sums, and which of them are kept."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from edge.voice.search.beam import ALIKE, best, either

LOGS = st.floats(-1e4, 0)
SCORED = st.lists(st.tuples(LOGS, st.integers(0, 9)), min_size=1, max_size=80)


@given(st.lists(st.tuples(LOGS, LOGS | st.just(-math.inf)), min_size=1, max_size=20))
def test_either_is_the_logarithm_of_a_sum(pairs):
    one, other = np.array(pairs).T
    np.testing.assert_allclose(either(one, other), np.logaddexp(one, other), rtol=1e-14)
    np.testing.assert_allclose(either(other, one), np.logaddexp(one, other), rtol=1e-14)


@given(SCORED, st.integers(1, 40))
def test_the_best_are_kept_in_the_order_they_had(scored, most):
    scores = np.array([score for score, _ in scored])

    kept = best(scores, most, math.inf)

    assert kept.tolist() == sorted(kept.tolist())
    assert len(kept) == min(most, len(scores))
    assert sorted(scores[kept]) == sorted(scores)[len(scores) - len(kept) :]


@given(SCORED, st.floats(0, 100))
def test_none_is_kept_that_is_further_behind(scored, distance):
    scores = np.array([score for score, _ in scored])

    kept = best(scores, len(scores), distance)

    assert kept.tolist() == np.flatnonzero(scores >= scores.max() - distance).tolist()


@given(SCORED, st.integers(1, 40))
def test_a_crowd_keeps_few_of_each_state_the_best_of_them(scored, most):
    scores = np.array([score for score, _ in scored])
    state = np.array([state for _, state in scored], np.int32)

    kept = best(scores, most, math.inf, state)

    if len(scores) <= most:
        assert len(kept) == len(scores)
        return
    assert kept.tolist() == sorted(set(kept.tolist()))
    assert len(kept) <= most
    for one in set(state.tolist()):
        own = sorted(scores[state == one], reverse=True)
        mine = sorted(scores[kept[state[kept] == one]], reverse=True)
        assert mine == own[: len(mine)]
        assert len(mine) <= ALIKE
