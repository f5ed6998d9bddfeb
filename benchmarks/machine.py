"""What a figure was measured on, `edge.bench.machine`, and how the benchmarks were called."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from edge.bench import machine

PACKAGES = (
    "hassil",
    "home-assistant-intents",
    "scikit-learn",
    "torch",
    "transformers",
    "optimum",
    "optimum-onnx",
)
_THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

KINDS = (*machine.KINDS, "estimated")
"""How a time was come by: as `edge.bench.machine.KINDS`, or `estimated`: computed. They never
share a column."""


def describe(kind: str = "host") -> dict[str, Any]:
    """The machine, the software on it, and how this process was started.

    Args:
        kind: one of `KINDS`. A process cannot always see that it is emulated; who starts it knows.

    Raises:
        ValueError: `kind` is none of `KINDS`.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}; allowed: {', '.join(KINDS)}")
    return {
        "kind": kind,
        "machine": machine.describe(),
        "affinity": _affinity(),
        "thread_variables": {
            name: os.environ[name] for name in _THREAD_VARIABLES if name in os.environ
        },
        "versions": {**machine.versions(), **_versions()},
        "commit": machine.commit() or {"id": "", "dirty": True},
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


def _affinity() -> list[int]:
    """The cores this process may run on; empty where the system does not say."""
    if not hasattr(os, "sched_getaffinity"):
        return []
    return sorted(os.sched_getaffinity(0))


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
