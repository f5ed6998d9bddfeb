"""What a figure was measured on, and by what: attached to every result."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path
from typing import Any, Literal

import numpy
import onnxruntime

import device_profiles
from device_profiles.profile import FEATURES
from edge._version import __version__

Kind = Literal["host", "emulated"]
KINDS: tuple[Kind, ...] = ("host", "emulated")
"""How a time was come by. `host`: on the machine named. `emulated`: by a program that stands in for
its processor, good for correctness only. The two never share a column."""

_PROJECT = Path(__file__).resolve().parents[2]
_GOVERNOR = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
_GIT_SECONDS = 10.0
_FOREIGN = {
    "aarch64": ("vendor_id", "flags"),
    "armv7l": ("vendor_id", "flags"),
    "x86_64": ("CPU implementer", "Features"),
}
"""Architecture → keys of /proc/cpuinfo that its kernel never writes."""


def describe() -> dict[str, Any]:
    """The machine, as far as the system tells; `load_1min` is how busy it is now."""
    machine = device_profiles.detect()
    return {
        "model": machine.model or platform.machine(),
        "architecture": machine.architecture,
        "core": machine.core,
        "features": sorted(machine.features & FEATURES.get(machine.architecture, frozenset())),
        "cores": machine.cores,
        "memory_mb": machine.memory_mb,
        "system": f"{platform.system()} {platform.release()}",
        "governor": _line(_GOVERNOR),
        "load_1min": load(),
    }


def load() -> float | None:
    """Processes that ran or waited to, on average over a minute; None where nobody counts."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def versions() -> dict[str, str]:
    """Versions of what runs."""
    return {
        "hearth-edge": __version__,
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "onnxruntime": str(onnxruntime.__version__),
    }


def kind() -> Kind:
    """Whether a user-mode emulator stands in for the processor, as far as that can be seen.

    A whole emulated machine (qemu-system) cannot be told from a real one: whoever starts it has to
    say so.
    """
    text = _text("/proc/cpuinfo")
    # qemu-user answers for /proc/self/exe itself, but not for this other way to the same link.
    try:
        program = os.readlink("/proc/thread-self/exe")
    except OSError:
        program = ""
    return kind_of(device_profiles.detect().architecture, text, program)


def kind_of(architecture: str, cpuinfo: str, program: str) -> Kind:
    """The same for a given /proc/cpuinfo and name of the program that runs this process."""
    if os.path.basename(program).startswith("qemu-"):
        return "emulated"
    keys = {line.partition(":")[0].strip() for line in cpuinfo.splitlines()}
    return "emulated" if keys & set(_FOREIGN.get(architecture, ())) else "host"


def commit(root: Path = _PROJECT) -> dict[str, Any] | None:
    """The git commit of this project, and whether the tree has changes beyond it.

    None where it does not run from a checkout: installed, or copied into another repository.
    """
    if not (root / ".git").exists() or 'name = "hearth-edge"' not in _text(root / "pyproject.toml"):
        return None
    head = _git(root, "rev-parse", "HEAD")
    status = _git(root, "status", "--porcelain")
    return None if not head else {"id": head, "dirty": status != ""}


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            capture_output=True,
            text=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):  # no git on this board, or a very slow card
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _line(path: str) -> str | None:
    return _text(path).strip() or None


def _text(path: str | Path) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8", "replace")
    except OSError:  # not Linux, or a sandbox: unknown
        return ""
