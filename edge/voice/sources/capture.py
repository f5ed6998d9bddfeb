"""One opened microphone: what PortAudio's thread puts in, the listening thread takes out."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Final

from edge.errors import AudioError, shown
from edge.limits import AUDIO_CHANNELS, AUDIO_QUEUE_SECONDS, AUDIO_RATE_MAX, AUDIO_RATE_MIN
from edge.voice.pcm import SAMPLE_RATE, PcmBytes, Samples
from edge.voice.resample import Resampler
from edge.voice.sources.devices import Device

CHUNK_SECONDS: Final = 0.02
"""Audio of one callback."""

_MOST_CHUNKS: Final = round(AUDIO_QUEUE_SECONDS / CHUNK_SECONDS)
_COMMON_RATES: Final = (48_000, 44_100)
"""What is tried when a device takes neither 16 kHz nor its own default."""


class Capture:
    """A stream of one device, running until it is closed or the device is gone.

    16 kHz and one channel are asked for first; a device that has neither gives what it has, which
    is mixed down and resampled here.

    Args:
        system: the module `sounddevice`.
        clock: seconds that only ever rise.
        news: called, from PortAudio's thread too, when there is something to look at.

    Raises:
        AudioError: the device cannot be opened.
    """

    def __init__(
        self, system: Any, device: Device, clock: Callable[[], float], news: Callable[[], None]
    ) -> None:
        self.device = device
        self.heard = clock()
        """When the device last gave something, or was opened."""
        self.ended = False
        """Whether the system says that there will be no more."""
        self.overflows = 0
        """Callbacks before which the system lost sound."""
        self.dropped = 0
        """Samples, at 16 kHz, that did not find room in the queue."""
        self._clock = clock
        self._news = news
        # No lock: each end of a deque may be worked on by a thread of its own, and a chunk comes
        # out once, either to be heard or to be dropped.
        self._queue: deque[bytes] = deque()
        self._rate, channels, self._stream = self._opened(system)
        self._pcm = PcmBytes(channels)
        self._resampler = Resampler(self._rate)

    def take(self) -> Samples | None:
        """The oldest chunk not yet taken, int16[n]; None when there is none. Does not wait."""
        try:
            data = self._queue.popleft()
        except IndexError:
            return None
        return self._resampler.push(self._pcm.push(data))

    def close(self) -> None:
        """Lets go of the device, in whatever state that is."""
        # Of a device that is gone PortAudio may report anything; there is nothing to do about it.
        for step in (self._stream.abort, self._stream.close):
            with contextlib.suppress(Exception):
                step()

    # --- called by PortAudio's thread: quick, and never raising -------------------------------

    def _arrived(self, data: Any, frames: int, _time: Any, status: Any) -> None:
        self.overflows += bool(status and status.input_overflow)
        self._queue.append(bytes(data))
        self.heard = self._clock()
        if len(self._queue) > _MOST_CHUNKS:  # the oldest makes room
            with contextlib.suppress(IndexError):
                self._queue.popleft()
                self.dropped += frames * SAMPLE_RATE // self._rate
        self._news()

    def _finished(self) -> None:
        self.ended = True
        self._news()

    # --- opening ------------------------------------------------------------------------------

    def _opened(self, system: Any) -> tuple[int, int, Any]:
        """Rate, channels and stream of the first way that the device takes."""
        refused: list[str] = []
        for rate, channels in self._ways():
            self._rate = rate  # before the first callback
            try:
                stream = system.RawInputStream(
                    samplerate=rate,
                    blocksize=round(rate * CHUNK_SECONDS),
                    device=self.device.index,
                    channels=channels,
                    dtype="int16",
                    callback=self._arrived,
                    finished_callback=self._finished,
                )
            except (system.PortAudioError, ValueError, OSError) as error:
                refused.append(f"{rate} Hz, {channels} channels: {error}")
                continue
            try:
                stream.start()
            except (system.PortAudioError, OSError) as error:
                with contextlib.suppress(Exception):
                    stream.close()
                refused.append(f"{rate} Hz, {channels} channels: {error}")
                continue
            return rate, channels, stream
        raise AudioError(
            f"the microphone {shown(self.device.name)} cannot be opened: {'; '.join(refused)}",
            hint="see that no other program holds it and that this user may use it (group audio)",
        )

    def _ways(self) -> Iterator[tuple[int, int]]:
        """(rate, channels) to try, the best first."""
        most = min(self.device.channels, AUDIO_CHANNELS)
        numbers = sorted({1, min(2, most), most})
        rates = dict.fromkeys((SAMPLE_RATE, self.device.rate, *_COMMON_RATES))
        for rate in rates:
            if AUDIO_RATE_MIN <= rate <= AUDIO_RATE_MAX:
                yield from ((rate, channels) for channels in numbers)
