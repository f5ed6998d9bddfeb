"""The microphones of this machine, and which of them is meant.

All that is known of PortAudio (https://www.portaudio.com) goes through the module `sounddevice`,
which is passed along as `system`: a test passes a simulated one.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from edge.errors import AudioError, MissingExtra, shown

_PLUG_IN: Final = "plug a microphone in; `arecord -l` lists what the system sees on Linux"
_SHOWN: Final = 12
"""Devices that an error lists."""


@dataclass(frozen=True, slots=True)
class Device:
    """One microphone, as the system has it now."""

    index: int
    """PortAudio's number of it: good until something is plugged in or out."""
    name: str
    host: str
    """The part of the system that has it: "ALSA", "Core Audio" …"""
    channels: int
    rate: int
    """Samples a second that it gives when nothing else is asked for."""
    default: bool
    """Whether the system takes it where nothing is chosen."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "index": self.index,
            "name": self.name,
            "host": self.host,
            "channels": self.channels,
            "rate": self.rate,
            "default": self.default,
        }


def sound_system() -> Any:
    """The module `sounddevice`.

    Raises:
        MissingExtra: it is not installed.
        AudioError: it is, but PortAudio is not, or does not start.
    """
    try:
        import sounddevice
    except ImportError:
        raise MissingExtra(
            "listening to a microphone needs the library sounddevice",
            hint="pip install 'hearth-edge[audio]'; a recording or standard input needs neither",
        ) from None
    except OSError as error:
        raise AudioError(
            f"PortAudio cannot be loaded: {error}",
            hint="install it: sudo apt install libportaudio2 (Debian, Ubuntu, Raspberry Pi OS)",
        ) from None
    except Exception as error:  # its PortAudioError is not to be had when the import fails
        raise AudioError(f"PortAudio does not start: {error}", hint=_PLUG_IN) from None
    return sounddevice


def devices(system: Any = None) -> list[Device]:
    """The microphones there are, in the system's order; none is no error.

    Raises:
        MissingExtra, AudioError: as `sound_system`, or the system cannot be asked.
    """
    system = sound_system() if system is None else system
    try:
        listed = list(system.query_devices())
        hosts = [str(host["name"]) for host in system.query_hostapis()]
    except (system.PortAudioError, OSError) as error:
        raise AudioError(f"the system's microphones cannot be listed: {error}") from None
    default = -1
    with contextlib.suppress(system.PortAudioError, ValueError):  # there is none
        default = int(system.query_devices(kind="input")["index"])
    return [
        Device(
            index,
            str(found["name"]),
            hosts[found["hostapi"]],
            int(found["max_input_channels"]),
            round(found["default_samplerate"]),
            index == default,
        )
        for index, found in enumerate(listed)
        if found["max_input_channels"] > 0
    ]


def choose(wanted: str | int | None, among: Sequence[Device]) -> Device:
    """The device that is meant.

    Args:
        wanted: an index, a name, or a part of one whatever its case; None or "" for the default.

    Raises:
        AudioError: there is none, or several are meant equally.
    """
    if not among:
        raise AudioError("there is no microphone", hint=_PLUG_IN)
    if wanted is None or wanted == "":
        return next((device for device in among if device.default), among[0])
    named = [] if isinstance(wanted, int) else _named(wanted.casefold(), among)
    if not named and (isinstance(wanted, int) or wanted.isdecimal()):
        named = [device for device in among if device.index == int(wanted)]
    if not named:
        raise AudioError(
            f"there is no microphone {shown(wanted)}", allowed=_listed(among), hint=_PLUG_IN
        )
    if len(named) > 1:
        raise AudioError(
            f"several microphones are called {shown(wanted)}",
            allowed=_listed(named),
            hint="give more of the name, or the number",
        )
    return named[0]


def _named(wanted: str, among: Iterable[Device]) -> list[Device]:
    """Those that have the name; if none has, those of whose names it is a part.

    Where the same name is offered by several parts of the system it is one device, and that of the
    default's part is taken, or else the first.
    """
    parts = [device for device in among if wanted in device.name.casefold()]
    same = [device for device in parts if device.name.casefold() == wanted] or parts
    if len({device.name for device in same}) == 1 and len({d.host for d in same}) == len(same):
        hosts = [device.host for device in among if device.default]
        return sorted(same, key=lambda device: device.host not in hosts)[:1]
    return same


def _listed(among: Sequence[Device]) -> str:
    names = [f"{device.index} {shown(device.name)}" for device in among[:_SHOWN]]
    return ", ".join(names) + (f" and {len(among) - _SHOWN} more" if len(among) > _SHOWN else "")
