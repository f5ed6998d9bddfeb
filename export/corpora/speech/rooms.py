"""Impulse responses of rooms.

Early reflections by the image method (Allen and Berkley 1979, "Image method for efficiently
simulating small-room acoustics"); the late ones, too many to count one by one, as noise that
decays as the room does (Moorer 1979, "About this reverberation business").
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from export.corpora.speech.recording import SAMPLE_RATE, Wave
from export.corpora.speech.spectrum import band, shaped_noise

SOUND = 343.0
"""Metres a second."""
SECONDS = 0.4
"""Length of a response after the direct sound."""
_EARLY = 0.08
"""Seconds after the direct sound in which reflections are counted one by one."""
_WALL = 0.3
"""Metres that a source or a microphone keeps from a wall."""
_NEAREST, _FARTHEST = 0.5, 4.0
_TRIES = 60

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Room:
    """A box with a talker and a microphone in it; metres from one lower corner."""

    size: Vector
    source: Vector
    microphone: Vector
    absorption: Vector
    """Part of the sound's energy that a wall takes: [3, 2], (axis, near or far wall)."""

    @property
    def reverberation(self) -> float:
        """Seconds in which sound falls by 60 dB (Eyring 1930)."""
        x, y, z = self.size
        areas = np.array([y * z, x * z, x * y])
        surface = 2 * areas.sum()
        mean = float((areas[:, None] * self.absorption).sum() / surface)
        return float(0.161 * self.size.prod() / (-surface * math.log1p(-mean)))


def random_room(rng: np.random.Generator) -> Room:
    """A room of a home: 0.15 to 0.7 s of reverberation, 0.5 to 4 m from talker to microphone."""
    size = np.array([rng.uniform(2.0, 8.0), rng.uniform(2.0, 6.0), rng.uniform(2.3, 3.2)])
    microphone, source = _places(size, rng)
    x, y, z = size
    surface = 2 * (x * y + x * z + y * z)
    seconds = rng.uniform(0.15, 0.7)
    # Eyring's formula, solved for the absorption; walls differ around that mean.
    mean = -math.expm1(-0.161 * size.prod() / (surface * seconds))
    spread = rng.uniform(0.6, 1.4, (3, 2))
    areas = np.array([y * z, x * z, x * y])[:, None]
    spread *= surface / (areas * spread).sum()
    return Room(size, source, microphone, np.minimum(mean * spread, 0.95))


def _places(size: Vector, rng: np.random.Generator) -> tuple[Vector, Vector]:
    """Two points away from the walls, at a talker's distance where chance finds such soon."""
    for _ in range(_TRIES):
        first, second = rng.uniform(_WALL, size - _WALL, (2, 3))
        if _NEAREST <= np.linalg.norm(first - second) <= _FARTHEST:
            break
    else:
        first = np.full(3, _WALL)
        second = first + np.array([_NEAREST, 0.0, 0.0])
    return first, second


def impulse_response(room: Room, rng: np.random.Generator, seconds: float = SECONDS) -> Wave:
    """What a click at the talker's mouth is at the microphone: float32 [seconds · 16000].

    The direct sound is 1.0 at sample 0, so that speech keeps its place in time and its level.
    """
    count = max(1, round(seconds * SAMPLE_RATE))
    early = min(count, round(_EARLY * SAMPLE_RATE))
    direct = float(np.linalg.norm(room.source - room.microphone))
    distances, strengths = _images(room, direct + _EARLY * SOUND)
    places = np.rint((distances - direct) * (SAMPLE_RATE / SOUND)).astype(np.int64)
    inside = places < early
    response = np.zeros(count)
    response[:early] = np.bincount(
        places[inside], strengths[inside] * direct / distances[inside], minlength=early
    )
    if count > early:
        _add_tail(response, early, room.reverberation, rng)
    return response.astype(np.float32)


def _images(room: Room, radius: float) -> tuple[Vector, Vector]:
    """Distances and reflection strengths of all images of the talker within `radius` metres."""
    axes = []
    reflection = np.sqrt(1.0 - room.absorption)
    for axis in range(3):
        length = room.size[axis]
        most = math.ceil(radius / (2 * length)) + 1
        order = np.arange(-most, most + 1)
        # Even images repeat the room, odd ones mirror it: Allen and Berkley's equation 8.
        parts = []
        for mirrored in (0, 1):
            offset = 2 * order * length + (1 - 2 * mirrored) * room.source[axis]
            near, far = np.abs(order - mirrored), np.abs(order)
            strength = reflection[axis, 0] ** near * reflection[axis, 1] ** far
            parts.append((offset - room.microphone[axis], strength))
        steps = np.concatenate([part[0] for part in parts])
        strengths = np.concatenate([part[1] for part in parts])
        kept = np.abs(steps) <= radius
        axes.append((np.square(steps[kept]), strengths[kept]))
    (x, sx), (y, sy), (z, sz) = axes
    squares = x[:, None, None] + y[:, None] + z
    inside = squares <= radius**2
    strengths = (sx[:, None, None] * sy[:, None] * sz)[inside]
    return np.sqrt(squares[inside]), strengths


def _add_tail(response: Vector, early: int, seconds: float, rng: np.random.Generator) -> None:
    """Continues a response after `early` samples as decaying noise of the level it ended with."""
    end = response[early // 2 : early]
    decay = math.log(1000.0) / (seconds * SAMPLE_RATE)
    times = np.arange(len(response) - early)
    # The level at the joint: that of the second half of the early part, further decayed.
    level = math.sqrt(float(np.square(end).mean())) * math.exp(-decay * len(end) / 2)
    noise = shaped_noise(len(times), rng, band(100.0, 5000.0, 1))
    response[early:] = level * np.exp(-decay * times) * noise


def random_responses(count: int, seed: int) -> list[Wave]:
    """Responses of `count` random rooms."""
    rng = np.random.default_rng([seed, count])
    return [impulse_response(random_room(rng), rng) for _ in range(count)]
