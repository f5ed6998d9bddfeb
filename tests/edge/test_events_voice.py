"""What is told of the sound: events as plain data."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from edge.events import AudioBack, AudioLost, Partial, SpeechEnd, SpeechStart, Wake

EVENTS: list[tuple[Any, dict[str, Any]]] = [
    (
        Wake("computer", 1.23456, 0.987654),
        {"type": "wake", "phrase": "computer", "at": 1.235, "score": 0.9877},
    ),
    (SpeechStart(2.0), {"type": "speech_start", "at": 2.0}),
    (Partial("turn on", 2.5), {"type": "partial", "text": "turn on", "at": 2.5}),
    (SpeechEnd(3.25), {"type": "speech_end", "at": 3.25}),
    (
        AudioLost("'USB Mic' has stopped", 4.0),
        {"type": "audio_lost", "reason": "'USB Mic' has stopped", "at": 4.0},
    ),
    (AudioBack(4.0), {"type": "audio_back", "at": 4.0}),
]
each = pytest.mark.parametrize(("event", "data"), EVENTS, ids=[d["type"] for _, d in EVENTS])


@each
def test_an_event_is_plain_data(event: Any, data: dict[str, Any]) -> None:
    assert event.to_dict() == data
    assert json.loads(json.dumps(event.to_dict())) == data


@each
def test_an_event_does_not_change(event: Any, data: dict[str, Any]) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        event.at = 0.0
    assert not hasattr(event, "__dict__")


@each
def test_events_of_the_same_are_equal(event: Any, data: dict[str, Any]) -> None:
    assert event == dataclasses.replace(event)
    assert event != dataclasses.replace(event, at=99.0)
    assert len({event, dataclasses.replace(event)}) == 1
