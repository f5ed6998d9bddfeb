"""A world with microphones, whose time passes only while somebody waits."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np


class PortAudioError(Exception):
    pass


@dataclass(eq=False)
class Plugged:
    """A microphone in the simulated world. It gives 0, 1, 2 … from the moment it is opened."""

    name: str
    rates: tuple[int, ...] = (16000, 44100, 48000)
    channels: tuple[int, ...] = (1, 2)
    default_rate: float = 44100.0
    host: int = 0
    mute: bool = False
    """Opens, but gives nothing: neither sound nor an end."""
    refuses: bool = False
    """Is there, but another program holds it."""
    sound: Callable[[int, int], np.ndarray] = field(
        default=lambda first, count: np.arange(first, first + count) % 30000
    )


class Flags:
    def __init__(self, input_overflow: bool) -> None:
        self.input_overflow = input_overflow

    def __bool__(self) -> bool:
        return self.input_overflow


class World:
    """Time, and what happens in it. `sounddevice` in it is `world.system`."""

    def __init__(self, *plugged: Plugged) -> None:
        self.now = 1000.0
        self.plugged = list(plugged)
        self.system = System(self)
        self._order = itertools.count()
        self._agenda: list[tuple[float, int, Callable[[], object]]] = []

    def clock(self) -> float:
        return self.now

    def at(self, seconds: float, happens: Callable[[], object]) -> None:
        """Something that happens, so many seconds after now."""
        heapq.heappush(self._agenda, (self.now + seconds, next(self._order), happens))

    def wait(self, event: threading.Event, seconds: float) -> None:
        assert seconds > 0, "waiting must be for something"
        until = self.now + seconds
        while not event.is_set():
            if not self._agenda or self._agenda[0][0] > until:
                self.now = until
                return
            self._one()

    def passes(self, seconds: float) -> None:
        """Time in which nobody listens."""
        until = self.now + seconds
        while self._agenda and self._agenda[0][0] <= until:
            self._one()
        self.now = until

    def _one(self) -> None:
        when, _, happens = heapq.heappop(self._agenda)
        self.now = max(self.now, when)
        happens()

    def unplug(self, plugged: Plugged, *, noticed: bool = True) -> None:
        """`noticed`: PortAudio ends its streams; otherwise they only fall silent."""
        self.plugged.remove(plugged)
        for stream in self.system.streams:
            if stream.plugged is plugged and stream.running:
                stream.running = False
                if noticed:
                    stream.finished_callback()

    def plug(self, plugged: Plugged, index: int | None = None) -> None:
        self.plugged.insert(len(self.plugged) if index is None else index, plugged)


class System:
    """What this package uses of the module `sounddevice`."""

    PortAudioError = PortAudioError

    def __init__(self, world: World) -> None:
        self._world = world
        self.streams: list[Stream] = []
        self.opened_at: list[float] = []
        """When somebody tried to open a device, seconds."""
        self.scanned_at: list[float] = []
        self._listed: list[Plugged] = []
        self._initialize()

    def _initialize(self) -> None:
        self._listed = list(self._world.plugged)  # PortAudio looks once
        self.scanned_at.append(self._world.now)

    def _terminate(self) -> None:
        assert not any(stream.open for stream in self.streams), "its streams are still open"
        self._listed = []

    def query_hostapis(self) -> tuple[dict[str, Any], ...]:
        return ({"name": "ALSA"}, {"name": "JACK"})

    def query_devices(self, kind: str = "") -> Any:
        listed = [
            {
                "name": plugged.name,
                "index": index,
                "hostapi": plugged.host,
                "max_input_channels": max(plugged.channels, default=0),
                "max_output_channels": 2,
                "default_samplerate": plugged.default_rate,
            }
            for index, plugged in enumerate(self._listed)
        ]
        if not kind:
            return listed
        inputs = [found for found in listed if found["max_input_channels"]]
        if not inputs:
            raise PortAudioError("Error querying device -1")
        return inputs[0]

    def RawInputStream(self, **settings: Any) -> Stream:
        self.opened_at.append(self._world.now)
        plugged = self._listed[settings["device"]]
        if plugged not in self._world.plugged or plugged.refuses:
            raise PortAudioError("Device unavailable")
        if settings["samplerate"] not in plugged.rates:
            raise PortAudioError("Invalid sample rate")
        if settings["channels"] not in plugged.channels:
            raise PortAudioError("Invalid number of channels")
        stream = Stream(self._world, plugged, **settings)
        self.streams.append(stream)
        return stream


class Stream:
    def __init__(
        self,
        world: World,
        plugged: Plugged,
        *,
        samplerate: int,
        blocksize: int,
        device: int,
        channels: int,
        dtype: str,
        callback: Callable[..., None],
        finished_callback: Callable[[], None],
    ) -> None:
        assert dtype == "int16"
        self.plugged = plugged
        self.rate = samplerate
        self.channels = channels
        self.finished_callback = finished_callback
        self.open = True
        self.running = False
        self.overflow = False
        self._world = world
        self._blocksize = blocksize
        self._callback = callback
        self._given = 0

    def start(self) -> None:
        self.running = True
        self._soon()

    def abort(self) -> None:
        if self.plugged not in self._world.plugged:
            raise PortAudioError("Unanticipated host error")
        if self.running:
            self.running = False
            self.finished_callback()

    def close(self) -> None:
        self.running = self.open = False

    def _soon(self) -> None:
        self._world.at(self._blocksize / self.rate, self._tick)

    def _tick(self) -> None:
        if not self.running:
            return
        if not self.plugged.mute:
            mono = self.plugged.sound(self._given, self._blocksize).astype("<i2")
            self._given += self._blocksize
            data = memoryview(np.repeat(mono, self.channels).tobytes())
            self._callback(data, self._blocksize, None, Flags(self.overflow))
        self._soon()
