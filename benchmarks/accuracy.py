"""Accuracy on public test sets: the bundle as the runtime runs it, and the trivial baseline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks import baseline, variants
from edge.bundle.bundle import Bundle
from edge.events import Rejected
from edge.intent.model import TASK
from edge.runtime import Runtime
from export.corpora import OUT_OF_SCOPE, Corpus, SlotSpan, read
from export.metrics import Prediction, evaluate

CORPORA = ("snips", "clinc150", "slurp")
"""Folders looked for under the data folder."""


def predict(runtime: Any, text: str, *, may_refuse: bool) -> Prediction:
    """What the runtime makes of one sentence.

    Args:
        runtime: an `edge.Runtime`.
        may_refuse: True where the test set has out-of-scope sentences: then a refusal is the
            answer "out of scope". Elsewhere the published protocol knows no refusal and the best
            guess counts, however unsure.
    """
    refused = may_refuse and isinstance(runtime.understand(text), Rejected)
    frame = runtime.intent.read(text)
    if frame is None:  # too long: no guess at all, and so wrong wherever refusing is not right
        return Prediction(OUT_OF_SCOPE, (), 0.0)
    slots = tuple(SlotSpan(slot.label, slot.start, slot.end) for slot in frame.slots)
    return Prediction(OUT_OF_SCOPE if refused else frame.intent, slots, frame.score)


def of_bundle(bundle: Path, corpus: Corpus, profile: str | None = None) -> dict[str, Any]:
    """Every metric of one of the bundle's variants on the corpus' test split.

    Args:
        profile: whose variant; the one nearest to this machine when left out.

    Raises:
        EdgeError: the bundle cannot be loaded.
    """
    runtime = Runtime.load(bundle, profile=profile)
    try:
        may_refuse = any(item.intent == OUT_OF_SCOPE for item in corpus.test)
        predicted = [predict(runtime, item.text, may_refuse=may_refuse) for item in corpus.test]
        graph = Bundle.open(bundle, runtime.profile).graph(TASK)
        return {
            "corpus": corpus.name,
            "model": "Hearth Edge",
            "profile": runtime.profile,
            "scheme": graph.scheme,
            "ours": True,
            **evaluate(corpus.test, predicted).to_dict(),
        }
    finally:
        runtime.close()


def devices(bundle: Path) -> list[dict[str, Any]]:
    """What the bundle holds for each device profile, and why: from its manifest."""
    found = []
    for name in sorted(Bundle.open(bundle, None).profiles):
        graph = Bundle.open(bundle, name).graph(TASK)
        found.append(
            {
                "profile": name,
                "scheme": graph.scheme,
                "bytes": graph.bytes,
                "accuracy": dict(graph.accuracy),
                "reason": graph.reasons[0] if graph.reasons else "",
            }
        )
    return found


def training(bundles: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Dev-set figures of teachers and students, of bundles whose run folder stands beside them."""
    found = {name: variants.training(bundle) for name, bundle in bundles.items()}
    return {name: figures for name, figures in found.items() if figures is not None}


def rows(
    data: Path,
    bundles: Mapping[str, Path],
    *,
    report: Callable[[str], None],
    with_baseline: bool = True,
) -> list[dict[str, Any]]:
    """Rows for corpora found under `data`: the bundle named for it, baseline, one answer.

    Of those that have a bundle; of all where none has.

    Raises:
        UsageError: a corpus cannot be read.
        EdgeError: a bundle cannot be loaded.
    """
    result = []
    for name in [name for name in CORPORA if name in bundles or not bundles]:
        if not (data / name).is_dir():
            continue
        corpus = read(data / name)
        corpus.name = name
        if name in bundles:
            report(f"{name}: the bundle on {len(corpus.test):,} sentences")
            for profile, _ in variants.one_a_scheme(bundles[name], TASK):
                result.append(of_bundle(bundles[name], corpus, profile))
        if with_baseline:
            report(f"{name}: TF-IDF and logistic regression")
            texts = [item.text for item in corpus.test]
            trained = baseline.train(corpus)
            result.append(
                baseline.score(corpus, trained.intents(texts), "TF-IDF + logistic regression")
            )
            best = baseline.constant(corpus)
            title = f"one answer for all, the best ({best})"
            result.append(baseline.score(corpus, [best] * len(texts), title))
    return result
