"""BIO tags: which sequences are legal, and which legal one is best."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.intent.tags import (
    FORBIDDEN,
    REACH,
    TagTransitions,
    best_tags,
    is_legal,
    start_scores,
    tag_count,
    tag_spans,
    transition_scores,
)

O, B_A, I_A, B_B, I_B = range(5)  # noqa: E741  # the usual name of "outside"


@st.composite
def scores(draw: st.DrawFn, lowest: int = -60, labels: int | None = None) -> NDArray[np.float32]:
    """[1 to 4 words, 1 to 7 tags] of log-probabilities; whole numbers, so that sums are exact."""
    words = draw(st.integers(1, 4))
    tags = tag_count(draw(st.integers(0, 3)) if labels is None else labels)
    values = draw(st.lists(st.integers(lowest, 0), min_size=words * tags, max_size=words * tags))
    return np.array(values, np.float32).reshape(words, tags)


@st.composite
def learned_transitions(draw: st.DrawFn, labels: int) -> NDArray[np.float32]:
    """[1 + tags, tags] of whole numbers."""
    tags = tag_count(labels)
    size = (1 + tags) * tags
    values = draw(st.lists(st.integers(-5, 5), min_size=size, max_size=size))
    return np.array(values, np.float32).reshape(1 + tags, tags)


def total(
    table: NDArray[np.float32], path: Sequence[int], learned: NDArray[np.float32] | None = None
) -> float:
    """The score of a sequence."""
    score = float(table[range(len(path)), path].sum())
    if learned is not None:
        score += float(learned[0, path[0]])
        score += sum(float(learned[1 + before, after]) for before, after in pairwise(path))
    return score


def by_brute_force(table: NDArray[np.float32], learned: NDArray[np.float32] | None = None) -> float:
    """The highest score of any legal sequence."""
    words, tags = table.shape
    legal = (path for path in product(range(tags), repeat=words) if is_legal(path))
    return max(total(table, path, learned) for path in legal)


class TestRules:
    @pytest.mark.parametrize(
        "path", [[], [O], [B_A], [B_A, I_A, I_A], [B_A, B_A], [B_A, O, B_B, I_B], [O, B_B, B_A]]
    )
    def test_an_inside_after_its_beginning_is_legal(self, path: list[int]) -> None:
        assert is_legal(path)

    @pytest.mark.parametrize("path", [[I_A], [O, I_A], [B_A, I_B], [B_B, I_B, I_A], [I_A, B_A]])
    def test_an_inside_after_anything_else_is_not(self, path: list[int]) -> None:
        assert not is_legal(path)

    @given(st.lists(st.integers(0, 6), max_size=6))
    def test_the_transitions_say_the_same(self, path: list[int]) -> None:
        start, transitions = start_scores(3), transition_scores(3)
        steps = [start[tag] for tag in path[:1]]
        steps += [transitions[pair] for pair in pairwise(path)]
        assert is_legal(path) == (FORBIDDEN not in steps)


class TestBestSequence:
    @given(scores())
    def test_it_is_legal_and_no_legal_one_is_better(self, table: NDArray[np.float32]) -> None:
        words, tags = table.shape
        path = best_tags(table, TagTransitions((tags - 1) // 2))
        assert len(path) == words
        assert is_legal(path)
        assert total(table, path) == by_brute_force(table)

    def test_an_inside_without_a_beginning_is_mended_at_the_least_cost(self) -> None:
        table = np.log(np.array([[0.1, 0.4, 0.5], [0.1, 0.1, 0.8]], np.float32))
        assert best_tags(table, TagTransitions(1)) == [B_A, I_A]

    def test_a_span_never_changes_its_label_inside(self) -> None:
        table = np.full((2, 5), -9, np.float32)
        table[0, B_A] = table[1, I_B] = 0
        table[1, I_A] = -1
        assert best_tags(table, TagTransitions(2)) == [B_A, I_A]

    def test_a_model_without_slots_has_one_tag(self) -> None:
        assert best_tags(np.zeros((3, 1), np.float32), TagTransitions(0)) == [O, O, O]

    def test_the_scores_given_stay_as_they_are(self) -> None:
        table = np.array([[-3, -2, 0], [0, -1, -1]], np.float32)
        before = table.copy()
        best_tags(table, TagTransitions(1))
        assert (table == before).all()


class TestLearnedTransitions:
    @given(table=scores(lowest=-3, labels=2), learned=learned_transitions(2))
    def test_among_tags_within_reach_none_is_better(
        self, table: NDArray[np.float32], learned: NDArray[np.float32]
    ) -> None:
        path = best_tags(table, TagTransitions(2, learned))
        assert is_legal(path)
        assert total(table, path, learned) == by_brute_force(table, learned)

    @given(table=scores(labels=2), learned=learned_transitions(2))
    def test_whatever_is_out_of_reach_the_sequence_is_legal(
        self, table: NDArray[np.float32], learned: NDArray[np.float32]
    ) -> None:
        assert is_legal(best_tags(table, TagTransitions(2, learned)))

    def test_what_usually_follows_decides_where_words_leave_doubt(self) -> None:
        table = np.log(np.array([[0.1, 0.8, 0.1], [0.5, 0.1, 0.4]], np.float32))
        learned = np.zeros((4, 3), np.float32)
        assert best_tags(table, TagTransitions(1, learned)) == [B_A, O]
        learned[1 + B_A, I_A] = 1
        assert best_tags(table, TagTransitions(1, learned)) == [B_A, I_A]

    def test_a_word_without_doubt_stands(self) -> None:
        table = np.full((2, 3), -REACH - 1, np.float32)
        table[:, O] = 0
        learned = np.zeros((4, 3), np.float32)
        learned[1 + O, B_A] = 50
        assert best_tags(table, TagTransitions(1, learned)) == [O, O]

    def test_what_is_learned_never_breaks_the_rules(self) -> None:
        table = np.zeros((3, 5), np.float32)
        learned = np.zeros((6, 5), np.float32)
        learned[:, I_A] = 100
        assert best_tags(table, TagTransitions(2, learned)) == [B_A, I_A, I_A]


class TestSpans:
    @pytest.mark.parametrize(
        ("path", "spans"),
        [
            ([], []),
            ([O, O], []),
            ([B_A], [(0, 0, 1)]),
            ([O, B_A, I_A, O], [(0, 1, 3)]),
            ([B_A, B_A], [(0, 0, 1), (0, 1, 2)]),
            ([B_A, I_A, B_B, I_B, I_B], [(0, 0, 2), (1, 2, 5)]),
            ([B_B, O, B_B], [(1, 0, 1), (1, 2, 3)]),
        ],
    )
    def test_a_span_goes_from_its_beginning_to_its_last_inside(
        self, path: list[int], spans: list[tuple[int, int, int]]
    ) -> None:
        assert tag_spans(path) == spans

    @given(st.lists(st.integers(0, 6), max_size=12))
    def test_they_never_overlap_whatever_the_tags(self, path: list[int]) -> None:
        end = 0
        for label, first, last in tag_spans(path):
            assert 0 <= label < 3
            assert end <= first < last <= len(path)
            end = last
