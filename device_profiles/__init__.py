"""What a board is, and how a graph is run on it: data, and a small loader for it.

    import device_profiles

    machine = device_profiles.detect()
    name = device_profiles.closest(machine, device_profiles.available())
    profile = device_profiles.load(name)

A board is added by dropping one TOML file into this folder, or into a folder that the environment
variable EDGE_PROFILES names. Standard library only; neither `edge` nor `export` is imported.
"""

from __future__ import annotations

from device_profiles.detect import Machine, closest, detect, summary
from device_profiles.errors import NoneFits, ProfileError
from device_profiles.library import available, load
from device_profiles.profile import (
    SCHEMES,
    Budgets,
    Profile,
    Quantization,
    SessionSettings,
)
from device_profiles.versions import in_range

__all__ = [
    "Budgets",
    "Machine",
    "NoneFits",
    "Profile",
    "ProfileError",
    "Quantization",
    "SCHEMES",
    "SessionSettings",
    "available",
    "closest",
    "detect",
    "in_range",
    "load",
    "summary",
]
