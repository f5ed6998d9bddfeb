"""What happens to speech on its way to the microphone, done to its log mel features.

Noise adds to speech in power, a room smears power in time, a microphone weighs bands: on features,
a whole batch at a time, that costs a hundredth of what it costs on waves, so every epoch can hear
every recording anew. The network's input is float32 [B, T, 42], log10 of power + 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from export.recipes.speech.network.frontend import BANDS, FLOOR

_LEVEL = 2.0
_QUIETEST = 1e-10


@dataclass(frozen=True)
class MelChances:
    """How often features are changed, and how much; decibels are tenths of a feature."""

    noise: float = 0.7
    snr_db: tuple[float, float] = (-5.0, 28.0)
    babble: float = 0.2
    room: float = 0.25
    gain_db: tuple[float, float] = (-25.0, 12.0)
    colour: float = 0.6
    narrow: float = 0.25
    """A microphone, a codec or a line that passes on nothing above 3 to 7 kHz."""
    warp: float = 0.12
    """Greatest change of the vocal tract's length, as a share."""
    time_masks: int = 6
    time_mask: int = 30
    """Longest masked stretch of time: frames of 10 ms."""
    band_masks: int = 2
    band_mask: int = 6


class MelAugment:
    """Draws other rooms, noises and voices for a batch."""

    def __init__(self, noises: Tensor, seed: int, chances: MelChances = MelChances()) -> None:
        """`noises`: features [N, T, 42] to draw from."""
        self._noises = (noises.float() - _LEVEL).mul_(2.302585).exp_()
        self._chances = chances
        self._seed = seed
        self._place(torch.device("cpu"))

    def looks(self, features: Tensor, spoken: Tensor) -> Tensor:
        """Recordings in other voices, all of them twice, in other surroundings: [2 B, T, 42]."""
        if features.device != self._random.device:
            self._place(features.device)
        voices = self.voices(features)
        return torch.cat([self.surroundings(voices, spoken) for _ in range(2)])

    def _place(self, device: torch.device) -> None:
        """All that is drawn is drawn where the features are."""
        self._random = torch.Generator(device).manual_seed(self._seed)
        self._noises = self._noises.to(device)

    def voices(self, features: Tensor) -> Tensor:
        """Another vocal tract for each speaker: bands warped (Jaitly and Hinton 2013, VTLP)."""
        batch = features.shape[0]
        share = 1 + self._chances.warp * (2 * self._uniform(batch, 1) - 1)
        places = (self._count(BANDS)[None] * share).clamp(0, BANDS - 1)
        below = places.floor().clamp(max=BANDS - 2)
        part = places - below
        weights = torch.zeros(batch, BANDS, BANDS, device=features.device)
        index = below.long()[:, None]
        weights.scatter_(1, index, (1 - part)[:, None])
        weights.scatter_add_(1, index + 1, part[:, None])
        return features @ weights

    def surroundings(self, features: Tensor, spoken: Tensor) -> Tensor:
        """Another room, noise, microphone and distance, and parts that cannot be heard.

        Args:
            features: [B, T, 42].
            spoken: frames that hold the recording, bool [B, T]; the rest is filled by noise.
        """
        chances = self._chances
        batch, time, _ = features.shape
        power = (features - _LEVEL).mul(2.302585).exp() * spoken[..., None]
        power = torch.where(self._happens(chances.room, batch), self._echo(power), power)
        level = self._loudness(power, spoken)
        noise = self._noise(batch, time)
        talk = power.roll(1, 0) + 0.5 * power.roll(2, 0)
        noise = torch.where(self._happens(chances.babble, batch), talk, noise)
        noise_level = noise.mean((1, 2)).clamp_min(_QUIETEST)
        low, high = chances.snr_db
        snr = low + (high - low) * self._uniform(batch)
        share = level / noise_level * 10 ** (-snr / 10)
        share = share * self._happens(chances.noise, batch)[:, 0, 0]
        floor = level * 10 ** (-3.0 - 2.5 * self._uniform(batch))
        hiss = -(self._uniform(batch, time, BANDS).clamp_min(1e-3).log())
        power = power + share[:, None, None] * noise + floor[:, None, None] * hiss
        result = power.clamp_min(_QUIETEST).log10() + _LEVEL
        result = self._narrowed(result + self._microphone(batch))
        return self._masked(result).clamp_min(FLOOR)

    def _noise(self, batch: int, time: int) -> Tensor:
        count, length, _ = self._noises.shape
        which = self._below(count, batch)
        start = self._below(length, batch)
        places = (start[:, None] + self._count(time)[None]) % length
        return self._noises[which[:, None], places]

    def _echo(self, power: Tensor) -> Tensor:
        """Late reverberation: each frame's power, decaying over the next ones."""
        batch = power.shape[0]
        frames = 40
        decay = 10 ** (-6 / (100 * (0.2 + 0.6 * self._uniform(batch, 1))))
        kernel = decay ** (1 + self._count(frames))[None]
        kernel = kernel / kernel.sum(1, keepdim=True) * (0.1 + 0.9 * self._uniform(batch, 1))
        kernel = torch.cat([torch.ones_like(kernel[:, :1]), kernel], 1).flip(1)
        padded = torch.nn.functional.pad(power.transpose(1, 2), (frames, 0))
        smeared = torch.nn.functional.conv1d(
            padded.transpose(0, 1), kernel[:, None], groups=batch
        )  # [42, B, T]
        return smeared.permute(1, 2, 0)

    def _loudness(self, power: Tensor, spoken: Tensor) -> Tensor:
        """Mean power a band over the frames that are not more than 30 dB below the loudest."""
        frames = power.mean(2)
        active = (frames >= frames.amax(1, keepdim=True) * 1e-3) & spoken
        return ((frames * active).sum(1) / active.sum(1).clamp_min(1)).clamp_min(_QUIETEST)

    def _microphone(self, batch: int) -> Tensor:
        low, high = (gain / 10 for gain in self._chances.gain_db)
        gain = low + (high - low) * self._uniform(batch, 1, 1)
        points = self._normal(batch, 1, 6) * 0.35
        points = points * self._happens(self._chances.colour, batch)
        curve = torch.nn.functional.interpolate(points, BANDS, mode="linear", align_corners=True)
        return gain + curve

    def _narrowed(self, features: Tensor) -> Tensor:
        """The highest bands gone, where that happens."""
        batch = features.shape[0]
        from_band = BANDS - 14 * self._uniform(batch, 1, 1)
        gone = self._happens(self._chances.narrow, batch) & (self._count(BANDS) >= from_band)
        return torch.where(gone, FLOOR + 2 * self._uniform(batch, 1, 1), features)

    def _masked(self, features: Tensor) -> Tensor:
        """SpecAugment (Park et al. 2019): stretches of time and of bands at their mean."""
        batch, time, bands = features.shape
        mean = features.mean((1, 2), keepdim=True)
        hidden = torch.zeros_like(features, dtype=torch.bool)
        for count, longest, size, axis in (
            (self._chances.time_masks, self._chances.time_mask, time, 1),
            (self._chances.band_masks, self._chances.band_mask, bands, 2),
        ):
            places = self._count(size)[None]
            for _ in range(count):
                length = self._uniform(batch, 1) * longest
                start = self._uniform(batch, 1) * (size - length)
                mask = (places >= start) & (places < start + length)
                hidden |= mask[:, :, None] if axis == 1 else mask[:, None]
        return torch.where(hidden, mean, features)

    def _uniform(self, *shape: int) -> Tensor:
        return torch.rand(*shape, generator=self._random, device=self._random.device)

    def _normal(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self._random, device=self._random.device)

    def _below(self, end: int, count: int) -> Tensor:
        device = self._random.device
        return torch.randint(end, (count,), generator=self._random, device=device)

    def _count(self, end: int) -> Tensor:
        return torch.arange(end, device=self._random.device)

    def _happens(self, chance: float, batch: int) -> Tensor:
        return (self._uniform(batch) < chance)[:, None, None]
