"""What importing, loading and holding a bundle costs: measured in fresh processes.

Two kinds of process are started in turn: one that imports numpy and onnxruntime and nothing else,
and one that goes on to load the bundle and answer. What the second has more is what a bundle costs.
Their files are in the page cache by then: a first start after booting waits for the card besides.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import numpy as np

from edge.errors import BundleError

TIMEOUT = 120.0
"""Seconds one process may take."""
MOST = 11
"""Processes of each kind: more make no better median."""

# What a process does. It imports nothing that would hide a part of what is measured: no json, no
# argparse. The clock is the system's monotonic one, which parent and child share.
_CHILD = """
import sys, time
clock = time.monotonic_ns
bundle, profile, home, pcm = sys.argv[1:]
texts = sys.stdin.buffer.read().decode("utf-8").split("\\n")
marks = [clock()]
import numpy, onnxruntime
marks.append(clock())
if bundle:
    import edge
    marks.append(clock())
    edge.Runtime  # what the package names is imported when it is first used
    marks.append(clock())
    runtime = edge.Runtime.load(bundle, home=home or None, profile=profile or None)
    marks.append(clock())
    if "intent" in runtime.tasks:
        answer = runtime.understand
    elif "preference" in runtime.tasks:
        answer = lambda text: runtime.suggest()
    else:
        answer = lambda text: runtime.stream()
    answer(texts[0])
    marks.append(clock())
    for text in texts:
        answer(text)
    if pcm:
        stream = runtime.stream()
        sound = numpy.fromfile(pcm, numpy.int16)
        for first in range(0, len(sound), 512):
            stream.push(sound[first : first + 512])
print(*marks)
try:
    with open("/proc/self/smaps_rollup") as file:
        print(file.read())
except OSError:
    pass
"""

_MEMORY = {
    "rss": ("Rss",),
    "pss": ("Pss",),
    "private": ("Private_Clean", "Private_Dirty"),
    "anonymous": ("Anonymous",),
}
"""Measure → the kernel's fields that add up to it (proc(5), /proc/pid/smaps)."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the processes load and answer."""

    bundle: str
    profile: str
    """The variant to take; the one nearest to this machine when empty."""
    home: str
    """A home's file; the bundle's own home when empty."""
    texts: Sequence[str]
    """The first of them is the first answer."""
    byte_code: str = ""
    """Folder to keep Python's byte code in; where this process keeps its own, if it does, when
    empty."""
    pcm: str = ""
    """A file of int16, 16 kHz, that is listened to before memory is looked at; none when empty."""


@dataclass(frozen=True, slots=True)
class Life:
    """What one process reported."""

    started: int
    """When the parent began to start it, monotonic nanoseconds; so are the others."""
    marks: tuple[int, ...]
    """Running; numpy and onnxruntime imported; edge imported; its Runtime too; loaded; answered."""
    memory: Mapping[str, int]
    """The kernel's fields, KiB; empty where the system does not tell."""


def measure(order: Order, seconds: float, least: int) -> dict[str, Any]:
    """Start processes of both kinds in turn for about `seconds`, at least `least` of each.

    Returns:
        `start`: medians in milliseconds, `memory`: medians in MiB over the bare process, or None.

    Raises:
        BundleError: a process failed, or took longer than `TIMEOUT`.
    """
    nothing = replace(order, bundle="", profile="", home="", texts=(), pcm="")
    end = time.monotonic() + seconds
    live(order)  # fills the page cache and writes byte code; not counted
    bare: list[Life] = []
    loaded: list[Life] = []
    while len(loaded) < least or (len(loaded) < MOST and time.monotonic() < end):
        bare.append(live(nothing))
        loaded.append(live(order))
    byte_code = bool(order.byte_code) or stored_byte_code()
    return {
        "start": {"processes": len(loaded), "byte_code": byte_code, **_start(bare, loaded)},
        "memory": _memory(bare, loaded),
    }


def live(order: Order) -> Life:
    """Start one process and wait for its report; a bare one when `order` names no bundle."""
    environment = dict(os.environ)
    # As in edge.doctor.doctor: the child has to find this very package, installed or not.
    here = str(Path(__file__).resolve().parents[2])
    environment["PYTHONPATH"] = os.pathsep.join(
        part for part in (environment.get("PYTHONPATH", ""), here) if part
    )
    if order.byte_code:
        environment["PYTHONPYCACHEPREFIX"] = order.byte_code
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-c", _CHILD, order.bundle, order.profile, order.home, order.pcm]
    lines = "\n".join(" ".join(text.split()) for text in order.texts).encode("utf-8")
    started = time.monotonic_ns()
    try:
        done = subprocess.run(
            command, input=lines, capture_output=True, timeout=TIMEOUT, env=environment, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise BundleError(
            f"a process that loads it took more than {TIMEOUT:g} s", where=order.bundle
        ) from late
    output = done.stdout.decode("utf-8", "replace").splitlines()
    if done.returncode or not output:
        tail = done.stderr.decode("utf-8", "replace").strip().splitlines()[-4:]
        raise BundleError(
            f"a process that loads it ended with status {done.returncode}: {' / '.join(tail)}",
            where=order.bundle,
            hint="`edge doctor BUNDLE` says more",
        )
    marks = tuple(int(word) for word in output[0].split())
    return Life(started, marks, memory_fields(output[1:]))


def stored_byte_code() -> bool:
    """Whether Python keeps this package's byte code; without it, every start compiles it anew."""
    return os.path.exists(cache_from_source(__file__))


def memory_fields(lines: Sequence[str]) -> dict[str, int]:
    """The fields of /proc/pid/smaps_rollup, in KiB; lines that are none are left out."""
    fields = {}
    for line in lines:
        words = line.split()
        if len(words) == 3 and words[0].endswith(":") and words[1].isdecimal() and words[2] == "kB":
            fields[words[0][:-1]] = int(words[1])
    return fields


def _start(bare: Sequence[Life], loaded: Sequence[Life]) -> dict[str, float]:
    marks = np.array([(life.started, *life.marks) for life in loaded]) / 1e6
    started, running, libraries, package, runtime, ready, answered = marks.T
    alone = np.array([life.marks[-1] - life.started for life in bare]) / 1e6
    spans = {
        "import_numpy_onnxruntime_ms": libraries - running,
        "import_package_ms": package - libraries,
        "import_edge_ms": runtime - libraries,
        "load_ms": ready - runtime,
        "first_answer_ms": answered - ready,
        "to_first_answer_ms": answered - started,
        "to_imported_ms": alone,
    }
    return {name: round(float(np.median(taken)), 2) for name, taken in spans.items()}


def _memory(bare: Sequence[Life], loaded: Sequence[Life]) -> dict[str, Any] | None:
    if not all(life.memory for life in (*bare, *loaded)):
        return None
    result: dict[str, Any] = {"processes": len(loaded)}
    for name, fields in _MEMORY.items():
        with_bundle, without = (
            float(np.median([sum(life.memory.get(field, 0) for field in fields) for life in lives]))
            for lives in (loaded, bare)
        )
        result[f"{name}_mib"] = round((with_bundle - without) / 1024, 2)
        result[f"bare_{name}_mib"] = round(without / 1024, 2)
    return result
