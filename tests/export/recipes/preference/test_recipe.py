"""A corpus in, a run folder out."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

import device_profiles
from edge.errors import UsageError
from export.corpora.interactions import Event, History, InteractionCorpus, Target, read
from export.recipes import open_run
from export.recipes.preference import recipe
from export.recipes.preference.command import Outcome, train_and_report
from export.recipes.preference.recipe import PreferenceRun
from export.recipes.preference.settings import settings_from
from export.tune import Tuner
from tests.export.recipes.preference import tiny

FILES = {
    "run.json", "student.safetensors", "catalogue.txt", "population.bin", "dev.jsonl"
}  # fmt: skip


def train(corpus: InteractionCorpus, folder: Path, **options: Any) -> PreferenceRun:
    said: list[str] = options.pop("said", [])
    settings = settings_from(options.pop("settings", tiny.settings()))
    return recipe.train(corpus, settings, folder, quiet=True, say=said.append, **options)


@pytest.fixture(params=["household_run", "once_run", "ratings_run"])
def run_folder(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


class TestRunFolder:
    def test_everything_that_export_needs_is_in_it(self, run_folder: Path) -> None:
        assert {path.name for path in run_folder.iterdir() if path.is_file()} == FILES

    def test_nothing_of_it_is_pickled(self, run_folder: Path) -> None:
        """Checkpoints, which only this very program reads again, aside."""
        files = [p for p in run_folder.rglob("*") if p.is_file() and "checkpoints" not in p.parts]
        suffixes = {path.suffix for path in files if "tensorboard" not in path.parts}
        assert suffixes == {".json", ".jsonl", ".safetensors", ".txt", ".bin"}

    def test_what_is_loaded_is_what_was_trained(self, run_folder: Path) -> None:
        run = recipe.load(run_folder)
        assert {"teacher", "student"} <= set(run.figures)
        for found in (run.figures["teacher"], run.figures["student"]):
            assert {"likelihood", "seconds", "epochs"} <= set(found)
        assert run.generic == (run_folder.name == "household")
        assert (run.boost is not None) == (run_folder.name == "once")
        assert (run.ratings is not None) == (run_folder.name == "ratings")
        assert not run.student.training

    def test_errors_of_ratings_are_those_on_dev(self, ratings_run: Path) -> None:
        run = recipe.load(ratings_run)
        assert run.ratings is not None
        assert run.ratings.spread == run.figures["student"]["rmse"]

    def test_the_tiny_students_have_learnt_something(
        self, household_run: Path, once_run: Path
    ) -> None:
        assert recipe.load(household_run).figures["student"]["hr1"] >= 80
        once = recipe.load(once_run).figures
        chance = 100 * 10 / 17  # of what is left to choose
        assert once["student"]["hr10"] > chance + 15
        assert once["student, boosted"]["ndcg10"] > 50


class TestLoading:
    def test_a_student_that_is_not_the_one_described(
        self, tmp_path: Path, run_folder: Path
    ) -> None:
        shutil.copytree(run_folder, tmp_path / "run", ignore=shutil.ignore_patterns("check*"))
        description = tmp_path / "run" / "run.json"
        data = json.loads(description.read_text("utf-8"))
        data["settings"]["student"]["width"] = 32
        description.write_text(json.dumps(data), "utf-8")
        with pytest.raises(UsageError, match="the student there is another one") as caught:
            recipe.load(tmp_path / "run")
        assert caught.value.hint == "train again"


class TestRepeating:
    def test_a_seed_gives_the_same_bytes(self, tmp_path: Path) -> None:
        for name in ("one", "two"):
            train(tiny.choices(users=8), tmp_path / name)
        for name in FILES - {"run.json"}:
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
        one, two = (
            json.loads((tmp_path / name / "run.json").read_text("utf-8")) for name in ("one", "two")
        )
        for found in (*one["figures"].values(), *two["figures"].values()):
            found.pop("seconds", None)
        assert one == two

    def test_another_seed_gives_another_student(self, tmp_path: Path) -> None:
        one = train(tiny.choices(users=8), tmp_path / "one")
        two = train(tiny.choices(users=8), tmp_path / "two", settings=tiny.settings(seed=1))
        assert not torch.equal(one.student.query.weight, two.student.query.weight)


class TestResuming:
    @pytest.fixture
    def run(self, tmp_path: Path, once_run: Path) -> Path:
        """A copy of the shared run that was stopped before it was finished."""
        shutil.copytree(once_run, tmp_path / "run")
        (tmp_path / "run" / "run.json").unlink()
        return tmp_path / "run"

    def test_finished_parts_are_taken_as_they_are(self, run: Path, once_run: Path) -> None:
        train(tiny.choices(), run, resume=True)
        mine, theirs = (path / "student.safetensors" for path in (run, once_run))
        assert mine.read_bytes() == theirs.read_bytes()
        assert recipe.load(run).boost == recipe.load(once_run).boost

    @pytest.mark.parametrize("what", ["settings", "corpus"])
    def test_another_network_is_not_taken(self, run: Path, what: str) -> None:
        corpus = tiny.choices(clusters=3 if what == "corpus" else 4)
        settings = tiny.settings()
        if what == "settings":
            settings["teacher"]["width"] = 32
        with pytest.raises(UsageError, match="the network there is another one") as caught:
            train(corpus, run, settings=settings, resume=True)
        assert "--resume" in caught.value.hint
        assert "teacher" in caught.value.where

    def test_without_it_all_begins_anew(self, run: Path) -> None:
        settings = tiny.settings(epochs=1)
        found = train(tiny.choices(users=8), run, settings=settings)
        assert found.figures["student"]["epochs"] == 1


class TestStopped:
    def test_while_it_is_written_it_is_no_run(
        self, once_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A mixture of two runs would be taken for one of them."""
        shutil.copytree(once_run, tmp_path / "run", ignore=shutil.ignore_patterns("check*"))

        def full(*args: Any) -> None:
            raise OSError("no space left on device")

        monkeypatch.setattr(recipe, "write_held_out", full)
        with pytest.raises(OSError, match="no space"):
            train(tiny.choices(users=8), tmp_path / "run")
        with pytest.raises(UsageError, match="no finished training run"):
            open_run(tmp_path / "run")

    def test_only_the_first_of_several_processes_writes(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RANK", "1")
        train(tiny.choices(users=8), tmp_path)
        assert not FILES & {path.name for path in tmp_path.rglob("*")}


class TestCorpora:
    """Corpora that are not as a textbook's."""

    def test_a_student_alone_beside_the_taught_one(self, tmp_path: Path) -> None:
        said: list[str] = []
        settings = tiny.settings(epochs=1) | {"student_alone": True}
        run = train(tiny.choices(users=8), tmp_path, settings=settings, said=said)
        assert set(run.figures) == {"teacher", "student alone", "student", "student, boosted"}
        assert any(line.startswith("student alone on dev") for line in said)

    def test_two_users_and_three_things(self, tmp_path: Path) -> None:
        histories = [History(name, tuple(map(Event, "abc"))) for name in ("u", "v")]
        corpus = InteractionCorpus("c", histories, [Target(0, 1)], [Target(1, 2)])
        corpus.catalogue = ("a", "b", "c")
        run = train(corpus, tmp_path)
        assert recipe.load(tmp_path).catalogue == run.catalogue

    def test_a_dev_target_the_catalogue_lacks(self, tmp_path: Path, log_file: Path) -> None:
        corpus = read(log_file)
        name = corpus.histories[0].household
        last = max(target.position for target in corpus.dev if target.history == 0)
        events = list(corpus.histories[0].events)
        events[last] = Event("kettle.x:boil", events[last].weekday, events[last].hour)
        corpus.histories[0] = History(name, tuple(events))
        run = train(corpus, tmp_path, settings=tiny.settings(epochs=1))
        assert run.figures["student"]["hr1"] < 100

    def test_ratings_of_which_nobody_has_two_held_out(
        self, tmp_path: Path, ratings_run: Path
    ) -> None:
        """No pairs are in order, and what the gate looks at is the error."""
        found = recipe.load(ratings_run).figures["student"]
        assert "order" not in found
        assert found["mean_rmse"] > 0
        trained = open_run(ratings_run)
        assert trained.gate == "rmse"
        tuner = Tuner(trained, trained.graph(), say=lambda line: None)
        choice = tuner.choose(device_profiles.load(tiny.PROFILE))
        assert "rmse" in choice.reasons[1]
        with pytest.raises(UsageError, match="nobody has rated two things"):
            train_and_report(
                tiny.rated(), tiny.settings() | {"measure": "order"}, tmp_path,
                resume=False, trials=0, quiet=True, say=lambda line: None,
            )  # fmt: skip
        assert "–" in Outcome(ratings_run, recipe.load(ratings_run)).text

    def test_ratings_of_which_two_are_held_out_are_in_order(self, tmp_path: Path) -> None:
        corpus = tiny.rated(users=8, items=24, per_user=20)
        run = train(corpus, tmp_path, settings=tiny.settings(epochs=1))
        assert 0 < run.figures["student"]["order"] <= 100
        assert open_run(tmp_path).gate == "order"

    def test_practice(self, tmp_path: Path, log_file: Path) -> None:
        other = tiny.write_log(tmp_path / "other.jsonl", tiny.log_rows(later=4))
        corpora = [read(log_file), read(other)]
        said: list[str] = []
        train(read(log_file), tmp_path / "plain", settings=tiny.settings(epochs=1), said=said)
        train(
            read(log_file), tmp_path / "practised", settings=tiny.settings(epochs=1),
            practice=corpora, said=said,
        )  # fmt: skip
        plain, practised = (
            int(line.split(", ")[1].split()[0]) for line in said if "lived through" in line
        )
        assert practised == plain + 6  # of four households each, two kept to be examined by
        mine, theirs = (
            recipe.load(tmp_path / name).student.state_dict() for name in ("practised", "plain")
        )
        assert any(not torch.equal(mine[name], theirs[name]) for name in mine)
