"""Accuracy in the published protocols: bundles as the runtime runs them, floors beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import variants
from benchmarks.preference import ratings, replay, sets
from benchmarks.preference.measures import figures
from benchmarks.preference.names import NAMES
from edge.errors import UsageError
from edge.preference.model.model import TASK
from edge.runtime import Runtime
from export.corpora.interactions import InteractionCorpus, Target

OURS = "Hearth Edge"


def rows(
    bundles: Mapping[str, Path],
    data: Path | None,
    *,
    limit: int | None = None,
    report: Callable[[str], None],
) -> list[dict[str, Any]]:
    """Rows for every set that there is a bundle for: floors first, then each scheme's variant.

    Args:
        bundles: set → the bundle trained on it.
        data: folder of the public sets.
        limit: targets of each set, for a quick look: the first so many.

    Raises:
        EdgeError: a set or a bundle cannot be read, or a set is not under `data`.
    """
    found: list[dict[str, Any]] = []
    for name, bundle in bundles.items():
        if name not in NAMES:
            continue
        corpus = sets.corpus_of(name, data)
        if corpus is None:
            raise UsageError(f"the set {name!r} is not there", where="--data", hint="EDGE_DATA")
        targets = by_history(corpus.test)[:limit]
        report(f"{name}: {len(targets):,} targets")
        if corpus.objective == "rating":
            found += _rated(name, bundle, corpus, targets, report)
            continue
        views = sets.views_of(name, corpus, targets)
        for floor in sets.floors_of(name, corpus):
            report(f"{name}: {floor.name}")
            row: dict[str, Any] = {"set": name, "model": floor.name}
            found += _viewed(row, floor.ranks(targets), views, corpus, targets)
        for profile, scheme in variants.one_a_scheme(bundle, TASK):
            report(f"{name}: the bundle, {scheme}")
            row = {"set": name, "model": OURS, "ours": True, "profile": profile, "scheme": scheme}
            ranked = of_bundle(bundle, profile, corpus, targets)
            found += _viewed(row, ranked, views, corpus, targets)
    return found


def _rated(
    name: str,
    bundle: Path,
    corpus: InteractionCorpus,
    targets: Sequence[Target],
    report: Callable[[str], None],
) -> list[dict[str, Any]]:
    shared: dict[str, Any] = {"set": name, "view": "all", "targets": len(targets)}
    found = [
        {**shared, "model": title, **ratings.figures(foreseen)}
        for title, foreseen in ratings.floors(corpus, targets).items()
    ]
    if not ratings.rated(bundle):
        report(f"{name}: left out: the bundle (it was not trained on ratings)")
        return found
    for profile, scheme in variants.one_a_scheme(bundle, TASK):
        report(f"{name}: the bundle, {scheme}")
        own = {"model": OURS, "ours": True, "profile": profile, "scheme": scheme}
        foreseen = ratings.of_bundle(bundle, profile, corpus, targets)
        found.append({**shared, **own, **ratings.figures(foreseen)})
    return found


def by_history(targets: Sequence[Target]) -> list[Target]:
    """In the order in which histories are lived through: one after the other."""
    first: dict[int, int] = {}
    for target in targets:
        first.setdefault(target.history, len(first))
    return sorted(targets, key=lambda target: (first[target.history], target.position))


def of_bundle(
    bundle: Path, profile: str, corpus: InteractionCorpus, targets: Sequence[Target]
) -> list[int]:
    """The runtime's ranks of the targets.

    Raises:
        EdgeError: the bundle cannot be loaded.
    """
    with Runtime.load(bundle, profile=profile) as runtime:
        return [found.rank for found in replay.live(runtime, corpus, targets)]


def training(bundles: Mapping[str, Path]) -> dict[str, dict[str, Any]]:
    """Dev-set figures of bundles whose run folder stands beside them: runs/toys, runs/toys.edge."""
    known = {name: bundle for name, bundle in bundles.items() if name in NAMES}
    found = {name: variants.training(bundle) for name, bundle in known.items()}
    return {name: figures for name, figures in found.items() if figures is not None}


def _viewed(
    row: dict[str, Any],
    ranks: Sequence[int],
    views: sets.Views,
    corpus: InteractionCorpus,
    targets: Sequence[Target],
) -> list[dict[str, Any]]:
    found = []
    for view, chosen in views.items():
        # Of one household many events are asked about: they are resampled together.
        groups = [targets[at].history for at in chosen] if corpus.generic else None
        own = figures([ranks[at] for at in chosen], groups)
        found.append({**row, "view": view, "targets": len(chosen), **own})
    return found
