"""Recordings: what is in them is heard; a header that lies is found out."""

from __future__ import annotations

import builtins
import os
import re
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.errors import AudioError, EdgeError, MissingExtra, UsageError
from edge.voice.pcm import as_samples
from edge.voice.resample import Resampler
from edge.voice.sources import Source
from edge.voice.sources.files import Recording

RNG = np.random.default_rng(3)
NOISE = RNG.integers(-20000, 20000, 16000).astype(np.int16)


def wav(
    data: bytes = NOISE.tobytes(),
    *,
    rate: int = 16000,
    channels: int = 1,
    bits: int = 16,
    kind: int = 1,
    size: int | None = None,
    before: bytes = b"",
) -> bytes:
    """A WAV file, as true or as false as asked for. `size`: bytes of samples, says the header."""
    block = channels * bits // 8
    form = struct.pack(
        "<4sIHHIIHH", b"fmt ", 16, kind, channels, rate,
        min(rate * block, 2**32 - 1), block % 65536, bits,
    )  # fmt: skip
    chunk = struct.pack("<4sI", b"data", len(data) if size is None else size)
    body = b"WAVE" + form + before + chunk + data
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def without_soundfile(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def stand_in(name: str, *rest: Any, **more: Any) -> Any:
        if name == "soundfile":
            raise ImportError("No module named 'soundfile'")
        return real(name, *rest, **more)

    monkeypatch.delitem(sys.modules, "soundfile", raising=False)
    monkeypatch.setattr(builtins, "__import__", stand_in)


@pytest.fixture(params=["soundfile", "wave"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The library that reads, or the standard library where there is none."""
    if request.param == "wave":
        without_soundfile(monkeypatch)
    else:
        pytest.importorskip("soundfile", exc_type=ImportError)
    return str(request.param)


@pytest.fixture
def soundfile() -> Any:
    return pytest.importorskip("soundfile", exc_type=ImportError)


def written(folder: Path, data: bytes, name: str = "a.wav") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def heard(path: Path) -> tuple[np.ndarray, tuple[str, ...]]:
    with Recording(path) as recording:
        chunks: list[Any] = list(recording)
        assert all(chunk.dtype == np.int16 and chunk.size for chunk in chunks)
        samples = np.concatenate(chunks) if chunks else np.zeros(0, np.int16)
        assert recording.statistics.samples == len(samples)
        return samples, recording.problems


# --- what is in a recording -----------------------------------------------------------------------


def test_16_khz_mono_is_heard_bit_for_bit_in_pieces(tmp_path: Path, reader: str) -> None:
    path = written(tmp_path, wav())
    samples, problems = heard(path)
    assert np.array_equal(samples, NOISE)
    assert problems == ()
    with Recording(path) as recording:
        assert len(next(iter(recording))) == 1600
        assert isinstance(recording, Source)


def test_stereo_is_mixed_down_and_other_rates_are_resampled(tmp_path: Path, reader: str) -> None:
    stereo = NOISE.reshape(-1, 2)
    samples, _ = heard(written(tmp_path, wav(stereo.tobytes(), channels=2, rate=44100)))
    resampler = Resampler(44100)
    expected = np.concatenate([resampler.push(as_samples(stereo)), resampler.flush()])
    if reader == "wave":
        assert np.array_equal(samples, expected)
    else:  # halves are kept until after the mean, not rounded before
        assert np.abs(samples.astype(int) - expected).max() <= 1


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_samples_of_any_width(tmp_path: Path, soundfile: Any, subtype: str) -> None:
    exact = NOISE.astype(np.float64) / 32768
    soundfile.write(tmp_path / "a.wav", exact, 16000, subtype=subtype)
    samples, problems = heard(tmp_path / "a.wav")
    assert np.abs(samples.astype(int) - NOISE).max() <= (256 if subtype == "PCM_U8" else 0)
    assert problems == ()


@pytest.mark.parametrize("kind", ["FLAC", "OGG", "MP3", "AIFF", "WAVEX"])
def test_other_kinds_of_file(tmp_path: Path, soundfile: Any, kind: str) -> None:
    path = tmp_path / "sound"  # a name says nothing
    rate = 44100 if kind == "MP3" else 16000  # libsndfile's encoder fails at low rates
    times = np.arange(2 * rate) / rate
    tone = 0.5 * np.sin(2 * np.pi * 440 * times)
    soundfile.write(path, tone, rate, format=kind)
    samples, problems = heard(path)
    assert problems == ()
    assert len(samples) == pytest.approx(32000, abs=2400)  # MP3 pads
    spectrum = np.abs(np.fft.rfft(samples[8000:24000].astype(float)))
    assert spectrum.argmax() == 440
    assert spectrum[440] / 8000 == pytest.approx(16384, rel=0.02)


def test_fractions_beyond_full_scale_are_clipped(tmp_path: Path, soundfile: Any) -> None:
    loud = np.array([0.5, 3.0, -3.0], "<f4")
    samples, _ = heard(written(tmp_path, wav(loud.tobytes(), bits=32, kind=3)))
    assert samples.tolist() == [16384, 32767, -32768]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_sample_that_is_no_number_is_told_with_its_time(
    tmp_path: Path, soundfile: Any, value: float
) -> None:
    data = np.zeros(16000, "<f4")
    data[4000] = value
    with pytest.raises(AudioError, match=r"the sample at 0\.2500 s is not a finite number"):
        heard(written(tmp_path, wav(data.tobytes(), bits=32, kind=3)))


# --- headers that lie -----------------------------------------------------------------------------


def test_more_promised_than_there_is(tmp_path: Path, reader: str) -> None:
    samples, problems = heard(written(tmp_path, wav(size=3_200_000)))
    assert np.array_equal(samples, NOISE)
    assert len(problems) == 1
    assert "promises 3,200,000 bytes of audio, 32,000 are there" in problems[0]


@pytest.mark.parametrize("size", [0xFFFFFFFF, 0x7FFFFFFF, 0x80000000])
def test_a_size_that_a_pipe_left_open_is_no_lie(tmp_path: Path, reader: str, size: int) -> None:
    samples, problems = heard(written(tmp_path, wav(size=size)))
    assert np.array_equal(samples, NOISE)
    assert problems == ()


def test_a_file_cut_short_in_mid_sample(tmp_path: Path, reader: str) -> None:
    samples, problems = heard(written(tmp_path, wav()[:-1001]))
    assert np.array_equal(samples, NOISE[:-501])
    assert len(problems) == 1


def test_a_recorder_that_was_killed_before_it_wrote_the_size(tmp_path: Path, reader: str) -> None:
    samples, problems = heard(written(tmp_path, wav(size=0)))
    assert len(samples) == 0
    assert problems[0].endswith("its header says that it has no audio, though 32,000 bytes follow")


def test_no_audio_at_all_is_said(tmp_path: Path, reader: str) -> None:
    samples, problems = heard(written(tmp_path, wav(b"")))
    assert len(samples) == 0
    assert problems[0].endswith("its header says that it has no audio")


def test_what_comes_before_and_after_the_samples_is_not_heard(tmp_path: Path, reader: str) -> None:
    info = struct.pack("<4sI", b"LIST", 5) + b"INFO!\0"  # odd, so padded
    samples, problems = heard(written(tmp_path, wav(before=info) + info))
    assert np.array_equal(samples, NOISE)
    assert problems == ()
    _, problems = heard(written(tmp_path, wav(before=info, size=50_000)))
    assert "promises 50,000 bytes of audio, 32,000 are there" in problems[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (wav(channels=0), r"(?i)channel"),
        (wav(channels=1000), "1000 channels"),
        (wav(channels=65535), r"(?i)channel"),
        (wav(rate=0), "."),
        (wav(rate=1), "1 samples a second"),
        (wav(rate=192_000), r"192000 samples a second(?s:.*)8,000 to 48,000(?s:.*)sox"),
        (wav(rate=4_000_000_000), "."),
        (wav(bits=0), "."),
        (wav()[:30], "."),
        (wav()[:36], "."),
        (b"RIFF", "."),
        (b"RIFF\xff\xff\xff\xffWAVE" + b"JUNK\x00\x00\x00\x00" * 5000, "."),
        (b"turn on the light\n" * 20, "."),
        (b"\0" * 5000, "."),
    ],
    ids=[
        "no channels", "1000 channels", "65535 channels", "0 Hz", "1 Hz", "192 kHz", "4 GHz",
        "samples of no bits", "header cut", "no samples", "four bytes", "chunks without end",
        "text", "zeros",
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_by_name(
    tmp_path: Path, reader: str, data: bytes, said: str
) -> None:
    path = written(tmp_path, data)
    with pytest.raises(EdgeError, match=said) as caught:
        Recording(path)
    # Without the library the file may be good: then that is what is missing.
    assert type(caught.value) is AudioError or reader == "wave"
    assert caught.value.where == str(path)


def test_a_flac_file_cut_short_gives_what_is_there(tmp_path: Path, soundfile: Any) -> None:
    soundfile.write(tmp_path / "whole.flac", NOISE, 16000)
    data = (tmp_path / "whole.flac").read_bytes()
    samples, problems = heard(written(tmp_path, data[: len(data) // 2], "half.flac"))
    assert 0 < len(samples) < len(NOISE)
    assert np.array_equal(samples, NOISE[: len(samples)])
    assert len(problems) == 1
    assert re.search(r"half\.flac: it is damaged after 0\.\d\d s: \S", problems[0])


def test_an_mp3_file_cut_short_is_told_from_its_length(tmp_path: Path, soundfile: Any) -> None:
    soundfile.write(tmp_path / "whole.mp3", NOISE / 40000, 16000 * 3, format="MP3")
    data = (tmp_path / "whole.mp3").read_bytes()
    samples, problems = heard(written(tmp_path, data[: len(data) // 2], "half.mp3"))
    assert 0 < len(samples) < len(NOISE) / 3
    assert re.search(r"half\.mp3: its header promises 0\.33 s of audio, 0\.\d\d s", problems[0])


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 255)), max_size=6),
    st.integers(0, 244),
)
def test_any_damage_to_a_header_is_heard_through_or_refused(
    tmp_path: Path, reader: str, damage: list[tuple[int, int]], length: int
) -> None:
    data = bytearray(wav(NOISE[:100].tobytes()))
    for place, value in damage:
        data[place] = value
    path = written(tmp_path, bytes(data[:length]))
    try:
        samples, _ = heard(path)
    except EdgeError as error:
        assert error.where == str(path)
    else:
        assert len(samples) <= 500


# --- what is no file to listen to -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("missing.wav", UsageError, "No such file"),
        ("folder", UsageError, "it is a folder"),
        ("pipe", UsageError, "not a regular file"),
        ("empty.wav", AudioError, "the file is empty"),
        ("zero\0byte", UsageError, "cannot be a file's name"),
        ("n" * 3000, UsageError, "File name too long"),
    ],
)
def test_what_is_no_recording(tmp_path: Path, name: str, kind: type[EdgeError], said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.wav").touch()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(kind, match=said):
        Recording(tmp_path / name)


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: Any, **__: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    path = written(tmp_path, wav())
    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(AudioError, match="it cannot be read: Permission denied"):
        Recording(path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (wav(b"\0" * 300, bits=24), "its samples have 24 bits"),
        (wav(b"\0" * 400, bits=32, kind=3), "unknown format: 3"),
        (b"fLaC" + b"\0" * 100, "RIFF"),
    ],
    ids=["24 bits", "float", "flac"],
)
def test_without_the_library_the_rest_is_refused_with_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes, said: str
) -> None:
    without_soundfile(monkeypatch)
    with pytest.raises(MissingExtra, match=said) as caught:
        Recording(written(tmp_path, data))
    assert "pip install 'hearth-edge[audio]'" in caught.value.hint


def test_closing_ends_it(tmp_path: Path, reader: str) -> None:
    recording = Recording(written(tmp_path, wav()))
    chunks = iter(recording)
    next(chunks)
    recording.close()
    recording.close()
    assert list(chunks) == []
    assert recording.problems == ()
