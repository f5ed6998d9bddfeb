"""What listening costs, on models that are stood in for."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from edge import Runtime
from edge.bench import speech
from edge.bench.speech import Sound, listening, sound
from edge.commands.bench_tables import describe
from edge.errors import UsageError
from edge.voice import signals
from edge.voice.signals import quiet_room
from tests.edge.tiny_bundle import HERE
from tests.edge.voice.fakes import audio
from tests.edge.voice.hearing_bundle import StandIns, hearing_bundle

ON = "turn on the porch light"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hearing_bundle(tmp_path_factory.mktemp("speech") / "hearing.edge", reads=False)


@pytest.fixture
def hub(path: Path, monkeypatch: pytest.MonkeyPatch) -> Runtime:
    StandIns(monkeypatch)
    # The stand-in of voice activity takes any sound for speech.
    monkeypatch.setattr(signals, "HISS", 0.0)
    return Runtime.load(path, profile=HERE)


def test_every_part_is_timed(hub: Runtime) -> None:
    latency, found = listening(hub, Sound("recordings", (audio(ON),)), 0.0)
    assert set(latency) == {"silence_frame", "speaking_frame", "speech_answer"}
    assert (found["commands"], found["rejected"]) == (1, 0)
    assert latency["speech_answer"]["calls"] == 1
    factor = found["real_time_factor"]
    assert 0 < factor["silence"] < factor["speaking"]
    frames = latency["speaking_frame"]["calls"]
    assert frames == pytest.approx((len(audio(ON)) / 16_000 + 0.64) / 0.032, abs=4)


def test_a_voice_that_is_not_heard_has_no_times(hub: Runtime) -> None:
    latency, found = listening(hub, Sound("made up", (quiet_room(1.0),)), 0.0)
    assert set(latency) == {"silence_frame"}
    assert found["real_time_factor"]["speaking"] is None


def test_what_is_listened_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sound([]).origin == "made up"
    recording = tmp_path / "one.wav"
    with wave.open(str(recording), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(audio(ON).tobytes())
    found = sound([str(recording)])
    assert (found.origin, len(found.pieces)) == ("recordings", 1)
    assert np.array_equal(found.pieces[0], audio(ON))
    monkeypatch.setattr(speech, "BENCH_AUDIO_SECONDS", 1)
    with pytest.raises(UsageError, match="s of recordings"):
        sound([str(recording)])


def test_people_see_it() -> None:
    from edge.commands import bench_tables

    table = bench_tables._speech(
        {
            "speech": {
                "from": "made up",
                "seconds": 3.2,
                "commands": 4,
                "rejected": 0,
                "real_time_factor": {"speaking": 0.0214, "silence": None},
            }
        }
    )
    assert "0.0214" in table
    assert "none was heard" in table
    assert "3.2 s of speech, made up" in table
    assert callable(describe)
