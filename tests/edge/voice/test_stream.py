"""Audio in, events out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.errors import UsageError
from edge.events import Command, Partial, Rejected, SpeechEnd, SpeechStart, VoiceEvent, Wake
from edge.home.home import Device
from edge.intent.understanding import Answer
from edge.session import make_session
from edge.voice.activity import VoiceActivity
from edge.voice.endpoint import EndpointSettings
from edge.voice.gate import FRAME
from edge.voice.settings import StreamSettings
from edge.voice.stream import VoiceStream
from edge.voice.wake.wake import WakePhrase
from tests.edge.voice import fakes
from tests.edge.voice.fakes import JARVIS, audio, noise, recognizer, stream, tiny_home
from tests.edge.voice.test_activity import SETTINGS, graph

ON, OFF = "turn on the porch light", "turn off the fan"


def kinds(events: list[VoiceEvent]) -> list[str]:
    """Their types, without partial results."""
    return [type(event).__name__ for event in events if not isinstance(event, Partial)]


def only(events: list[VoiceEvent], kind: type) -> VoiceEvent:
    found = [event for event in events if isinstance(event, kind)]
    assert len(found) == 1, events
    return found[0]


def intents(events: list[VoiceEvent]) -> list[str]:
    return [event.intent for event in events if isinstance(event, Command)]


def codes(events: list[VoiceEvent]) -> list[str]:
    return [event.code for event in events if isinstance(event, Rejected)]


def in_order(events: list[VoiceEvent]) -> None:
    """Every start has one end with an answer behind it, and times do not run backwards."""
    started = False
    for event, after in pairwise([*events, None]):
        if isinstance(event, SpeechStart):
            assert not started
            started = True
        elif isinstance(event, SpeechEnd):
            assert started
            assert isinstance(after, Command | Rejected)
            started = False
        elif isinstance(event, Partial | Command):
            assert started == isinstance(event, Partial)


class TestWithoutAWakePhrase:
    def test_a_command(self) -> None:
        events = stream().push(audio(1.0, ON, 1.5))
        in_order(events)
        assert kinds(events) == ["SpeechStart", "SpeechEnd", "Command"]
        assert intents(events) == ["TurnOn"]

    def test_times_are_those_of_the_audio(self) -> None:
        events = stream().push(audio(1.0, ON, 1.5))
        spoken = len(fakes.said(ON)) / 16_000
        start, end = only(events, SpeechStart), only(events, SpeechEnd)
        assert isinstance(start, SpeechStart)
        assert isinstance(end, SpeechEnd)
        assert start.at == pytest.approx(1.0, abs=0.033)
        assert end.at == pytest.approx(1.0 + spoken, abs=0.033)

    def test_partial_results_grow(self) -> None:
        events = stream().push(audio(1.0, ON, 1.5))
        partials = [event for event in events if isinstance(event, Partial)]
        assert len(partials) > 3
        assert all(ON.startswith(one.text) for one in partials)
        assert all(b.at - a.at >= 0.199 for a, b in pairwise(partials))
        assert len({one.text for one in partials}) == len(partials)

    def test_two_commands(self) -> None:
        events = stream().push(audio(1.0, ON, 1.5, OFF, 1.5))
        assert intents(events) == ["TurnOn", "TurnOff"]
        in_order(events)

    def test_silence_says_nothing(self) -> None:
        assert stream().push(audio(30.0)) == []

    def test_noise_is_said_to_have_no_words(self) -> None:
        events = stream().push(audio(1.0, noise(2.0), 1.5))
        assert kinds(events) == ["SpeechStart", "SpeechEnd", "Rejected"]
        assert codes(events) == ["nothing_heard"]

    def test_a_click_says_nothing(self) -> None:
        assert stream().push(audio(1.0, noise(0.03), 1.5)) == []

    def test_what_is_out_of_the_grammar_is_rejected(self) -> None:
        events = stream().push(audio(1.0, "the weather was fine all week", 2.5))
        assert codes(events) == ["not_in_grammar"]

    def test_speech_at_the_very_beginning(self) -> None:
        assert intents(stream().push(audio(ON, 1.5))) == ["TurnOn"]

    def test_a_pause_in_mid_sentence_is_waited_for(self) -> None:
        whole = fakes.said(ON)
        middle = len(fakes.said("turn on the ")) + 4 * fakes.ROW  # the space too
        sound = audio(1.0, whole[:middle], 1.8, whole[middle:], 2.0)
        assert intents(stream().push(sound)) == ["TurnOn"]
        strict = stream(settings=StreamSettings(mid_sentence=0.0))
        assert codes(strict.push(sound)) == ["incomplete", "not_in_grammar"]

    def test_after_the_pause_it_is_given_up(self) -> None:
        events = stream().push(audio(1.0, "turn on the", 3.0))
        assert codes(events) == ["incomplete"]

    def test_words_found_in_the_silence_after_half_a_sentence_are_none(self) -> None:
        """The longer a silence, the more ways there are to find a word in it."""

        class Imagining(fakes.FakeActivityStream):
            """Hears no voice in what comes after "turn on the"."""

            def __init__(self, until: int) -> None:
                self.left = until // FRAME

            def push(self, frame: fakes.Samples) -> float:
                self.left -= 1
                return super().push(frame) if self.left > 0 else 0.0

        sound = audio(1.0, "turn on the", 1.2, "porch light", 3.0)
        until = len(audio(1.0, "turn on the", 0.5))
        hears = VoiceStream(fakes.FakeAcoustic().stream(), 0.6, Imagining(until), recognizer())
        assert codes(hears.push(sound)) == ["incomplete"]

    def test_a_short_pause_is_made_up_for_with_silence(self) -> None:
        quick = StreamSettings(endpoint=EndpointSettings(hang_over_ms=160))
        events = stream(settings=quick).push(audio(1.0, ON, 0.3))
        assert intents(events) == ["TurnOn"]

    def test_the_soft_beginning_is_heard(self) -> None:
        """The voice is noticed late: what came before is in the half second that is kept."""

        class Late(fakes.FakeActivityStream):
            count = 0

            def push(self, frame: fakes.Samples) -> float:
                self.count = self.count + 1 if frame.any() else 0
                return float(self.count > 8)

        acoustic = fakes.FakeAcoustic().stream()
        hears = VoiceStream(acoustic, 0.6, Late(), recognizer())
        events = hears.push(audio(1.0, ON, 1.5))
        assert intents(events) == ["TurnOn"]


class TestEnding:
    def test_flush_ends_what_is_going_on(self) -> None:
        hears = stream()
        events = hears.push(audio(1.0, ON))
        assert kinds(events) == ["SpeechStart"]
        events += hears.flush()
        in_order(events)
        assert intents(events) == ["TurnOn"]

    def test_speech_does_not_last_longer_than_the_audio(self) -> None:
        hears, sound = stream(), audio(1.0, ON)[:-7]
        end = only(hears.push(sound) + hears.close(), SpeechEnd)
        assert isinstance(end, SpeechEnd)
        assert end.at == len(sound) / 16_000

    def test_time_goes_on_after_it(self) -> None:
        hears = stream()
        hears.push(audio(1.0, ON)[:-7])
        hears.flush()
        assert hears.statistics.audio_seconds == pytest.approx(
            1.0 + len(fakes.said(ON)) / 16_000, abs=0.001
        )
        events = hears.push(audio(1.0, OFF, 1.5))
        start = only(events, SpeechStart)
        assert isinstance(start, SpeechStart)
        assert start.at == pytest.approx(2.0 + len(fakes.said(ON)) / 16_000, abs=0.033)
        assert intents(events) == ["TurnOff"]

    def test_flushing_silence_says_nothing(self) -> None:
        hears = stream()
        assert hears.push(audio(1.0)) + hears.flush() + hears.flush() == []

    def test_a_closed_stream_takes_no_more(self) -> None:
        hears = stream()
        hears.push(audio(1.0, ON))
        assert intents(hears.close()) == ["TurnOn"]
        assert hears.close() == []
        with pytest.raises(UsageError, match="the stream is closed"):
            hears.push(audio(1.0))

    def test_with_closes_it(self) -> None:
        with stream() as hears:
            hears.push(audio(0.1))
        with pytest.raises(UsageError):
            hears.push(audio(0.1))

    def test_interrupting_forgets_what_was_said(self) -> None:
        hears = stream()
        events = hears.push(audio(1.0, ON))
        events += hears.interrupt()
        events += hears.push(audio(2.0))
        in_order(events)
        assert codes(events) == ["interrupted"]
        assert intents(events) == []
        assert intents(hears.push(audio(OFF, 1.5))) == ["TurnOff"]

    def test_interrupting_nothing(self) -> None:
        assert stream().interrupt() == []


class TestWakePhrases:
    def test_speech_before_it_is_nobodys_business(self) -> None:
        assert stream(JARVIS).push(audio(1.0, ON, 2.0)) == []

    def test_in_one_breath(self) -> None:
        events = stream(JARVIS).push(audio(1.0, f"jarvis {ON}", 1.5))
        in_order(events)
        assert kinds(events) == ["Wake", "SpeechStart", "SpeechEnd", "Command"]
        command = only(events, Command)
        assert isinstance(command, Command)
        assert (command.intent, command.text) == ("TurnOn", ON)
        assert command.score > 0.8

    def test_when_it_ended(self) -> None:
        events = stream(JARVIS).push(audio(1.0, f"jarvis {ON}", 1.5))
        wake, start = only(events, Wake), only(events, SpeechStart)
        assert isinstance(wake, Wake)
        assert isinstance(start, SpeechStart)
        assert wake.phrase == "jarvis"
        assert wake.at == pytest.approx(1.0 + 21 * 0.02, abs=0.061)
        assert start.at == pytest.approx(1.0 + 28 * 0.02, abs=0.041)

    def test_the_next_utterance(self) -> None:
        events = stream(JARVIS).push(audio(1.0, "jarvis", 1.5, ON, 1.5))
        in_order(events)
        assert kinds(events) == ["Wake", "SpeechStart", "SpeechEnd", "Command"]

    def test_nothing_is_said_after_it(self) -> None:
        events = stream(JARVIS).push(audio(1.0, "jarvis", 8.0, ON, 2.0))
        assert kinds(events) == ["Wake", "Rejected"]
        assert codes(events) == ["nothing_heard"]

    def test_a_follow_up_needs_no_second_one(self) -> None:
        events = stream(JARVIS).push(audio(1.0, f"jarvis {ON}", 4.0, OFF, 1.5))
        assert intents(events) == ["TurnOn", "TurnOff"]
        in_order(events)

    def test_but_only_for_a_while(self) -> None:
        sound = audio(1.0, f"jarvis {ON}", 10.0, OFF, 1.5)
        assert intents(stream(JARVIS).push(sound)) == ["TurnOn"]
        longer = StreamSettings(follow_up=20.0)
        assert intents(stream(JARVIS, settings=longer).push(sound)) == ["TurnOn", "TurnOff"]
        none = StreamSettings(follow_up=0.0, patience=0.5)
        sound = audio(1.0, f"jarvis {ON}", 2.0, OFF, 1.5)
        assert intents(stream(JARVIS, settings=none).push(sound)) == ["TurnOn"]

    def test_talk_after_a_command_does_not_keep_the_ear_open(self) -> None:
        talk = "the weather was fine all week"
        parts: list[str | float] = [1.0, f"jarvis {ON}"]
        for _ in range(4):
            parts += [3.0, talk]
        events = stream(JARVIS).push(audio(*parts, 2.0, OFF, 2.0))
        assert intents(events) == ["TurnOn"]
        assert 1 <= len(codes(events)) <= 3

    def test_barging_in_begins_anew(self) -> None:
        events = stream(JARVIS).push(audio(1.0, f"jarvis turn on the jarvis {OFF}", 1.5))
        in_order(events)
        assert kinds(events) == [
            "Wake", "SpeechStart", "SpeechEnd", "Rejected", "Wake", "SpeechStart", "SpeechEnd",
            "Command",
        ]  # fmt: skip
        assert codes(events) == ["interrupted"]
        assert intents(events) == ["TurnOff"]

    def test_it_may_be_said_though_it_need_not(self) -> None:
        sound = audio(1.0, f"jarvis {ON}", 3.0, f"jarvis {OFF}", 1.5)
        events = stream(JARVIS).push(sound)
        in_order(events)
        assert intents(events) == ["TurnOn", "TurnOff"]
        assert codes(events) == []
        assert sum(isinstance(event, Wake) for event in events) == 2

    def test_it_is_heard_in_talk_that_goes_on_and_on(self) -> None:
        talk = "the weather was fine all week and then it was not so fine " * 8
        sound = audio(1.0, talk + f"jarvis {ON}", 1.5)
        assert len(sound) / 16_000 > 30
        events = stream(JARVIS).push(sound)
        assert kinds(events) == ["Wake", "SpeechStart", "SpeechEnd", "Command"]

    def test_at_the_end_of_what_was_pushed(self) -> None:
        hears = stream(JARVIS)
        events = hears.push(audio(1.0, "jarvis")) + hears.flush()
        assert kinds(events) == ["Wake", "Rejected"]

    def test_of_several_the_one_that_was_said(self) -> None:
        phrases = (JARVIS, WakePhrase("computer", -1.0))
        events = stream(*phrases).push(audio(1.0, f"computer {ON}", 2.0))
        wake = only(events, Wake)
        assert isinstance(wake, Wake)
        assert wake.phrase == "computer"
        assert intents(events) == ["TurnOn"]

    def test_the_application_can_send_it_away(self) -> None:
        hears = stream(JARVIS)
        events = hears.push(audio(1.0, "jarvis", 1.5)) + hears.interrupt()
        assert codes(events) == ["interrupted"]
        assert hears.push(audio(ON, 2.0)) == []


class TestHowItIsCut:
    SOUND = audio(0.7, f"jarvis {ON}", 2.0, OFF, 1.5, "the weather was fine", 1.2, "jarvis")

    @staticmethod
    def pieces(sizes: Iterator[int]) -> list[VoiceEvent]:
        hears, first, events = stream(JARVIS), 0, []
        sound = TestHowItIsCut.SOUND
        while first < len(sound):
            size = next(sizes)
            events += hears.push(sound[first : first + size])
            first += size
        return events + hears.close()

    def test_a_recording_played_again_gives_the_same_events(self) -> None:
        played = [stream(JARVIS).push(self.SOUND) for _ in range(2)]
        assert played[0] == played[1]
        assert len(intents(played[0])) == 2

    @settings(max_examples=5, deadline=None)
    @given(seed=st.integers(0, 2**31))
    def test_pieces_of_any_size(self, seed: int) -> None:
        hears = stream(JARVIS)
        whole = hears.push(self.SOUND) + hears.close()
        rng = np.random.default_rng(seed)
        assert self.pieces(iter(lambda: int(rng.integers(0, 5000)), None)) == whole

    def test_one_sample_at_a_time(self) -> None:
        sound = audio(0.2, ON, 0.8)
        one, other = stream(), stream()
        events = [event for sample in sound for event in one.push(np.array([sample]))]
        assert events + one.close() == other.push(sound) + other.close()
        assert intents(events) == ["TurnOn"]

    def test_whoever_uses_the_memory_again_changes_nothing(self) -> None:
        hears, buffer, events = stream(), np.empty(800, np.int16), []
        sound = audio(1.0, ON, 1.5)
        for first in range(0, len(sound) - 800, 800):
            buffer[:] = sound[first : first + 800]
            events += hears.push(buffer)
            buffer[:] = 12_345
        assert intents(events) == ["TurnOn"]

    def test_other_kinds_of_samples(self) -> None:
        sound = audio(1.0, ON, 1.5)
        whole = stream().push(sound)
        assert stream().push(sound.tobytes()) == whole
        assert stream().push((sound / 32768).astype(np.float32)) == whole
        assert stream().push(np.stack([sound, sound], axis=1)) == whole


class TestBadInput:
    @pytest.mark.parametrize(
        "bad", [np.array([0.0, np.nan]), b"\0", "text", None, np.zeros(4, np.int32)]
    )
    def test_it_is_refused_and_left_out(self, bad: object) -> None:
        hears = stream()
        hears.push(audio(1.0, ON)[:20_001])
        with pytest.raises(UsageError):
            hears.push(bad)
        assert intents(hears.push(audio(1.0, ON)[20_001:]) + hears.push(audio(1.5))) == ["TurnOn"]

    def test_what_breaks_in_the_middle_is_not_heard_twice(self) -> None:
        def breaks(text: str, area: str | None) -> Answer:
            raise MemoryError

        hears = stream(by=recognizer(understand=breaks))
        with pytest.raises(MemoryError):
            hears.push(audio(1.0, "the weather was fine all week", 2.5, ON)[:-5])
        assert kinds(hears.push(audio(1.0))) == []
        assert intents(hears.push(audio(1.0, ON, 1.5))) == ["TurnOn"]

    def test_nothing_at_all(self) -> None:
        assert stream().push(b"") == []

    def test_an_hour_without_a_pause(self) -> None:
        """It is cut into utterances of 15 s, so that each is bounded."""
        hears, minute = stream(), noise(60.0)
        events: list[VoiceEvent] = []
        for _ in range(60):
            events += hears.push(minute)
        events += hears.close()
        in_order(events)
        assert set(codes(events)) == {"nothing_heard"}
        assert len(codes(events)) == pytest.approx(240, abs=2)
        assert hears.statistics.audio_seconds == 3600

    def test_it_says_nothing_to_who_waits_for_a_phrase(self) -> None:
        hears = stream(JARVIS)
        assert hears.push(noise(120.0)) == []
        assert intents(hears.push(audio(f"jarvis {ON}", 1.5))) == ["TurnOn"]

    def test_talk_without_a_pause(self) -> None:
        talk = "the weather was fine all week and then it was not so fine " * 5
        events = stream().push(audio(1.0, talk, 1.0))
        in_order(events)
        assert codes(events)[0] == "too_long"
        assert "15 s" in next(e.reason for e in events if isinstance(e, Rejected))

    @pytest.mark.parametrize("lag", [0.0, 0.1, 2.0])
    def test_an_acoustic_model_of_any_delay(self, lag: float) -> None:
        assert intents(stream(lag=lag).push(audio(1.0, ON, 1.5))) == ["TurnOn"]


class TestTheHome:
    def test_what_was_added_can_be_said(self) -> None:
        home = tiny_home()
        hears = stream(by=recognizer(home))
        assert intents(hears.push(audio(1.0, "turn on the zebra", 2.0))) == []
        home.add(Device("light.zebra", "Zebra", kind="light"))
        assert intents(hears.push(audio(1.0, "turn on the zebra", 2.0))) == ["TurnOn"]


class TestStatistics:
    def test_what_happened_is_counted(self) -> None:
        hears = stream(JARVIS)
        hears.push(audio(1.0, f"jarvis {ON}", 1.5, "the weather was fine", 1.5, 10.0, ON, 2.0))
        found = hears.statistics
        assert (found.utterances, found.wakes, found.commands, found.rejections) == (3, 1, 1, 1)
        assert 0 < found.speech_samples < found.samples
        assert found.real_time_factor > 0
        assert 0 < found.silence_real_time_factor < found.speech_real_time_factor
        assert 0 < found.longest_answer <= found.speech_computing
        document = found.to_dict()
        assert document["type"] == "statistics"
        assert document["audio_seconds"] == pytest.approx(found.audio_seconds, abs=1e-3)

    def test_the_acoustic_model_sleeps_while_nobody_speaks(self) -> None:
        acoustic = fakes.FakeAcoustic().stream()
        hears = VoiceStream(acoustic, 0.6, fakes.FakeActivityStream(), recognizer())
        hears.push(audio(60.0))
        assert acoustic.pushed == 0
        assert hears.statistics.speech_computing == 0
        hears.push(audio(ON, 1.5, 60.0))
        assert acoustic.pushed < 5 * 16_000


AT = np.arange(4 * 16_000) / 16_000
SOUNDS = {
    "digital silence": np.zeros(len(AT)),
    "an offset": np.full(len(AT), 9_000.0),
    "a pure tone": 8_000 * np.sin(2 * np.pi * 440 * AT),
    "a chord": sum(3_000 * np.sin(2 * np.pi * f * AT) for f in (262, 330, 392)),
    "clipping": np.clip(90_000 * np.sin(2 * np.pi * 150 * AT), -32_768, 32_767),
    "the loudest there is": np.where(np.arange(len(AT)) % 2, 32_767.0, -32_768.0),
    "one click": np.where(np.arange(len(AT)) == 30_000, 30_000.0, 0.0),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_strange_sounds(name: str) -> None:
    """Behind the real gate, and a network that takes all that is loud for speech."""
    network = VoiceActivity(make_session(graph(), "float", SETTINGS)).stream()
    hears = VoiceStream(fakes.FakeAcoustic().stream(), 0.6, network, recognizer())
    sound = SOUNDS[name].astype(np.int16)
    events = hears.push(sound) + hears.close()
    in_order(events)
    assert set(codes(events)) <= {"nothing_heard", "not_in_grammar"}
    assert not intents(events)
    if name in ("digital silence", "one click"):
        assert events == []
