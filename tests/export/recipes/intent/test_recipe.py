"""A corpus in, a run folder out."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.errors import UsageError
from export.corpora import OUT_OF_SCOPE, Corpus, SlotSpan, Utterance, read
from export.recipes import open_run
from export.recipes.intent import fitting, recipe
from export.recipes.intent.judge import StudentReader
from export.recipes.intent.misheard import misheard_utterances
from export.recipes.intent.recipe import IntentRun
from export.recipes.intent.settings import IntentSettings, settings_from
from export.recipes.intent.student import Student
from tests.export import tiny


def quickest(encoder: Path, **student: Any) -> IntentSettings:
    """One epoch of everything: for what is done, not for how well."""
    data = tiny.settings(encoder, **{"epochs": 1, "augmented": 20, "batch_size": 32} | student)
    data["teacher"] |= {"epochs": 1, "batch_size": 32}
    return settings_from(data)


def train(corpus: Corpus, settings: IntentSettings, folder: Path, **options: Any) -> IntentRun:
    said: list[str] = options.pop("said", [])
    return recipe.train(corpus, settings, folder, quiet=True, say=said.append, **options)


class TestRunFolder:
    def test_everything_that_export_needs_is_in_it(self, run_folder: Path) -> None:
        names = {path.name for path in run_folder.iterdir() if path.is_file()}
        assert names == {
            "run.json",
            "student.safetensors",
            "vocabulary.txt",
            "dev.jsonl",
            "calibration.jsonl",
        }

    def test_nothing_of_it_is_pickled(self, run_folder: Path) -> None:
        """Checkpoints, which only this very program reads again, aside."""
        files = [p for p in run_folder.rglob("*") if p.is_file() and "checkpoints" not in p.parts]
        suffixes = {path.suffix for path in files if "tensorboard" not in path.parts}
        assert suffixes == {".json", ".jsonl", ".safetensors", ".txt"}

    def test_figures_of_teacher_and_students(self, run_folder: Path) -> None:
        figures = json.loads((run_folder / "run.json").read_text("utf-8"))["figures"]
        assert {*figures} - {"student, distilled"} == {"teacher 1", "student alone", "student"}
        for found in figures.values():
            assert {"intent", "slot_f1", "frame", "seconds", "epochs"} <= set(found)

    def test_the_tiny_student_has_learnt_something(self, run_folder: Path) -> None:
        figures = recipe.load(run_folder).figures
        assert figures["student"]["intent"] >= 90
        assert figures["student"]["frame"] >= 80

    def test_what_is_loaded_reads_as_the_figures_say(self, run_folder: Path) -> None:
        run = recipe.load(run_folder)
        dev = list(read(run_folder / "dev.jsonl", "jsonl").labelled())
        found = recipe.measures(dev, StudentReader(run.student, run.encoder, run.labels)(dev))
        for name, value in found.items():
            assert run.figures["student"][name] == pytest.approx(value)

    def test_tensorboard_can_read_how_it_went(self, run_folder: Path) -> None:
        for part in ("teacher-0", "student-alone", "student"):
            assert list((run_folder / part / "tensorboard").glob("events.out.tfevents.*"))


class TestLoading:
    def test_a_student_that_is_not_the_one_described(
        self, tmp_path: Path, run_folder: Path
    ) -> None:
        shutil.copytree(run_folder, tmp_path / "run", ignore=shutil.ignore_patterns("check*"))
        description = tmp_path / "run" / "run.json"
        data = json.loads(description.read_text("utf-8"))
        data["settings"]["student"]["width"] = 64
        description.write_text(json.dumps(data), "utf-8")
        with pytest.raises(UsageError, match="the student there is another one") as caught:
            recipe.load(tmp_path / "run")
        assert caught.value.hint == "train again"


class TestRepeating:
    def test_a_seed_gives_the_same_student(
        self, tmp_path: Path, encoder: Path, corpus_file: Path
    ) -> None:
        settings = quickest(encoder)
        for name in ("one", "two"):
            train(read(corpus_file), settings, tmp_path / name)
        for name in ("student.safetensors", "vocabulary.txt", "dev.jsonl", "calibration.jsonl"):
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


class TestBetterAlone:
    """A teacher whose encoder has not read the language teaches little."""

    @pytest.mark.parametrize(("alone", "distilled"), [(90.0, 80.0), (80.0, 90.0), (80.0, 80.0)])
    def test_the_student_that_reads_more_is_kept(
        self,
        tmp_path: Path,
        encoder: Path,
        monkeypatch: pytest.MonkeyPatch,
        alone: float,
        distilled: float,
    ) -> None:
        def trained(student: Student, *given: Any, **options: Any) -> dict[str, float]:
            is_alone = student.hidden_head is None
            return {"intent": 0.0, "slot_f1": 0.0, "frame": alone if is_alone else distilled}

        monkeypatch.setattr(recipe, "train_student", trained)
        settings = replace(quickest(encoder), student_alone=True)
        said: list[str] = []
        corpus = Corpus("tiny", train=tiny.utterances(), dev=tiny.utterances(4))
        run = train(corpus, settings, tmp_path, said=said)
        is_alone = alone > distilled
        assert (run.student.hidden_head is None) == is_alone
        assert run.figures["student"]["frame"] == max(alone, distilled)
        assert ("student, distilled" in run.figures) == is_alone
        assert any("learned alone" in line for line in said) == is_alone


class TestResuming:
    @pytest.fixture
    def run(self, tmp_path: Path, run_folder: Path) -> Path:
        """A copy of the shared run that was stopped before it was finished."""
        shutil.copytree(run_folder, tmp_path / "run")
        (tmp_path / "run" / "run.json").unlink()
        return tmp_path / "run"

    @pytest.fixture
    def settings(self, encoder: Path) -> IntentSettings:
        return settings_from(tiny.settings(encoder) | {"student_alone": True})

    def test_finished_parts_are_taken_as_they_are(
        self, run: Path, run_folder: Path, settings: IntentSettings, corpus_file: Path
    ) -> None:
        found = train(read(corpus_file), settings, run, resume=True)
        before = recipe.load(run_folder)
        assert found.figures["teacher 1"] == before.figures["teacher 1"]  # its seconds as well
        assert found.figures["student"]["frame"] == before.figures["student"]["frame"]
        mine, theirs = (path / "student.safetensors" for path in (run, run_folder))
        assert mine.read_bytes() == theirs.read_bytes()

    def test_a_teacher_for_other_labels_is_not_taken(
        self, run: Path, settings: IntentSettings, corpus_file: Path
    ) -> None:
        corpus = read(corpus_file)
        corpus.train.append(Utterance("good night", "sleep"))
        with pytest.raises(UsageError, match="the teacher there is another one") as caught:
            train(corpus, settings, run, resume=True)
        assert "--resume" in caught.value.hint

    def test_without_it_all_begins_anew(self, run: Path, encoder: Path, corpus_file: Path) -> None:
        found = train(read(corpus_file), quickest(encoder), run)
        assert found.figures["teacher 1"]["epochs"] == 1
        steps = [path.name for path in (run / "student" / "checkpoints").iterdir()]
        assert len(steps) == 1  # of the old run there is none for a later --resume to find


class TestStopped:
    """A training that ends before its time leaves nothing that could be taken for another's."""

    @pytest.fixture
    def run(self, tmp_path: Path, run_folder: Path) -> Path:
        shutil.copytree(run_folder, tmp_path / "run")
        return tmp_path / "run"

    def test_while_its_teacher_learns(
        self, run: Path, encoder: Path, corpus_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stopped(*args: Any, **kwargs: Any) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(fitting, "fit", stopped)
        with pytest.raises(KeyboardInterrupt):
            train(read(corpus_file), quickest(encoder), run)
        assert not (run / "teacher-0" / "figures.json").exists()  # the old one is not resumed
        recipe.load(run)  # but the old student is there still

    def test_while_its_student_is_written(
        self, run: Path, encoder: Path, corpus_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*args: Any) -> None:
            raise OSError("no space left on device")

        monkeypatch.setattr(recipe, "write_utterances", full)
        with pytest.raises(OSError, match="no space"):
            train(read(corpus_file), quickest(encoder), run)
        with pytest.raises(UsageError, match="no finished training run"):
            open_run(run)


class TestCorpora:
    """Corpora that are not as a textbook's."""

    def small(self, *more: Utterance, slots: bool = True) -> Corpus:
        items = tiny.utterances(60)
        if not slots:
            items = [replace(item, slots=()) for item in items]
        return Corpus("small", [*items[:40], *more], items[40:50], items[50:], ["turn it up"])

    def test_without_slots(self, tmp_path: Path, encoder: Path) -> None:
        run = train(self.small(slots=False), quickest(encoder), tmp_path)
        assert run.labels.slot_labels == ()
        assert recipe.load(tmp_path).figures["student"]["slot_f1"] >= 0

    def test_without_out_of_scope(self, tmp_path: Path, encoder: Path) -> None:
        corpus = self.small()
        for split in (corpus.train, corpus.dev):
            split[:] = [item for item in split if item.intent != OUT_OF_SCOPE]
        assert OUT_OF_SCOPE not in train(corpus, quickest(encoder), tmp_path).labels.intents

    def test_an_intent_with_one_example(self, tmp_path: Path, encoder: Path) -> None:
        run = train(self.small(Utterance("good night", "sleep")), quickest(encoder), tmp_path)
        assert "sleep" in run.labels.intents

    def test_intents_and_slots_only_dev_has(self, tmp_path: Path, encoder: Path) -> None:
        corpus = self.small()
        corpus.dev.append(Utterance("wake me at six", "alarm", (SlotSpan("time", 11, 14),)))
        run = train(corpus, quickest(encoder), tmp_path)
        assert "alarm" not in run.labels.intents
        assert run.figures["student"]["frame"] < 100

    def test_sentences_without_a_word(self, tmp_path: Path, encoder: Path) -> None:
        corpus = self.small(Utterance("?!", OUT_OF_SCOPE))
        corpus.dev.append(Utterance("…", OUT_OF_SCOPE))
        corpus.unlabelled.append("!")
        train(corpus, quickest(encoder), tmp_path)
        assert len(list(read(tmp_path / "dev.jsonl", "jsonl").labelled())) == len(corpus.dev) - 1

    def test_words_longer_than_any(self, tmp_path: Path, encoder: Path) -> None:
        long = Utterance("turn on the " + "lamp" * 500, "turn_on", (SlotSpan("name", 12, 2012),))
        train(self.small(long), quickest(encoder), tmp_path)

    def test_two_teachers(self, tmp_path: Path, encoder: Path) -> None:
        said: list[str] = []
        run = train(self.small(), replace(quickest(encoder), teachers=2), tmp_path, said=said)
        assert {"teacher 1", "teacher 2", "teachers together"} <= set(run.figures)
        assert any(line.startswith("teachers together on dev") for line in said)

    def test_a_student_wider_than_the_encoder(self, tmp_path: Path, encoder: Path) -> None:
        run = train(self.small(), quickest(encoder, embedding=48), tmp_path)
        assert np.isfinite(run.figures["student"]["frame"])


class TestSettings:
    def test_what_is_left_out_has_its_default(self) -> None:
        assert settings_from({}) == IntentSettings()
        assert settings_from({"student": {"width": 96}}).student.width == 96

    def test_a_whole_number_will_do_for_a_number(self) -> None:
        assert settings_from({"student": {"dropout": 0}}).student.dropout == 0

    @pytest.mark.parametrize(
        ("data", "where", "allowed"),
        [
            ({"colour": 1}, "settings: colour", "student_alone, teachers"),
            ({"teacher": {"colour": 1}}, "settings: teacher.colour", "encoder"),
            ({"teacher": 3}, "settings: teacher", "a table"),
            ({"teachers": 0}, "settings: teachers", "from 1 to 100"),
            ({"teachers": True}, "settings: teachers", "a whole number"),
            ({"teachers": 1.0}, "settings: teachers", "a whole number"),
            ({"student_alone": 1}, "settings: student_alone", "true or false"),
            ({"teacher": {"encoder": 5}}, "settings: teacher.encoder", "a text"),
            ({"teacher": {"epochs": "ten"}}, "settings: teacher.epochs", "a whole number"),
            ({"student": {"epochs": 0}}, "settings: student.epochs", "from 1"),
            ({"student": {"dropout": 1.5}}, "settings: student.dropout", "from 0 to 0.99"),
            ({"student": {"dropout": float("nan")}}, "settings: student.dropout", "a number"),
            ({"student": {"width": 33}}, "settings: student.width", "an even number"),
        ],
    )
    def test_what_cannot_be_used_is_named(
        self, data: dict[str, Any], where: str, allowed: str
    ) -> None:
        with pytest.raises(UsageError) as caught:
            settings_from(data)
        assert caught.value.where == where
        assert allowed in caught.value.allowed


class TestMisheard:
    """Students of what will be spoken to."""

    @pytest.fixture(scope="class")
    def run(
        self, tmp_path_factory: pytest.TempPathFactory, encoder: Path, corpus_file: Path
    ) -> tuple[Path, IntentRun]:
        folder = tmp_path_factory.mktemp("misheard")
        settings = settings_from(tiny.settings(encoder, misheard=0.5))
        return folder, train(read(corpus_file), settings, folder)

    def test_it_reads_them_better_than_one_that_was_not_taught_such(
        self, run: tuple[Path, IntentRun], run_folder: Path
    ) -> None:
        dev = list(read(run_folder / "dev.jsonl", "jsonl").labelled())
        heard = misheard_utterances(dev, seed=5, of_each=4)
        plain = recipe.load(run_folder)
        measured = [
            recipe.measures(heard, StudentReader(one.student, one.encoder, one.labels)(heard))
            for one in (plain, run[1])
        ]
        assert measured[1]["frame"] > measured[0]["frame"] + 5

    def test_and_what_is_typed_still(self, run: tuple[Path, IntentRun]) -> None:
        assert run[1].figures["student"]["intent"] >= 90

    def test_the_figures_say_how_well(self, run: tuple[Path, IntentRun]) -> None:
        found = recipe.load(run[0]).figures
        assert set(found) == {"teacher 1", "student", "student, misheard"}
        assert 0 < found["student, misheard"]["frame"] <= 100

    def test_its_calibration_knows_of_them(
        self, run: tuple[Path, IntentRun], tmp_path: Path
    ) -> None:
        shutil.copytree(run[0], tmp_path / "run", ignore=shutil.ignore_patterns("check*"))
        path = tmp_path / "run" / "run.json"
        graph = open_run(run[0]).graph().SerializeToString()
        description = json.loads(path.read_text("utf-8"))
        description["settings"]["student"]["misheard"] = 0.0
        path.write_text(json.dumps(description), "utf-8")
        with_them, without = (
            open_run(folder).describe(graph)[0]["calibration"] for folder in (run[0], path.parent)
        )
        assert with_them != without
