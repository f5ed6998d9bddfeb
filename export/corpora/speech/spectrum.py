"""Filters and noise by the Fourier transform."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from export.corpora.speech.recording import SAMPLE_RATE, Wave

Curve = Callable[[npt.NDArray[np.float64]], npt.NDArray[np.float64]]
"""Frequencies in Hz → amplitudes."""


def fast_length(count: int) -> int:
    """A length not below `count` whose transform is quick: 2^k, or 3 or 5 times that."""
    return min(factor << max(0, (-(-count // factor) - 1).bit_length()) for factor in (1, 3, 5, 9))


def shaped_noise(count: int, rng: np.random.Generator, curve: Curve) -> Wave:
    """`count` samples of Gaussian noise whose amplitude spectrum is `curve`; the RMS is 1."""
    if count < 1:
        return np.zeros(0, np.float32)
    size = fast_length(count)
    bins = size // 2 + 1
    spectrum = rng.standard_normal((bins, 2), np.float32).view(np.complex64)[:, 0]
    spectrum = spectrum * curve(_frequencies(size)).astype(np.float32)
    spectrum[0] = 0.0
    return unit(np.fft.irfft(spectrum, size)[:count].astype(np.float32))


def filtered(wave: Wave, curve: Curve) -> Wave:
    """`wave` with its spectrum multiplied by `curve` (no phase shift), as long as before."""
    if not len(wave):
        return wave
    # Room behind the wave: what wraps around falls there, not on the beginning.
    size = fast_length(len(wave) + SAMPLE_RATE // 20)
    spectrum = np.fft.rfft(wave, size) * curve(_frequencies(size))
    return np.fft.irfft(spectrum, size)[: len(wave)].astype(np.float32)


def convolve(wave: Wave, response: Wave) -> Wave:
    """`wave` through a linear system with this impulse response, cut to the wave's length."""
    if not len(wave):
        return wave
    size = fast_length(len(wave) + len(response) - 1)
    spectrum = np.fft.rfft(wave, size) * np.fft.rfft(response, size)
    return np.fft.irfft(spectrum, size)[: len(wave)].astype(np.float32)


def band(low: float, high: float, order: int = 4) -> Curve:
    """Passes `low` to `high` Hz; Butterworth's amplitudes of this order at both edges."""

    def curve(frequencies: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        below = (low / np.maximum(frequencies, 1e-3)) ** (2 * order) if low > 0 else 0.0
        above = (frequencies / high) ** (2 * order)
        return 1.0 / np.sqrt((1.0 + below) * (1.0 + above))

    return curve


def slope(exponent: float, corner: float = 20.0) -> Curve:
    """Power falling as 1 / frequency^exponent above `corner` Hz: 0 white, 1 pink, 2 brown."""
    return lambda frequencies: np.maximum(frequencies, corner) ** (-exponent / 2)


def unit(wave: Wave) -> Wave:
    """`wave` at an RMS of 1; silence stays silence."""
    level = float(np.sqrt(np.mean(np.square(wave)))) if len(wave) else 0.0
    return wave / np.float32(level) if level > 0 else wave


def _frequencies(size: int) -> npt.NDArray[np.float64]:
    return np.arange(size // 2 + 1, dtype=np.float64) * (SAMPLE_RATE / size)
