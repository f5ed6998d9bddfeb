"""One recording with its words, and the sound of a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from edge.errors import UsageError

SAMPLE_RATE = 16_000
"""Samples a second of every wave in this package."""

Wave = npt.NDArray[np.float32]
"""One channel at `SAMPLE_RATE`; full scale is 1.0."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A sound file and what is said in it."""

    audio: Path
    text: str
    """Words as `normalise` writes them; "" where nothing is said."""
    speaker: str
    """"" where it is not known."""
    split: str | None
    seconds: float


def read_audio(path: Path) -> Wave:
    """The sound of a WAV, FLAC, Ogg (Opus or Vorbis) or MP3 file: one channel, 16 kHz.

    Channels are averaged; another rate is converted (band-limited).

    Raises:
        UsageError: the file is missing, no sound file, or holds samples that are no numbers.
    """
    try:
        channels, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise UsageError(
            f"cannot be read as sound ({getattr(error, 'error_string', error)})",
            where=str(path),
            allowed="WAV, FLAC, Ogg Opus, Ogg Vorbis, MP3",
            hint="check the path, and that the file was copied whole",
        ) from error
    wave = channels.mean(axis=1, dtype=np.float32)
    if not np.isfinite(wave).all():
        raise UsageError("samples that are no numbers", where=str(path), allowed="finite samples")
    return resample(wave, rate, SAMPLE_RATE)


def resample(wave: Wave, rate: float, target: float) -> Wave:
    """`wave`, sampled `rate` times a second, at `target` samples a second."""
    if rate == target or not len(wave):
        return wave
    converted: Wave = soxr.resample(wave, rate, target, quality="HQ").astype(np.float32)
    return converted


def write_flac(path: Path, wave: Wave) -> None:
    """Writes 16 bit, 16 kHz; what is beyond full scale is clipped. Folders must be there."""
    soundfile.write(path, np.clip(wave, -1.0, 1.0), SAMPLE_RATE, format="FLAC", subtype="PCM_16")
