"""What importing, loading and holding a bundle costs, in fresh processes; and what it weighs."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge.bench.process import Order, measure
from edge.bundle.paths import MANIFEST
from edge.bundle.store import open_store

SENTENCE = "please make it a little warmer in here"


def footprint(bundle: Path, *, repeats: int = 9) -> dict[str, Any]:
    """Medians over `repeats` fresh processes that load the bundle, and as many that do not.

    They are started in turn, their files in the page cache and their byte code written, as after
    an installation. Memory is what a process has over one that imported numpy and onnxruntime and
    nothing else; None where the system does not tell.

    Raises:
        BundleError: a process failed.
    """
    with tempfile.TemporaryDirectory() as byte_code:
        order = Order(str(bundle), "", "", (SENTENCE,), byte_code)
        found = measure(order, seconds=0, least=repeats)
    start, memory = found["start"], found["memory"] or {}
    return {
        "repeats": start["processes"],
        "bare_import_ms": start["import_numpy_onnxruntime_ms"],
        "edge_import_ms": start["import_package_ms"],
        "runtime_import_ms": start["import_edge_ms"],
        "load_ms": start["load_ms"],
        "first_answer_ms": start["first_answer_ms"],
        "bare_resident_mb": memory.get("bare_rss_mib"),
        "resident_mb": memory.get("rss_mib"),
        "proportional_mb": memory.get("pss_mib"),
        "bundle": bundle_bytes(bundle),
    }


def bundle_bytes(bundle: Path) -> dict[str, Any]:
    """Bytes of the whole bundle, of what all variants share, and of what one variant needs.

    Raises:
        BundleError: the bundle cannot be opened, or its manifest cannot be read.
        ValueError: the manifest is not JSON.
    """
    with open_store(bundle) as store:
        sizes = store.list(lambda kind, path, error: None)
        text = store.read(MANIFEST, sizes.get(MANIFEST, 0))
    manifest: Mapping[str, Any] = json.loads(text)
    # Variants of several boards may name one file: each needs it, the bundle has it once.
    graphs = {
        item["profile"]: {graph["path"] for graph in item["graphs"].values()}
        for item in manifest["variants"]
    }
    total = sum(sizes.values())
    shared = total - sum(sizes[path] for path in set().union(*graphs.values()))
    return {
        "total": total,
        "shared": shared,
        "variants": {
            profile: shared + sum(map(sizes.__getitem__, paths))
            for profile, paths in sorted(graphs.items())
        },
    }
