"""Metrics, against examples worked by hand and against scikit-learn where it has the same one."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from export.corpora import OUT_OF_SCOPE, SlotSpan, Utterance
from export.metrics import (
    Prediction,
    confusion,
    evaluate,
    expected_calibration_error,
    frame_accuracy,
    in_scope_accuracy,
    intent_accuracy,
    out_of_scope_recall,
    per_intent,
    per_slot,
    slot_f1,
    wilson,
)

A, B, C = SlotSpan("who", 0, 3), SlotSpan("when", 4, 9), SlotSpan("when", 4, 8)

GOLD = [
    Utterance("one two34 five", "x", (A, B)),
    Utterance("one two34 five", "x", (A,)),
    Utterance("one two34 five", "y"),
    Utterance("one two34 five", OUT_OF_SCOPE),
]
PREDICTED = [
    Prediction("x", (B, A), 0.9),  # all right, in another order
    Prediction("x", (A, C), 0.8),  # a slot too many
    Prediction("x", (), 0.6),
    Prediction(OUT_OF_SCOPE, (), 0.7),
]


def test_intents_frames_and_slots_by_hand() -> None:
    assert intent_accuracy(GOLD, PREDICTED).value == 3 / 4
    assert frame_accuracy(GOLD, PREDICTED).value == 2 / 4
    # 3 spans right of 4 predicted and 3 wanted
    assert slot_f1(GOLD, PREDICTED).value == pytest.approx(2 * 3 / (4 + 3))


def test_out_of_scope_by_the_protocol_of_clinc150() -> None:
    assert in_scope_accuracy(GOLD, PREDICTED).value == 2 / 3
    assert in_scope_accuracy(GOLD, PREDICTED).count == 3
    assert out_of_scope_recall(GOLD, PREDICTED).value == 1.0


def test_a_shortened_span_or_another_label_is_wrong() -> None:
    gold = [Utterance("one two34", "x", (B,))]

    assert slot_f1(gold, [Prediction("x", (C,))]).value == 0
    assert slot_f1(gold, [Prediction("x", (SlotSpan("who", 4, 9),))]).value == 0


def test_precision_and_recall_a_label() -> None:
    scores = {row.label: row for row in per_slot(GOLD, PREDICTED)}

    assert (scores["when"].precision, scores["when"].recall) == (1 / 2, 1)
    assert (scores["who"].precision, scores["who"].recall, scores["who"].support) == (1, 1, 2)


def test_confusions_are_counted_gold_first() -> None:
    assert confusion(GOLD, PREDICTED) == {
        ("x", "x"): 2,
        ("y", "x"): 1,
        (OUT_OF_SCOPE, OUT_OF_SCOPE): 1,
    }


def test_nothing_is_never_perfect() -> None:
    assert intent_accuracy([], []).value == 0
    assert slot_f1([], []).value == 0
    assert evaluate([], []).sentences == 0


def test_lists_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(ValueError, match="4 gold sentences but 3 predictions"):
        intent_accuracy(GOLD, PREDICTED[:3])
    with pytest.raises(ValueError, match="has no gold intent"):
        intent_accuracy([Utterance("a")], [Prediction("x")])


LABELS = st.sampled_from(["a", "b", "c", OUT_OF_SCOPE])


@pytest.mark.filterwarnings("ignore:A single label was found")
@given(st.lists(st.tuples(LABELS, LABELS), min_size=1, max_size=60))
def test_intent_figures_agree_with_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    wanted, found = [a for a, _ in pairs], [b for _, b in pairs]
    gold = [Utterance("t", label) for label in wanted]
    predicted = [Prediction(label) for label in found]
    names = sorted({*wanted, *found})

    assert intent_accuracy(gold, predicted).value == pytest.approx(accuracy_score(wanted, found))
    counts = confusion(gold, predicted)
    matrix = confusion_matrix(wanted, found, labels=names)
    assert [[counts.get((a, b), 0) for b in names] for a in names] == matrix.tolist()
    expected = precision_recall_fscore_support(wanted, found, labels=names, zero_division=0)
    rows = per_intent(gold, predicted)
    assert [row.label for row in rows] == names
    assert np.allclose([row.precision for row in rows], expected[0])
    assert np.allclose([row.recall for row in rows], expected[1])
    assert np.allclose([row.f1 for row in rows], expected[2])
    assert [row.support for row in rows] == expected[3].tolist()


def test_the_wilson_interval_is_that_of_the_literature() -> None:
    # Newcombe, "Two-sided confidence intervals for the single proportion", 1998, table I
    rate = wilson(81, 263)
    assert (round(rate.low, 4), round(rate.high, 4)) == (0.2553, 0.3662)
    rate = wilson(0, 20)
    assert (rate.low, round(rate.high, 4)) == (0.0, 0.1611)
    assert wilson(29, 29).high == 1.0


def test_the_wilson_interval_of_more_hits_than_trials_is_refused() -> None:
    with pytest.raises(ValueError, match="3 hits of 2"):
        wilson(3, 2)


@given(st.integers(0, 200), st.integers(1, 200))
def test_an_interval_holds_its_share_and_stays_within_bounds(hits: int, count: int) -> None:
    rate = wilson(min(hits, count), count)

    assert 0 <= rate.low <= rate.value + 1e-12
    assert rate.value - 1e-12 <= rate.high <= 1


def test_the_bootstrap_of_slot_f1_is_seeded_and_brackets_the_value() -> None:
    generator = random.Random(0)
    gold = [Utterance("one two34", "x", (A, B))] * 300
    predicted = [Prediction("x", (A, B if generator.random() < 0.8 else C)) for _ in gold]
    rate = slot_f1(gold, predicted)

    assert rate.low < rate.value < rate.high
    assert rate == slot_f1(gold, predicted)


def test_calibration_error_by_hand() -> None:
    # one bin holds 0.9 and 0.95 (one right), another 0.2 (wrong)
    value = expected_calibration_error([0.9, 0.95, 0.2], [True, False, False], bins=5)

    assert value == pytest.approx(abs(1 - 1.85) / 3 + 0.2 / 3)


def test_a_score_that_means_what_it_says_has_no_calibration_error() -> None:
    right = [index < 75 for index in range(100)]

    assert math.isclose(expected_calibration_error([0.75] * 100, right), 0, abs_tol=1e-12)


@pytest.mark.parametrize(
    ("scores", "right", "bins", "what"),
    [
        ([0.5], [], 15, "1 scores but 0 outcomes"),
        ([1.5], [True], 15, "outside"),
        ([float("nan")], [True], 15, "outside"),
        ([0.5], [True], 0, "at least 1"),
    ],
)
def test_calibration_of_what_are_no_probabilities_is_refused(
    scores: list[float], right: list[bool], bins: int, what: str
) -> None:
    with pytest.raises(ValueError, match=what):
        expected_calibration_error(scores, right, bins=bins)


def test_all_metrics_at_once_as_plain_data() -> None:
    result = evaluate(GOLD, PREDICTED).to_dict()

    assert result["sentences"] == 4
    assert result["out_of_scope_recall"]["value"] == 1.0  # type: ignore[index]
    assert "out_of_scope_recall" not in evaluate(GOLD[:3], PREDICTED[:3]).to_dict()
