"""The microphone, unplugged and plugged in again as it may be.

Nothing in here sleeps or looks at a clock but through what it was given, so a test can run days of
it in no time.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from edge.closing import Closing
from edge.errors import AudioError, shown
from edge.events import AudioBack, AudioLost
from edge.voice.pcm import SAMPLE_RATE
from edge.voice.sources import Heard, Statistics
from edge.voice.sources.capture import Capture
from edge.voice.sources.devices import Device, choose, devices, sound_system

PATIENCE_SECONDS: Final = 3.0
"""Without any sound for so long, not even silence, a device counts as gone."""

_FIRST_RETRY: Final = 0.25
_LAST_RETRY: Final = 5.0
"""Seconds before the device is looked for again: doubled each time, up to this."""

Wait = Callable[[threading.Event, float], object]
"""Waits until the event is set, but no longer than so many seconds."""


class Microphone(Closing):
    """Sound from a device of this machine, opened at once.

    When the device vanishes an `AudioLost` is given and it is looked for until it is there again,
    however long that takes; with the first sound from it comes an `AudioBack`. A device chosen by
    name or number is found again by its name; the default may come back as another one.

    Args:
        device: a name or a part of it, the number `devices()` shows, or None for the default.
        patience: seconds without any sound after which the device counts as gone.
        rescan: start PortAudio anew to find a device that was plugged in. This closes every other
            stream of the process: False where the same process plays sound through `sounddevice`;
            a device that comes back as another number is then not found.
        system: the module `sounddevice`, or what stands in for it.
        clock: seconds that only ever rise.
        wait: how to wait.

    Raises:
        MissingExtra: `sounddevice` is not installed.
        AudioError: there is no such device, or it cannot be opened; the message says what there is.
    """

    def __init__(
        self,
        device: str | int | None = None,
        *,
        patience: float = PATIENCE_SECONDS,
        rescan: bool = True,
        system: Any = None,
        clock: Callable[[], float] = time.monotonic,
        wait: Wait = threading.Event.wait,
    ) -> None:
        self._system = sound_system() if system is None else system
        self._wanted = device
        self._patience = patience
        self._rescan = rescan
        self._clock = clock
        self._wait = wait
        self._news = threading.Event()
        # For what is opened and closed; a signal's handler may close what its own thread opens.
        self._turn = threading.RLock()
        self._closed = threading.Event()
        self._samples = self._losses = 0
        self._overflows = self._dropped = 0  # of the captures before this one
        self._device = choose(device, devices(self._system))
        self._capture: Capture | None = self._open(self._device)

    @property
    def device(self) -> Device:
        """The device that is listened to, or was before it vanished."""
        return self._device

    @property
    def statistics(self) -> Statistics:
        """What has been heard, and lost."""
        with self._turn:
            capture = self._capture
            return Statistics(
                self._samples,
                self._overflows + (capture.overflows if capture else 0),
                self._dropped + (capture.dropped if capture else 0),
                self._losses,
            )

    @property
    def problems(self) -> tuple[str, ...]:
        """Whether sound was lost though the device was there."""
        now = self.statistics
        if not (now.overflows or now.dropped):
            return ()
        return (
            f"sound was lost: the system overflowed {now.overflows} times, and "
            f"{now.dropped / SAMPLE_RATE:.2f} s were not taken in time (is this machine too slow?)",
        )

    def __iter__(self) -> Iterator[Heard]:
        """What is heard, until the microphone is closed. Waits for it."""
        lost = False
        retry = _FIRST_RETRY
        while True:
            self._news.clear()  # first: what comes from here on sets it again
            capture = self._capture
            if self._closed.is_set():
                self._let_go()  # what was being opened while it was closed
                return
            if capture is None:
                self._rest(retry)
                retry = min(2 * retry, _LAST_RETRY)
                self._look_again()
            elif (samples := capture.take()) is not None:
                if lost:
                    yield AudioBack(self._at)
                    lost, retry = False, _FIRST_RETRY
                if samples.size:
                    self._samples += len(samples)
                    yield samples
            elif reason := self._gone(capture):
                self._let_go()
                if self._closed.is_set():  # which ends the stream too
                    return
                if not lost:
                    lost = True
                    self._losses += 1
                    yield AudioLost(reason, self._at)
            else:
                self._wait(self._news, self._patience - (self._clock() - capture.heard))

    def close(self) -> None:
        """Lets go of the device and ends the iteration, at once, from any thread."""
        self._closed.set()
        self._news.set()
        self._let_go()

    # --- the device ---------------------------------------------------------------------------

    @property
    def _at(self) -> float:
        return Statistics(self._samples).seconds

    def _gone(self, capture: Capture) -> str:
        """Why the device counts as gone; nothing while it does not."""
        name = shown(self._device.name)
        if capture.ended:
            return f"the microphone {name} has stopped: it may have been unplugged"
        if self._clock() - capture.heard >= self._patience:
            return f"nothing has come from the microphone {name} for {self._patience:g} s"
        return ""

    def _open(self, device: Device) -> Capture:
        return Capture(self._system, device, self._clock, self._news.set)

    def _let_go(self) -> None:
        with self._turn:
            capture, self._capture = self._capture, None
            if capture is None:
                return
            capture.close()
            self._overflows += capture.overflows
            self._dropped += capture.dropped

    def _rest(self, seconds: float) -> None:
        """Waits that long, or until the microphone is closed."""
        until = self._clock() + seconds
        while not self._closed.is_set() and (left := until - self._clock()) > 0:
            self._wait(self._news, left)
            if not self._closed.is_set():
                self._news.clear()  # a late word from the stream that was let go

    def _look_again(self) -> None:
        """Opens the device if it is there."""
        with self._turn:
            if self._closed.is_set():
                return
            if self._rescan:
                self._start_anew()
            with contextlib.suppress(AudioError):  # not there yet, or not ready
                device = self._found(devices(self._system))
                self._capture = self._open(device)
                self._device = device

    def _start_anew(self) -> None:
        """PortAudio lists the devices once, when it starts: those plugged in later are not seen."""
        # The module has no public way to do it; these two have kept their names since 2015.
        with contextlib.suppress(self._system.PortAudioError, OSError):
            self._system._terminate()
        with contextlib.suppress(self._system.PortAudioError, OSError):
            self._system._initialize()

    def _found(self, among: list[Device]) -> Device:
        """The device that was chosen, whose number may be another now."""
        if self._wanted is None or self._wanted == "":
            return choose(None, among)
        old = self._device
        same = [device for device in among if (device.name, device.host) == (old.name, old.host)]
        if same:
            return min(same, key=lambda device: device.index != old.index)
        # "USB Mic (hw:1,0)" may come back as "USB Mic (hw:2,0)": what was asked for still fits.
        # A number does not: it is another device's now.
        if isinstance(self._wanted, int) or self._wanted.isdecimal():
            raise AudioError(f"the microphone {shown(old.name)} is not there")
        return choose(self._wanted, among)
