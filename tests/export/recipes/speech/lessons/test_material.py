"""Which recordings are for what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.errors import UsageError
from export.corpora.speech.manifest import MANIFEST, write_manifest
from export.corpora.speech.recording import Recording
from export.recipes.speech.lessons import material as module
from export.recipes.speech.lessons.material import (
    DEV_SPEAKERS,
    HELD_OUT_SPEAKERS,
    default_data,
    made_up,
    read_material,
)
from tests.export.recipes.speech import tiny


def corpus(folder: Path, speakers: list[str], split: str | None = None) -> Path:
    """A recording by each of `speakers`; all share one file, nobody listens to it."""
    audio = tiny.recordings(folder, ["hello"])[0].audio
    write_manifest(folder, [Recording(audio, f"text {s or 'x'}", s, split, 0.5) for s in speakers])
    return folder


def test_nothing_given_is_nothing_found() -> None:
    found = read_material([], None)
    assert (found.real, found.dev, found.problems) == ([], [], [])
    assert not found.noises.recorded


def test_speakers_who_are_measured_on_are_left_out_and_dev_speakers_choose(tmp_path: Path) -> None:
    dev, held = min(DEV_SPEAKERS), min(HELD_OUT_SPEAKERS)
    found = read_material([corpus(tmp_path / "a", ["anna", dev, held, "bert"])], None)
    assert [r.speaker for r in found.real] == ["anna", "bert"]
    assert [r.speaker for r in found.dev] == [dev]


def test_splits_of_the_manifest_count(tmp_path: Path) -> None:
    folders = [corpus(tmp_path / s, [s] * 2, s) for s in ("train", "dev", "test")]
    found = read_material(folders, None)
    assert {r.speaker for r in found.real} == {"train"}
    assert {r.speaker for r in found.dev} == {"dev"}


def test_a_folder_of_corpora_without_those_only_measured_on(tmp_path: Path) -> None:
    for name in ("one", "two", "wake_words", "speech_commands_sample"):
        corpus(tmp_path / name, [name], "train")
    found = read_material([tmp_path], None)
    assert {r.speaker for r in found.real + found.dev} == {"one", "two"}


def test_a_folder_without_recordings_is_an_error(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UsageError, match="no recordings"):
            read_material([folder], None)


class TestWhereNobodySaysWhoChooses:
    def test_speakers_of_their_own_where_there_are_many(self, tmp_path: Path) -> None:
        speakers = [f"s{i // 2:02}" for i in range(84)]
        found = read_material([corpus(tmp_path / "a", speakers)], None)
        assert {r.speaker for r in found.dev} == {"s00", "s20", "s40"}
        assert not {r.speaker for r in found.dev} & {r.speaker for r in found.real}
        assert len(found.dev) + len(found.real) == 84

    def test_a_twentieth_of_the_recordings_where_there_are_few(self, tmp_path: Path) -> None:
        found = read_material([corpus(tmp_path / "a", ["anna"] * 30)], None)
        assert (len(found.real), len(found.dev)) == (28, 2)

    def test_one_recording_is_trained_on(self, tmp_path: Path) -> None:
        found = read_material([corpus(tmp_path / "a", ["anna"])], None)
        assert (len(found.real), len(found.dev)) == (1, 0)


def test_a_fold_of_noise_is_kept_for_measuring_and_a_problem_named_once(tmp_path: Path) -> None:
    audio = tiny.recordings(tmp_path, ["x"])[0].audio
    lines = []
    for name in ("1-a", "4-b", "5-c"):
        audio.with_name(f"{name}.flac").write_bytes(audio.read_bytes())
        lines.append({"audio": f"audio/{name}.flac"})
    lines.append({"audio": "audio/nowhere.flac"})
    (tmp_path / MANIFEST).write_text("".join(json.dumps(line) + "\n" for line in lines))
    found = read_material([], tmp_path)
    assert len(found.noises.recorded) == 2
    assert len(found.dev_noises.recorded) == 1
    assert len(found.problems) == 1


def test_a_noise_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_material([], tmp_path / "nowhere")


class TestUsualData:
    def test_without_the_variable_there_is_none(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("EDGE_DATA", raising=False)
        assert default_data() == ([], None)

    def test_a_folder_without_speech_has_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "speech").mkdir()
        monkeypatch.setenv("EDGE_DATA", str(tmp_path))
        assert default_data() == ([], None)

    def test_corpora_but_those_only_measured_on(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        corpus(tmp_path / "speech" / "one", ["a"])
        corpus(tmp_path / "speech" / "wake_words", ["b"])
        corpus(tmp_path / "noise" / "esc10", ["c"])
        monkeypatch.setenv("EDGE_DATA", str(tmp_path))
        assert default_data() == ([tmp_path / "speech" / "one"], tmp_path / "noise" / "esc10")


def test_few_texts_are_said_by_many_voices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "synthesise", lambda requests, *_: requests)
    try:
        asked = made_up(["one", "two"], 7, tmp_path, 0, [])
    except UsageError as error:
        pytest.skip(str(error))
    assert sorted(request.text for request in asked) in (  # type: ignore[attr-defined]
        ["one"] * 4 + ["two"] * 3, ["one"] * 3 + ["two"] * 4,
    )  # fmt: skip
    assert made_up([], 7, tmp_path, 0, []) == []
    assert made_up(["one"], 0, tmp_path, 0, []) == []


SAID = [
    Recording(Path(f"{number}.flac"), text, "", None, 1800.0)
    for number, text in enumerate(["a small tea", "good morning", "tea please", "small tea"])
]


class TestRecordingsCloseToADomain:
    def test_those_with_the_greatest_share_of_its_words_come_first(self) -> None:
        close, others = module.near(SAID, ["small tea"], 10.0)
        assert [one.text for one in close] == ["small tea", "a small tea", "tea please"]
        assert [one.text for one in others] == ["good morning"]

    def test_as_many_hours_as_asked_for(self) -> None:
        close, others = module.near(SAID, ["small tea"], 1.0)
        assert len(close) == len(others) == 2

    def test_none_is_close_to_what_nobody_says(self) -> None:
        assert module.near(SAID, ["espresso"], 10.0) == ([], SAID)


def test_some_are_spread_over_all() -> None:
    said = [Recording(Path(f"{at}.flac"), "go", "", None, 360.0) for at in range(10)]
    assert list(module.some(said, 0.5)) == said[::2]
    assert list(module.some(said, 0.0)) == []
