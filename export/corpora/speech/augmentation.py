"""Clean speech as a device in a kitchen would hear it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from export.corpora.speech import channel
from export.corpora.speech.noise import Noises, mix
from export.corpora.speech.recording import SAMPLE_RATE, Wave
from export.corpora.speech.spectrum import convolve


@dataclass(frozen=True, slots=True)
class Chances:
    """How often a wave is changed, and how much. A chance is between 0 and 1."""

    speed: float = 0.5
    speeds: tuple[float, float] = (0.88, 1.14)
    room: float = 0.6
    noise: float = 0.75
    snr_db: tuple[float, float] = (2.0, 30.0)
    microphone: float = 0.5
    telephone: float = 0.04
    narrow: float = 0.03
    codec: float = 0.12
    clipping: float = 0.08
    offset: float = 0.1
    level_db: tuple[float, float] = (-45.0, -14.0)
    """Level of the active parts below full scale."""
    padding: float = 0.4
    """Most seconds without speech that are added, before and after; noise fills them."""


def augment(
    wave: Wave,
    rng: np.random.Generator,
    rooms: Sequence[Wave] = (),
    noises: Noises | None = None,
    chances: Chances = Chances(),
) -> Wave:
    """`wave` at another speed, in a room, with noise, through a microphone and a codec.

    Deterministic for a state of `rng`. The result is longer or shorter than `wave` (speed and
    padding), float32 within [-1, 1].

    Args:
        wave: clean speech.
        rng: all that is drawn comes from it.
        rooms: impulse responses to draw from; see `rooms.random_responses`; empty for none.
        noises: what to mix in; None for no noise.
        chances: how often and how much.
    """

    def happens(chance: float) -> bool:
        return bool(rng.random() < chance)

    if happens(chances.speed):
        wave = channel.speed(wave, rng.uniform(*chances.speeds))
    if chances.padding > 0:
        most = int(chances.padding * SAMPLE_RATE)
        wave = np.pad(wave, (rng.integers(most + 1), rng.integers(most + 1)))
    room = rooms[int(rng.integers(len(rooms)))] if rooms and happens(chances.room) else None
    if room is not None:
        wave = convolve(wave, room)
    if noises is not None and happens(chances.noise):
        wave = mix(wave, noises.draw(len(wave), rng), rng.uniform(*chances.snr_db))
    if happens(chances.microphone):
        wave = channel.small_microphone(wave, rng)
    wave = channel.at_level(wave, rng.uniform(*chances.level_db))
    if happens(chances.clipping):
        wave = channel.clip(wave, rng.uniform(1.0, 12.0))
    if happens(chances.telephone):
        wave = channel.telephone(wave)
    elif happens(chances.narrow):
        wave = channel.narrow(wave)
    elif channel.codecs() and happens(chances.codec):
        codec = channel.codecs()[int(rng.integers(len(channel.codecs())))]
        wave = channel.coded(wave, codec, rng.uniform(0.7, 1.0))
    if happens(chances.offset):
        wave = channel.offset(wave, rng.uniform(-0.01, 0.01))
    return np.clip(wave, -1.0, 1.0)
