"""How good predicted frames are, in the words and by the protocols of the published work.

Every function takes the gold sentences and the predictions in the same order. Rates are shares in
[0, 1]; a rate of nothing (no sentence, no span) is 0, so that an empty corpus never looks perfect.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from export.corpora.utterance import OUT_OF_SCOPE, SlotSpan, Utterance


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model made of one sentence."""

    intent: str
    """`OUT_OF_SCOPE` for a sentence it takes for no command."""
    slots: tuple[SlotSpan, ...] = ()
    score: float = 1.0
    """The model's probability, in [0, 1], that it is right."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with what it was counted from and how sure one can be of it."""

    value: float
    low: float
    """Lower end of the 95 % interval."""
    high: float
    """Upper end of the 95 % interval."""
    count: int
    """Sentences (for an F1: gold and predicted spans together) it was counted from."""

    def to_dict(self) -> dict[str, float | int]:
        """Plain data for JSON, rounded to 6 digits."""
        return {
            "value": round(self.value, 6),
            "low": round(self.low, 6),
            "high": round(self.high, 6),
            "count": self.count,
        }


def _pairs(
    gold: Sequence[Utterance], predicted: Sequence[Prediction]
) -> list[tuple[Utterance, Prediction]]:
    """The two side by side.

    Raises:
        ValueError: they differ in length, or a gold sentence is not labelled.
    """
    if len(gold) != len(predicted):
        raise ValueError(f"{len(gold)} gold sentences but {len(predicted)} predictions")
    for item in gold:
        if item.intent is None:
            raise ValueError(f"the sentence {item.text!r} has no gold intent")
    return list(zip(gold, predicted, strict=True))


