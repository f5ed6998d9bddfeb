"""Folders of recordings, and the sound in them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import UsageError
from export.corpora.speech.manifest import read_manifest, write_manifest
from export.corpora.speech.recording import SAMPLE_RATE, Recording, read_audio, write_flac
from export.corpora.utterance import Problem


def tone(seconds: float = 1.0, rate: int = SAMPLE_RATE) -> np.ndarray:
    times = np.arange(round(seconds * rate)) / rate
    return (0.3 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)


def corpus(folder: Path, *rows: object) -> Path:
    soundfile.write(folder / "a.wav", tone(0.5), SAMPLE_RATE)
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (folder / "manifest.jsonl").write_text("".join(line + "\n" for line in lines))
    return folder


def test_a_line_becomes_a_recording(tmp_path: Path) -> None:
    row = {"audio": "a.wav", "text": "Turn it to 5!", "speaker": "anna", "split": "dev", "fold": 3}
    problems: list[Problem] = []
    [found] = read_manifest(corpus(tmp_path, row), problems)
    assert found == Recording(tmp_path / "a.wav", "turn it to five", "anna", "dev", 0.5)
    assert not problems


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ({"text": "hello"}, "no audio"),
        ({"audio": 3, "text": "hello"}, "the audio is no string"),
        ({"audio": "a.wav"}, "no text"),
        ({"audio": "a.wav", "text": 1}, "the text is no string"),
        ({"audio": "a.wav", "text": "?!"}, "has no words"),
        ({"audio": "a.wav", "text": "a b", "speaker": 1}, "the speaker is no string"),
        ({"audio": "a.wav", "text": "a b", "split": "eval"}, "unknown split 'eval'"),
        ({"audio": "b.wav", "text": "a b"}, "no such file: b.wav"),
        ({"audio": "manifest.jsonl", "text": "a b"}, "cannot be read as sound"),
        ({"audio": "a.wav", "text": "a b", "seconds": 0}, "seconds must be"),
        ({"audio": "a.wav", "text": "a b", "seconds": True}, "seconds must be"),
        ('{"audio": "a.wav", "text": "a b", "seconds": NaN}', "seconds must be"),
    ],
)
def test_a_bad_line_is_named_and_costs_only_itself(tmp_path: Path, row: object, what: str) -> None:
    problems: list[Problem] = []
    good = {"audio": "a.wav", "text": "hello"}
    assert len(read_manifest(corpus(tmp_path, good, row, good), problems)) == 2
    [problem] = problems
    assert (problem.file, problem.line) == ("manifest.jsonl", 2)
    assert what in problem.what


def test_nothing_usable_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"first of 1 problems: .*no text"):
        read_manifest(corpus(tmp_path, {"audio": "a.wav"}), [])
    with pytest.raises(UsageError, match="cannot be read"):
        read_manifest(tmp_path / "nowhere", [])


def test_noise_needs_no_text(tmp_path: Path) -> None:
    [found] = read_manifest(corpus(tmp_path, {"audio": "a.wav"}), [], spoken=False)
    assert found.text == ""


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    corpus(tmp_path)
    recordings = [
        Recording(tmp_path / "a.wav", "hello there", "anna", "train", 0.5),
        Recording(tmp_path / "a.wav", "hello", "", None, 1.234),
    ]
    write_manifest(tmp_path, recordings)
    assert read_manifest(tmp_path, []) == recordings


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "opus", "mp3"])
@pytest.mark.parametrize("rate", [8000, 16000, 48000])
def test_every_format_is_read_as_16_khz_mono(tmp_path: Path, ending: str, rate: int) -> None:
    file = tmp_path / f"a.{ending}"
    container = {"opus": "OGG", "mp3": "MP3"}.get(ending)
    stereo = np.stack([tone(1.0, rate), tone(1.0, rate)], axis=1)
    subtype = "OPUS" if ending == "opus" else None
    soundfile.write(file, stereo, rate, format=container, subtype=subtype)
    wave = read_audio(file)
    assert wave.dtype == np.float32
    assert wave.ndim == 1
    assert len(wave) == pytest.approx(SAMPLE_RATE, abs=SAMPLE_RATE // 8)  # MP3 pads
    spectrum = np.abs(np.fft.rfft(wave))
    assert spectrum.argmax() * SAMPLE_RATE / len(wave) == pytest.approx(440, abs=2)


def test_what_is_no_sound_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("hello")
    soundfile.write(tmp_path / "nan.wav", np.array([0.0, np.nan]), SAMPLE_RATE, subtype="FLOAT")
    for name, what in [
        ("none.wav", "cannot be read"),
        ("text.wav", "cannot be read"),
        ("nan.wav", "no numbers"),
    ]:
        with pytest.raises(UsageError, match=what) as caught:
            read_audio(tmp_path / name)
        assert name in caught.value.where


@given(st.lists(st.floats(-2, 2, width=32), min_size=1, max_size=50))
def test_flac_keeps_16_bits(tmp_path_factory: pytest.TempPathFactory, samples: list[float]) -> None:
    file = tmp_path_factory.mktemp("flac") / "a.flac"
    write_flac(file, np.array(samples, np.float32))
    expected = np.clip(samples, -1, 1)
    np.testing.assert_allclose(read_audio(file), expected, atol=1 / 16384)
