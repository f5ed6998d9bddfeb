"""What microphones, amplifiers and codecs do to a wave. Each function keeps the length."""

from __future__ import annotations

import io
from functools import cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import soundfile

from export.corpora.speech.noise import active_level
from export.corpora.speech.recording import SAMPLE_RATE, Wave, resample
from export.corpora.speech.spectrum import Curve, band, filtered

Codec = Literal["OPUS", "VORBIS"]

_MU = 255.0


def at_level(wave: Wave, decibels: float) -> Wave:
    """`wave` with its active parts at so many dB below full scale; silence stays silence."""
    level = active_level(wave)
    return wave * np.float32(10 ** (decibels / 20) / level) if level else wave


def clip(wave: Wave, decibels: float) -> Wave:
    """An amplifier that is overdriven: all is cut off `decibels` below the highest peak."""
    if not len(wave):
        return wave
    limit = float(np.abs(wave).max()) * 10 ** (-decibels / 20)
    return np.clip(wave, -limit, limit)


def offset(wave: Wave, amount: float) -> Wave:
    """A converter whose zero is not zero."""
    return wave + np.float32(amount)


def small_microphone(wave: Wave, rng: np.random.Generator) -> Wave:
    """A cheap microphone in a case: no bass, less treble, a few resonances and notches."""
    passed = band(rng.uniform(40, 250), rng.uniform(4500, 9000), int(rng.integers(1, 4)))
    number = int(rng.integers(1, 5))
    centres = np.exp(rng.uniform(np.log(150), np.log(7000), number))
    widths = rng.uniform(0.2, 1.0, number)
    heights = rng.uniform(-8.0, 8.0, number)
    tilt = rng.uniform(-3.0, 3.0)

    def curve(frequencies: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        octaves = np.log2(np.maximum(frequencies, 20.0) / 1000.0)
        decibels = tilt * octaves
        for centre, width, height in zip(centres, widths, heights, strict=True):
            distance = (octaves - np.log2(centre / 1000.0)) / width
            decibels += height * np.exp(-0.5 * distance**2)
        return passed(frequencies) * 10 ** (decibels / 20)

    return filtered(wave, curve)


def band_limit(wave: Wave, low: float, high: float) -> Wave:
    """Only what lies between `low` and `high` Hz."""
    curve: Curve = band(low, high, 6)
    return filtered(wave, curve)


def narrow(wave: Wave) -> Wave:
    """Recorded at 8 kHz: nothing is left above 4 kHz."""
    half = resample(wave, SAMPLE_RATE, SAMPLE_RATE / 2)
    return _cut(resample(half, SAMPLE_RATE / 2, SAMPLE_RATE), len(wave))


def telephone(wave: Wave) -> Wave:
    """300 to 3400 Hz at 8 kHz, in 8 bit μ-law."""
    half = resample(band_limit(wave, 300.0, 3400.0), SAMPLE_RATE, SAMPLE_RATE / 2)
    return _cut(resample(mu_law(half), SAMPLE_RATE / 2, SAMPLE_RATE), len(wave))


def mu_law(wave: Wave) -> Wave:
    """There and back through 8 bit μ-law (ITU-T G.711's curve, in its continuous form)."""
    limited = np.clip(wave, -1.0, 1.0)
    packed = np.sign(limited) * np.log1p(_MU * np.abs(limited)) / np.log1p(_MU)
    coded = np.rint(packed * 127.0) / 127.0
    opened = np.sign(coded) * np.expm1(np.abs(coded) * np.log1p(_MU)) / _MU
    return opened.astype(np.float32)


@cache
def codecs() -> tuple[Codec, ...]:
    """Which lossy codecs this machine's libsndfile writes."""
    known = soundfile.available_subtypes("OGG")
    names: tuple[Codec, ...] = ("OPUS", "VORBIS")
    return tuple(name for name in names if name in known)


def coded(wave: Wave, codec: Codec, strength: float) -> Wave:
    """There and back through a lossy codec of `codecs()`.

    Args:
        wave: what is to be coded.
        codec: its name.
        strength: of the compression, from 0.0 (most bits) to 1.0 (fewest). Measured on speech
            at 0.7 and 1.0: Opus 83 and 7 kbit/s, Vorbis 37 and 26.
    """
    if not len(wave):
        return wave
    file = io.BytesIO()
    limited = np.clip(wave, -1.0, 1.0)
    soundfile.write(
        file, limited, SAMPLE_RATE, format="OGG", subtype=codec, compression_level=strength
    )
    file.seek(0)
    decoded, rate = soundfile.read(file, dtype="float32")
    return _cut(resample(decoded, rate, SAMPLE_RATE), len(wave))


def speed(wave: Wave, factor: float) -> Wave:
    """`wave` played `factor` times as fast, its pitch with it. The one that changes the length."""
    return resample(wave, SAMPLE_RATE * factor, SAMPLE_RATE)


def _cut(wave: Wave, count: int) -> Wave:
    """Exactly `count` samples: converters may give one more or less."""
    return np.pad(wave[:count], (0, max(0, count - len(wave))))
