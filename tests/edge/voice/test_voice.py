"""A bundle that hears: loaded when it is first listened to, and its streams."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge import Home, Runtime
from edge.errors import BundleFormatError, UsageError
from edge.events import Command, Rejected, VoiceEvent, Wake
from edge.home.home import Device
from edge.voice.settings import StreamSettings
from edge.voice.sources.microphone import Microphone
from edge.voice.wake.wake import WakePhrase
from tests.edge.tiny_bundle import HERE
from tests.edge.voice.fakes import audio
from tests.edge.voice.hearing_bundle import StandIns, hearing_bundle
from tests.edge.voice.sources.simulated import Plugged, World

ON = "turn on the porch light"


@pytest.fixture(autouse=True)
def loaded(monkeypatch: pytest.MonkeyPatch) -> StandIns:
    return StandIns(monkeypatch)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hearing_bundle(tmp_path_factory.mktemp("voice") / "hearing.edge")


@pytest.fixture(scope="module")
def speech_only(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hearing_bundle(tmp_path_factory.mktemp("voice") / "speech.edge", reads=False)


@pytest.fixture
def hub(bundle: Path) -> Iterator[Runtime]:
    with Runtime.load(bundle, profile=HERE) as runtime:
        yield runtime


def answers(events: list[VoiceEvent]) -> list[Command | Rejected]:
    return [event for event in events if isinstance(event, Command | Rejected)]


class TestLoading:
    def test_the_bundle_says_what_it_is_for(self, hub: Runtime) -> None:
        assert hub.tasks == ("intent", "speech")

    def test_who_only_types_does_not_load_the_models_that_hear(
        self, hub: Runtime, loaded: StandIns
    ) -> None:
        assert isinstance(hub.understand(ON), Command)
        assert loaded.made == 0
        hub.stream()
        hub.stream()
        assert loaded.made == 2

    def test_a_bundle_without_a_model_of_text(self, speech_only: Path) -> None:
        with Runtime.load(speech_only, profile=HERE) as hub:
            assert hub.tasks == ("speech",)
            assert hub.home.get("light.porch") is not None
            found = answers(hub.stream().push(audio(1.0, ON, 1.5)))
            assert [type(one) for one in found] == [Command]
            typed = hub.understand(ON)
            assert isinstance(typed, Command)
            assert typed.targets == ("light.porch",)
            assert isinstance(hub.understand("tell me a story"), Rejected)

    def test_its_sentences_are_said_one_at_a_time(self, speech_only: Path, hub: Runtime) -> None:
        both = audio(1.0, "turn on the fan and turn off the porch light", 2.0)
        with Runtime.load(speech_only, profile=HERE) as own:
            assert isinstance(answers(own.stream().push(both))[0], Rejected)
        assert isinstance(answers(hub.stream().push(both))[0], Command)

    def test_a_bundle_that_does_not_hear(self, tmp_path: Path) -> None:
        from tests.edge.tiny_bundle import make_tiny_bundle

        with Runtime.load(make_tiny_bundle(tmp_path / "tiny.edge"), profile=HERE) as deaf:
            with pytest.raises(UsageError, match="no task 'speech'"):
                deaf.stream()
            with pytest.raises(UsageError, match="no task 'speech'"):
                deaf.listen()

    @pytest.mark.parametrize(
        ("speech", "wrong"),
        [
            ({"confidence": {"weights": [1], "bias": 0}}, "confidence.weights"),
            ({"wake": 7}, "tasks.speech.wake"),
            ({"assets": {}}, "assets.grammar"),
        ],
    )
    def test_a_manifest_that_is_wrong(
        self, speech: dict[str, Any], wrong: str, tmp_path: Path
    ) -> None:
        path = hearing_bundle(tmp_path / "wrong.edge", reads=False, speech=speech)
        with (
            Runtime.load(path, profile=HERE) as hub,
            pytest.raises(BundleFormatError, match=wrong),
        ):
            hub.stream()

    def test_without_voice_activity(self, tmp_path: Path) -> None:
        path = hearing_bundle(tmp_path / "half.edge", activity=False)
        with pytest.raises(BundleFormatError, match="does not know when somebody speaks"):
            Runtime.load(path, profile=HERE)

    def test_a_home_in_which_nothing_can_be_said(self, tmp_path: Path) -> None:
        """The tiny grammar has no sentence without a name, a number or an area."""
        path = hearing_bundle(tmp_path / "empty.edge")
        with (
            Runtime.load(path, home=Home(), profile=HERE) as hub,
            pytest.raises(UsageError, match="no sentence that could be said"),
        ):
            hub.stream()


class TestStreams:
    def test_many_share_one_set_of_models(self, hub: Runtime) -> None:
        one, other = hub.stream(), hub.stream()
        sound = audio(1.0, ON, 1.5)
        events: list[VoiceEvent] = []
        for first in range(0, len(sound), 1000):
            events += one.push(sound[first : first + 1000])
            assert answers(other.push(sound[:0])) == []
        assert [type(event) for event in answers(events)] == [Command]
        assert answers(other.push(sound)) == answers(events)

    def test_what_is_no_sentence_goes_to_the_model(self, hub: Runtime) -> None:
        found = answers(hub.stream().push(audio(1.0, "the porch light off now", 2.5)))
        assert [type(one) for one in found] == [Command]
        command = found[0]
        assert isinstance(command, Command)
        assert (command.intent, command.source) == ("TurnOff", "model")

    def test_what_is_no_command_is_rejected(self, hub: Runtime) -> None:
        found = answers(hub.stream().push(audio(1.0, "tell me a story", 2.5)))
        assert [type(one) for one in found] == [Rejected]
        assert found[0].text == "tell me a story"

    @pytest.mark.parametrize(
        ("area", "target"), [("kitchen", "heater.kitchen"), ("Garage", "heater.garage")]
    )
    def test_where_it_is_tells_devices_of_one_name_apart(
        self, hub: Runtime, area: str, target: str
    ) -> None:
        stream = hub.stream(settings=StreamSettings(area=area))
        (found,) = answers(stream.push(audio(1.0, "turn on the heater", 1.5)))
        assert isinstance(found, Command)
        assert found.targets == (target,)

    def test_it_is_somewhere_in_the_home(self, hub: Runtime) -> None:
        with pytest.raises(UsageError, match="'cellar' is no area"):
            hub.stream(settings=StreamSettings(area="cellar"))

    def test_a_home_that_is_put_in_its_place(self, hub: Runtime) -> None:
        stream = hub.stream()
        hub.home = Home(devices=[Device("light.zebra", "Zebra", kind="light")])
        said = audio(1.0, "turn on the zebra", 1.5, ON, 2.5)
        found = answers(stream.push(said))
        assert isinstance(found[0], Command)
        assert found[0].targets == ("light.zebra",)
        assert isinstance(found[1], Rejected)

    def test_a_closed_runtime_hears_no_more(self, hub: Runtime) -> None:
        stream = hub.stream()
        hub.close()
        with pytest.raises(UsageError, match="the runtime is closed"):
            stream.push(audio(0.1))
        with pytest.raises(UsageError, match="the runtime is closed"):
            hub.stream()

    def test_a_stream_of_a_closed_runtime_ends_without_an_answer(self, hub: Runtime) -> None:
        stream = hub.stream()
        stream.push(audio(1.0, ON))
        hub.close()
        assert stream.close() == []
        assert stream.close() == []

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ({"wake": 5}, "a wake phrase is text, not int"),
            ({"wake": b"computer"}, "a wake phrase is text, not bytes"),
            ({"settings": {}}, "stream settings are a dict"),
        ],
    )
    def test_what_is_of_the_wrong_kind(
        self, hub: Runtime, arguments: dict[str, Any], said: str
    ) -> None:
        with pytest.raises(UsageError, match=said):
            hub.stream(**arguments)


@pytest.mark.parametrize("home", [None, {}, "home.toml"])
def test_a_home_is_a_home(hub: Runtime, home: Any) -> None:
    before = hub.home
    with pytest.raises(UsageError, match="a home is a"):
        hub.home = home
    assert hub.home is before


class TestWakePhrases:
    def test_with_a_threshold_of_ones_own(self, hub: Runtime) -> None:
        stream = hub.stream(WakePhrase("jarvis", -1.0))
        events = stream.push(audio(1.0, ON, 1.0, f"jarvis {ON}", 1.5))
        assert isinstance(events[0], Wake)
        assert len(answers(events)) == 1

    def test_a_bundle_without_a_table_says_so(self, hub: Runtime) -> None:
        with pytest.raises(UsageError, match="knows nothing of wake phrases"):
            hub.stream("jarvis")

    @pytest.mark.parametrize("wake", [[], ["a"] * 17, [7]])
    def test_what_cannot_be_listened_for(self, wake: Any, hub: Runtime) -> None:
        with pytest.raises(UsageError):
            hub.stream(wake)

    def test_length_alone_tells_something(self, hub: Runtime) -> None:
        assert hub.voice.assess("ok").verdict == "bad"
        assert hub.voice.assess("hey jarvis").verdict == "good"


def test_listening_to_a_microphone(hub: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = audio(0.5, ON, 1.5)
    usb = Plugged("USB", sound=lambda first, count: sound[first : first + count])
    world = World(usb)
    microphone = Microphone("USB", system=world.system, clock=world.clock, wait=world.wait)
    world.at(5.0, microphone.close)
    monkeypatch.setattr("edge.voice.sources.microphone.Microphone", lambda device: microphone)
    with hub.listen("USB") as events:
        found = answers(list(events))
    assert [type(one) for one in found] == [Command]
