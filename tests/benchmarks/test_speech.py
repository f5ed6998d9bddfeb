"""The benchmarks of speech count what they say they count, with models that hear perfectly."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile

from benchmarks.__main__ import main
from benchmarks.speech import corpora, domains, refusals, speed, tables
from benchmarks.speech.accuracy import closed_set
from benchmarks.speech.confusable import AsLong, Confusable
from benchmarks.speech.corpora import Held, Sets, Sizes
from benchmarks.speech.noise import HOUSEHOLD_10, KITCHEN_6, QUIET, noisy
from benchmarks.speech.rates import Letters, letter_errors, share
from benchmarks.speech.speed import through
from edge.errors import UsageError
from edge.voice.recognizer import Recognizer
from edge.voice.voice import Voice
from export.corpora.speech.noise import active_level
from export.corpora.speech.recording import Recording
from tests.edge.voice import fakes
from tests.edge.voice.letters import said

SOUNDS = {
    "lamp": ("L", "AE", "M", "P"),
    "camp": ("K", "AE", "M", "P"),
    "damp": ("D", "AE", "M", "P"),
    "lump": ("L", "AH", "M", "P"),
    "lampe": ("L", "AE", "M", "P"),
    "kitchen": ("K", "IH", "CH", "AH", "N"),
}


def recording(text: str, name: str = "", speaker: str = "a") -> Recording:
    return Recording(Path(f"set/{name or text}.wav"), text, speaker, "test", 1.0)


class FakeEar:
    """Hears what the recording says, letter by letter; `mishears` says what else it hears."""

    scheme = "int8-static"

    def __init__(self, mishears: dict[str, str] | None = None) -> None:
        self.task: dict[str, Any] = {}
        self.bundle = SimpleNamespace(tasks={"speech": self.task})
        self._mishears = mishears or {}

    def hear(self, item: Recording, condition: object = QUIET) -> Any:
        return said(self._mishears.get(item.text, item.text))

    def samples(self, item: Recording, condition: object = QUIET) -> Any:
        return fakes.audio(0.5, self._mishears.get(item.text, item.text), 1.0)

    def listen(self, samples: Any) -> Any:
        stream = fakes.FakeAcoustic().stream()
        return np.concatenate([stream.push(samples), stream.flush()])


def test_letters_wrong_are_counted_over_all_recordings_together() -> None:
    found = [Letters.of("lamb", "lamp"), Letters.of("on", "on"), Letters.of("", "four")]
    rate = letter_errors(found, ["a", "b", "c"])
    assert rate["value"] == pytest.approx(5 / 10)
    assert rate["low"] <= 0.5 <= rate["high"]
    assert rate["count"] == 10
    assert share([True, False, True, True], ["a", "b", "c", "d"])["value"] == 0.75


def test_what_one_person_says_goes_together() -> None:
    # Twenty people, each always right or always wrong: there are twenty trials, not two hundred.
    speakers = [f"{number // 10}" for number in range(200)]
    hits = [number // 10 % 4 > 0 for number in range(200)]
    over_people = share(hits, speakers)
    assert over_people == share(hits, speakers)
    assert (over_people["value"], over_people["count"]) == (0.75, 200)
    assert over_people["low"] < 0.6 and over_people["high"] > 0.89
    assert over_people["over"] == "people"
    for fewer in (["a", "b"] * 100, ["", *speakers[1:]]):
        independent = share(hits, fewer)
        assert independent["low"] > 0.68
        assert independent["over"] == "recordings"


def test_that_all_are_right_says_no_more_than_there_are_people() -> None:
    speakers = [f"{number // 10}" for number in range(200)]
    assert share([True] * 200, speakers)["low"] == pytest.approx(0.8389, abs=1e-3)
    assert share([False] * 200, speakers)["high"] == pytest.approx(0.1611, abs=1e-3)


def test_the_table_says_what_intervals_are_over() -> None:
    row = {
        "set": "x", "condition": "quiet", "scheme": "int8", "recordings": 20, "speakers": 20,
        "sentences": 9, "letter_errors": share([True, False] * 10, [*"abcdefghij"] * 2),
    }  # fmt: skip
    people = {**row, "right": share([True, False] * 10, [*"abcdefghij"] * 2)}
    few = {**row, "right": share([True, False] * 10, [*"ab"] * 10)}
    older = {**row, "right": {"value": 0.5, "low": 0.3, "high": 0.7, "count": 20}}
    run = {"commit": {"id": "0123456789", "dirty": False}}
    make = tables.TABLES["speech"][1]
    assert "Intervals are over people. " in make({"run": run, "rows": [people]})
    assert "or over recordings where fewer" in make({"run": run, "rows": [people, few]})
    assert "take these as independent" in make({"run": run, "rows": [older]})


def test_a_smaller_draw_is_part_of_a_larger_one_and_the_same_every_time() -> None:
    recordings = [recording(f"text {number}") for number in range(50)]
    few, more = corpora.some(recordings, 10), corpora.some(recordings, 30)
    assert few == corpora.some(recordings, 10)
    assert len(few) == 10 and set(few) < set(more)
    assert corpora.some(recordings, None) == corpora.some(recordings, 99) == recordings


def test_a_set_with_a_recording_that_is_missing_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "speech" / corpora.WORDS
    folder.mkdir(parents=True)
    soundfile.write(folder / "bed.wav", np.zeros(1600), 16000)
    lines = [{"audio": "bed.wav", "text": "bed"}, {"audio": "gone.wav", "text": "bird"}]
    (folder / "manifest.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    with pytest.raises(UsageError, match=r"1 recordings cannot be used.*gone\.wav"):
        corpora.words(tmp_path)


@pytest.mark.parametrize("condition", [HOUSEHOLD_10, KITCHEN_6])
def test_noise_is_as_loud_as_it_says_and_the_same_every_time(condition: Any) -> None:
    wave = (0.1 * np.sin(np.arange(32_000) / 20)).astype(np.float32)
    assert noisy(wave, "a", QUIET, ()) is wave
    mixed = noisy(wave, "a", condition, ())
    assert np.array_equal(mixed, noisy(wave, "a", condition, ()))
    assert not np.array_equal(mixed, noisy(wave, "b", condition, ()))
    ratio = 20 * np.log10(active_level(wave) / active_level(mixed - wave))
    assert ratio == pytest.approx(condition.snr_db, abs=0.1)


def test_words_that_sound_alike_are_near_and_those_that_sound_the_same_are_left_out() -> None:
    confusable = Confusable(SOUNDS, SOUNDS)
    assert confusable.like("lamp", 3) == ["camp", "damp", "lump"]
    assert confusable.like("kitchen", 3) == []
    assert confusable.like("unknown", 3) == []


def test_any_words_as_long_may_stand_in_its_place() -> None:
    words = AsLong(("lamp", "here", "door", "sofa", "bed"), 1)
    found = words.like("lamp", 3)
    assert sorted(found) == ["door", "here", "sofa"]
    assert found == words.like("lamp", 3)
    assert words.like("lamp", 2) == AsLong(("lamp", "here", "door", "sofa"), 1).like("lamp", 2)
    assert words.like("bed", 3) == words.like("unknown", 3) == []


def test_orders_can_be_said_and_hold_what_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def voice_of(bundle: object, recognizer: Recognizer) -> Voice:
        return Voice(fakes.FakeAcoustic(), fakes.FakeActivity(), recognizer)  # type: ignore[arg-type]

    monkeypatch.setattr(domains.voices, "voice_of", voice_of)
    prompts = [recording(f"the lamp {word}") for word in ("here", "there", "lamp", "now")]
    made = domains.orders("orders-1", [*prompts, recording("too short")], _confusable(), 1, 4)
    assert made == domains.orders("orders-1", [*prompts, recording("too short")], _confusable(), 1)
    assert len(made.templates) == 4
    assert made.sentences in (16, 28)  # four each, and sixteen where both lamps are alternatives
    found = domains.understood(FakeEar(), domains._read(made), made.recordings, QUIET)  # type: ignore[arg-type]
    assert found["right"]["value"] == found["best_guess_right"]["value"] == 1.0
    wrong = FakeEar({"the lamp here": "the camp here", "the lamp now": "green swimming bananas"})
    found = domains.understood(wrong, domains._read(made), made.recordings, QUIET)  # type: ignore[arg-type]
    assert found["right"]["value"] == 0.5
    assert found["wrong"]["value"] == 0.25


def test_the_smallest_language_is_of_single_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = corpora.Held((recording("up"), recording("down")), ("down", "up"))
    prompts = corpora.Held(tuple(recording(f"one {word}") for word in ("two", "six")), ())
    monkeypatch.setattr(domains.corpora, "words", lambda _: held)
    monkeypatch.setattr(domains.corpora, "prompts", lambda _: prompts)
    read = "turn the lamp on and do not turn it off until it is day"
    readers = corpora.Held((recording(read), recording(" ".join(["lamp"] * 21))), ())
    called = corpora.Held((recording("lamp"), recording("up")), ("lamp", "up"))
    monkeypatch.setattr(domains.corpora, "readers", lambda _: readers)
    monkeypatch.setattr(domains.corpora, "calls", lambda _: called)
    monkeypatch.setattr(domains, "_common_words", lambda _: {"up", "down", "door", "bell", "lump"})
    monkeypatch.setattr(domains, "pronunciations", lambda: SOUNDS)
    words, codes, *orders, readings, calls = domains.make(tmp_path)
    assert (words.name, words.sentences, words.text) == ("words", 2, "[Words]\ndown\nup\n")
    assert (codes.name, codes.sentences) == ("codes", 100)
    assert [made.name for made in orders] == ["orders-1", "orders-2", "choices"]
    # What is read may be long, not endless; names stand among what sounds like them, then among
    # what is as long.
    assert [item.text for item in readings.recordings] == [read]
    assert calls.templates[:4] == ("lamp", "camp", "damp", "lump")
    assert {*calls.templates[4:]} == {"down", "door", "bell", "up"}


def _confusable() -> Confusable:
    return Confusable(SOUNDS, SOUNDS)


def test_the_right_sentence_of_a_list_counts_and_letters_count_without_it() -> None:
    texts = ("turn it on", "turn it off", "what time is it")
    held = Held(tuple(recording(text) for text in texts), texts)
    ear = FakeEar({"turn it on": "turn it of", "what time is it": "what tine is it"})
    row = closed_set(ear, "a set", held, 99, QUIET, lambda line: None)  # type: ignore[arg-type]
    assert row["right"]["value"] == pytest.approx(2 / 3)
    assert row["letter_errors"]["value"] == pytest.approx(2 / 36, abs=1e-4)
    assert (row["recordings"], row["sentences"], row["speakers"]) == (3, 3, 1)


def test_what_is_no_command_is_refused_and_commands_are_left_out() -> None:
    texts = ("the weather was fine in the mountains", "turn on the kitchen light")
    held = Held(tuple(recording(text) for text in texts), texts)
    none = Held((), ())
    ear = FakeEar({texts[0]: "turn on the kitchen light"})
    for hears, accepted in ((FakeEar(), 0.0), (ear, 1.0)):
        sets = Sets(held, none, none, none)
        found = refusals.no_commands(hears, None, sets, Sizes(), print)  # type: ignore[arg-type]
        assert found["all"]["count"] == 1
        assert found["all"]["value"] == accepted


def test_answers_are_timed_one_by_one() -> None:
    audio = fakes.audio("turn on the lamp", 2.0, "turn off the lamp", 2.0)
    found = through(fakes.stream(), audio)
    answers = found["answers_ns"]
    assert len(answers["commands"]) == found["commands"]
    assert len(answers["refusals"]) == found["rejections"]
    assert found["commands"] + found["rejections"] == 2


def test_commands_and_refusals_are_told_apart() -> None:
    audio = fakes.audio("turn on the lamp", 2.5, "the weather was fine all week", 2.5)
    answers = through(fakes.stream(), audio)["answers_ns"]
    assert [len(answers[what]) for what in ("commands", "refusals")] == [1, 1]


def test_the_sample_homes_commands_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def made_up(texts: list[str], *_: object) -> list[Recording]:
        asked.extend(texts)
        return [recording(text) for text in texts]

    monkeypatch.setattr(speed, "made_up", made_up)
    ear: Any = FakeEar()
    audio = speed.commanded(ear, "hey jarvis", print)
    assert audio is not None and len(audio) > 40 * 16_000
    assert len(asked) == 40
    assert all(text.startswith("hey jarvis ") for text in asked)

    def nobody(*_: object) -> list[Recording]:
        raise UsageError("no speech synthesiser")

    monkeypatch.setattr(speed, "made_up", nobody)
    assert speed.commanded(ear, None, print) is None


def test_a_stream_without_answers_has_no_longest_one() -> None:
    def heard(commands: int, rejections: int, longest: float) -> dict[str, Any]:
        factors = {"speech_real_time_factor": 0.02, "silence_real_time_factor": 0.001}
        return {
            **factors, "commands": commands, "rejections": rejections, "longest_answer_ms": longest
        }  # fmt: skip

    older = {"speech": heard(0, 0, 0.0), "silence": heard(0, 0, 0.0)}
    newer = {"speech": heard(1, 19, 24.0), "silence": heard(0, 0, 0.0),
             "commands": heard(38, 2, 30.0)}  # fmt: skip
    table = tables.TABLES["speech-streams"][1]({"run": RUN, "streams": {"a": older, "b": newer}})
    assert "| a | 0.0200 | 0.0010 | 0 | 0 | – |" in table
    assert "| b | 0.0200 | 0.0010 | 39 | 21 | 30.0 ms |" in table


def test_speech_without_a_bundle_is_misuse(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--only", "speech"]) == 2
    assert "speech=PATH" in capsys.readouterr().err


RUN: dict[str, Any] = {
    "kind": "host",
    "machine": {"model": "Test", "architecture": "x86_64", "cores": 2},
    "versions": {"python": "3.11", "onnxruntime": "1.32"},
    "commit": {"id": "0123456789abcdef", "dirty": False},
    "command": "python -m benchmarks",
}


def test_the_column_of_misses_keeps_to_the_wanted_rate() -> None:
    curve = [
        {"false_accepts": rate, "misses": misses, "threshold": -0.5}
        for rate, misses in ((0.0, 0.3), (0.4, 0.08), (0.9, 0.02))
    ]
    row = {
        "phrase": "computer",
        "condition": "quiet",
        "calls": 100,
        "hours": 2.5,
        "curve": curve,
        "fixed": {"false_accepts": 0.6, "misses": 0.07, "threshold": -0.45},
        "at_threshold": {"false_accepts": 0.8, "misses": 0.05, "threshold": -0.4},
    }
    made = tables.TABLES["speech-wake"][1]({"run": RUN, "wake": [row]})
    assert made.splitlines()[2] == (
        "| computer | quiet | 100 | 2.50 | 8.00 | 7.00 | 0.60 | 5.00 | 0.80 |"
    )


def test_domains_stand_in_one_line_a_model() -> None:
    people = ["a", "b", "c", "d"]
    rows = [
        {
            "domain": "codes",
            "model": model,
            "condition": condition,
            "sentences": 11_100,
            "speakers": 5,
            "recordings": 4,
            "right": share([True] * 3 + [False], people),
            "wrong": share([False] * 4, people),
            "best_guess_right": share([True] * 4, people),
        }
        for model in ("shipped", "specialised")
        for condition in ("quiet", "12 dB kitchen noise")
    ]
    lines = tables.TABLES["speech-domains"][1]({"run": RUN, "rows": rows}).splitlines()
    assert len([line for line in lines if line.startswith("| codes: 11,100 sentences")]) == 2
    assert lines[3].split(" | ")[1] == "**specialised**"
    assert lines[3].endswith("| 100.00 | 100.00 | 2 |")


@pytest.mark.parametrize("package", ["pocketsphinx", "pyopen_wakeword", "pymicro_wakeword"])
def test_peers_run_as_they_are_called(package: str, tmp_path: Path) -> None:
    pytest.importorskip(package)
    from benchmarks.speech import peers

    silence = np.zeros(16_000, np.int16)
    if package == "pocketsphinx":
        recognise = peers._sphinx(["turn it (on|off)", "what time is it"], tmp_path)
        assert recognise(silence) in ("", "turn it on", "turn it off", "what time is it")
    elif package == "pyopen_wakeword":
        peers._open_wake_word("alexa")(silence)
    else:
        peers._micro_wake_word("alexa")(silence)
