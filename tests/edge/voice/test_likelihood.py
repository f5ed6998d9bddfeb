"""The probability of labels over all their alignments."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.voice.likelihood import log_likelihoods

LABELS = 4
TEXT = st.lists(st.integers(1, LABELS - 1), max_size=3)


def by_enumeration(frames: np.ndarray, labels: list[int]) -> float:
    total = -np.inf
    for path in product(range(LABELS), repeat=len(frames)):
        merged = [x for i, x in enumerate(path) if x and (i == 0 or path[i - 1] != x)]
        if merged == labels:
            total = np.logaddexp(total, sum(frames[t, x] for t, x in enumerate(path)))
    return float(total)


@settings(max_examples=25, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=4), st.integers(0, 2**32 - 1))
def test_a_probability_is_the_sum_over_all_alignments(texts: list[list[int]], seed: int) -> None:
    frames = np.log(np.random.default_rng(seed).dirichlet(np.ones(LABELS), 4))
    expected = [by_enumeration(frames, labels) for labels in texts]
    assert log_likelihoods(frames, texts) == pytest.approx(expected, abs=1e-9)


def test_what_does_not_fit_into_the_frames_is_impossible() -> None:
    frames = np.log(np.full((3, LABELS), 1 / LABELS))
    assert log_likelihoods(frames, [[1, 1, 1], [1, 2, 3]])[0] == -np.inf
    assert np.isfinite(log_likelihoods(frames, [[1, 1, 1], [1, 2, 3]])[1])


def test_a_long_utterance_does_not_underflow() -> None:
    frames = np.log(np.full((3000, LABELS), 1 / LABELS))
    assert np.isfinite(log_likelihoods(frames, [[1, 2, 3] * 100])).all()


def test_no_texts_have_no_probabilities() -> None:
    assert log_likelihoods(np.zeros((3, LABELS)), []).shape == (0,)
