"""Sound that needs no recording."""

from __future__ import annotations

import numpy as np

from edge.voice.signals import made_up_voice, quiet_room


def test_the_made_up_voice_is_the_same_every_time() -> None:
    voice = made_up_voice(1.0)
    assert (voice.dtype, len(voice)) == (np.int16, 16_000)
    assert np.array_equal(voice, made_up_voice(1.0))
    assert 4000 < np.abs(voice).max() <= 8000


def test_a_quiet_room_is_not_digital_silence() -> None:
    room = quiet_room(1.0)
    assert (room.dtype, len(room)) == (np.int16, 16_000)
    assert np.array_equal(room, quiet_room(1.0))
    assert 0 < np.abs(room).max() < 30
