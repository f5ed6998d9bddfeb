"""Sound that needs no recording: a made-up voice, and a quiet room."""

from __future__ import annotations

from typing import Final

import numpy as np

from edge.voice.pcm import SAMPLE_RATE, Samples

HISS: Final = 3.0
"""Deviation of the silence's samples: a converter's last bits. Digital silence is no room."""


def made_up_voice(seconds: float = 3.0) -> Samples:
    """Vowels of nobody: harmonics under three formants, four syllables a second. Same every time.

    Formants about those of [a] and [i] (Peterson and Barney 1952).

    Returns:
        int16[n], 16 kHz.
    """
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    glide = 0.5 - 0.5 * np.cos(2 * np.pi * 1.5 * at)
    pitch = 120 + 25 * np.sin(2 * np.pi * 0.8 * at)
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    voice = np.zeros_like(at)
    for harmonic in range(1, 30):
        level = np.zeros_like(at)
        for first, second, gain in ((730, 270, 1.0), (1090, 2290, 0.5), (2440, 3010, 0.25)):
            formant = first + (second - first) * glide
            level += gain / (1 + ((harmonic * pitch - formant) / 90) ** 2)
        voice += level * np.sin(harmonic * phase)
    voice *= np.maximum(0, np.sin(2 * np.pi * 4 * at)) ** 0.5
    samples: Samples = np.rint(8000 * voice / np.abs(voice).max()).astype(np.int16)
    return samples


def quiet_room(seconds: float) -> Samples:
    """Next to nothing: int16[n], 16 kHz. Same every time."""
    rng = np.random.default_rng(0)
    return np.rint(rng.normal(0, HISS, round(seconds * SAMPLE_RATE))).astype(np.int16)