def wilson(hits: int, count: int, z: float = 1.959963984540054) -> Rate:
    """A share with its 95 % score interval.

    Source: Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA
    22, 1927; it holds near 0 and 1, where the normal approximation leaves [0, 1].

    Raises:
        ValueError: `hits` is not between 0 and `count`.
    """
    if not 0 <= hits <= count:
        raise ValueError(f"{hits} hits of {count}")
    if count == 0:
        return Rate(0.0, 0.0, 1.0, 0)
    share = hits / count
    scale = 1 + z * z / count
    middle = (share + z * z / (2 * count)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return Rate(share, max(0.0, middle - half), min(1.0, middle + half), count)


def _share(
    gold: Sequence[Utterance],
    predicted: Sequence[Prediction],
    right: Callable[[Utterance, Prediction], bool],
    counted: Callable[[Utterance], bool] = lambda item: True,
) -> Rate:
    pairs = [(item, guess) for item, guess in _pairs(gold, predicted) if counted(item)]
    return wilson(sum(right(item, guess) for item, guess in pairs), len(pairs))


def intent_accuracy(gold: Sequence[Utterance], predicted: Sequence[Prediction]) -> Rate:
    """Share of sentences whose intent is right; out of scope counts as an intent like any other."""
    return _share(gold, predicted, lambda item, guess: item.intent == guess.intent)


def frame_accuracy(gold: Sequence[Utterance], predicted: Sequence[Prediction]) -> Rate:
    """Share of sentences with the intent and every slot right, and no slot too many.

    Source: "sentence-level semantic frame accuracy", Goo et al. 2018 (slot-gated model).
    """
    return _share(
        gold,
        predicted,
        lambda item, guess: item.intent == guess.intent and set(item.slots) == set(guess.slots),
    )


def in_scope_accuracy(gold: Sequence[Utterance], predicted: Sequence[Prediction]) -> Rate:
    """Share of the in-scope sentences whose intent is right; refusing one is an error.

    Source: Larson et al. 2019 (CLINC150), table 2, "In-Scope Accuracy".
    """
    return _share(
        gold,
        predicted,
        lambda item, guess: item.intent == guess.intent,
        lambda item: item.intent != OUT_OF_SCOPE,
    )


def out_of_scope_recall(gold: Sequence[Utterance], predicted: Sequence[Prediction]) -> Rate:
    """Share of the out-of-scope sentences recognised as such.

    Source: Larson et al. 2019 (CLINC150), table 2, "Out-of-Scope Recall".
    """
    return _share(
        gold,
        predicted,
        lambda item, guess: guess.intent == OUT_OF_SCOPE,
        lambda item: item.intent == OUT_OF_SCOPE,
    )


def span_counts(
    gold: Sequence[Utterance], predicted: Sequence[Prediction]
) -> list[tuple[int, int, int]]:
    """For each sentence: (spans right, predicted, gold); right is the label and both ends."""
    result = []
    for item, guess in _pairs(gold, predicted):
        right = sum((Counter(item.slots) & Counter(guess.slots)).values())
        result.append((right, len(guess.slots), len(item.slots)))
    return result


def _f1(right: int, predicted: int, wanted: int) -> float:
    return 2 * right / (predicted + wanted) if predicted + wanted else 0.0


def slot_f1(
    gold: Sequence[Utterance],
    predicted: Sequence[Prediction],
    *,
    resamples: int = 1000,
    seed: int = 0,
) -> Rate:
    """Micro-averaged F1 of the slots: a span counts where its label and both its ends are right.

    Source: Tjong Kim Sang and Buchholz, "Introduction to the CoNLL-2000 Shared Task" (conlleval).
    On gold transcripts it is also the span F1 of Bastianelli et al. 2020 (SLURP), table 5; it is
    not their SLU-F1, which gives partial credit for transcription errors. The interval is a
    percentile bootstrap over sentences (Efron and Tibshirani 1993): spans of one sentence are right
    or wrong together, so they cannot be resampled one by one.

    Args:
        resamples: how many bootstrap samples the interval is taken from.
        seed: of the bootstrap; the same inputs give the same interval.
    """
    counts = np.asarray(span_counts(gold, predicted), dtype=np.int64).reshape(-1, 3)
    right, found, wanted = (int(total) for total in counts.sum(axis=0))
    value = _f1(right, found, wanted)
    if found + wanted == 0 or resamples <= 0:
        return Rate(value, 0.0, 1.0, found + wanted)
    generator = np.random.default_rng(seed)
    samples = np.empty(resamples)
    for index in range(resamples):
        drawn = counts[generator.integers(0, len(counts), len(counts))].sum(axis=0)
        samples[index] = _f1(*(int(total) for total in drawn))
    low, high = np.percentile(samples, (2.5, 97.5))
    return Rate(value, float(low), float(high), found + wanted)


@dataclass(frozen=True, slots=True)
class LabelScore:
    """How one label fares."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int
    """Gold occurrences."""
    predicted: int


def per_intent(gold: Sequence[Utterance], predicted: Sequence[Prediction]) -> list[LabelScore]:
    """Precision, recall and F1 of every intent that occurs, by label."""
    pairs = [(str(item.intent), guess.intent) for item, guess in _pairs(gold, predicted)]
    right = Counter(wanted for wanted, guess in pairs if wanted == guess)
    return _scores(
        right, Counter(guess for _, guess in pairs), Counter(wanted for wanted, _ in pairs)
    )


def per_slot(gold: Sequence[Utterance], predicted: Sequence[Prediction]) -> list[LabelScore]:
    """Precision, recall and F1 of every slot label that occurs, by label; spans are exact."""
    right: Counter[str] = Counter()
    found: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    for item, guess in _pairs(gold, predicted):
        right.update(span.label for span in (Counter(item.slots) & Counter(guess.slots)).elements())
        found.update(span.label for span in guess.slots)
        wanted.update(span.label for span in item.slots)
    return _scores(right, found, wanted)


def _scores(right: Counter[str], found: Counter[str], wanted: Counter[str]) -> list[LabelScore]:
    return [
        LabelScore(
            label,
            right[label] / found[label] if found[label] else 0.0,
            right[label] / wanted[label] if wanted[label] else 0.0,
            _f1(right[label], found[label], wanted[label]),
            wanted[label],
            found[label],
        )
        for label in sorted(found.keys() | wanted.keys())
    ]


def confusion(
    gold: Sequence[Utterance], predicted: Sequence[Prediction]
) -> dict[tuple[str, str], int]:
    """(gold intent, predicted intent) → how often, for the pairs that occur."""
    pairs = _pairs(gold, predicted)
    return dict(Counter((str(item.intent), guess.intent) for item, guess in pairs))


def expected_calibration_error(
    scores: Sequence[float], right: Sequence[bool], *, bins: int = 15
) -> float:
    """Mean distance between the probability given and the share that was right.

    Equal-width bins, each weighted by its sentences. Source: Guo et al., "On Calibration of Modern
    Neural Networks", ICML 2017, equation 3 (15 bins, (low, high] intervals).

    Args:
        scores: probabilities in [0, 1].
        right: for each, whether the prediction was right.

    Raises:
        ValueError: the two differ in length, a score is outside [0, 1], or `bins` is not positive.
    """
    if len(scores) != len(right):
        raise ValueError(f"{len(scores)} scores but {len(right)} outcomes")
    if bins < 1:
        raise ValueError(f"{bins} bins; at least 1 is needed")
    if not scores:
        return 0.0
    confidence = np.asarray(scores, dtype=np.float64)
    if not bool(np.all((confidence >= 0) & (confidence <= 1))):
        raise ValueError("a score is outside [0, 1]")
    hit = np.asarray(right, dtype=np.float64)
    index = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    gaps = np.bincount(index, weights=hit - confidence, minlength=bins)
    return float(np.abs(gaps).sum() / len(confidence))


@dataclass(frozen=True, slots=True)
class Scores:
    """Everything measured on one test set."""

    sentences: int
    intent: Rate
    slots: Rate
    frame: Rate
    in_scope: Rate
    out_of_scope: Rate
    calibration_error: float
    """Of the score as the probability that the whole frame is right."""

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON; the out-of-scope rate only where there are such sentences."""
        result: dict[str, object] = {
            "sentences": self.sentences,
            "intent_accuracy": self.intent.to_dict(),
            "slot_f1": self.slots.to_dict(),
            "frame_accuracy": self.frame.to_dict(),
            "calibration_error": round(self.calibration_error, 6),
        }
        if self.out_of_scope.count:
            result["in_scope_accuracy"] = self.in_scope.to_dict()
            result["out_of_scope_recall"] = self.out_of_scope.to_dict()
        return result


def evaluate(gold: Sequence[Utterance], predicted: Sequence[Prediction]) -> Scores:
    """All metrics at once.

    Raises:
        ValueError: the two differ in length, or a gold sentence is not labelled.
    """
    pairs = _pairs(gold, predicted)
    right = [i.intent == g.intent and set(i.slots) == set(g.slots) for i, g in pairs]
    return Scores(
        len(pairs),
        intent_accuracy(gold, predicted),
        slot_f1(gold, predicted),
        frame_accuracy(gold, predicted),
        in_scope_accuracy(gold, predicted),
        out_of_scope_recall(gold, predicted),
        expected_calibration_error([guess.score for _, guess in pairs], right),
    )
