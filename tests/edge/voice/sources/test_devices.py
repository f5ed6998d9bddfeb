"""Which microphones there are, which is meant, and what is said where there is none."""

from __future__ import annotations

import builtins
import sys
from typing import Any

import pytest

from edge.errors import AudioError, EdgeError, MissingExtra
from edge.voice.sources.devices import Device, choose, devices, sound_system
from edge.voice.sources.microphone import Microphone
from tests.edge.voice.sources.simulated import Plugged, World


def named(*names: str) -> list[Device]:
    return [Device(3 * i, name, "ALSA", 1, 48000, i == 1) for i, name in enumerate(names)]


def test_microphones_are_listed_and_loudspeakers_are_not() -> None:
    world = World(Plugged("Speaker", channels=()), Plugged("Mic", default_rate=44100.0))
    assert [device.to_dict() for device in devices(world.system)] == [
        {
            "index": 1, "name": "Mic", "host": "ALSA", "channels": 2, "rate": 44100,
            "default": True,
        }
    ]  # fmt: skip


def test_no_microphone_is_an_empty_list_and_a_clear_error_for_who_wants_one() -> None:
    world = World(Plugged("Speaker", channels=()))
    assert devices(world.system) == []
    with pytest.raises(AudioError, match="there is no microphone\n  help: plug a microphone in"):
        Microphone(system=world.system)


def test_a_list_that_cannot_be_had_is_an_error_of_the_package() -> None:
    world = World()

    def fails(kind: str = "") -> Any:
        raise world.system.PortAudioError("PortAudio not initialized")

    world.system.query_devices = fails  # type: ignore[method-assign]
    with pytest.raises(AudioError, match="cannot be listed: PortAudio not initialized"):
        devices(world.system)


def test_the_default_is_taken_or_the_first() -> None:
    assert choose(None, named("a", "b", "c")).name == "b"
    assert choose("", named("a", "b", "c")).name == "b"
    assert choose(None, named("only")).name == "only"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("usb", "USB PnP Sound Device: Audio (hw:1,0)"),
        ("hw:0,0", "HDA Intel PCH (hw:0,0)"),
        ("HDA", "HDA Intel PCH (hw:0,0)"),
        ("pulse", "pulse"),  # a part of another's name, but all of this one's
        ("7", "Seven 7"),
        (3, "USB PnP Sound Device: Audio (hw:1,0)"),
        ("9", "pulse monitor"),
    ],
)
def test_a_name_a_part_of_it_or_a_number(wanted: str | int, found: str) -> None:
    there = named(
        "HDA Intel PCH (hw:0,0)",
        "USB PnP Sound Device: Audio (hw:1,0)",
        "pulse",
        "pulse monitor",
        "Seven 7",
    )
    assert choose(wanted, there).name == found


def test_two_with_like_names_are_both_shown() -> None:
    there = named("USB Mic (hw:1,0)", "Built-in", "USB Mic (hw:2,0)")
    with pytest.raises(AudioError, match="several microphones are called 'usb mic'") as caught:
        choose("usb mic", there)
    assert caught.value.allowed == "0 'USB Mic (hw:1,0)', 6 'USB Mic (hw:2,0)'"
    assert choose("usb mic (hw:2", there).index == 6


def test_two_with_one_name_are_told_apart_by_number() -> None:
    there = named("USB Mic", "USB Mic")
    with pytest.raises(AudioError, match="or the number"):
        choose("USB Mic", there)
    assert choose("3", there).index == 3


def test_one_device_that_two_parts_of_the_system_offer_is_one() -> None:
    there = [
        Device(0, "USB Mic", "JACK", 1, 48000, False),
        Device(1, "USB Mic", "ALSA", 1, 48000, False),
        Device(2, "Built-in", "ALSA", 1, 48000, True),
    ]
    assert choose("usb", there).host == "ALSA"


@pytest.mark.parametrize("wanted", ["porch", 17, "17", -1])
def test_one_that_is_not_there_is_told_with_those_that_are(wanted: str | int) -> None:
    with pytest.raises(AudioError, match=f"there is no microphone '?{wanted}'?\n") as caught:
        choose(wanted, named("a", "b"))
    assert caught.value.allowed == "0 'a', 3 'b'"


def test_a_list_that_is_long_is_cut_and_names_cannot_steer_a_terminal() -> None:
    with pytest.raises(AudioError) as caught:
        choose("porch", named(*["\x1b[2Jmic"] * 20))
    assert caught.value.allowed.endswith("33 '\\x1b[2Jmic' and 8 more")


# --- machines without -----------------------------------------------------------------------------


def importing_raises(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    real = builtins.__import__

    def stand_in(name: str, *rest: Any, **more: Any) -> Any:
        if name == "sounddevice":
            raise error
        return real(name, *rest, **more)

    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(builtins, "__import__", stand_in)


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (ImportError("No module named 'sounddevice'"), MissingExtra, r"hearth-edge\[audio\]"),
        (OSError("PortAudio library not found"), AudioError, "apt install libportaudio2"),
        (RuntimeError("Error initializing PortAudio"), AudioError, "does not start"),
    ],
)
def test_a_machine_without_the_library_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[EdgeError], said: str
) -> None:
    importing_raises(monkeypatch, error)
    for ask in (sound_system, devices, Microphone):
        with pytest.raises(kind, match=said):
            ask()


def test_the_sound_system_of_this_machine_answers() -> None:
    try:
        system = sound_system()
    except EdgeError as error:
        pytest.skip(error.what)
    found = devices(system)
    assert all(device.channels > 0 and device.rate > 0 and device.name for device in found)
    if not found:
        with pytest.raises(AudioError, match="there is no microphone"):
            Microphone()
