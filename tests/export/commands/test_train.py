"""`edge train`: what people and programs type, and what goes wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edge.cli import main
from export.recipes.intent import command, recipe
from tests.export import tiny


@pytest.fixture
def quick(tmp_path: Path, encoder: Path) -> Path:
    """Settings of one epoch each."""
    data = tiny.settings(encoder, epochs=1, augmented=20, batch_size=32)
    data["teacher"] |= {"epochs": 1, "batch_size": 32}
    return tiny.write_settings(tmp_path / "settings.toml", data)


def train(data: Path, out: Path, *options: object) -> int:
    return main(["train", "intent", "--data", str(data), "--out", str(out), *map(str, options)])


def one_document(text: str) -> Any:
    """The JSON document that `text` is: one, and nothing else."""
    found, end = json.JSONDecoder().raw_decode(text)
    assert text[end:].strip() == ""
    return found


class TestHelp:
    def test_examples_are_shown(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["train", "--help"]) == 0
        output = capsys.readouterr().out
        assert "edge train intent --data" in output
        assert "accelerate launch" in output

    def test_it_needs_no_torch(self) -> None:
        """`--help` is quick: what trains is imported when it trains."""
        code = (
            "import sys; from edge.cli import main; main(['train', '--help']); "
            "sys.exit('torch' in sys.modules)"
        )
        assert (
            subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL).returncode == 0
        )


class TestTraining:
    def test_for_programs_there_is_one_document_on_standard_output(
        self, corpus_file: Path, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert train(corpus_file, tmp_path / "run", "--settings", quick, "--json") == 0
        output = capsys.readouterr()
        found = one_document(output.out)
        assert set(found["figures"]) == {"teacher 1", "student"}
        assert found["run"] == str(tmp_path / "run")
        assert "student, distilled, on dev" in output.err

    def test_for_people_a_table_and_what_was_misread(
        self, corpus_file: Path, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert train(corpus_file, tmp_path / "run", "--settings", quick) == 0
        output = capsys.readouterr().out
        assert output.startswith("on dev, %")
        assert "Misread sentences" in output
        assert (tmp_path / "run" / "confusion.png").read_bytes().startswith(b"\x89PNG")

    def test_options_count_more_than_the_settings_file(
        self, corpus_file: Path, tmp_path: Path, quick: Path, encoder: Path
    ) -> None:
        options = ("--epochs", 2, "--teachers", 2, "--seed", 5, "--encoder", encoder)
        assert train(corpus_file, tmp_path / "run", "--settings", quick, *options) == 0
        run = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
        assert run["settings"]["teacher"]["epochs"] == 2
        assert run["settings"]["teacher"]["seed"] == run["settings"]["student"]["seed"] == 5
        assert run["settings"]["student"]["epochs"] == 1
        assert {"teacher 1", "teacher 2", "teachers together"} <= set(run["figures"])

    def test_search_then_training_with_what_was_found(
        self, corpus_file: Path, tmp_path: Path, quick: Path
    ) -> None:
        assert train(corpus_file, tmp_path / "run", "--settings", quick, "--search", 2) == 0
        best = json.loads((tmp_path / "run" / "search.json").read_text("utf-8"))
        run = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
        assert best.items() <= run["settings"]["student"].items()

    def test_lora_and_going_on_with_it(
        self, corpus_file: Path, tmp_path: Path, quick: Path
    ) -> None:
        """The finished teacher is read back, adapters and all, and taken as it is."""
        arguments = (corpus_file, tmp_path / "run", "--settings", quick, "--lora", 4)
        assert train(*arguments) == 0
        first = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
        saved = tmp_path / "run" / "teacher-0" / "teacher.safetensors"
        before = saved.stat().st_mtime_ns
        shutil.rmtree(tmp_path / "run" / "student")
        assert train(*arguments, "--resume") == 0
        again = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
        assert saved.stat().st_mtime_ns == before
        assert again["figures"]["teacher 1"] == first["figures"]["teacher 1"]
        assert again["figures"]["student"]["frame"] == first["figures"]["student"]["frame"]


class TestInterrupted:
    def test_what_there_is_to_go_on_with_is_said(
        self,
        corpus_file: Path,
        tmp_path: Path,
        quick: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        def stopped(*args: Any, **options: Any) -> None:
            raise KeyboardInterrupt

        run = tmp_path / "run"
        with monkeypatch.context() as patch:
            patch.setattr(recipe, "train_teacher", stopped)
            assert train(corpus_file, run, "--settings", quick) == 130
        error = capsys.readouterr().err
        assert "edge: interrupted" in error
        assert "--resume" not in error
        with monkeypatch.context() as patch:
            patch.setattr(recipe, "train_student", stopped)
            assert train(corpus_file, run, "--settings", quick) == 130
        assert f"with --resume goes on with what is in {run}" in capsys.readouterr().err
        assert train(corpus_file, run, "--settings", quick, "--resume") == 0


class TestHome:
    @pytest.mark.parametrize(
        ("language", "options", "share"),
        [("en", (), 0.3), ("de", (), None), ("en", ("--sentences", "nl"), None)],
    )
    def test_what_is_misheard_is_learned_where_the_home_is_spoken_to_in_english(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        language: str,
        options: tuple[str, ...],
        share: float | None,
    ) -> None:
        home = tiny.write_home(tmp_path / "home")
        page = home / "sentences" / "lights.yaml"
        page.write_text(page.read_text("utf-8").replace("language: en", f"language: {language}"))
        chosen: list[dict[str, Any]] = []
        monkeypatch.setattr(
            command, "train_and_report", lambda corpus, settings, *a, **k: chosen.append(settings)
        )
        assert train(home, tmp_path / "run", "--samples", 60, *options) == 0
        assert chosen[0]["student"].get("misheard") == share

    def test_its_sentences_are_not_for_another_corpus(
        self, corpus_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert train(corpus_file, tmp_path / "run", "--sentences", "en") == 2
        error = capsys.readouterr().err
        assert "--sentences is for a home" in error
        assert "home.toml" in error


class TestCorpora:
    def test_broken_lines_are_named_and_the_rest_is_trained_on(
        self, corpus_file: Path, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        lines = corpus_file.read_text("utf-8").splitlines()
        lines[2:2] = [
            '{"text": "lamp on", "intent":',
            '{"text": "lamp", "intent": "on", "slots": [{"label": "name", "start": 0, "end": 9}]}',
            '{"text": "good night all", "intent": "sleep", "split": "train"}',
        ]
        data = tmp_path / "broken.jsonl"
        data.write_text("\n".join(lines) + "\n", "utf-8")
        assert train(data, tmp_path / "run", "--settings", quick, "--json") == 0
        output = capsys.readouterr()
        warnings = [line for line in output.err.splitlines() if line.startswith("warning: ")]
        assert any("broken.jsonl:3" in line for line in warnings)
        assert any("broken.jsonl:4" in line for line in warnings)
        run = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
        assert "sleep" in run["labels"]["intents"]  # one example is enough to be trained on
        one_document(output.out)

    def test_one_intent_only(
        self, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data = tmp_path / "one.jsonl"
        rows = [{"text": f"lamp {i} on", "intent": "on"} for i in range(60)]
        data.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        assert train(data, tmp_path / "run", "--settings", quick) == 2
        assert "the same intent" in capsys.readouterr().err
        assert not (tmp_path / "run").exists()

    @pytest.mark.parametrize("broken", [0, 1])
    def test_too_few_sentences_to_keep_any_for_dev(
        self, broken: int, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data = tmp_path / "few.jsonl"
        rows = [{"text": f"lamp {word}", "intent": word} for word in ("on", "off")] * 2
        lines = [*(json.dumps(row) for row in rows), *(["{"] * broken)]
        data.write_text("\n".join(lines), "utf-8")
        assert train(data, tmp_path / "run", "--settings", quick) == 2
        error = capsys.readouterr().err
        assert "few: not one of its 4 labelled sentences is in the dev split" in error
        assert "a tenth is kept for dev" in error
        assert "write more sentences of each intent" in error
        assert ("the warnings above" in error) == bool(broken)
        assert not (tmp_path / "run").exists()

    def test_a_corpus_that_is_not_there(
        self, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert train(tmp_path / "nothing", tmp_path / "run", "--settings", quick, "--json") == 2
        output = capsys.readouterr()
        assert "nothing" in output.err
        assert one_document(output.out)["type"] == "error"

    def test_an_empty_corpus(
        self, tmp_path: Path, quick: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "empty.jsonl").write_bytes(b"")
        assert train(tmp_path / "empty.jsonl", tmp_path / "run", "--settings", quick) == 2
        assert "not one labelled sentence to train on" in capsys.readouterr().err


class TestBadSettings:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("colour = 1", ("settings: colour", "teachers")),
            ("[teecher]", ("settings: teecher", "student_alone, teachers, [student], [teacher]")),
            ("[teacher]\ncolour = 1", ("settings: teacher.colour", "epochs")),
            ("teacher = 3", ("settings.toml: teacher", "a table")),
            ("student = 3", ("settings.toml: student", "a table")),
            ("[student]\nepochs = 0", ("settings: student.epochs", "from 1")),
            ("teachers = ", ("the settings cannot be read", "settings.toml")),
        ],
    )
    def test_the_key_is_named(
        self,
        corpus_file: Path,
        tmp_path: Path,
        text: str,
        words: tuple[str, ...],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        path = tmp_path / "settings.toml"
        path.write_text(text, "utf-8")
        assert train(corpus_file, tmp_path / "run", "--settings", path, "--seed", 1) == 2
        error = capsys.readouterr().err
        assert all(word in error for word in words)
        assert "Traceback" not in error
        assert not (tmp_path / "run").exists()

    def test_a_byte_order_mark_is_none_of_the_settings(
        self, corpus_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "settings.toml"
        path.write_text("colour = 1", "utf-8-sig")
        assert train(corpus_file, tmp_path / "run", "--settings", path) == 2
        assert "settings: colour: is no setting" in capsys.readouterr().err

    @pytest.mark.parametrize("family", ["intent", "preference"])
    def test_fewer_trials_than_none(
        self, family: str, corpus_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        options = ["--data", str(corpus_file), "--out", str(tmp_path / "run"), "--search=-1"]
        assert main(["train", family, *options]) == 2
        error = capsys.readouterr().err
        assert "--search: is -1" in error
        assert "from 0 on" in error
        assert not (tmp_path / "run").exists()

    def test_a_settings_file_that_is_not_there(
        self,
        corpus_file: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert train(corpus_file, tmp_path / "run", "--settings", "no.toml") == 2
        assert capsys.readouterr().err == (
            "edge: no.toml: no such file or folder\n"
            f"  help: it is looked for at {tmp_path / 'no.toml'}\n"
        )

    def test_a_settings_file_that_is_a_folder(
        self, corpus_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert train(corpus_file, tmp_path / "run", "--settings", tmp_path) == 2
        assert (
            f"edge: {tmp_path}: the settings cannot be read: Is a directory\n"
            in capsys.readouterr().err
        )

    @pytest.mark.parametrize("name", ["folder", "./folder", "no-such/encoder"])
    def test_an_encoder_that_is_not_there(
        self,
        corpus_file: Path,
        tmp_path: Path,
        quick: Path,
        name: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "folder").mkdir()
        arguments = ("--settings", quick, "--encoder", name)
        assert train(corpus_file, tmp_path / "run", *arguments) == 2
        error = capsys.readouterr().err
        assert f"the encoder '{name}' cannot be loaded" in error
        assert "minilm" in error
        assert "Traceback" not in error


def test_two_processes_train_one_model(corpus_file: Path, tmp_path: Path, encoder: Path) -> None:
    """`accelerate launch` on one machine: both take part, one writes, and the result exports."""
    data = tiny.settings(encoder, epochs=2, augmented=40)
    data["teacher"]["epochs"] = 2
    settings = tiny.write_settings(tmp_path / "settings.toml", data)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    run = tmp_path / "run"
    # --multi_gpu is accelerate's word for "several processes"; without a GPU they use gloo.
    command = (
        f"-m accelerate.commands.launch --multi_gpu --num_processes 2 --num_machines 1 "
        f"--mixed_precision no --dynamo_backend no --main_process_ip 127.0.0.1 "
        f"--main_process_port {port} -m edge train intent --json"
    )
    child = subprocess.run(
        [sys.executable, *command.split(), "--data", corpus_file, "--out", run,
         "--settings", settings],
        env=os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=240,
    )  # fmt: skip
    assert child.returncode == 0, child.stderr
    assert set(one_document(child.stdout)["figures"]) == {"teacher 1", "student"}
    # Said once, by one of the two.
    assert len(re.findall("student, distilled, on dev", child.stderr)) == 1

    # Each process saw half of the batches: an epoch has half as many steps.
    from export.corpora import read

    sentences, size = len(read(corpus_file).train), data["teacher"]["batch_size"]
    (newest,) = sorted((run / "teacher-0" / "checkpoints").iterdir())[-1:]
    state = json.loads((newest / "trainer_state.json").read_text("utf-8"))
    steps = state["global_step"] / state["epoch"]
    assert steps == -(-sentences // size // 2)
    # Random numbers of both were kept, for resuming both.
    assert {path.name for path in newest.glob("rng_state*")} == {
        "rng_state_0.pth",
        "rng_state_1.pth",
    }

    assert not list(run.rglob(".*.tmp"))
    assert main(["export", str(run), "--out", str(tmp_path / "home.edge"),
                 "--profiles", "x86-64-hub", "--max-drop", "100"]) == 0  # fmt: skip
