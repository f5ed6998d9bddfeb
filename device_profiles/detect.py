"""What the machine at hand is, read from /proc by pure functions over its text."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from device_profiles.errors import NoneFits
from device_profiles.library import VARIABLE, find
from device_profiles.profile import DOT_PRODUCT, Profile

_ARM_CORES = {
    0xC07: "cortex-a7", 0xC08: "cortex-a8", 0xC09: "cortex-a9", 0xC0F: "cortex-a15",
    0xD03: "cortex-a53", 0xD04: "cortex-a35", 0xD05: "cortex-a55", 0xD07: "cortex-a57",
    0xD08: "cortex-a72", 0xD09: "cortex-a73", 0xD0A: "cortex-a75", 0xD0B: "cortex-a76",
    0xD0C: "neoverse-n1", 0xD0D: "cortex-a77", 0xD40: "neoverse-v1", 0xD41: "cortex-a78",
    0xD46: "cortex-a510", 0xD49: "neoverse-n2", 0xD4F: "neoverse-v2", 0xD80: "cortex-a520",
}  # fmt: skip
"""The part number in MIDR_EL1 for implementer 0x41 (Arm's technical reference manuals)."""

_SAME = {"arm64": "aarch64", "amd64": "x86_64", "armv8l": "armv7l", "i686": "i686"}


@dataclass(frozen=True, slots=True)
class CpuInfo:
    """What /proc/cpuinfo says."""

    features: frozenset[str]
    """Features that *every* core has: a thread may be moved to any of them."""
    cores: int
    """Cores that are switched on; 0 when the text says nothing."""
    core: str
    """Microarchitecture, such as `cortex-a72`; empty when unknown or mixed."""
    model: str
    """The board's or the processor's name; empty when there is none."""


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine at hand."""

    architecture: str
    """As `uname -m` gives it, for the word size Python runs with."""
    features: frozenset[str]
    """Instruction-set features as the kernel spells them; empty where there is no /proc."""
    cores: int
    """Cores this process may use."""
    memory_mb: int
    """RAM the operating system has, in MiB; 0 when unknown."""
    model: str
    """What the board calls itself, for people; empty when unknown."""
    core: str = ""
    """Microarchitecture, such as `cortex-a72`; empty when unknown or mixed."""

    @property
    def dot_product(self) -> bool:
        """Whether 8-bit products are quick here, not only small."""
        return bool(self.features & DOT_PRODUCT)

    def lacks(self, profile: Profile) -> tuple[str, ...]:
        """What keeps a graph made for `profile` from running here, in words; empty: nothing.

        Fewer cores or less memory than the board has is no obstacle as long as the threads of the
        session and the memory budget are there.
        """
        reasons = []
        if self.architecture != profile.architecture:
            reasons.append(f"it is {self.architecture}, not {profile.architecture}")
        missing = sorted(profile.features - self.features)
        if missing:
            reasons.append(f"it has no {', '.join(missing)}")
        if self.cores < profile.session.threads:
            reasons.append(f"{profile.session.threads} threads need more than {self.cores} core(s)")
        needed = profile.budgets.resident_memory_mb
        if 0 < self.memory_mb < needed:
            reasons.append(f"{self.memory_mb} MiB of memory are less than the {needed:g} needed")
        return tuple(reasons)

    def fits(self, profile: Profile) -> bool:
        """Whether a graph made for `profile` runs here."""
        return not self.lacks(profile)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "architecture": self.architecture,
            "core": self.core,
            "features": sorted(self.features),
            "cores": self.cores,
            "memory_mb": self.memory_mb,
            "model": self.model,
        }


def closest(machine: Machine, names: Iterable[str]) -> str:
    """The name of the profile that is nearest to the machine, among those that fit it.

    Nearest means, in this order: most instruction-set features; the same microarchitecture; no
    more cores and no more memory than the machine has; most cores; most memory; the slower clock
    (its budgets are the safer promise); the name. The same input gives the same answer.

    Args:
        machine: as `detect()` gives it.
        names: profile names, such as those of a bundle's variants; may be hostile.

    Raises:
        NoneFits: none does, saying of each why not.
        ProfileError: the file of a profile that is named is not valid, or a folder that
            EDGE_PROFILES names is not there.
    """
    best: tuple[tuple[Any, ...], str] | None = None
    refused = []
    for name in sorted(set(names)):
        profile = find(name)
        if profile is None:
            refused.append(f"{name[:64]!r} (there is no such profile here)")
            continue
        reasons = machine.lacks(profile)
        if reasons:
            refused.append(f"{name} ({'; '.join(reasons)})")
            continue
        score = _nearness(machine, profile)
        if best is None or score > best[0]:  # equal: the first name stays
            best = (score, name)
    if best is None:
        raise NoneFits(
            f"no profile fits this machine ({summary(machine)})",
            where=", ".join(refused) or "none was given",
            hint="name one with --profile, or put a profile for this machine into a folder named "
            f"in {VARIABLE}",
        )
    return best[1]


def _nearness(machine: Machine, profile: Profile) -> tuple[Any, ...]:
    # Of the nominal memory firmware and graphics keep a part: 512 MiB show up as about 420.
    enough_memory = machine.memory_mb == 0 or machine.memory_mb >= 0.75 * profile.memory_mb
    return (
        len(profile.features),
        bool(profile.core) and profile.core == machine.core,
        profile.cores <= machine.cores,
        enough_memory,
        profile.cores,
        profile.memory_mb,
        -profile.clock_mhz,
    )


def summary(machine: Machine) -> str:
    """One line about the machine, for messages."""
    parts = [machine.model or machine.core or "unnamed", machine.architecture]
    parts.append(f"{machine.cores} core{'' if machine.cores == 1 else 's'}")
    if machine.memory_mb:
        parts.append(f"{machine.memory_mb} MiB")
    parts.append("int8 dot product" if machine.dot_product else "no int8 dot product")
    return ", ".join(parts)


def detect() -> Machine:
    """Read the machine this process runs on. Takes well under a millisecond, raises nothing."""
    cpu = parse_cpuinfo(_text("/proc/cpuinfo"))
    return Machine(
        architecture=architecture_of(os.uname().machine, 64 if sys.maxsize > 1 << 32 else 32),
        features=cpu.features,
        cores=_usable_cores(),
        memory_mb=parse_meminfo(_text("/proc/meminfo")) or _memory_from_sysconf(),
        model=parse_model(_text("/proc/device-tree/model")) or cpu.model,
        core=cpu.core,
    )


def architecture_of(machine: str, bits: int) -> str:
    """The architecture programs of `bits` bits see on what `uname -m` calls `machine`.

    Raspberry Pi OS boots a 64-bit kernel under 32-bit programs: uname says aarch64 then, and no
    wheel for aarch64 can be loaded.
    """
    name = _SAME.get(machine.lower(), machine.lower())
    if bits == 32:
        return {"aarch64": "armv7l", "x86_64": "i686"}.get(name, name)
    return name


def parse_cpuinfo(text: str) -> CpuInfo:
    """Read the text of /proc/cpuinfo: Arm's spelling and x86's; what is not known is skipped."""
    per_core: list[frozenset[str]] = []
    kinds: set[str] = set()
    cores = 0
    implementer = ""
    board = processor_name = ""
    for line in text.splitlines():
        key, colon, value = line.partition(":")
        key, value = key.strip(), value.strip()
        if not colon or not value:
            continue
        if key == "processor" and value.isascii() and value.isdigit():
            cores += 1
        elif key in ("Features", "flags"):
            per_core.append(frozenset(value.split()))
        elif key == "CPU implementer":
            implementer = value
        elif key == "CPU part":
            kinds.add(_core_name(implementer, value))
        elif key == "Model":
            board = value
        elif key == "model name" and not processor_name:
            processor_name = value
    features = frozenset.intersection(*per_core) if per_core else frozenset()
    core = kinds.pop() if len(kinds) == 1 else ""
    return CpuInfo(features, cores, core, board or processor_name)


def _core_name(implementer: str, part: str) -> str:
    try:
        arm, number = int(implementer, 16) == 0x41, int(part, 16)
    except ValueError:
        return ""
    return _ARM_CORES.get(number, "") if arm else ""


def parse_meminfo(text: str) -> int:
    """MemTotal of /proc/meminfo in MiB, rounded down; 0 when the text does not say."""
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] == "MemTotal:":
            digits = words[1]
            if digits.isascii() and digits.isdigit() and len(digits) <= 20:
                return int(digits) // 1024
    return 0


def parse_model(text: str) -> str:
    """The device tree's model, which ends with a NUL byte; the first line, 128 characters."""
    lines = text.replace("\0", "\n").strip().splitlines()
    return "".join(c for c in lines[0] if c.isprintable())[:128] if lines else ""


def _text(path: str) -> str:
    try:
        return Path(path).read_bytes().decode("utf-8", "replace")
    except OSError:  # not Linux, no device tree, or a sandbox: the field stays unknown
        return ""


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def _memory_from_sysconf() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1 << 20)
    except (ValueError, OSError):  # a name this system does not have
        return 0
