"""Rooms that are not quiet: every recording gets the same noise every time it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zlib import crc32

import numpy as np

from export.corpora.speech.kitchen import clatter, fan, sizzle, water
from export.corpora.speech.noise import Stored, mix, read_noises, recorded
from export.corpora.speech.recording import Wave
from export.recipes.speech.lessons.material import HELD_OUT_FOLD

Kind = Literal["household", "kitchen"]
_KITCHEN = (fan, clatter, water, sizzle)
_RECORDED = 0.5
"""Share of recorded noise in a household."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a recording is heard in."""

    snr_db: float | None = None
    """Speech above noise, both where they are active; None: quiet."""
    kind: Kind = "household"
    """"household": half of it recorded, dogs to vacuum cleaners; "kitchen": all of it made on the
    spot, by a fan, water, a pan and cutlery."""

    @property
    def name(self) -> str:
        """For tables."""
        return "quiet" if self.snr_db is None else f"{self.snr_db:g} dB {self.kind} noise"


QUIET = Condition()
HOUSEHOLD_10 = Condition(10.0)
KITCHEN_12, KITCHEN_6 = Condition(12.0, "kitchen"), Condition(6.0, "kitchen")


def read_held_out(data: Path) -> list[Stored]:
    """The fold of ESC-10 that no training has heard; but the epoch was chosen in it, on dev.

    Raises:
        UsageError: it is not under `data`.
    """
    folder = data / "noise" / "esc10"
    return read_noises(folder, [], lambda item: item.audio.name.startswith(HELD_OUT_FOLD))


def noisy(wave: Wave, name: str, condition: Condition, noises: Sequence[Stored]) -> Wave:
    """`wave` as it is heard in `condition`.

    Args:
        wave: one channel, 16 kHz.
        name: of the recording; with the condition, it decides on the noise.
        condition: kind of noise, and how much.
        noises: recorded ones, for a household.
    """
    if condition.snr_db is None:
        return wave
    rng = np.random.default_rng(crc32(f"{name} {condition.name}".encode()))
    if condition.kind == "household" and noises and rng.random() < _RECORDED:
        noise = recorded(noises, len(wave), rng)
    else:
        noise = _KITCHEN[int(rng.integers(len(_KITCHEN)))](len(wave), rng)
    mixed = mix(wave, noise, condition.snr_db)
    # Turned down rather than clipped: a microphone's gain is set for the loudest.
    return mixed / np.float32(max(1.0, np.abs(mixed).max(initial=0.0)))
