"""Rooms by the image method."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.corpora.speech.recording import SAMPLE_RATE
from export.corpora.speech.rooms import (
    SOUND,
    Room,
    impulse_response,
    random_responses,
    random_room,
)

seeds = st.integers(0, 2**32)


@given(seeds)
def test_rooms_are_those_of_a_home(seed: int) -> None:
    room = random_room(np.random.default_rng(seed))
    for point in (room.source, room.microphone):
        assert ((point > 0.2) & (point < room.size - 0.2)).all()
    assert 0.5 <= np.linalg.norm(room.source - room.microphone) <= 4.0
    assert 0.14 <= room.reverberation <= 0.75
    assert ((room.absorption > 0) & (room.absorption < 1)).all()


@given(seeds)
@settings(max_examples=30)
def test_the_direct_sound_comes_first_and_is_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    response = impulse_response(random_room(rng), rng)
    assert response.dtype == np.float32
    assert len(response) == 0.4 * SAMPLE_RATE
    assert np.isfinite(response).all()
    # Reflections that fall on the same sample add to it.
    assert 1.0 <= response[0] < 2.0


def test_first_reflections_of_a_known_room() -> None:
    """Against distances and strengths of the six first images, found by hand."""
    size = np.array([6.0, 5.0, 3.0])
    source, microphone = np.array([2.0, 2.0, 1.5]), np.array([4.0, 2.5, 1.2])
    absorption = np.array([[0.2, 0.3], [0.4, 0.5], [0.6, 0.1]])
    room = Room(size, source, microphone, absorption)
    response = impulse_response(room, np.random.default_rng(0))
    direct = np.linalg.norm(source - microphone)
    expected: dict[int, float] = {}
    for axis in range(3):
        for side in (0, 1):
            image = source.copy()
            image[axis] = 2 * size[axis] * side - source[axis]
            distance = float(np.linalg.norm(image - microphone))
            place = round((distance - direct) / SOUND * SAMPLE_RATE)
            strength = np.sqrt(1 - absorption[axis, side]) * direct / distance
            expected[place] = expected.get(place, 0.0) + strength
    for place, strength in expected.items():
        assert response[place] == pytest.approx(strength, rel=0.01)
    # Nothing else is that early: images of two reflections come later.
    others = [place for place in range(1, 100) if place not in expected]
    assert not response[others].any()


@pytest.mark.parametrize("seconds", [0.2, 0.4, 0.6])
def test_sound_decays_as_the_room_says(seconds: float) -> None:
    """Schroeder 1965: the energy still to come falls by 60 dB in the reverberation time."""
    size = np.array([5.0, 4.0, 2.6])
    surface = 2 * (20 + 13 + 10.4)
    absorption = np.full((3, 2), -np.expm1(-0.161 * size.prod() / (surface * seconds)))
    room = Room(size, np.array([1.0, 1.2, 1.4]), np.array([3.0, 2.5, 1.0]), absorption)
    assert room.reverberation == pytest.approx(seconds)
    response = impulse_response(room, np.random.default_rng(1), 1.0).astype(np.float64)
    energy = np.cumsum(np.square(response)[::-1])[::-1]
    decibels = 10 * np.log10(energy / energy[0])
    start, end = np.argmax(decibels < -5), np.argmax(decibels < -35)
    assert (end - start) * 2 / SAMPLE_RATE == pytest.approx(seconds, rel=0.15)


def test_a_bank_is_repeatable_varied_and_quick() -> None:
    start = time.process_time()
    first = random_responses(20, 5)
    assert (time.process_time() - start) / 20 < 0.02
    for one, other in zip(first, random_responses(20, 5), strict=True):
        np.testing.assert_array_equal(one, other)
    assert len({float(np.square(response).sum()) for response in first}) == 20
