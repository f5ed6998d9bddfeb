"""What a figure was measured on: attached to every results file."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import device_profiles

PACKAGES = (
    "numpy",
    "onnxruntime",
    "hassil",
    "home-assistant-intents",
    "scikit-learn",
    "torch",
    "transformers",
    "optimum",
    "optimum-onnx",
)
_ROOT = Path(__file__).resolve().parent.parent
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

KINDS = ("host", "emulated", "estimated")
"""How a time was come by. `host`: on the machine named. `emulated`: under an instruction-set
emulator, good for correctness only. `estimated`: computed. They never share a column."""


def describe(kind: str = "host") -> dict[str, Any]:
    """The machine, the software on it, and how this process was started.

    Args:
        kind: one of `KINDS`. A process cannot see that it is emulated; who starts it knows.

    Raises:
        ValueError: `kind` is none of `KINDS`.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}; allowed: {', '.join(KINDS)}")
    machine = device_profiles.detect()
    return {
        "kind": kind,
        "machine": {
            "model": machine.model or platform.processor() or platform.machine(),
            "architecture": machine.architecture,
            "cores": machine.cores,
            "memory_mb": machine.memory_mb,
            "features": sorted(machine.features & _telling(machine.architecture)),
            "system": f"{platform.system()} {platform.release()}",
            "load_1min": _load(),
        },
        "affinity": _affinity(),
        "thread_variables": {
            name: os.environ[name] for name in _THREAD_VARIABLES if name in os.environ
        },
        "versions": {"python": platform.python_version(), **_versions()},
        "commit": commit(),
        "command": command(sys.argv[1:]),
    }


def command(arguments: Sequence[str]) -> str:
    """How this was called. Of an absolute path only the last part is kept: results are published,
    and where things lie on this machine is no part of them."""
    shown = []
    for argument in arguments:
        head, equals, tail = argument.rpartition("=")
        if tail.startswith(os.sep):
            tail = Path(tail).name
        shown.append(head + equals + tail)
    return shlex.join(["python", "-m", "benchmarks", *shown])


def _telling(architecture: str) -> set[str]:
    """The features that decide how fast small matrix products are."""
    if architecture in ("aarch64", "armv7l"):
        return {"neon", "asimd", "asimddp", "asimdhp", "i8mm", "bf16", "sve"}
    return {"avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8"}


def _affinity() -> list[int]:
    """The cores this process may run on; empty where the system does not say."""
    if not hasattr(os, "sched_getaffinity"):
        return []
    return sorted(os.sched_getaffinity(0))


def _load() -> float | None:
    """How busy the machine was already: a figure from a busy machine is to be doubted."""
    if not hasattr(os, "getloadavg"):
        return None
    return round(os.getloadavg()[0], 2)


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def commit(root: Path = _ROOT) -> dict[str, Any]:
    """The git commit measured, and whether the tree had changes beyond it.

    `id` is empty where there is no repository, no commit yet, or no git.
    """
    head = _git(root, "rev-parse", "HEAD")
    status = _git(root, "status", "--porcelain")
    return {"id": head or "", "dirty": bool(status) or not head}


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None
