"""A source on a thread of its own, and the events that it brings."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from edge.closing import Closing
from edge.errors import AudioError, UsageError
from edge.events import (
    AudioBack,
    AudioLost,
    Command,
    Partial,
    Rejected,
    SpeechStart,
    VoiceEvent,
)
from edge.voice.listener import Listening, heard_from
from edge.voice.sources import Heard, Statistics
from edge.voice.sources.microphone import Microphone
from tests.edge.voice.fakes import JARVIS, Samples, audio, stream
from tests.edge.voice.sources.simulated import Plugged, World

ON, OFF = "turn on the porch light", "turn off the fan"


class Script(Closing):
    """A source that gives what it was told to; then it ends, fails, or waits to be closed."""

    def __init__(self, *parts: Heard, fails: bool = False, waits: bool = False) -> None:
        self._parts, self._fails, self._waits = parts, fails, waits
        self.closed = threading.Event()

    @property
    def statistics(self) -> Statistics:
        return Statistics(losses=2, overflows=1, dropped=320)

    @property
    def problems(self) -> tuple[str, ...]:
        return ("it crackles",)

    def __iter__(self) -> Iterator[Heard]:
        for part in self._parts:
            if self.closed.is_set():
                return
            if not isinstance(part, np.ndarray):
                yield part
                continue
            for first in range(0, len(part), 1600):
                yield part[first : first + 1600]
        if self._fails:
            raise AudioError("the cable burnt")
        if self._waits:
            self.closed.wait(30)

    def close(self) -> None:
        self.closed.set()


def without_partials(events: Iterator[VoiceEvent]) -> list[VoiceEvent]:
    return [event for event in events if not isinstance(event, Partial)]


def names(events: list[VoiceEvent]) -> list[str]:
    return [type(event).__name__ for event in events]


class TestOneAfterTheOther:
    def test_what_is_open_at_the_end_is_ended(self) -> None:
        events = without_partials(heard_from(Script(audio(1.0, ON)), stream()))
        assert names(events) == ["SpeechStart", "SpeechEnd", "Command"]

    def test_lost_sound_ends_an_utterance(self) -> None:
        first, last = audio(1.0, ON), audio(0.5, OFF, 1.5)
        at = len(first) / 16_000
        source = Script(first, AudioLost("unplugged", at), AudioBack(at), last)
        events = without_partials(heard_from(source, stream()))
        assert names(events) == [
            "SpeechStart", "SpeechEnd", "Command", "AudioLost", "AudioBack",
            "SpeechStart", "SpeechEnd", "Command",
        ]  # fmt: skip
        start = events[5]
        assert not isinstance(start, Command | Rejected)
        assert start.at == pytest.approx(at + 0.5, abs=0.033)

    def test_who_was_called_before_the_sound_was_lost_is_not_after(self) -> None:
        parts: list[Heard] = [audio(1.0, "jarvis", 1.5), AudioLost("unplugged", 2.9)]
        parts += [AudioBack(2.9), audio(1.0, ON, 1.5)]
        events = without_partials(heard_from(Script(*parts), stream(JARVIS)))
        assert names(events) == ["Wake", "Rejected", "AudioLost", "AudioBack"]


class TestOnAThread:
    def test_it_is_an_iterator_that_ends(self) -> None:
        source = Script(audio(1.0, ON, 1.5))
        with Listening(source, stream()) as events:
            assert iter(events) is events
            assert names(without_partials(events)) == ["SpeechStart", "SpeechEnd", "Command"]
            assert list(events) == []
        assert source.closed.is_set()

    def test_closing_ends_it_at_once(self) -> None:
        events = Listening(Script(audio(1.0), waits=True), stream())
        threading.Timer(0.2, events.close).start()
        assert list(events) == []

    def test_with_closes_though_nobody_took_the_events(self) -> None:
        source = Script(audio(1.0, ON, 1.5, OFF, 1.5), waits=True)
        with Listening(source, stream(), queue=1) as events:
            pass
        assert not events._thread.is_alive()

    def test_what_fails_is_raised_after_what_was_heard(self) -> None:
        found = []
        with Listening(Script(audio(1.0, ON, 1.5), fails=True), stream()) as events:  # noqa: SIM117
            with pytest.raises(AudioError, match="the cable burnt"):
                for event in events:
                    found.append(event)
        assert names(without_partials(iter(found)))[-1] == "Command"

    def test_it_can_be_asked_with_a_limit(self) -> None:
        with Listening(Script(audio(ON), waits=True), stream()) as listening:
            assert isinstance(listening.take(30), SpeechStart)
            assert not listening.ended
        while not listening.ended:
            assert listening.take(30) is not None
        assert listening.take(30) is None

    def test_nothing_in_time_is_nothing(self) -> None:
        with Listening(Script(waits=True), stream()) as listening:
            assert listening.take(0) is None
            assert not listening.ended

    def test_what_fails_is_raised_to_who_asks_with_a_limit(self) -> None:
        with Listening(Script(fails=True), stream()) as listening:
            with pytest.raises(AudioError, match="burnt"):
                while not listening.ended:
                    listening.take(10)
            assert listening.ended
            assert listening.take(10) is None

    def test_a_source_that_cannot_be_closed_is_over_all_the_same(self) -> None:
        class Stuck(Script):
            def close(self) -> None:
                raise OSError("the driver does not answer")

        events = Listening(Stuck(audio(1.0, ON, 1.5)), stream())
        with pytest.raises(OSError, match="the driver"):
            list(events)

    def test_a_full_queue_loses_partial_results_only(self) -> None:
        source = Script(audio(1.0, ON, 1.5, OFF, 1.5))
        events = Listening(source, stream(), queue=2)
        # Nobody takes anything until the queue is full for certain.
        deadline = threading.Event()
        while len(events._events) < 2:
            deadline.wait(0.02)
        found = without_partials(events)
        assert names(found) == ["SpeechStart", "SpeechEnd", "Command"] * 2
        events.close()

    def test_interrupting(self) -> None:
        gate = threading.Event()

        class Stepwise(Script):
            def __iter__(self) -> Iterator[Samples]:
                yield audio(1.0, ON)
                gate.wait(30)
                yield audio(2.0)

        with Listening(Stepwise(), stream()) as events:
            assert names([next(events)]) == ["SpeechStart"]
            events.interrupt()
            gate.set()
            found = without_partials(events)
        assert names(found) == ["SpeechEnd", "Rejected"]

    def test_statistics_and_problems(self) -> None:
        with Listening(Script(audio(1.0, ON, 1.5)), stream()) as events:
            list(events)
            found = events.statistics()
            assert events.problems == ("it crackles",)
        assert (found["commands"], found["utterances"]) == (1, 1)
        assert found["source"] == {
            "seconds": 0.0, "overflows": 1, "dropped_seconds": 0.02, "losses": 2,
        }  # fmt: skip
        assert found["partials_dropped"] == 0

    def test_a_runtime_that_is_closed_meanwhile(self) -> None:
        def usable() -> None:
            raise UsageError("the runtime is closed")

        hears = stream()
        hears._usable = usable
        with (
            pytest.raises(UsageError, match="the runtime is closed"),
            Listening(Script(audio(1.0)), hears) as events,
        ):
            next(events)


class TestAMicrophone:
    """A simulated one, which is pulled out in the middle of a sentence."""

    def test_it_vanishes_in_mid_sentence(self) -> None:
        sound = audio(0.5, ON, 2.0)
        usb = Plugged("USB", sound=lambda first, count: sound[first : first + count])
        world = World(usb)
        microphone = Microphone(system=world.system, clock=world.clock, wait=world.wait)
        world.at(1.5, lambda: world.unplug(usb))
        world.at(11.5, lambda: world.plug(usb))
        world.at(18.0, microphone.close)
        events = without_partials(heard_from(microphone, stream()))
        assert names(events) == [
            "SpeechStart", "SpeechEnd", "Rejected", "AudioLost", "AudioBack",
            "SpeechStart", "SpeechEnd", "Command",
        ]  # fmt: skip
        rejected, lost, again = events[2], events[3], events[5]
        assert isinstance(rejected, Rejected)
        assert rejected.code in ("incomplete", "not_in_grammar")
        assert isinstance(lost, AudioLost)
        assert lost.at == pytest.approx(1.5, abs=0.05)
        assert isinstance(again, SpeechStart)
        assert again.at == pytest.approx(lost.at + 0.5, abs=0.05)
