"""What importing, loading and holding a bundle costs, in fresh processes; and what it weighs."""

from __future__ import annotations

import json
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from edge.bench.process import Order, measure

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


def _manifest(bundle: Path) -> bytes:
    """The manifest of a bundle that is a folder or an uncompressed tar."""
    if bundle.is_dir():
        return (bundle / "manifest.json").read_bytes()
    with tarfile.open(bundle, "r:") as archive:
        for member in archive:
            if member.isfile() and PurePosixPath(member.name).name == "manifest.json":
                file = archive.extractfile(member)
                if file is not None:
                    return file.read()
    raise FileNotFoundError(f"{bundle}: no manifest.json")


def bundle_bytes(bundle: Path) -> dict[str, Any]:
    """Bytes of the whole bundle, of what all variants share, and of what one variant needs.

    Raises:
        OSError: the manifest cannot be read.
        ValueError: it is not JSON.
    """
    text = _manifest(bundle)
    manifest: Mapping[str, Any] = json.loads(text)
    shared = len(text)
    sizes = {item["path"]: item["bytes"] for item in manifest["files"]}
    # Variants of several boards may name one file: each needs it, the bundle has it once.
    graphs = {
        item["profile"]: {graph["path"] for graph in item["graphs"].values()}
        for item in manifest["variants"]
    }
    shared += sum(sizes.values()) - sum(sizes[path] for path in set().union(*graphs.values()))
    return {
        "total": len(text) + sum(sizes.values()),
        "shared": shared,
        "variants": {
            profile: shared + sum(map(sizes.__getitem__, paths))
            for profile, paths in sorted(graphs.items())
        },
    }
