"""What a WAV file says of itself, and the plainest kind of them without a library.

A WAV file is a RIFF file (Microsoft and IBM, "Multimedia Programming Interface and Data
Specifications 1.0", 1991): chunks of a name, a size and as many bytes, one of them the samples.
"""

from __future__ import annotations

import struct
import wave
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

_NOT_KNOWN: Final = 0x7FFF_0000
"""From here on a size is what writes that could not seek back put there: until the end."""
_MOST_CHUNKS: Final = 1000
"""Chunks before the samples that are walked over."""


class Opened(Protocol):
    """An open recording."""

    rate: int
    """Samples a second."""
    channels: int
    frames: int
    """Samples of each channel, as its header says or as far as there are any."""

    def read(self, frames: int) -> NDArray[np.int16] | NDArray[np.float32]:
        """The next [n, channels], n ≤ `frames`; none at the end."""
        ...

    def close(self) -> None:
        """Closes the file."""
        ...


def sizes(path: Path) -> tuple[bool, tuple[int, int]]:
    """Whether it is a WAV file; bytes of samples that it promises, and that follow in it. Both are
    0 where it does not say.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(12)
        if len(head) < 12 or head[:4] != b"RIFF" or head[8:] != b"WAVE":
            return False, (0, 0)
        end = file.seek(0, 2)
        place = 12
        for _ in range(_MOST_CHUNKS):
            file.seek(place)
            chunk = file.read(8)
            if len(chunk) < 8:
                break
            name, size = struct.unpack("<4sI", chunk)
            place += 8
            if name == b"data":
                return True, (0, 0) if size >= _NOT_KNOWN else (size, end - place)
            place += size + size % 2  # chunks begin at even bytes
    return True, (0, 0)


class PlainWav:
    """A WAV file of 16-bit samples, read by the standard library.

    Raises:
        ValueError: it is another kind of file, or a damaged one; the message says which.
        OSError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = wave.open(str(path), "rb")  # noqa: SIM115 (close() does)
        except EOFError:
            raise ValueError("its header is cut short") from None
        except (wave.Error, RuntimeError) as error:
            # RuntimeError: a chunk that is longer than the file, in Python 3.11.
            raise ValueError(str(error) or "a size in it is wrong") from None
        self.rate = self._file.getframerate()
        self.channels = self._file.getnchannels()
        self.frames = self._file.getnframes()
        if self._file.getsampwidth() != 2:
            bits = 8 * self._file.getsampwidth()
            self._file.close()
            raise ValueError(f"its samples have {bits} bits")

    def read(self, frames: int) -> NDArray[np.int16]:
        """The next int16[n, channels], n ≤ `frames`; none at the end."""
        data = self._file.readframes(frames)
        whole = len(data) // (2 * self.channels)
        samples = np.frombuffer(data, "<i2", count=whole * self.channels)
        return samples.astype(np.int16, copy=False).reshape(whole, self.channels)

    def close(self) -> None:
        """Closes the file."""
        self._file.close()
