"""What happens around the recipe: checks, search, report, the files of a home."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from edge.errors import UsageError
from edge.grammar.grammar import Grammar
from edge.home.home import Home
from export.corpora import OUT_OF_SCOPE, Corpus, Utterance
from export.corpora.utterance import Problem
from export.recipes import open_run
from export.recipes.intent import fitting
from export.recipes.intent.command import (
    Outcome,
    compile_home,
    not_taken,
    search,
    train_and_report,
    write_home_files,
)
from export.recipes.intent.settings import settings_from
from tests.export import tiny


def corpus(*dev: Utterance) -> Corpus:
    items = tiny.utterances(70)
    return Corpus("small", items[:50], [*items[50:60], *dev], items[60:])


def quick(encoder: Path, **changes: Any) -> dict[str, Any]:
    data = tiny.settings(encoder, epochs=1, augmented=20, batch_size=32)
    data["teacher"] |= {"epochs": 1, "batch_size": 32}
    return data | changes


def train(data: Corpus, settings: dict[str, Any], folder: Path, **options: Any) -> Outcome | None:
    usual: dict[str, Any] = {"resume": False, "trials": 0, "on_test": False, "quiet": True}
    source = options.pop("source", Path("corpus.jsonl"))
    said: list[str] = options.pop("said", [])
    return train_and_report(data, settings, source, folder, say=said.append, **(usual | options))


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory, encoder: Path) -> Outcome:
    folder = tmp_path_factory.mktemp("run")
    # A sentence without words is in the corpus: the report leaves it out as training did.
    said: list[str] = []
    found = train(corpus(Utterance("?!", OUT_OF_SCOPE)), quick(encoder), folder, said=said)
    assert found is not None
    assert any("are not looked for" in line for line in said)
    assert not (folder / "words.json").exists()
    return found


class TestOutcome:
    def test_the_report_lies_beside_the_model(self, outcome: Outcome) -> None:
        for name in ("report.txt", "report.html", "misread.jsonl", "confusion.png", "run.json"):
            assert (outcome.folder / name).stat().st_size > 0

    def test_for_people(self, outcome: Outcome) -> None:
        assert outcome.text.startswith("on dev, %")
        for words in ("teacher 1", "student", "Intents mixed up most", "Misread sentences"):
            assert words in outcome.text
        assert str(outcome.folder) in outcome.text.splitlines()[-1]

    def test_for_programs(self, outcome: Outcome) -> None:
        found = json.loads(json.dumps(outcome.to_dict()))
        assert found["run"] == str(outcome.folder)
        assert found["corpus"] == "small"
        assert found["parameters"] == sum(p.numel() for p in outcome.run.student.parameters())
        assert set(found["figures"]) == {"teacher 1", "student"}
        assert "test" not in found

    def test_the_report_agrees_with_the_figures(self, outcome: Outcome) -> None:
        assert f"{outcome.run.figures['student']['frame']:.2f} %" in outcome.report

    def test_on_test_where_that_is_asked_for(self, tmp_path: Path, encoder: Path) -> None:
        data = corpus()
        data.test = data.test[:7]
        (tmp_path / "grammar.bin").write_bytes(b"of a run before this one")
        found = train(data, quick(encoder, language="en"), tmp_path, on_test=True)
        assert found is not None
        assert found.report.startswith("7 sentences")
        assert json.loads((tmp_path / "words.json").read_text())["language"] == "en"
        assert not (tmp_path / "grammar.bin").exists()
        assert found.on_test is not None
        document = found.to_dict()
        assert document["test"] == {"student": found.on_test}
        assert document["figures"] == found.run.figures  # dev's, as without it
        assert f"{found.on_test['frame']:.2f} %" in found.report
        assert "on dev, %" in found.text and "on test, %" in found.text


def test_what_was_interrupted_is_neither_the_old_run_nor_gone_on_with_from_it(
    tmp_path: Path, encoder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(corpus(), quick(encoder), tmp_path)
    other = quick(encoder)
    other["student"]["width"] = 16

    def stopped(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(fitting, "fit", stopped)
        train(corpus(), other, tmp_path)
    with pytest.raises(UsageError, match="no finished training run"):
        open_run(tmp_path)
    found = train(corpus(), other, tmp_path, resume=True)
    assert found is not None
    assert found.run.settings.student.width == 16


class TestOtherProcesses:
    def test_only_the_first_speaks_and_writes(
        self, tmp_path: Path, encoder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RANK", "1")
        said: list[str] = []
        assert train(corpus(), quick(encoder), tmp_path, said=said) is None
        assert said == []
        names = {path.name for path in tmp_path.rglob("*")}
        assert names.isdisjoint(
            {"run.json", "student.safetensors", "teacher.safetensors", "figures.json", "report.txt"}
        )


class TestCorpusChecks:
    @pytest.mark.parametrize("split", ["train", "dev"])
    def test_a_split_without_a_sentence(self, tmp_path: Path, encoder: Path, split: str) -> None:
        data = corpus()
        setattr(data, split, [])
        with pytest.raises(UsageError, match=f"sentences is in the {split} split"):
            train(data, quick(encoder), tmp_path)

    def test_the_test_split_is_needed_only_for_a_report_on_it(
        self, tmp_path: Path, encoder: Path
    ) -> None:
        data = corpus()
        data.test = []
        with pytest.raises(UsageError, match="test split"):
            train(data, quick(encoder), tmp_path, on_test=True)
        assert list(tmp_path.iterdir()) == []

    def test_one_intent_only(self, tmp_path: Path, encoder: Path) -> None:
        data = corpus()
        data.train = [item for item in data.train if item.intent == "play"]
        with pytest.raises(UsageError, match="the same intent") as caught:
            train(data, quick(encoder), tmp_path)
        assert "two intents" in caught.value.allowed

    def test_settings_are_checked_first(self, tmp_path: Path, encoder: Path) -> None:
        with pytest.raises(UsageError, match="colour"):
            train(corpus(), quick(encoder, colour=1), tmp_path)


class TestSearch:
    def test_the_best_of_the_trials_is_trained(self, tmp_path: Path, encoder: Path) -> None:
        settings = settings_from(quick(encoder))
        said: list[str] = []
        found = search(corpus(), settings, tmp_path, 2, quiet=True, say=said.append)
        best = json.loads((tmp_path / "search.json").read_text("utf-8"))
        assert set(best) == {"learning_rate", "dropout", "word_dropout", "embedding", "width"}
        assert all(getattr(found.student, name) == value for name, value in best.items())
        assert found.teacher == settings.teacher
        assert found.student.epochs == settings.student.epochs
        assert [line.split(":")[0] for line in said] == [
            "trial 1 of 2",
            "trial 2 of 2",
            "best of 2 trials",
        ]

    def test_a_seed_makes_the_same_search(self, tmp_path: Path, encoder: Path) -> None:
        settings = settings_from(quick(encoder))
        one, two = (
            search(corpus(), settings, tmp_path / name, 1, quiet=True, say=lambda line: None)
            for name in ("one", "two")
        )
        assert one == two


class TestHomeFiles:
    def test_grammar_slot_types_and_home(self, tmp_path: Path) -> None:
        source = tiny.write_home(tmp_path / "home")
        write_home_files(compile_home(source), source, tmp_path / "run")
        Grammar.from_bytes((tmp_path / "run" / "grammar.bin").read_bytes())
        schema = json.loads((tmp_path / "run" / "slot_schema.json").read_text("utf-8"))
        assert "SetBrightness" in json.dumps(schema)
        home = Home.from_dict(json.loads((tmp_path / "run" / "home.json").read_text("utf-8")))
        assert [device.id for device in home.devices] == ["light.reading", "fan.ceiling"]

    def test_what_the_grammar_does_not_take_is_told_before_training(self, tmp_path: Path) -> None:
        source = tiny.write_home(tmp_path / "home")
        (source / "sentences" / "more.yaml").write_text(
            "language: en\nintents:\n  More: {data: [{sentences: ['{name}s up', 'go <on>']}]}\n"
        )
        known = [Problem("more.yaml", 3, "More: 'go <on>' is left out: no list or rule 'on'")]
        found = not_taken(compile_home(source), known, is_own=True)
        assert [(one.file, one.line) for one in found] == [("more.yaml", 3)]
        assert "'{name}s up' is left out: a letter touches" in found[0].what

    def test_of_home_assistants_sentences_one_line_says_so(self, tmp_path: Path) -> None:
        (found,) = not_taken(compile_home(tmp_path, "nl"), [], is_own=False)
        assert re.fullmatch(r"\d+ templates not taken whole, as .*", found.what)
        assert not_taken(compile_home(tmp_path, "en"), [], is_own=False) == []

    def test_a_home_without_devices_has_a_grammar_all_the_same(self, tmp_path: Path) -> None:
        source = tiny.write_home(tmp_path / "home")
        (source / "home.toml").unlink()
        write_home_files(compile_home(source), source, tmp_path / "run")
        assert {path.name for path in (tmp_path / "run").iterdir()} == {
            "grammar.bin",
            "slot_schema.json",
        }
