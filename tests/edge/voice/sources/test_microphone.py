"""The microphone, in a simulated world: chosen, listened to, unplugged and plugged in again."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from edge.errors import AudioError
from edge.events import AudioBack, AudioLost
from edge.limits import AUDIO_QUEUE_SECONDS
from edge.voice.sources import Source
from edge.voice.sources.microphone import Microphone
from tests.edge.voice.sources.simulated import Plugged, World


def open_in(world: World, device: str | int | None = None, **settings: Any) -> Microphone:
    return Microphone(device, system=world.system, clock=world.clock, wait=world.wait, **settings)


def hear(microphone: Microphone, world: World, seconds: float) -> list[Any]:
    """All that is heard in so many seconds; then it is closed."""
    world.at(seconds, microphone.close)
    return list(microphone)


def told(heard: Iterable[Any]) -> list[Any]:
    return [event for event in heard if not isinstance(event, np.ndarray)]


def sound(heard: Iterable[Any]) -> np.ndarray:
    parts = [part for part in heard if isinstance(part, np.ndarray)]
    assert all(part.dtype == np.int16 and part.ndim == 1 and part.size for part in parts)
    return np.concatenate(parts) if parts else np.zeros(0, np.int16)


# --- listening ------------------------------------------------------------------------------------


def test_what_the_device_gives_is_heard() -> None:
    world = World(Plugged("Built-in"))
    microphone = open_in(world)
    heard = hear(microphone, world, 1.01)
    assert np.array_equal(sound(heard), np.arange(16000) % 30000)
    assert told(heard) == []
    assert microphone.statistics.to_dict() == {
        "seconds": 1.0, "overflows": 0, "dropped_seconds": 0.0, "losses": 0,
    }  # fmt: skip
    assert microphone.problems == ()
    assert isinstance(microphone, Source)


def test_a_chunk_is_handed_on_as_soon_as_it_is_there() -> None:
    world = World(Plugged("Built-in"))
    with open_in(world) as microphone:
        began = world.now
        chunk = next(iter(microphone))
    assert isinstance(chunk, np.ndarray) and len(chunk) == 320
    assert world.now - began == pytest.approx(0.02)


@pytest.mark.parametrize(
    ("plugged", "taken"),
    [
        (Plugged("16 kHz stereo only", channels=(2,)), (16000, 2)),
        (Plugged("its own rate", rates=(44100,)), (44100, 1)),
        (Plugged("8 kHz", rates=(8000,), default_rate=8000.0), (8000, 1)),
        (Plugged("lies about its rate", rates=(48000,), default_rate=192000.0), (48000, 1)),
        (Plugged("array", rates=(48000,), channels=(6,), default_rate=48000.0), (48000, 6)),
    ],
    ids=lambda value: value.name if isinstance(value, Plugged) else "",
)
def test_a_device_that_cannot_do_16_khz_mono_is_heard_as_it_can(
    plugged: Plugged, taken: tuple[int, int]
) -> None:
    rate, channels = taken
    plugged.sound = lambda first, count: np.rint(
        8000 * np.sin(2 * np.pi * 440 / rate * np.arange(first, first + count))
    )
    world = World(plugged)
    samples = sound(hear(open_in(world), world, 1.01))
    assert (world.system.streams[0].rate, world.system.streams[0].channels) == (rate, channels)
    assert 16000 - 80 - 320 <= len(samples) <= 16000
    times = np.arange(len(samples)) / 16000
    wanted = 8000 * np.sin(2 * np.pi * 440 * times)
    assert np.abs(samples - wanted)[100:].max() <= 3


def test_a_device_that_can_do_nothing_of_use_is_refused_with_all_that_was_tried() -> None:
    world = World(Plugged("odd", rates=(5512,), default_rate=5512.0))
    with pytest.raises(AudioError, match="'odd' cannot be opened: 16000 Hz, 1 channels: Invalid"):
        open_in(world)


# --- losing it, and having it again ---------------------------------------------------------------


@pytest.mark.parametrize("noticed", [True, False], ids=["ended", "silent"])
def test_a_device_that_vanishes_in_mid_sentence_and_comes_back(noticed: bool) -> None:
    usb = Plugged("USB Mic")
    world = World(usb)
    microphone = open_in(world, "usb", patience=2.0)
    world.at(1.01, lambda: world.unplug(usb, noticed=noticed))
    world.at(30.0, lambda: world.plug(usb))
    heard = hear(microphone, world, 40.0)
    lost, back = told(heard)
    assert isinstance(lost, AudioLost) and isinstance(back, AudioBack)
    assert lost.at == back.at == 1.0  # time without audio does not count
    assert lost.reason == (
        "the microphone 'USB Mic' has stopped: it may have been unplugged"
        if noticed
        else "nothing has come from the microphone 'USB Mic' for 2 s"
    )
    # Order: all sound from before, the loss, then the new stream from its beginning.
    kinds = [type(part) for part in heard]
    assert kinds.index(AudioLost) == 50 and kinds.index(AudioBack) == 51
    after = sound(heard[52:])
    assert np.array_equal(after, np.arange(len(after)) % 30000)
    assert len(after) / 16000 > 40 - 30 - 5.1  # it was looked for at least every five seconds
    assert microphone.statistics.losses == 1
    assert all(not stream.open for stream in world.system.streams)


def test_a_silent_room_is_no_lost_microphone() -> None:
    world = World(Plugged("Built-in", sound=lambda first, count: np.zeros(count)))
    assert told(hear(open_in(world), world, 60.0)) == []


def test_what_was_heard_before_the_loss_is_given_before_the_loss_is_told() -> None:
    usb = Plugged("USB Mic")
    world = World(usb)
    microphone = open_in(world)
    world.passes(1.01)  # nobody takes it
    world.unplug(usb)
    heard = hear(microphone, world, 0.1)
    assert len(sound(heard)) == 16000
    assert isinstance(heard[-1], AudioLost)


def test_it_is_looked_for_less_and_less_often_but_at_least_every_five_seconds() -> None:
    usb = Plugged("USB Mic")
    world = World(usb)
    microphone = open_in(world)
    world.unplug(usb)
    began = world.now
    heard = hear(microphone, world, 24 * 3600)
    assert [event.at for event in told(heard)] == [0.0]  # said once in a whole day
    looked = np.diff([began, *world.system.scanned_at[1:]])
    assert looked[:6] == pytest.approx([0.25, 0.5, 1, 2, 4, 5])
    assert looked[6:] == pytest.approx(np.full(len(looked) - 6, 5.0))
    assert len(looked) > 17000


def test_after_it_was_back_it_is_looked_for_quickly_again() -> None:
    usb = Plugged("USB Mic")
    world = World(usb)
    microphone = open_in(world)
    for away, again in ((1, 31), (60, 60.2)):
        world.at(away, lambda: world.unplug(usb))
        world.at(again, lambda: world.plug(usb))
    heard = hear(microphone, world, 61.01)
    assert [type(event) for event in told(heard)] == [AudioLost, AudioBack, AudioLost, AudioBack]
    assert microphone.statistics.losses == 2
    assert world.system.opened_at[-1] - 1060 == pytest.approx(0.25)


def test_back_is_said_when_there_is_sound_not_when_a_device_is_opened() -> None:
    usb = Plugged("USB Mic")
    world = World(usb)
    microphone = open_in(world, patience=2.0)

    def broken() -> None:
        usb.mute = True
        world.plug(usb)

    world.at(1, lambda: world.unplug(usb))
    world.at(2, broken)
    world.at(60, lambda: setattr(usb, "mute", False))
    heard = hear(microphone, world, 80.0)
    assert [type(event) for event in told(heard)] == [AudioLost, AudioBack]
    assert len(world.system.streams) > 5  # it was opened, given up and opened again
    assert microphone.statistics.losses == 1


def test_a_device_that_another_program_holds_is_waited_for() -> None:
    usb = Plugged("USB Mic")
    world = World(usb)
    microphone = open_in(world)

    def held() -> None:
        usb.refuses = True
        world.plug(usb)

    world.at(1, lambda: world.unplug(usb))
    world.at(2, held)
    world.at(20, lambda: setattr(usb, "refuses", False))
    assert [type(event) for event in told(hear(microphone, world, 30))] == [AudioLost, AudioBack]


# --- which device comes back ----------------------------------------------------------------------


def came_back_as(world: World, microphone: Microphone, old: Plugged, new: Plugged) -> list[Any]:
    world.at(1, lambda: world.unplug(old))
    world.at(2, lambda: world.plug(new, 0))
    return told(hear(microphone, world, 10))


def test_a_device_is_found_again_at_another_number() -> None:
    usb, built_in = Plugged("USB Mic"), Plugged("Built-in")
    world = World(built_in, usb)
    microphone = open_in(world, 1)
    assert len(came_back_as(world, microphone, usb, usb)) == 2
    assert (microphone.device.index, microphone.device.name) == (0, "USB Mic")


def test_a_name_fits_a_device_that_the_system_has_numbered_anew() -> None:
    old, new = Plugged("USB Mic: Audio (hw:1,0)"), Plugged("USB Mic: Audio (hw:2,0)")
    world = World(old, Plugged("Built-in"))
    microphone = open_in(world, "usb mic")
    assert len(came_back_as(world, microphone, old, new)) == 2
    assert microphone.device.name == "USB Mic: Audio (hw:2,0)"


def test_a_number_fits_no_other_device() -> None:
    usb = Plugged("USB Mic")
    world = World(usb)
    microphone = open_in(world, 0)
    events = came_back_as(world, microphone, usb, Plugged("Headset"))
    assert [type(event) for event in events] == [AudioLost]
    assert microphone.device.name == "USB Mic"


def test_the_default_may_come_back_as_another_device() -> None:
    usb, built_in = Plugged("USB Mic"), Plugged("Built-in")
    world = World(usb, built_in)
    microphone = open_in(world)
    world.at(1, lambda: world.unplug(usb))
    events = told(hear(microphone, world, 5))
    assert [type(event) for event in events] == [AudioLost, AudioBack]
    assert microphone.device.name == "Built-in"


def test_of_two_alike_the_other_is_not_confused_with_the_one_that_vanished() -> None:
    left, right = Plugged("USB Mic (hw:1,0)"), Plugged("USB Mic (hw:2,0)")
    world = World(left, right)
    microphone = open_in(world, "hw:1,0")
    world.at(1, lambda: world.unplug(left))
    world.at(20, lambda: world.plug(left))
    events = told(hear(microphone, world, 30))
    assert [type(event) for event in events] == [AudioLost, AudioBack]
    assert {stream.plugged.name for stream in world.system.streams} == {"USB Mic (hw:1,0)"}


def test_twins_of_one_name_come_back_by_their_number() -> None:
    first, second = Plugged("USB Mic"), Plugged("USB Mic")
    world = World(first, second)
    microphone = open_in(world, 1)
    world.at(1, lambda: world.unplug(second))
    world.at(1.1, lambda: world.plug(second))
    assert len(told(hear(microphone, world, 5))) == 2
    assert world.system.streams[-1].plugged is second


def test_without_rescanning_other_streams_of_the_process_are_left_alone() -> None:
    usb = Plugged("USB Mic")
    world = World(usb)
    microphone = open_in(world, rescan=False)
    world.at(1, lambda: world.unplug(usb))
    world.at(2, lambda: world.plug(usb))
    assert len(told(hear(microphone, world, 10))) == 2
    assert len(world.system.scanned_at) == 1


def test_a_sound_system_that_does_not_start_is_tried_again() -> None:
    usb = Plugged("USB Mic")
    world = World(usb)
    microphone = open_in(world)
    works = world.system._initialize

    def fails() -> None:
        raise world.system.PortAudioError("Error initializing PortAudio")

    def works_again() -> None:
        world.system._initialize = works  # type: ignore[method-assign]
        world.plug(usb)

    world.system._initialize = fails  # type: ignore[method-assign]
    world.at(1, lambda: world.unplug(usb))
    world.at(9, works_again)
    assert [type(event) for event in told(hear(microphone, world, 20))] == [AudioLost, AudioBack]


# --- sound that is lost though the device is there ------------------------------------------------


def test_a_reader_that_is_too_slow_loses_the_oldest_and_that_is_counted() -> None:
    world = World(Plugged("Built-in", channels=(2,)))
    microphone = open_in(world)
    world.passes(8.01)
    heard = hear(microphone, world, 0.001)
    assert told(heard) == []  # the device is there: it is the reader that was not
    kept = sound(heard)
    assert len(kept) == AUDIO_QUEUE_SECONDS * 16000
    assert np.array_equal(kept, np.arange(3 * 16000, 8 * 16000) % 30000)
    assert microphone.statistics.dropped == 3 * 16000
    assert "3.00 s were not taken in time" in microphone.problems[0]


def test_what_is_dropped_counts_at_16_khz() -> None:
    world = World(Plugged("Built-in", rates=(48000,)))
    microphone = open_in(world)
    world.passes(7.01)
    microphone.close()
    assert microphone.statistics.dropped == 2 * 16000


def test_overflows_of_the_system_are_counted_and_kept_over_a_loss() -> None:
    usb = Plugged("USB Mic")
    world = World(usb)
    microphone = open_in(world)
    stream = world.system.streams[0]
    world.at(0.11, lambda: setattr(stream, "overflow", True))
    world.at(0.17, lambda: setattr(stream, "overflow", False))
    world.at(1.0, lambda: world.unplug(usb))
    hear(microphone, world, 2.0)
    assert microphone.statistics.overflows == 3
    assert "overflowed 3 times" in microphone.problems[0]


# --- closing --------------------------------------------------------------------------------------


def test_closing_ends_the_listening_and_is_no_loss() -> None:
    world = World(Plugged("Built-in"))
    with open_in(world) as microphone:
        heard = hear(microphone, world, 0.5)
    assert told(heard) == []
    assert list(microphone) == []
    microphone.close()
    assert not world.system.streams[0].open


def test_closing_just_as_the_device_is_found_gone_is_no_loss() -> None:
    world = World(Plugged("Built-in", mute=True))
    microphone = open_in(world)

    def closed_by_another_thread() -> float:
        microphone.close()
        return world.now + 60

    microphone._clock = closed_by_another_thread
    assert list(microphone) == []
    assert microphone.statistics.losses == 0


def test_closing_while_the_device_is_away_ends_the_listening_at_once() -> None:
    usb = Plugged("USB Mic")
    world = World(usb)
    microphone = open_in(world)
    world.at(1, lambda: world.unplug(usb))
    hear(microphone, world, 100.0)
    assert world.now == 1100.0


def test_closing_from_another_thread_wakes_the_one_that_waits() -> None:
    world = World(Plugged("Built-in", mute=True))
    microphone = Microphone(system=world.system, clock=lambda: 0.0)  # waits as in earnest
    listener = threading.Thread(target=list, args=(microphone,), daemon=True)
    listener.start()
    microphone.close()
    listener.join(10)
    assert not listener.is_alive()


def test_a_close_in_the_middle_of_opening_leaves_nothing_open() -> None:
    usb = Plugged("USB Mic")
    world = World(usb)
    microphone = open_in(world)
    world.at(1, lambda: world.unplug(usb))
    world.at(2, lambda: world.plug(usb))
    opens = world.system.RawInputStream

    def interrupted(**settings: Any) -> Any:
        microphone.close()  # as the handler of a signal does
        return opens(**settings)

    world.system.RawInputStream = interrupted  # type: ignore[assignment]
    assert [type(event) for event in told(microphone)] == [AudioLost]
    assert all(not stream.open for stream in world.system.streams)
