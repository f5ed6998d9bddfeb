"""Noise to be mixed with speech: recorded, made on the spot, or other people talking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from export.corpora.speech.kitchen import SOUNDS
from export.corpora.speech.manifest import read_manifest
from export.corpora.speech.recording import SAMPLE_RATE, Recording, Wave, read_audio
from export.corpora.speech.spectrum import unit
from export.corpora.utterance import Problem

Stored = npt.NDArray[np.int16]
"""A wave as it is kept in memory: half as large."""

_FRAME = SAMPLE_RATE // 50
_ACTIVE = 10 ** (-30 / 20)
"""A frame counts as active where it is not more than 30 dB below the loudest."""
_TALKERS = 7
"""Most voices in a babble."""


def store(wave: Wave) -> Stored:
    """`wave` in 16 bit; what is beyond full scale is clipped."""
    return np.rint(np.clip(wave, -1.0, 1.0) * 32767).astype(np.int16)


def loaded(wave: Stored) -> Wave:
    """A stored wave as it was."""
    return wave.astype(np.float32) / np.float32(32767)


@dataclass(frozen=True, slots=True)
class Noises:
    """All noise there is. Without recordings and speech it is all made on the spot."""

    recorded: Sequence[Stored] = ()
    speech: Sequence[Stored] = ()
    """What people in a babble say."""
    recorded_share: float = 0.4
    babble_share: float = 0.15

    def draw(self, count: int, rng: np.random.Generator) -> Wave:
        """`count` samples of one kind of noise, RMS 1 (or silence, where that was recorded)."""
        chance = rng.random()
        if self.recorded and chance < self.recorded_share:
            return recorded(self.recorded, count, rng)
        if self.speech and chance > 1.0 - self.babble_share:
            return babble(self.speech, count, rng)
        return SOUNDS[int(rng.integers(len(SOUNDS)))](count, rng)


def read_noises(
    folder: Path, problems: list[Problem], keep: Callable[[Recording], bool] = lambda _: True
) -> list[Stored]:
    """The recordings of a noise corpus in the layout of `read_manifest`; texts are not needed.

    Args:
        folder: of the corpus.
        problems: gets what is wrong with a line of the manifest.
        keep: which to take. ESC-10's names begin with their fold: keep one for measuring.

    Raises:
        UsageError: there is no manifest, nothing usable in it, or a file is no sound.
    """
    found = read_manifest(folder, problems, spoken=False)
    return [store(read_audio(item.audio)) for item in found if keep(item)]


def recorded(waves: Sequence[Stored], count: int, rng: np.random.Generator) -> Wave:
    """A part of one of `waves` taken at random, repeated where it is too short; RMS 1."""
    wave = waves[int(rng.integers(len(waves)))]
    if not len(wave):
        return np.zeros(count, np.float32)
    start = rng.integers(len(wave))
    places = np.arange(start, start + count) % len(wave)
    return unit(loaded(wave[places]))


def babble(speech: Sequence[Stored], count: int, rng: np.random.Generator) -> Wave:
    """Three to seven people who talk at the same time, not all equally near; RMS 1."""
    wave = np.zeros(count, np.float32)
    for _ in range(rng.integers(3, _TALKERS + 1)):
        wave += np.float32(10 ** rng.uniform(-0.4, 0.0)) * recorded(speech, count, rng)
    return unit(wave)


def active_level(wave: Wave) -> float:
    """RMS over the 20 ms frames in which something is to be heard; 0.0 for silence."""
    if not len(wave):
        return 0.0
    padded = np.pad(wave, (0, -len(wave) % _FRAME))
    powers = np.square(padded, dtype=np.float64).reshape(-1, _FRAME).mean(axis=1)
    active = powers >= powers.max() * _ACTIVE**2
    return float(np.sqrt(powers[active].mean()))


def mix(speech: Wave, noise: Wave, snr_db: float) -> Wave:
    """`speech` with `noise` `snr_db` decibels below it, both measured where they are active.

    A bark is set against the words, not against the silence around it. The speech keeps its
    level; silence on either side leaves it unchanged. Both must be equally long.
    """
    speech_level, noise_level = active_level(speech), active_level(noise)
    if not speech_level or not noise_level:
        return speech
    gain = speech_level / noise_level * 10 ** (-snr_db / 20)
    return speech + np.float32(gain) * noise
