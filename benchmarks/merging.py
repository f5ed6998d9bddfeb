"""New results beside older ones of what was not measured this time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

CORPUS_OF_ROWS: Final = {"accuracy": "corpus", "preference": "set"}
"""Groups whose results are of several corpora, each with a bundle of its own → what a row calls
its corpus."""

Part = Literal["rows", "devices", "training"]
"""What a run may give of a corpus, each by itself: figures of training are read where a run folder
stands beside the bundle, and kept where none does."""
HOME: Final = "home"
"""The corpus whose bundle the devices are read from."""


def origin(results: Mapping[str, Any], part: Part, name: str) -> Mapping[str, Any] | None:
    """The run that gave one part of one corpus; None where that was not written down.

    Results used to have one run a corpus: that of its rows, or of the devices. Which run its
    figures of training are from, they do not say.
    """
    runs = results.get("runs")
    found: Mapping[str, Any] | None = results["run"]
    if runs is not None and "rows" in runs:
        found = runs.get(part, {}).get(name)
    elif runs is not None:
        found = None if part == "training" else runs.get(name)
    return found


def merged(fresh: dict[str, Any], before: Mapping[str, Any], corpus: str) -> dict[str, Any]:
    """New results beside those of corpora that were not measured this time.

    What is kept says which run it is from (`runs`: part → corpus → run), so that no figure is
    attributed to a machine or a commit that did not give it.

    Args:
        corpus: what a row calls its corpus.
    """
    measured = {row[corpus] for row in fresh["rows"]}
    kept = [row for row in before.get("rows", ()) if row[corpus] not in measured]
    trained = [name for name in before.get("training", {}) if name not in fresh["training"]]
    own: dict[Part, set[str]] = {"rows": measured, "training": set(fresh["training"])}
    old: dict[Part, list[str]] = {"rows": [row[corpus] for row in kept], "training": trained}
    fresh["rows"] += kept
    fresh["training"] |= {name: before["training"][name] for name in trained}
    if "devices" in fresh:
        own["devices"] = {HOME} if fresh["devices"] else set()
        old["devices"] = [] if fresh["devices"] or not before.get("devices") else [HOME]
        fresh["devices"] = fresh["devices"] or before.get("devices", [])
    runs: dict[Part, dict[str, Any]] = {}
    for part, names in own.items():
        found = {name: origin(before, part, name) for name in old[part]}
        known = {name: run for name, run in found.items() if run is not None}
        runs[part] = {**dict.fromkeys(sorted(names), fresh["run"]), **known}
    return fresh | {"runs": runs}
