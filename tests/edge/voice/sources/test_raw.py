"""Raw samples from a stream, however it is cut up."""

from __future__ import annotations

import io
import os
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import AudioError, UsageError
from edge.voice.pcm import as_samples
from edge.voice.resample import Resampler
from edge.voice.sources import Source
from edge.voice.sources.raw import RawStream


class Pieces(io.RawIOBase):
    """A pipe that gives so many bytes at a time; None where nothing has come yet."""

    def __init__(self, *pieces: bytes | None) -> None:
        self._pieces = list(pieces)
        self.asked: list[int] = []

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> Any:
        self.asked.append(size)
        piece = self._pieces.pop(0) if self._pieces else b""
        if piece is not None and len(piece) > size:
            self._pieces.insert(0, piece[size:])
            piece = piece[:size]
        return piece


def heard(source: RawStream) -> np.ndarray:
    chunks = list(source)
    assert all(chunk.dtype == np.int16 and chunk.size for chunk in chunks)
    samples = np.concatenate(chunks) if chunks else np.zeros(0, np.int16)
    assert source.statistics.samples == len(samples)
    return samples


@given(st.lists(st.binary(min_size=1, max_size=9), max_size=20))
def test_pieces_of_any_size_are_the_samples_they_make(pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    source = RawStream(Pieces(*pieces))  # type: ignore[arg-type]
    assert heard(source).tobytes() == data[: len(data) // 2 * 2]
    assert source.problems == (
        ("the stream ended inside a sample: 1 bytes were left out",) if len(data) % 2 else ()
    )


def test_other_rates_and_channels() -> None:
    stereo = np.random.default_rng(1).integers(-9999, 9999, (4410, 2)).astype("<i2")
    source = RawStream(io.BytesIO(stereo.tobytes()), rate=44100, channels=2)
    resampler = Resampler(44100)
    expected = np.concatenate([resampler.push(as_samples(stereo)), resampler.flush()])
    assert np.array_equal(heard(source), expected)
    assert isinstance(source, Source)


def test_what_has_come_is_given_before_more_is_waited_for() -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as stream, os.fdopen(writing, "wb", buffering=0) as pipe:
        chunks = iter(RawStream(stream))
        for value in (7, 8):
            pipe.write(np.array([value], "<i2").tobytes())
            # The pipe is open and empty: a read that wanted more would wait for ever.
            assert next(chunks).tolist() == [value]


def test_little_is_taken_at_a_time() -> None:
    pipe = Pieces(bytes(1_000_000))
    source = RawStream(pipe, rate=8000, channels=2)  # type: ignore[arg-type]
    assert len(heard(source)) == 500_000
    assert set(pipe.asked) == {8000 * 2 * 2 * 4 // 100}  # 40 ms


def test_a_pipe_set_not_to_block_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[Any] = []
    monkeypatch.setattr("select.select", lambda *streams: waited.append(streams))
    pipe = Pieces(b"\x01\x00", None, None, b"\x02\x00")
    assert heard(RawStream(pipe)).tolist() == [1, 2]  # type: ignore[arg-type]
    assert waited == [([pipe], [], [])] * 2


def test_so_is_one_behind_a_buffer(monkeypatch: pytest.MonkeyPatch) -> None:
    """As standard input is: its `read1` has no bytes where a pipe has none yet."""
    out, into = os.pipe()
    os.set_blocking(out, False)
    later = iter([lambda: os.write(into, b"\x02\x00" * 8), lambda: os.close(into)])
    with open(out, "rb") as reading:
        os.write(into, b"\x01\x00" * 8)
        monkeypatch.setattr("select.select", lambda *streams: next(later)())
        assert heard(RawStream(reading)).tolist() == [1] * 8 + [2] * 8


def test_no_sound_at_all() -> None:
    source = RawStream(io.BytesIO())
    assert list(source) == [] and source.problems == ()


@pytest.mark.parametrize("size", [1, 5, 4096])
def test_a_wav_file_is_not_taken_for_samples(size: int) -> None:
    data = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(1000)
    pieces = [data[i : i + size] for i in range(0, len(data), size)]
    with pytest.raises(AudioError, match="the header of a WAV file"):
        list(RawStream(Pieces(*pieces)))  # type: ignore[arg-type]


def test_samples_that_spell_riff_are_samples() -> None:
    data = b"RIFF" + bytes(100)
    assert heard(RawStream(io.BytesIO(data))).tobytes() == data


def test_a_stream_that_fails_is_an_error_of_the_package() -> None:
    class Broken(Pieces):
        def read(self, size: int = -1) -> Any:
            raise OSError(5, "Input/output error")

    with pytest.raises(AudioError, match=r"cannot be read: .*Input/output error"):
        list(RawStream(Broken()))  # type: ignore[arg-type]


def test_closing_ends_it_and_leaves_the_stream_open() -> None:
    stream = io.BytesIO(bytes(100_000))
    with RawStream(stream) as source:
        chunks = iter(source)
        next(chunks)
        source.close()
        assert list(chunks) == []
    assert not stream.closed


def test_standard_input_is_what_is_read_when_nothing_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\x05\x00")))
    assert heard(RawStream()).tolist() == [5]


def test_a_terminal_has_no_samples() -> None:
    class Terminal(Pieces):
        def isatty(self) -> bool:
            return True

    with pytest.raises(UsageError, match=r"is a terminal(?s:.*)arecord"):
        RawStream(Terminal())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("settings", "said"),
    [({"rate": 7999}, "8,000 to 48,000"), ({"rate": 96000}, "sox"), ({"channels": 0}, "1 to 32")],
)
def test_settings_out_of_range(settings: dict[str, int], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        RawStream(io.BytesIO(), **settings)


def test_text_is_no_stream_of_samples() -> None:
    with pytest.raises(UsageError, match=r"a stream of text has no samples(?s:.*)\.buffer"):
        RawStream(io.StringIO("sound"))  # type: ignore[arg-type]
