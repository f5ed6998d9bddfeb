"""Recordings: WAV, FLAC, OGG, MP3 and whatever else libsndfile reads.

Without the library a WAV file of 16-bit samples is still read.
"""

from __future__ import annotations

import stat
import threading
from collections.abc import Iterator
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from edge.closing import Closing
from edge.errors import AudioError, MissingExtra, UsageError, shown
from edge.limits import AUDIO_CHANNELS
from edge.voice.pcm import Samples, as_samples
from edge.voice.resample import Resampler
from edge.voice.sources import Statistics
from edge.voice.sources.wav import Opened, PlainWav, sizes

CHUNK_SECONDS: Final = 0.1
"""Audio given at a time."""


class Recording(Closing):
    """A file's sound, at 16 kHz and mixed down.

    Raises:
        UsageError: there is no such file, or it is none that could be a recording.
        AudioError: it cannot be read, or what it holds is no sound that can be used.
        MissingExtra: it takes a library that is not installed to read it.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self._where = fspath(path)
        self._problems: list[str] = []
        self._samples = 0
        self._closed = False
        self._turn = threading.Lock()
        file = _regular(self._where)
        try:
            self._is_wav, promised = sizes(file)
            self._file = _opened(file)
        except OSError as error:
            raise AudioError(f"it cannot be read: {error.strerror}", where=self._where) from None
        try:
            self._resampler = self._checked()
        except BaseException:
            self._file.close()
            raise
        self._compare(promised)

    @property
    def statistics(self) -> Statistics:
        """What has been read so far."""
        return Statistics(samples=self._samples)

    @property
    def problems(self) -> tuple[str, ...]:
        """Where the file is not what its header says."""
        return tuple(self._problems)

    def __iter__(self) -> Iterator[Samples]:
        """Chunks of 16 kHz mono until the file ends; what is there of a file that was cut short.

        Raises:
            AudioError: a sample is not a finite number.
        """
        frames = 0
        while not self._closed and len(block := self._block(frames)):
            frames += len(block)
            yield from self._counted(self._resampler.push(as_samples(block)))
        if self._closed:
            return
        yield from self._counted(self._resampler.flush())
        # Of a WAV file the sizes were compared; other kinds say only how many frames they have.
        if frames < self._file.frames and not self._is_wav and not self._problems:
            said, there = self._file.frames / self._file.rate, frames / self._file.rate
            self._note(f"its header promises {said:.2f} s of audio, {there:.2f} s are there")

    def close(self) -> None:
        """Closes the file."""
        with self._turn:  # not while another thread is inside the library
            self._closed = True
            self._file.close()

    # --- parts --------------------------------------------------------------------------------

    def _checked(self) -> Resampler:
        """The header's numbers, before anything of their size is read."""
        if not 1 <= self._file.channels <= AUDIO_CHANNELS:
            raise AudioError(
                f"it has {self._file.channels} channels",
                where=self._where,
                allowed=f"1 to {AUDIO_CHANNELS}",
            )
        try:
            return Resampler(self._file.rate)
        except UsageError as error:
            raise AudioError(
                error.what, where=self._where, allowed=error.allowed, hint=error.hint
            ) from None

    def _compare(self, promised: tuple[int, int]) -> None:
        """Says where the header promises other than what follows it."""
        said, there = promised
        if said > there:
            self._note(f"its header promises {said:,} bytes of audio, {there:,} are there")
        elif self._file.frames == 0:
            after = f", though {there:,} bytes follow" if there else ""
            self._note(f"its header says that it has no audio{after}")

    def _note(self, problem: str) -> None:
        self._problems.append(f"{self._where}: {problem}")

    def _block(self, done: int) -> NDArray[Any]:
        """The next [n, channels] after `done` frames; n = 0 at the end of what can be read."""
        nothing = np.empty((0, 1), np.int16)
        with self._turn:
            if self._closed:
                return nothing
            try:
                block = self._file.read(int(self._file.rate * CHUNK_SECONDS))
            except (OSError, RuntimeError) as error:  # libsndfile's errors are RuntimeErrors
                self._note(f"it is damaged after {done / self._file.rate:.2f} s: {_said(error)}")
                return nothing
        if block.dtype != np.int16 and not np.isfinite(block).all():
            first = done + int(np.argwhere(~np.isfinite(block))[0][0])
            raise AudioError(
                f"the sample at {first / self._file.rate:.4f} s is not a finite number",
                where=self._where,
            )
        return block

    def _counted(self, samples: Samples) -> Iterator[Samples]:
        if samples.size:
            self._samples += len(samples)
            yield samples


class _SoundFile:
    """A file that libsndfile reads: see `Opened`."""

    def __init__(self, library: Any, path: Path) -> None:
        class Forward(library.SoundFile):  # type: ignore[misc]
            """After each piece the library seeks to where it is, which an MP3 decoder pays for with
            a click; what cannot seek is only read on."""

            def seekable(self) -> bool:
                return False

        self._file = Forward(str(path))
        self.rate = int(self._file.samplerate)
        self.channels = int(self._file.channels)
        self.frames = int(self._file.frames)

    def read(self, frames: int) -> NDArray[np.float32]:
        """The next float32[n, channels]: 24 bits of a sample are kept."""
        block: NDArray[np.float32] = self._file.read(frames, dtype="float32", always_2d=True)
        return block

    def close(self) -> None:
        """Closes the file."""
        self._file.close()


def _regular(where: str) -> Path:
    """The path of a file with something in it."""
    path = Path(where)
    try:
        found = path.stat()
    except ValueError:
        raise UsageError(f"{shown(where)} cannot be a file's name") from None
    except OSError as error:
        raise UsageError(f"it cannot be opened: {error.strerror}", where=where) from None
    if stat.S_ISDIR(found.st_mode):
        raise UsageError("it is a folder", where=where, allowed="a recording")
    if not stat.S_ISREG(found.st_mode):
        raise UsageError(
            "it is not a regular file",
            where=where,
            hint="raw samples from a pipe go to standard input",
        )
    if found.st_size == 0:
        raise AudioError("the file is empty", where=where)
    return path


def _opened(path: Path) -> Opened:
    """The file, by libsndfile where that is installed."""
    try:
        import soundfile
    except (ImportError, OSError) as missing:  # OSError: the package without its library
        try:
            return PlainWav(path)
        except ValueError as error:
            raise MissingExtra(
                f"without libsndfile only WAV files of 16-bit samples are read: {error}",
                where=str(path),
                hint=f"pip install 'hearth-edge[audio]' ({missing})",
            ) from None
    try:
        return _SoundFile(soundfile, path)
    except (RuntimeError, TypeError) as error:  # TypeError: samples without a header (.raw)
        raise AudioError(
            f"it is no recording that can be read: {_said(error)}",
            where=str(path),
            allowed="WAV, FLAC, OGG, MP3, AIFF and others that libsndfile knows",
            hint="samples without a header: edge listen --raw < FILE",
        ) from None


def _said(error: Exception) -> str:
    """An error without the file's name, which libsndfile puts first."""
    return str(getattr(error, "error_string", error)).strip() or "libsndfile does not say why"
