"""Speech from synthesisers: who says what, and the folder that comes of it."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import UsageError
from export.corpora.speech import engines, synthesis, voices
from export.corpora.speech.manifest import read_manifest
from export.corpora.speech.plan import SHARES, Request, plan, shares
from export.corpora.speech.recording import SAMPLE_RATE, read_audio, write_flac
from export.corpora.speech.voices import ENGINES, Voice, installed_voices
from export.corpora.utterance import Problem

VOICES = [Voice("espeak-ng", "en-us"), Voice("espeak-ng", "en-gb+f3"), Voice("flite", "slt")]
SENTENCE = "turn on the kitchen lights"


@given(st.integers(1, 40), st.integers(0, 2**32), st.integers(1, 9))
def test_a_plan_is_repeatable_and_fair(count: int, seed: int, number: int) -> None:
    texts = [f"text {index}" for index in range(number)]
    requests = plan(texts, count, seed, voices=VOICES)
    assert requests == plan(texts, count, seed, voices=VOICES)
    said = Counter(request.text for request in requests)
    assert sum(said.values()) == count
    assert max(said.values()) - min(said[text] for text in texts) <= 1
    assert all(0 <= request.pitch <= 1 and 0.8 <= request.rate <= 1.3 for request in requests)


def test_shares_hold_over_the_engines_that_are_there() -> None:
    drawn = Counter(item.voice.engine for item in plan(["a"], 4000, 1, SHARES, VOICES))
    there = SHARES["espeak-ng"] + SHARES["flite"]  # no voice of festival's is among them
    for engine in ("espeak-ng", "flite"):
        assert drawn[engine] / 4000 == pytest.approx(SHARES[engine] / there, abs=0.03)


def test_kokoro_gets_its_share_and_the_others_keep_theirs_among_them() -> None:
    assert shares(SHARES["kokoro"]) == pytest.approx(dict(SHARES))
    assert shares(1.0) == pytest.approx({**dict.fromkeys(SHARES, 0.0), "kokoro": 1.0})
    assert sum(shares(0.7).values()) == pytest.approx(1)
    assert shares(0.7)["flite"] / shares(0.7)["festival"] == pytest.approx(0.35 / 0.25)


def test_a_plan_needs_texts_voices_and_a_count() -> None:
    for texts, count in [([], 1), (["a"], 0)]:
        with pytest.raises(UsageError):
            plan(texts, count, 0, voices=VOICES)
    with pytest.raises(UsageError, match="no voice of the engines"):
        plan(["a"], 1, 0, {"festival": 1.0}, VOICES)


def test_without_an_engine_the_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voices.shutil, "which", lambda name: None)
    with pytest.raises(UsageError, match="apt install espeak-ng flite festival"):
        installed_voices()


def beep(requests: list[Request], files: list[Path]) -> None:
    """An engine that needs no engine: a tone, silence on both sides; nothing for "mute"."""
    for request, file in zip(requests, files, strict=True):
        times = np.arange(SAMPLE_RATE) / SAMPLE_RATE
        tone = np.sin(2 * np.pi * (200 + 300 * request.pitch) * times)
        wave = np.pad(0.01 * tone, SAMPLE_RATE)
        if request.text != "mute":
            write_flac(file, (wave * (request.text != "silence")).astype(np.float32))


def requests(*texts: str) -> list[Request]:
    return [Request(text, VOICES[i % 3], 1.0, 0.5, i) for i, text in enumerate(texts)]


def test_a_folder_of_recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "say", beep)
    problems: list[Problem] = []
    steps: list[int] = []
    asked = requests("one", "mute", "two", "silence", "three", "one")
    found = synthesis.synthesise(asked, tmp_path, 2, problems, steps.append)
    assert [item.text for item in found] == ["one", "two", "three", "one"]
    assert found[0].speaker == "espeak-ng:en-us"
    assert read_manifest(tmp_path, []) == found
    assert sum(steps) == len(asked)
    assert sorted("mute" in problem.what for problem in problems) == [False, True]
    wave = read_audio(found[0].audio)
    assert len(wave) / SAMPLE_RATE == pytest.approx(1.3, abs=0.03)
    assert np.abs(wave).max() == pytest.approx(0.5, abs=0.01)


def test_what_was_said_is_not_said_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []

    def count(requests: list[Request], files: list[Path]) -> None:
        said.extend(request.text for request in requests)
        beep(requests, files)

    monkeypatch.setattr(engines, "say", count)
    first = synthesis.synthesise(requests("one", "two", "three"), tmp_path)
    # As if cut off while the last line was written, and a file was lost.
    manifest = tmp_path / "manifest.jsonl"
    manifest.write_bytes(manifest.read_bytes()[:-9])
    first[0].audio.unlink()
    said.clear()
    assert synthesis.synthesise(requests("one", "two", "three"), tmp_path) == first
    assert sorted(said) == ["one", "three"]


def test_nothing_said_at_all_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "say", beep)
    with pytest.raises(UsageError, match="not one sentence could be said"):
        synthesis.synthesise(requests("mute"), tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        synthesis.synthesise(requests("one"), tmp_path / "file")


@pytest.mark.parametrize("engine", ENGINES)
def test_each_engine_says_what_it_is_asked_to(tmp_path: Path, engine: str) -> None:
    present = [] if shutil.which(engine) is None else installed_voices()
    names = [voice for voice in present if voice.engine == engine]
    if not names:
        pytest.skip(f"{engine} with its English voices is not installed")
    chosen = names if len(names) < 6 else names[:: len(names) // 3]
    asked = [
        Request(text, voice, rate, 0.5, 1)
        for voice in chosen
        for text, rate in [(SENTENCE, 0.8), (SENTENCE, 1.25), ("don't", 1.0)]
    ]
    problems: list[Problem] = []
    found = synthesis.synthesise(asked, tmp_path, problems=problems)
    assert not problems
    for slow, fast, word in zip(found[::3], found[1::3], found[2::3], strict=True):
        assert slow.seconds > fast.seconds * 1.15 > word.seconds
        assert 0.9 < slow.seconds < 4.0


def test_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engines, "say", beep)
    monkeypatch.setattr("export.corpora.speech.plan.installed_voices", lambda: VOICES)
    texts = tmp_path / "texts.txt"
    texts.write_text("Turn it off!\n\nThe lamp on.\n")
    out = tmp_path / "out"
    arguments = ["--texts", str(texts), "--count", "3", "--out", str(out)]
    synthesis.main(arguments)
    assert "3 recordings" in capsys.readouterr().out
    assert {item.text for item in read_manifest(out, [])} == {"turn it off", "the lamp on"}
    with pytest.raises(SystemExit) as caught:
        synthesis.main(["--texts", str(tmp_path / "none"), "--count", "3", "--out", str(out)])
    assert caught.value.code == 2
    assert "cannot be read" in capsys.readouterr().err


@given(st.integers(0, 20000), st.integers(1600, 9000), st.integers(0, 20000))
def test_trimming_leaves_the_sound_and_little_silence(before: int, sound: int, after: int) -> None:
    wave = np.pad(np.full(sound, 0.2, np.float32), (before, after))
    kept = synthesis.trim(wave)
    margin = int(0.16 * SAMPLE_RATE) + 160
    assert len(kept) <= sound + 2 * margin
    assert np.count_nonzero(kept) >= sound - 160  # the last, incomplete 10 ms may be lost


def test_trimming_silence_leaves_nothing() -> None:
    for count in (0, 100, 16000):
        assert not len(synthesis.trim(np.zeros(count, np.float32)))


def test_a_full_disk_ends_it_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[int] = []

    def full(asked: list[Request], files: list[Path]) -> None:
        called.append(len(asked))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(engines, "say", full)
    monkeypatch.setattr(synthesis, "_BATCH", 1)
    with pytest.raises(UsageError, match="No space left"):
        synthesis.synthesise(requests(*map(str, range(200))), tmp_path, 1)
    assert len(called) < 200
