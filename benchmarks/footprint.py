"""What importing, loading and holding a bundle costs: each measured in processes of their own."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent

# What the child does; it prints one JSON object. Memory is read at the end, from the kernel:
# VmRSS counts shared pages whole, Pss divides them among the processes that share them.
_CHILD = """
import json, sys, time
clock = time.perf_counter
mode, bundle = sys.argv[1], sys.argv[2]
start = clock()
import numpy, onnxruntime
result = {"bare_import_ms": (clock() - start) * 1000}
if mode != "bare":
    before = set(sys.modules)
    start = clock()
    import edge
    result["edge_import_ms"] = (clock() - start) * 1000
    edge.Runtime  # names of the package are imported when first used: count what that hides
    result["runtime_import_ms"] = (clock() - start) * 1000
    result["modules"] = len(set(sys.modules) - before)
if mode == "load":
    start = clock()
    runtime = edge.Runtime.load(bundle)
    result["load_ms"] = (clock() - start) * 1000
    start = clock()
    runtime.understand("please make it a little warmer in here")
    result["first_answer_ms"] = (clock() - start) * 1000
    for _ in range(50):
        runtime.understand("please make it a little warmer in here")

def kilobytes(path, key):
    try:
        with open(path) as file:
            for line in file:
                if line.startswith(key):
                    return int(line.split()[1])
    except OSError:
        return None

result["rss_kb"] = kilobytes("/proc/self/status", "VmRSS:")
result["pss_kb"] = kilobytes("/proc/self/smaps_rollup", "Pss:")
print(json.dumps(result))
"""


def child(mode: str, bundle: Path | None = None) -> dict[str, Any]:
    """One fresh process; `mode` is "bare" (numpy and onnxruntime only), "import" or "load".

    Raises:
        RuntimeError: the process failed; the message is what it wrote.
    """
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, mode, str(bundle or "")],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the child process ({mode}) failed:\n{done.stderr.strip()}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def footprint(bundle: Path | None, *, repeats: int = 7) -> dict[str, Any]:
    """Medians over `repeats` fresh processes of each kind, started in turn.

    `resident_mb` and `proportional_mb` are over a process that imported numpy and onnxruntime and
    nothing else. Without a bundle only the import is measured. Files are in the page cache.
    """
    modes = ("bare", "import") if bundle is None else ("bare", "import", "load")
    runs: dict[str, list[dict[str, Any]]] = {mode: [] for mode in modes}
    for turn in range(repeats + 1):
        for mode in modes:
            result = child(mode, bundle)
            if turn:  # the first of each fills the page cache and writes the byte code
                runs[mode].append(result)
    edge_import = [run["edge_import_ms"] for run in runs["import"]]
    result = {
        "repeats": repeats,
        "bare_import_ms": _median(runs["bare"], "bare_import_ms"),
        "edge_import_ms": _median(runs["import"], "edge_import_ms"),
        "edge_import_min_ms": round(min(edge_import), 2),
        "runtime_import_ms": _median(runs["import"], "runtime_import_ms"),
        "edge_import_modules": runs["import"][0]["modules"],
        "bare_resident_mb": _median(runs["bare"], "rss_kb", 1024),
    }
    if bundle is not None:
        loads = runs["load"]
        result |= {
            "load_ms": _median(loads, "load_ms"),
            "load_min_ms": round(min(run["load_ms"] for run in loads), 2),
            "first_answer_ms": _median(loads, "first_answer_ms"),
            "resident_mb": _over(loads, runs["bare"], "rss_kb"),
            "proportional_mb": _over(loads, runs["bare"], "pss_kb"),
            "bundle": bundle_bytes(bundle),
        }
    return result


def _median(runs: list[dict[str, Any]], key: str, divisor: float = 1) -> float | None:
    values = [run[key] for run in runs if run[key] is not None]
    return round(statistics.median(values) / divisor, 2) if values else None


def _over(runs: list[dict[str, Any]], bare: list[dict[str, Any]], key: str) -> float | None:
    loaded, alone = _median(runs, key, 1024), _median(bare, key, 1024)
    return None if loaded is None or alone is None else round(loaded - alone, 2)


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
    own: dict[str, int] = {item["profile"]: 0 for item in manifest["variants"]}
    for item in manifest["files"]:
        parts = item["path"].split("/")
        if parts[0] == "variants" and parts[1] in own:
            own[parts[1]] += item["bytes"]
        else:
            shared += item["bytes"]
    return {
        "total": shared + sum(own.values()),
        "shared": shared,
        "variants": {profile: shared + size for profile, size in sorted(own.items())},
    }
