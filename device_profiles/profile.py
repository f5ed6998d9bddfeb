"""What a board is and how a graph is run on it: the types, with their units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SCHEMES = ("float", "int8-weights", "int8-dynamic", "int8-static")
"""How the numbers of a graph are held and multiplied.

- `float`: 32-bit floats throughout.
- `int8-weights`: weights stored as signed 8-bit integers, arithmetic in 32-bit float.
- `int8-dynamic`: 8-bit matrix products; the scale of the activations is found while running.
- `int8-static`: 8-bit throughout (QDQ); the scales were found by calibration.

Float16 is left out on purpose: on CPUs ONNX Runtime is slower with it than with float32.
"""

OPTIMIZATION_LEVELS = ("disabled", "basic", "extended", "all")
"""ONNX Runtime's graph optimisation levels. Above `extended` layouts depend on the machine."""

FEATURES: Mapping[str, frozenset[str]] = {
    "aarch64": frozenset(
        "fp asimd crc32 aes pmull sha1 sha2 atomics fphp asimdhp asimdrdm lrcpc dcpop asimddp "
        "asimdfhm i8mm bf16 sve sve2 svei8mm sme sme2".split()
    ),
    "armv7l": frozenset("neon vfpv3 vfpv4 vfpd32 idiva idivt crc32".split()),
    "x86_64": frozenset(
        "ssse3 sse4_1 sse4_2 avx avx2 fma f16c avx512f avx512bw avx512cd avx512dq avx512vl "
        "avx512_vnni avx512_bf16 avx512_fp16 avx_vnni avx_vnni_int8 amx_tile amx_int8 "
        "amx_bf16".split()
    ),
}
"""Architecture → the instruction-set features that change which arithmetic is quick there.

Spelt as the Linux kernel does in /proc/cpuinfo. What only describes the kernel (`evtstrm`, `cpuid`)
is no capability and has no place in a profile.
"""

DOT_PRODUCT = frozenset({"asimddp", "avx512_vnni", "avx_vnni"})
"""Features that multiply and add four 8-bit integers in one instruction."""


TIMED = ("intent", "preference", "speech")
"""Tasks whose latency has a budget: from text, a moment, or the end of speech, to the answer."""


@dataclass(frozen=True, slots=True)
class Budgets:
    """What a bundle may cost on the board; export refuses or warns beyond it."""

    latency_ms: Mapping[str, float]
    """Task, of `TIMED` → milliseconds from input to answer, 99th percentile after warm-up."""
    resident_memory_mb: float
    """MiB of resident memory over a process that has only imported numpy and onnxruntime."""
    listening_memory_mb: float
    """The same of a bundle that hears, too."""
    bundle_mb: float
    """MiB on disk of what this board needs: its variant and the shared assets."""

    def memory_mb(self, *, hears: bool) -> float:
        """MiB of resident memory that a bundle may take, by whether it has a model of speech."""
        return self.listening_memory_mb if hears else self.resident_memory_mb


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """How an ONNX Runtime session is made on the board."""

    threads: int
    """`intra_op_num_threads`."""
    allow_spinning: bool
    """`session.intra_op.allow_spinning`: idle threads poll instead of sleeping."""
    memory_arena: bool
    """`enable_cpu_mem_arena`: memory is kept for the next run instead of given back."""
    optimization: str
    """One of `OPTIMIZATION_LEVELS`."""


@dataclass(frozen=True, slots=True)
class Quantization:
    """Which quantisation schemes are tried for the board, the likeliest first."""

    schemes: tuple[str, ...]
    """From `SCHEMES`, each at most once."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A board as a set of capabilities, with the budgets and settings that follow from them."""

    name: str
    """The file's name without `.toml`; variants in a bundle carry it."""
    description: str
    architecture: str
    """As `uname -m` gives it: a key of `FEATURES`."""
    features: frozenset[str]
    """Instruction-set features a graph for this board may count on: a subset of `FEATURES`."""
    cores: int
    clock_mhz: int
    """Highest clock of the board as sold, in MHz."""
    memory_mb: int
    """Nominal RAM of the smallest board sold, in MiB; the operating system reports less."""
    storage_mb: int
    """Flash of the smallest usual card or chip, in MiB."""
    onnxruntime: str
    """Versions of ONNX Runtime that are expected there, such as `>=1.21`."""
    budgets: Budgets
    session: SessionSettings
    quantization: Quantization
    core: str = ""
    """Microarchitecture such as `cortex-a53`; empty where the profile covers several."""

    @property
    def dot_product(self) -> bool:
        """Whether 8-bit products are quick here, not only small."""
        return bool(self.features & DOT_PRODUCT)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, in the order of the TOML file."""
        return {
            "name": self.name,
            "description": self.description,
            "architecture": self.architecture,
            "core": self.core,
            "features": sorted(self.features),
            "cores": self.cores,
            "clock_mhz": self.clock_mhz,
            "memory_mb": self.memory_mb,
            "storage_mb": self.storage_mb,
            "onnxruntime": self.onnxruntime,
            "budgets": {
                "resident_memory_mb": self.budgets.resident_memory_mb,
                "listening_memory_mb": self.budgets.listening_memory_mb,
                "bundle_mb": self.budgets.bundle_mb,
                "latency_ms": dict(self.budgets.latency_ms),
            },
            "session": {
                "threads": self.session.threads,
                "allow_spinning": self.session.allow_spinning,
                "memory_arena": self.session.memory_arena,
                "optimization": self.session.optimization,
            },
            "quantization": {"schemes": list(self.quantization.schemes)},
        }
