"""What is printed of a run, and which process prints it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.errors import UsageError
from export.corpora.utterance import Problem
from export.recipes.speech import command, recipe
from export.recipes.speech.command import Outcome, train_and_report
from export.recipes.speech.recipe import SpeechRun
from export.recipes.speech.settings import SPECIALISE, SpeechSettings
from tests.export.recipes.speech import tiny

FIGURES = {"network": {"letters": 81.234, "clean": 88.0, "noisy": 74.5, "seconds": 12.0}}


@pytest.fixture
def outcome(tmp_path: Path) -> Outcome:
    return Outcome(tmp_path, SpeechRun("mine", SpeechSettings(), tiny.network(), FIGURES))


def test_figures_for_people_and_for_programs(outcome: Outcome) -> None:
    assert "81.23" in outcome.text
    assert outcome.text.endswith(f"model: {outcome.folder}")
    found = outcome.to_dict()
    assert found["figures"] == FIGURES
    assert found["parameters"] == sum(p.numel() for p in outcome.run.network.parameters())


def call(folder: Path, sentences: Path | None, **changes: Any) -> tuple[Outcome | None, list[Any]]:
    warned: list[Any] = []
    options: dict[str, Any] = {
        "name": None, "practised": None, "begin": None, "teacher": None, "cache": None,
        "resume": False, "quiet": True,
        "say": lambda line: None, "warn": warned.extend,
    }  # fmt: skip
    found = train_and_report(sentences, changes.pop("data", None), None, {"seed": 3}, folder,
                             **options | changes)  # fmt: skip
    return found, warned


class TestWhatTheRecipeGets:
    @pytest.fixture
    def calls(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
        """What `recipe` was called with."""
        got: list[tuple[Any, ...]] = []
        run = SpeechRun("x", SpeechSettings(), tiny.network(), FIGURES)

        def recorder(called: str) -> Callable[..., SpeechRun]:
            def record(*args: Any, **options: Any) -> SpeechRun:
                got.append((called, *args, options))
                return run

            return record

        for called in ("train", "specialised"):
            monkeypatch.setattr(recipe, called, recorder(called))
        monkeypatch.delenv("EDGE_DATA", raising=False)
        return got

    def test_sentences_are_specialised_on_and_their_problems_said(
        self, tmp_path: Path, calls: list[tuple[Any, ...]]
    ) -> None:
        path = tmp_path / "coffee.txt"
        path.write_text("go on\ngo on\n", "utf-8")
        found, warned = call(tmp_path / "run", path)
        assert found is not None
        (name, material, _, settings, folder, options) = calls[0]
        assert name == "specialised"
        assert (settings.seed, settings.epochs) == (3, SPECIALISE.epochs)
        assert options["name"] == "coffee"
        assert material.real == []
        assert [type(problem) for problem in warned] == [Problem]
        assert folder.is_dir()

    def test_texts_of_corpora_are_for_a_model_from_the_beginning(
        self, tmp_path: Path, calls: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tiny.recordings(tmp_path / "data")
        asked: list[Any] = []
        monkeypatch.setattr(command, "general_texts", lambda *a: asked.append(a) or ["hello"])
        monkeypatch.setenv("EDGE_DATA", str(tmp_path))
        call(tmp_path / "run", None, data=[tmp_path / "data"], name="base")
        (name, material, texts, settings, _, options) = calls[0]
        assert (name, texts, options["name"]) == ("train", ["hello"], "base")
        assert asked == [(tmp_path, settings.synthetic, 3)]
        assert len(material.real) + len(material.dev) == len(tiny.TEXTS)

    def test_another_run_is_gone_on_from(
        self, tmp_path: Path, calls: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = SpeechRun("x", SpeechSettings(), tiny.network(), FIGURES)
        monkeypatch.setattr(recipe, "load", lambda folder: run)
        monkeypatch.setattr("export.recipes.speech.command._texts", lambda settings: ["hello"])
        tiny.recordings(tmp_path / "data")
        call(tmp_path / "run", None, data=[tmp_path / "data"], begin=tmp_path / "before")
        (_, _, _, settings, _, options) = calls[0]
        assert options["begin"] is run.network
        assert settings.width == 8  # its own, whatever is asked for

    def test_a_run_may_be_gone_on_from_in_its_own_folder(
        self, tmp_path: Path, calls: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        out = tmp_path / "run"
        out.mkdir()
        (out / "run.json").write_text('{"family": "speech"}')
        run = SpeechRun("x", SpeechSettings(), tiny.network(), FIGURES)
        found: list[bool] = []
        monkeypatch.setattr(
            recipe, "load", lambda folder: found.append((folder / "run.json").exists()) or run
        )
        monkeypatch.setattr("export.recipes.speech.command._texts", lambda settings: ["hello"])
        tiny.recordings(tmp_path / "data")
        call(out, None, data=[tmp_path / "data"], begin=out)
        assert found == [True]
        assert not (out / "run.json").exists()  # the new one is not finished

    def test_what_is_practised_is_said_to_the_model_that_ships(
        self, tmp_path: Path, calls: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ships = tiny.network()
        monkeypatch.setattr(recipe, "shipped", lambda: ships)
        tiny.recordings(tmp_path / "data")
        path = tmp_path / "words.txt"
        path.write_text("lower\nhigher\n", "utf-8")
        call(tmp_path / "run", None, practised=path, data=[tmp_path / "data"])
        (name, _, texts, settings, _, options) = calls[0]
        assert (name, sorted(texts), options["practised"]) == ("train", ["higher", "lower"], True)
        assert options["begin"] is ships
        assert (settings.epochs, settings.width) == (SPECIALISE.epochs, 8)
        assert options["name"] == "speech"  # a bundle for anything, not for what was practised

    def test_another_run_practises(
        self, tmp_path: Path, calls: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = SpeechRun("x", SpeechSettings(), tiny.network(), FIGURES)
        monkeypatch.setattr(recipe, "load", lambda folder: run)
        tiny.recordings(tmp_path / "data")
        path = tmp_path / "words.txt"
        path.write_text("lower\n", "utf-8")
        call(tmp_path / "run", None, practised=path, begin=tmp_path, data=[tmp_path / "data"])
        assert calls[0][-1]["begin"] is run.network

    @pytest.mark.parametrize(
        ("option", "where"), [("practised", "--practise"), ("begin", "--begin")]
    )
    def test_sentences_of_ones_own_are_for_the_model_that_ships(
        self, option: str, where: str, tmp_path: Path, calls: list[tuple[Any, ...]]
    ) -> None:
        path = tmp_path / "own.txt"
        path.write_text("go on\n", "utf-8")
        with pytest.raises(UsageError) as caught:
            call(tmp_path / "run", path, **{option: path})
        assert caught.value.where == where
        assert not calls
        assert not (tmp_path / "run").exists()

    @pytest.mark.parametrize("practises", [False, True])
    def test_without_recordings_nothing_is_written(
        self, practises: bool, tmp_path: Path, calls: list[tuple[Any, ...]]
    ) -> None:
        path = tmp_path / "words.txt"
        path.write_text("lower\n", "utf-8")
        with pytest.raises(UsageError, match="no real recordings to train on"):
            call(tmp_path / "run", None, practised=path if practises else None)
        assert not (tmp_path / "run").exists()

    def test_without_texts_nothing_is_written(
        self, tmp_path: Path, calls: list[tuple[Any, ...]]
    ) -> None:
        tiny.recordings(tmp_path / "data")
        with pytest.raises(UsageError, match="no corpora to take sentences from"):
            call(tmp_path / "run", None, data=[tmp_path / "data"])
        assert not (tmp_path / "run").exists()

    def test_only_the_first_process_speaks(
        self, tmp_path: Path, calls: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "own.txt"
        path.write_text("go on\ngo on\n", "utf-8")
        monkeypatch.setenv("RANK", "1")
        assert call(tmp_path / "run", path) == (None, [])
        assert len(calls) == 1

    def test_a_run_of_speech_teaches_with_its_network(
        self, tmp_path: Path, calls: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "own.txt"
        path.write_text("go on\n", "utf-8")
        (tmp_path / "run.json").write_text("{}", "utf-8")
        larger = SpeechRun("large", SpeechSettings(), tiny.network(2), FIGURES)
        monkeypatch.setattr(recipe, "load", lambda folder: larger)
        call(tmp_path / "run", path, teacher=tmp_path)
        assert calls[0][-1]["teacher"] is larger.network
