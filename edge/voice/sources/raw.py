"""Raw samples from a stream of bytes: standard input, a pipe, a socket's file."""

from __future__ import annotations

import io
import select
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

import numpy as np

from edge.closing import Closing
from edge.errors import AudioError, UsageError
from edge.voice.pcm import SAMPLE_RATE, PcmBytes, Samples
from edge.voice.resample import Resampler
from edge.voice.sources import Statistics

CHUNK_SECONDS: Final = 0.04
"""The most audio taken at a time. What has come is handed on at once, however little it is."""

_WAV_HEAD: Final = 12
"""Bytes that tell a WAV file: "RIFF", its size, "WAVE"."""


class RawStream(Closing):
    """int16, little endian, without a header, from a binary stream, as it comes.

    Args:
        stream: what to read; standard input when left out. It is not closed.
        rate: its samples a second, 8,000 to 48,000.
        channels: how many take turns in it.

    Raises:
        UsageError: a rate or a number of channels that is out of range, a stream of text, or a
            terminal.
    """

    def __init__(
        self, stream: BinaryIO | None = None, *, rate: int = SAMPLE_RATE, channels: int = 1
    ) -> None:
        self._resampler = Resampler(rate)
        self._pcm = PcmBytes(channels)
        source: Any = getattr(sys.stdin, "buffer", None) if stream is None else stream
        if source is None:
            raise UsageError("standard input is closed", allowed="raw samples from a pipe")
        if isinstance(source, io.TextIOBase):
            raise UsageError("a stream of text has no samples", hint="use its .buffer")
        if source.isatty():
            raise UsageError(
                "standard input is a terminal",
                allowed="raw samples, int16 little endian, from a pipe or a file",
                hint="for example: arecord -t raw -f S16_LE -r 16000 -c 1 | edge listen --raw",
            )
        self._stream = source
        # A buffered stream's `read` waits for all it was asked for, and its `read1` takes a pipe
        # that was set not to block for ended where nothing has come yet: what is below it is read.
        below = getattr(source, "raw", source)
        self._read = getattr(below, "read1", below.read)
        self._most = 2 * channels * max(1, int(rate * CHUNK_SECONDS))
        self._closed = False
        self._samples = 0
        self._problems: tuple[str, ...] = ()

    @property
    def statistics(self) -> Statistics:
        """What has been read so far."""
        return Statistics(samples=self._samples)

    @property
    def problems(self) -> tuple[str, ...]:
        """Whether the stream ended inside a sample."""
        return self._problems

    def __iter__(self) -> Iterator[Samples]:
        """Chunks of 16 kHz mono until the stream ends.

        Raises:
            AudioError: the stream cannot be read, or begins as a WAV file does.
        """
        head = b""
        while not self._closed and (data := self._next()):
            if len(head) < _WAV_HEAD:
                head = _checked_head(head + data[:_WAV_HEAD])
            yield from self._counted(self._resampler.push(self._pcm.push(data)))
        yield from self._counted(self._resampler.flush())
        if left := self._pcm.finish():
            self._problems = (f"the stream ended inside a sample: {left} bytes were left out",)

    def _next(self) -> bytes:
        """What has come, waiting for it if need be; no bytes at the end."""
        try:
            while (data := self._read(self._most)) is None:  # a pipe that was set not to block
                select.select([self._stream], [], [])
        except (OSError, ValueError) as error:  # ValueError: it was closed elsewhere
            if self._closed:
                return b""
            raise AudioError(f"the stream of samples cannot be read: {error}") from None
        return bytes(data)

    def _counted(self, samples: Samples) -> Iterator[Samples]:
        if samples.size:
            self._samples += len(samples)
            yield np.ascontiguousarray(samples)

    def close(self) -> None:
        """Ends the reading after the piece that is being waited for; the stream stays open."""
        self._closed = True


def _checked_head(head: bytes) -> bytes:
    """The first bytes, unless they are a WAV file's: its header says what the samples are."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        raise AudioError(
            "the stream begins with the header of a WAV file",
            allowed="samples alone: int16, little endian",
            hint="have it made without (arecord -t raw, sox … -t raw), or give the file's name",
        )
    return head
