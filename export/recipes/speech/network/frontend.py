"""PCM to log mel features, inside the graph: every language that calls it hears the same."""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

SAMPLE_RATE: Final = 16_000
HOP: Final = 160
"""Samples between two feature frames: 10 ms."""
WINDOW: Final = 400
"""Samples a feature frame looks at: 25 ms."""
MELS: Final = 32
"""Mel bands that the speech embedding hears, up to 3.8 kHz."""
BANDS: Final = 42
"""All mel bands: the same scale goes on to 7.6 kHz, where consonants differ most."""
FLOOR: Final = -8.0
"""The least feature: digital silence."""
FAINTER: Final = 10 ** (-15 / 20)
"""What a stream's samples are multiplied by: 15 dB quieter."""
HUSH_PERIOD: Final = 2560
"""Samples after which `hush` begins again, so that a graph can hold it."""

_HUSH: Final = 14
"""Loudest sample of `hush`, on the int16 scale: -72 dB of full scale in all."""
_TRANSFORM: Final = 512
_LOWEST: Final = 60.0
_HIGHEST: Final = 3800.0


class MelFrontEnd(nn.Module):
    """Samples on the int16 scale, float32 [B, N] → features [B, (N - 400) // 160 + 1, 42].

    The first 32 are what Google's speech embedding was trained on (Lin et al. 2020, arXiv
    2002.01322), as openWakeWord's graph of them computes them: Hann window, power spectrum, Slaney
    mel bands from 60 to 3,800 Hz, decibels; a feature is decibels / 10 + 2. That graph also cuts
    off what is 80 dB below the loudest frame of its input; here a frame depends on nothing but its
    window.
    """

    def __init__(self) -> None:
        """Makes the fixed kernels; nothing here is trained."""
        super().__init__()
        bins = np.arange(_TRANSFORM // 2 + 1)
        filters = mel_filters()
        used = np.flatnonzero(filters.max(axis=0) > 0)
        window = np.hanning(WINDOW + 1)[:WINDOW]
        samples = np.arange(WINDOW) + (_TRANSFORM - WINDOW) // 2
        angle = 2 * np.pi * bins[used, None] * samples[None] / _TRANSFORM
        kernels = np.concatenate([np.cos(angle), np.sin(angle)]) * window
        self.register_buffer("kernels", torch.tensor(kernels[:, None], dtype=torch.float32))
        self.register_buffer("filters", torch.tensor(filters[:, used].T, dtype=torch.float32))

    def forward(self, samples: Tensor) -> Tensor:
        """Features of whole frames; samples after the last whole frame are not used."""
        spectrum = nn.functional.conv1d(samples[:, None], self.kernels, stride=HOP)
        cosine, sine = spectrum.square().chunk(2, dim=1)
        power = (cosine + sine).transpose(1, 2) @ self.filters
        return power.clamp_min(1e-10).log() * (1 / np.log(10)) + 2.0


def in_a_room(samples: np.ndarray, first: int) -> np.ndarray:
    """Samples [N] as the graph hears them: in a room that is never wholly silent, and from afar.

    The network learns in rooms and at all distances (`mel_augment`). Digital silence, which is
    nowhere but in files, it takes for a sound; and what is loud for something else. Of words cut
    out of dev recordings, at -24 dB of full scale, it finds 89.8 % among thirty as they are, 90.8 %
    with `hush`, and about 92 % if they are fainter as well, by any 15 to 35 dB.

    Args:
        samples: on the int16 scale.
        first: the place of the first of them in the stream.
    """
    return ((samples + hush(first, len(samples))) * FAINTER).astype(np.float32)


def hush(first: int, count: int) -> np.ndarray:
    """Noise as a good microphone's own, from sample `first` of a stream on: float32 [count]."""
    # RandomState, whose numbers stay the same from one version of numpy to the next.
    noise = np.random.RandomState(0).randint(-_HUSH, _HUSH + 1, HUSH_PERIOD)
    return noise.astype(np.float32)[np.arange(first, first + count) % HUSH_PERIOD]


def mel_filters() -> np.ndarray:
    """Triangular filters of equal area on the Slaney mel scale, float64 [42, 257]."""
    apart = (_mel(_HIGHEST) - _mel(_LOWEST)) / (MELS + 1)
    centres = _hertz(_mel(_LOWEST) + apart * np.arange(BANDS + 2))
    bins = np.arange(_TRANSFORM // 2 + 1) * SAMPLE_RATE / _TRANSFORM
    low, centre, high = centres[:-2, None], centres[1:-1, None], centres[2:, None]
    rising = (bins - low) / (centre - low)
    falling = (high - bins) / (high - centre)
    return np.maximum(0, np.minimum(rising, falling)) * 2 / (high - low)


def _mel(hertz: float) -> float:
    """Slaney's mel scale: linear below 1 kHz, logarithmic above."""
    if hertz < 1000:
        return 3 * hertz / 200
    return 15 + 27 * float(np.log(hertz / 1000) / np.log(6.4))


def _hertz(mel: np.ndarray) -> np.ndarray:
    return np.where(mel < 15, 200 * mel / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))
