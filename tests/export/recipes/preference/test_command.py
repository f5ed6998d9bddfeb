"""`edge train preference`: what people and programs type, and what goes wrong."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edge.cli import main
from edge.errors import UsageError
from export.corpora.interactions import Event, InteractionCorpus
from export.recipes.preference.command import search, train_and_report
from export.recipes.preference.school import fitting
from export.recipes.preference.settings import settings_from
from tests.export.recipes.preference import tiny
from tests.export.tiny import write_settings


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    """Settings of one epoch each."""
    data = tiny.settings(epochs=1)
    data["teacher"]["epochs"] = 1
    return write_settings(tmp_path / "settings.toml", data)


def train(data: Path, out: Path, *options: object) -> int:
    return main(["train", "preference", "--data", str(data), "--out", str(out), *map(str, options)])


def one_document(text: str) -> Any:
    """The JSON document that `text` is: one, and nothing else."""
    found, end = json.JSONDecoder().raw_decode(text)
    assert text[end:].strip() == ""
    return found


class TestHelp:
    def test_examples_are_shown(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["train", "preference", "--help"]) == 0
        output = capsys.readouterr().out
        assert "edge train preference --data" in output
        assert "--practice" in output


class TestTraining:
    def test_for_people_a_table_and_a_picture(
        self, log_file: Path, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert train(log_file, tmp_path / "run", "--settings", quick) == 0
        output = capsys.readouterr().out
        assert output.startswith("on dev, %")
        for words in ("HR@1", "mAP@5", "teacher", "student"):
            assert words in output
        assert str(tmp_path / "run") in output.splitlines()[-1]
        picture = (tmp_path / "run" / "reliability.png").read_bytes()
        assert picture.startswith(b"\x89PNG")

    def test_for_programs_there_is_one_document_on_standard_output(
        self, log_file: Path, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert train(log_file, tmp_path / "run", "--settings", quick, "--json") == 0
        output = capsys.readouterr()
        found = one_document(output.out)
        assert set(found["figures"]) == {"teacher", "student"}
        assert found["run"] == str(tmp_path / "run")
        assert found["parameters"] > 1000
        assert "student, distilled, on dev" in output.err

    def test_ratings_have_measures_of_their_own(
        self, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data = tmp_path / "ratings.toml"
        data.write_text("users = 20\nitems = 12\nper_user = 10\n", "utf-8")
        assert train(data, tmp_path / "run", "--settings", quick) == 0
        output = capsys.readouterr().out
        assert "RMSE" in output
        assert "pairs in order, %" in output
        assert "HR@1" not in output
        assert not (tmp_path / "run" / "reliability.png").exists()

    def test_options_count_more_than_the_settings_file(
        self, log_file: Path, tmp_path: Path, quick: Path
    ) -> None:
        options = ("--epochs", 2, "--seed", 5, "--window", 7)
        assert train(log_file, tmp_path / "run", "--settings", quick, *options) == 0
        settings = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["settings"]
        assert settings["window"] == 7
        for name in ("teacher", "student"):
            assert (settings[name]["epochs"], settings[name]["seed"]) == (2, 5)

    def test_search_then_training_with_what_was_found(
        self, log_file: Path, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert train(log_file, tmp_path / "run", "--settings", quick, "--search", 2) == 0
        best = json.loads((tmp_path / "run" / "search.json").read_text("utf-8"))
        run = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
        assert set(best) == {"learning_rate", "dropout", "alone_weight", "item"}
        assert best.items() <= run["settings"]["student"].items()
        said = capsys.readouterr().err
        assert "trial 1 of 2: likelihood" in said
        assert "best of 2 trials" in said

    def test_going_on(
        self, log_file: Path, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        arguments = (log_file, tmp_path / "run", "--settings", quick)
        assert train(*arguments) == 0
        before = (tmp_path / "run" / "student.safetensors").read_bytes()
        (tmp_path / "run" / "run.json").unlink()
        assert train(*arguments, "--resume") == 0
        assert (tmp_path / "run" / "student.safetensors").read_bytes() == before
        capsys.readouterr()
        quick.write_text(quick.read_text("utf-8").replace("width = 16", "width = 32"), "utf-8")
        assert train(*arguments, "--resume") == 2
        error = capsys.readouterr().err
        assert "was begun with other settings" in error
        assert "Traceback" not in error

    def test_what_was_interrupted_is_not_the_old_run(
        self,
        log_file: Path,
        tmp_path: Path,
        quick: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        run = tmp_path / "run"
        assert train(log_file, run, "--settings", quick) == 0

        def stopped(*args: object, **options: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(fitting, "fit", stopped)
        assert train(log_file, run, "--settings", quick, "--epochs", 1) == 130
        assert not list(run.glob("*/checkpoints"))
        assert main(["export", str(run), "--out", str(tmp_path / "x.edge")]) == 2
        assert "no finished training run" in capsys.readouterr().err

    def test_practice_by_path(self, log_file: Path, tmp_path: Path, quick: Path) -> None:
        other = tiny.write_log(tmp_path / "other.jsonl", tiny.log_rows(later=4))
        options = ("--settings", quick, "--practice", log_file, "--practice", other)
        assert train(log_file, tmp_path / "run", *options) == 0


class TestCorpora:
    def test_broken_lines_are_named_and_the_rest_is_trained_on(
        self, log_file: Path, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lines = log_file.read_text("utf-8").splitlines()
        lines[2:2] = [
            '{"time": "2024-01-08T07:31:00", "household":',
            '{"household": "h1", "action": "light.kitchen:turn_on"}',
            lines[5],
            lines[5],
        ]
        data = tmp_path / "broken.jsonl"
        data.write_text("\n".join(lines) + "\n", "utf-8")
        assert train(data, tmp_path / "run", "--settings", quick, "--json") == 0
        output = capsys.readouterr()
        warnings = [line for line in output.err.splitlines() if line.startswith("warning: ")]
        for line in (3, 4, 6):
            assert any(f"broken.jsonl:{line}" in warning for warning in warnings), line
        found = one_document(output.out)
        assert found["figures"]["student"]["hr5"] > 50
        assert "light:turn_on" in (tmp_path / "run" / "catalogue.txt").read_text("utf-8")

    def test_one_action_only(
        self, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rows = [row for row in tiny.log_rows(1, 20) if "kitchen:turn_on" in row["action"]]
        data = tiny.write_log(tmp_path / "one.jsonl", rows)
        assert train(data, tmp_path / "run", "--settings", quick) == 2
        assert "only one thing to be done" in capsys.readouterr().err
        assert not (tmp_path / "run").exists()

    def test_too_few_events_for_a_dev_set(
        self, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data = tiny.write_log(tmp_path / "few.jsonl", tiny.log_rows(1, 1))
        assert train(data, tmp_path / "run", "--settings", quick) == 2
        assert "ten events of one household" in capsys.readouterr().err

    def test_ratings_that_are_all_the_same(
        self, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        rows = [row | {"rating": 5} for row in tiny.log_rows(2, 5)]
        data = tiny.write_log(tmp_path / "fans.jsonl", rows)
        assert train(data, tmp_path / "run", "--settings", quick) == 2
        assert "all ratings are the same" in capsys.readouterr().err

    def test_a_corpus_that_is_not_there(
        self, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert train(tmp_path / "nothing", tmp_path / "run", "--settings", quick, "--json") == 2
        output = capsys.readouterr()
        assert "nothing" in output.err
        assert one_document(output.out)["type"] == "error"


class TestMisuse:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("colour = 1", ("settings: colour", "window")),
            ("[teacher]\ncolour = 1", ("settings: teacher.colour", "epochs")),
            ("student = 3", ("settings.toml: student", "a table")),
            ("[student]\nepochs = 0", ("settings: student.epochs", "from 1")),
            ("window = 0", ("settings: window", "from 1")),
            ('measure = "joy"', ("settings: measure", "ndcg10")),
            ('measure = "order"', ("settings: measure", "hr1")),
            ("window = ", ("the settings cannot be read", "settings.toml")),
        ],
    )
    def test_the_key_is_named(
        self,
        log_file: Path,
        tmp_path: Path,
        text: str,
        words: tuple[str, ...],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        path = tmp_path / "settings.toml"
        path.write_text(text, "utf-8")
        assert train(log_file, tmp_path / "run", "--settings", path, "--seed", 1) == 2
        error = capsys.readouterr().err
        assert all(word in error for word in words)
        assert "Traceback" not in error
        assert not (tmp_path / "run").exists()

    @pytest.mark.parametrize(
        ("options", "words"),
        [
            (("--epochs", 0), "student.epochs"),
            (("--window", 1000), "settings: window"),
            (("--layout", "tea"), "unknown corpus layout"),
            (("--practice", "nowhere"), "nowhere"),
            (("--epochs", "few"), "invalid int value"),
        ],
    )
    def test_an_option_that_cannot_be_used(
        self,
        log_file: Path,
        tmp_path: Path,
        options: tuple[object, ...],
        words: str,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        assert train(log_file, tmp_path / "run", *options) == 2
        error = capsys.readouterr().err
        assert words.replace("student.", "") in error
        assert "Traceback" not in error
        assert not (tmp_path / "run").exists()

    def test_one_corpus_to_practise_on(
        self, log_file: Path, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        options = ("--settings", quick, "--practice", log_file)
        assert train(log_file, tmp_path / "run", *options) == 2
        assert "nothing to practise on" in capsys.readouterr().err


class TestSearch:
    def test_the_best_of_the_trials_is_taken(self, tmp_path: Path) -> None:
        settings = settings_from(tiny.settings(epochs=1))
        corpus = tiny.choices(users=8)
        one, two = (
            search(corpus, settings, tmp_path / name, 2, quiet=True, say=lambda line: None)
            for name in ("one", "two")
        )
        assert one == two
        assert one.teacher == settings.teacher
        best = json.loads((tmp_path / "one" / "search.json").read_text("utf-8"))
        assert all(getattr(one.student, name) == value for name, value in best.items())


def test_other_processes_neither_speak_nor_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RANK", "1")
    said: list[str] = []
    found = train_and_report(
        tiny.choices(users=8), tiny.settings(epochs=1), tmp_path,
        resume=False, trials=0, quiet=True, say=said.append,
    )  # fmt: skip
    assert found is None
    assert said == []
    names = {path.name for path in tmp_path.rglob("*")}
    assert names.isdisjoint({"run.json", "student.safetensors", "reliability.png"})


def test_a_split_without_a_target(tmp_path: Path) -> None:
    corpus = InteractionCorpus("c", [tiny.history("a", "b")], catalogue=("a", "b"))
    assert corpus.histories[0].events[0] == Event("a", 0, 0.0, corpus.histories[0].events[0].time)
    with pytest.raises(UsageError, match="nothing to predict in its train split"):
        train_and_report(
            corpus, {}, tmp_path, resume=False, trials=0, quiet=True, say=lambda line: None
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_two_processes_train_one_model(log_file: Path, tmp_path: Path, quick: Path) -> None:
    """`accelerate launch` on one machine: both take part, one writes, and the result exports."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run = tmp_path / "run"
    command = (
        f"-m accelerate.commands.launch --multi_gpu --num_processes 2 --num_machines 1 "
        f"--mixed_precision no --dynamo_backend no --main_process_ip 127.0.0.1 "
        f"--main_process_port {port} -m edge train preference --json"
    )
    child = subprocess.run(
        [sys.executable, *command.split(), "--data", log_file, "--out", run, "--settings", quick],
        env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert child.returncode == 0, child.stderr
    assert set(one_document(child.stdout)["figures"]) == {"teacher", "student"}
    assert len(re.findall("student, distilled, on dev", child.stderr)) == 1
    assert not list(run.rglob(".*.tmp"))
    target = tmp_path / "home.edge"
    options = ["--profiles", tiny.PROFILE, "--max-drop", "100"]
    assert main(["export", str(run), "--out", str(target), *options]) == 0
