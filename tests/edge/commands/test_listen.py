"""`edge listen` and `edge run --wav`: what they print, and how they end."""

from __future__ import annotations

import io
import json
import wave
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import edge.models
from edge.cli import main
from edge.errors import MissingExtra
from edge.events import AudioBack, AudioLost, Command, Partial, Rejected, Wake
from edge.voice.sources import devices
from edge.voice.sources.microphone import Microphone
from tests.edge.tiny_bundle import HERE
from tests.edge.voice.fakes import Samples, audio
from tests.edge.voice.hearing_bundle import StandIns, hearing_bundle
from tests.edge.voice.sources.simulated import Plugged, World

ON, OFF = "turn on the porch light", "turn off the fan"


@pytest.fixture(autouse=True)
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> StandIns:
    return StandIns(monkeypatch)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(hearing_bundle(tmp_path_factory.mktemp("listen") / "hearing.edge", reads=False))


def from_stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(data)))


def listen(bundle: str, *arguments: str) -> int:
    return main(["listen", bundle, "--profile", HERE, *arguments])


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


class TestRaw:
    def test_people_read_what_was_said(
        self, bundle: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from_stdin(monkeypatch, audio(1.0, ON, 1.5).tobytes())
        assert listen(bundle, "--raw") == 0
        output = capsys.readouterr()
        start, end, command = output.out.splitlines()
        assert start.split() == ["0.99", "speech"]
        assert end.split()[1] == "silence"
        assert "'turn on the porch light': TurnOn" in command
        assert "light.porch" in command
        assert "1 commands of 1 utterances" in output.err

    def test_programs_get_every_event_and_the_statistics(
        self, bundle: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from_stdin(monkeypatch, audio(1.0, ON, 1.5).tobytes())
        assert listen(bundle, "--raw", "--json") == 0
        found = [json.loads(line) for line in lines(capsys)]
        kinds = [document["type"] for document in found]
        assert [kind for kind in kinds if kind != "partial"] == [
            "speech_start", "speech_end", "command", "statistics",
        ]  # fmt: skip
        assert "partial" in kinds
        assert found[-1]["commands"] == 1
        assert found[-1]["source"]["seconds"] == pytest.approx(found[-1]["audio_seconds"], abs=0.01)

    def test_another_rate_and_two_channels(
        self, bundle: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """What is silence at 8 kHz is silence at 16 kHz, and as long."""
        from_stdin(monkeypatch, bytes(4 * 8000))
        assert listen(bundle, "--raw", "--rate", "8000", "--channels", "2", "--json") == 0
        (document,) = [json.loads(line) for line in lines(capsys)]
        assert document["audio_seconds"] == pytest.approx(1.0, abs=0.01)

    def test_where_it_is_said(
        self, bundle: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from_stdin(monkeypatch, audio(1.0, "turn on the heater", 1.5).tobytes())
        assert listen(bundle, "--raw", "--area", "garage") == 0
        assert "heater.garage" in capsys.readouterr().out

    def test_what_ends_inside_a_sample_is_said(
        self, bundle: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from_stdin(monkeypatch, bytes(3201))
        assert listen(bundle, "--raw") == 0
        assert "inside a sample" in capsys.readouterr().err

    def test_a_wav_file_is_refused(
        self, bundle: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from_stdin(monkeypatch, b"RIFF\0\0\0\0WAVEfmt " + bytes(100))
        assert listen(bundle, "--raw") == 1
        assert "header of a WAV file" in capsys.readouterr().err

    def test_after_a_failure_programs_get_the_statistics_and_then_why(
        self, bundle: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from_stdin(monkeypatch, b"RIFF\0\0\0\0WAVEfmt " + bytes(100))
        assert listen(bundle, "--raw", "--json") == 1
        kinds = [json.loads(line)["type"] for line in lines(capsys)]
        assert kinds == ["statistics", "error"]
        assert main(["listen", "--help"]) == 0
        assert 'one of the type "error" follows' in capsys.readouterr().out

    def test_a_wake_phrase_that_is_a_bad_one(
        self, bundle: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from_stdin(monkeypatch, b"")
        assert listen(bundle, "--raw", "--wake", "ok") == 2  # this bundle has no table of phrases
        error = capsys.readouterr().err
        assert "the wake phrase 'ok' is bad" in error
        assert "knows nothing of wake phrases" in error

    def test_rates_are_for_raw_samples(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["listen", "--rate", "8000"]) == 2
        assert "--raw" in capsys.readouterr().err


class TestMicrophones:
    def test_one_is_listened_to(
        self, bundle: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        sound = audio(0.5, ON, 1.5)
        world = World(Plugged("USB", sound=lambda first, count: sound[first : first + count]))
        microphone = Microphone("USB", system=world.system, clock=world.clock, wait=world.wait)
        world.at(3.8, microphone.close)
        monkeypatch.setattr("edge.voice.sources.microphone.Microphone", lambda device: microphone)
        assert listen(bundle, "--device", "USB", "--json") == 0
        found = [json.loads(line) for line in lines(capsys)]
        assert [one["intent"] for one in found if one["type"] == "command"] == ["TurnOn"]
        assert found[-1]["type"] == "statistics"

    def test_they_are_listed(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        world = World(Plugged("USB"), Plugged("Webcam", default_rate=48000.0))
        monkeypatch.setattr(devices, "sound_system", lambda: world.system)
        assert main(["listen", "--list-devices"]) == 0
        header, rule, *rows = lines(capsys)
        assert "name" in header
        assert ["USB" in rows[0], "default" in rows[0], "Webcam" in rows[1]] == [True] * 3
        assert main(["listen", "--list-devices", "--json"]) == 0
        assert [one["name"] for one in json.loads(capsys.readouterr().out)] == ["USB", "Webcam"]
        del rule

    def test_none_at_all(
        self, bundle: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        world = World()
        monkeypatch.setattr(devices, "sound_system", lambda: world.system)
        assert main(["listen", "--list-devices"]) == 0
        assert lines(capsys) == ["there is no microphone"]

    def test_without_the_library(
        self, bundle: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def missing() -> object:
            raise MissingExtra("listening needs sounddevice", hint="pip install …")

        monkeypatch.setattr("edge.voice.sources.microphone.sound_system", missing)
        assert listen(bundle) == 2
        assert "sounddevice" in capsys.readouterr().err


class TestTheBundleThatComesWithThePackage:
    def test_it_is_taken_where_none_is_named(
        self, bundle: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(edge.models, "default_bundle", lambda: Path(bundle))
        from_stdin(monkeypatch, audio(1.0, ON, 1.5).tobytes())
        assert main(["listen", "--raw", "--profile", HERE]) == 0
        assert "TurnOn" in capsys.readouterr().out

    def test_a_package_without_it_says_so(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(edge.models, "NAME", "nobody-has-it.edge")
        assert main(["listen", "--raw"]) == 2
        assert "nobody-has-it.edge" in capsys.readouterr().err


def test_what_is_of_a_wake_phrase_needs_one(
    bundle: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert listen(bundle, "--raw", "--follow-up", "5") == 2
    assert "add --wake" in capsys.readouterr().err


class TestRecordings:
    @pytest.mark.parametrize("verb", ["run", "bench"])
    def test_a_bundle_behind_them_is_none(
        self, bundle: str, verb: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main([verb, "--wav", "a.wav", bundle]) == 2
        assert f"a bundle comes first: edge {verb} {bundle} --wav" in capsys.readouterr().err

    def test_why_one_cannot_be_used_is_said_whole(
        self, bundle: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "quick.wav"
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 96_000, 0, "NONE", "not compressed"))
            file.writeframes(bytes(9600))
        assert main(["run", bundle, "--profile", HERE, "--wav", str(path)]) == 1
        assert "cannot be used; allowed: a whole number" in lines(capsys)[0]

    @staticmethod
    def recorded(path: Path, sound: Samples) -> str:
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16_000)
            file.writeframes(sound.astype("<i2").tobytes())
        return str(path)

    def test_each_gives_one_line(
        self, bundle: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        two = self.recorded(tmp_path / "two.wav", audio(0.5, ON, 1.5, OFF, 1.5))
        none = self.recorded(tmp_path / "none.wav", audio(2.0))
        assert main(["run", bundle, "--profile", HERE, "--wav", two, none]) == 1
        first, second = lines(capsys)
        assert first.startswith(f"{two}: TurnOn")
        assert "; TurnOff" in first
        assert second == f"{none}: rejected (nothing_heard): nobody speaks in it"

    def test_all_understood(
        self, bundle: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = self.recorded(tmp_path / "one.wav", audio(0.5, ON))  # it ends with the last word
        assert main(["run", bundle, "--profile", HERE, "--json", "--wav", path]) == 0
        (document,) = [json.loads(line) for line in lines(capsys)]
        assert (document["type"], document["file"]) == ("recording", path)
        assert [one["intent"] for one in document["results"]] == ["TurnOn"]
        assert document["seconds"] == pytest.approx(len(audio(0.5, ON)) / 16_000, abs=0.001)

    def test_one_that_cannot_be_read_does_not_end_it(
        self, bundle: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        good = self.recorded(tmp_path / "good.wav", audio(0.5, ON, 1.0))
        bad = tmp_path / "bad.wav"
        bad.write_bytes(b"RIFF nonsense")
        missing = str(tmp_path / "missing.wav")
        status = main(
            ["run", bundle, "--profile", HERE, "--json", "--wav", str(bad), missing, good]
        )
        assert status == 1
        found = [json.loads(line) for line in lines(capsys)]
        assert ["error" in one for one in found] == [True, True, False]
        assert [len(one["results"]) for one in found] == [0, 0, 1]

    def test_a_header_that_lies_is_said(
        self, bundle: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = Path(self.recorded(tmp_path / "lies.wav", audio(0.5, ON, 1.0)))
        data = bytearray(path.read_bytes())
        data[40:44] = (len(data) * 3).to_bytes(4, "little")
        path.write_bytes(data)
        assert main(["run", bundle, "--profile", HERE, "--wav", str(path)]) == 0
        output = capsys.readouterr()
        assert "TurnOn" in output.out
        assert "promises" in output.err

    def test_a_bundle_that_does_not_hear(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from tests.edge.tiny_bundle import make_tiny_bundle

        deaf = make_tiny_bundle(tmp_path / "tiny.edge")
        path = self.recorded(tmp_path / "one.wav", np.zeros(16_000, np.int16))
        assert main(["run", str(deaf), "--profile", HERE, "--wav", path]) == 2
        assert "no task 'speech'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Wake("jarvis", 1.5, -0.25), "    1.50  wake phrase 'jarvis' (score -0.25)"),
        (Partial("turn on", 2.0), "    2.00  … turn on"),
        (AudioLost("unplugged", 3.0), "    3.00  no sound: unplugged"),
        (AudioBack(3.0), "    3.00  sound again"),
        (Command("Stop", text="stop"), "          'stop': Stop (grammar 1.00)"),
        (Rejected("unsure", "no\x1bwords"), "          rejected (unsure): no\\x1bwords"),
    ],
)
def test_events_as_lines(event: object, line: str) -> None:
    from edge.commands.listen import describe

    assert describe(event) == line  # type: ignore[arg-type]
