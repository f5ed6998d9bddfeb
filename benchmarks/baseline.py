"""The trivial baseline: TF-IDF of words and word pairs, logistic regression; one answer for all.

Whatever does not beat these is not worth shipping.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from export.corpora.utterance import OUT_OF_SCOPE, Corpus, Utterance
from export.metrics import (
    Prediction,
    in_scope_accuracy,
    intent_accuracy,
    out_of_scope_recall,
)


@dataclass(frozen=True, slots=True)
class Baseline:
    """A trained baseline for intents; it knows no slots."""

    intents: Callable[[Sequence[str]], list[str]]
    """Sentences → intent labels."""
    features: int


def train(corpus: Corpus, seed: int = 0) -> Baseline:
    """Trains on the training split; out of scope is one more class ("oos-train" in CLINC150).

    scikit-learn's defaults but for word pairs, sublinear counts and C = 10, none of it tuned.

    Raises:
        ModuleNotFoundError: scikit-learn is not installed.
        ValueError: the training split has fewer than two intents.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    labels = [str(item.intent) for item in corpus.train]
    if len(set(labels)) < 2:
        raise ValueError("logistic regression needs at least two intents")
    vectorizer: Any = TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"(?u)\S+"
    )
    matrix = vectorizer.fit_transform(item.text for item in corpus.train)
    model: Any = LogisticRegression(C=10.0, max_iter=200, random_state=seed)
    model.fit(matrix, labels)

    def intents(texts: Sequence[str]) -> list[str]:
        return [str(label) for label in model.predict(vectorizer.transform(texts))]

    return Baseline(intents, matrix.shape[1])


def constant(corpus: Corpus) -> str:
    """The one intent that is right most often if it is the answer to every sentence of the test.

    Chosen with the test set in sight, so that no constant answer is better. Training's most
    frequent intent says little where training is capped: of SLURP's seven most frequent the test
    set has none.
    """
    known = {item.intent for item in corpus.train} - {OUT_OF_SCOPE}
    counts = Counter(str(item.intent) for item in corpus.test if item.intent in known)
    return min(counts, key=lambda label: (-counts[label], label))


def score(corpus: Corpus, intents: Sequence[str], name: str) -> dict[str, Any]:
    """Intent figures of predicted labels for the test split, as a row of results.

    Frames are left out: a baseline without slots is right on a frame only where there are none.
    """
    predicted = [Prediction(label) for label in intents]
    return {"model": name, "corpus": corpus.name, **intent_figures(corpus.test, predicted)}


def intent_figures(gold: Sequence[Utterance], predicted: Sequence[Prediction]) -> dict[str, Any]:
    """Intent accuracy, or in-scope accuracy and out-of-scope recall where there is such a class."""
    if any(item.intent == OUT_OF_SCOPE for item in gold):
        return {
            "in_scope_accuracy": in_scope_accuracy(gold, predicted).to_dict(),
            "out_of_scope_recall": out_of_scope_recall(gold, predicted).to_dict(),
        }
    return {"intent_accuracy": intent_accuracy(gold, predicted).to_dict()}
