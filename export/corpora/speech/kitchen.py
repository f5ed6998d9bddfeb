"""Household sounds made on the spot: each `count` samples long, its RMS 1."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from export.corpora.speech.recording import SAMPLE_RATE, Wave
from export.corpora.speech.spectrum import band, filtered, shaped_noise, slope, unit

Sound = Callable[[int, np.random.Generator], Wave]

_NYQUIST = SAMPLE_RATE / 2


def fan(count: int, rng: np.random.Generator) -> Wave:
    """A fan or an extractor hood: low rushing, and the hum of its motor with harmonics."""
    air = shaped_noise(count, rng, band(rng.uniform(30, 150), rng.uniform(400, 3000), 2))
    hum = rng.choice([50.0, 60.0]) * rng.choice([1.0, 2.0]) * rng.uniform(0.97, 1.03)
    harmonics = np.arange(1, rng.integers(3, 12))
    strengths = rng.exponential(1.0, len(harmonics)) / harmonics
    phases = rng.uniform(0, 2 * np.pi, len(harmonics))
    times = np.arange(count, dtype=np.float32) * np.float32(2 * np.pi * hum / SAMPLE_RATE)
    tone = np.zeros(count, np.float32)
    for harmonic, strength, phase in zip(harmonics, strengths, phases, strict=True):
        tone += np.float32(strength) * np.sin(np.float32(harmonic) * times + np.float32(phase))
    return unit(air + np.float32(rng.uniform(0.1, 1.0)) * unit(tone))


def clatter(count: int, rng: np.random.Generator) -> Wave:
    """Pots and cutlery: strokes, each of a few decaying resonances of metal."""
    wave = np.zeros(count, np.float32)
    strokes = 1 + rng.poisson(rng.uniform(1.0, 4.0) * count / SAMPLE_RATE)
    for start in rng.integers(0, max(1, count), strokes):
        length = min(count - int(start), SAMPLE_RATE // 3)
        times = np.arange(length, dtype=np.float32) / SAMPLE_RATE
        strength = rng.exponential(1.0)
        for _ in range(rng.integers(3, 8)):
            frequency = rng.uniform(600, 7500)
            decay = rng.uniform(10, 120)
            ring = np.exp(-np.float32(decay) * times)
            ring *= np.sin(np.float32(2 * np.pi * frequency) * times)
            wave[start : start + length] += np.float32(strength * rng.random()) * ring
    return unit(wave)


def water(count: int, rng: np.random.Generator) -> Wave:
    """A tap or a boiling pot: bright noise that swells and falls, irregularly."""
    rush = shaped_noise(count, rng, band(rng.uniform(200, 1200), rng.uniform(3000, 7500), 1))
    swell = shaped_noise(count, rng, band(0.5, rng.uniform(3, 25), 1))
    return unit(rush * np.exp(np.float32(rng.uniform(0.1, 0.6)) * swell))


def sizzle(count: int, rng: np.random.Generator) -> Wave:
    """Something in a pan: dense clicks of very different strength."""
    clicks = np.zeros(count, np.float32)
    number = 1 + rng.poisson(rng.uniform(200, 3000) * count / SAMPLE_RATE)
    places = rng.integers(0, max(1, count), number)
    if count:
        clicks[places] = rng.choice([-1.0, 1.0], number) * rng.exponential(1.0, number) ** 2
    return unit(filtered(clicks, band(rng.uniform(1000, 3000), _NYQUIST, 2)))


def coloured(count: int, rng: np.random.Generator) -> Wave:
    """White, pink, brown, or anything between."""
    return shaped_noise(count, rng, slope(rng.uniform(0.0, 2.0)))


def speech_shaped(count: int, rng: np.random.Generator) -> Wave:
    """Noise with the long-term spectrum of speech: even up to 500 Hz, then 9 dB an octave less.

    After Byrne et al. 1994, "An international comparison of long-term average speech spectra".
    """
    rise = band(100.0, _NYQUIST, 1)
    return shaped_noise(count, rng, lambda f: rise(f) * np.maximum(f / 500.0, 1.0) ** -1.5)


SOUNDS: tuple[Sound, ...] = (fan, clatter, water, sizzle, coloured, speech_shaped)
