"""New results beside older ones of what was not measured this time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

CORPUS_OF_ROWS: Final = {"accuracy": "corpus", "preference": "set"}
"""Groups whose results are of several corpora, each with a bundle of its own → what a row calls
its corpus."""


def merged(fresh: dict[str, Any], before: Mapping[str, Any], corpus: str) -> dict[str, Any]:
    """New results beside those of corpora that were not measured this time.

    What is kept says which run it is from (`runs`: corpus → run), so that no figure is attributed
    to a machine or a commit that did not give it.

    Args:
        corpus: what a row calls its corpus.
    """
    measured = {row[corpus] for row in fresh["rows"]}
    kept = [row for row in before.get("rows", ()) if row[corpus] not in measured]
    fresh["rows"] += kept
    own = measured | fresh["training"].keys() | ({"home"} if fresh.get("devices") else set())
    own -= {row[corpus] for row in kept}
    runs = {**before.get("runs", {}), **dict.fromkeys(own, fresh["run"])}
    for row in kept:
        runs.setdefault(row[corpus], before["run"])
    for name, figures in before.get("training", {}).items():
        fresh["training"].setdefault(name, figures)
        runs.setdefault(name, before["run"])
    if "devices" in fresh and not fresh["devices"]:
        fresh["devices"] = before.get("devices", [])
        runs.setdefault("home", before.get("run", fresh["run"]))
    return fresh | {"runs": runs}
