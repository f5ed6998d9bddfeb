"""A run's folder is of one training at a time, and of one corpus with one choice of settings."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from edge.errors import UsageError
from export import run_folder as runs

MADE_OF: dict[str, Any] = {"corpus": ("turn it on", "turn it off"), "settings": ({"epochs": 3},)}


def begun(folder: Path, family: str = "intent", *, resume: bool = False, **changes: Any) -> None:
    with runs.run_folder(folder, family, MADE_OF | changes, resume=resume):
        assert folder.is_dir()


def test_the_same_is_gone_on_with(tmp_path: Path) -> None:
    begun(tmp_path / "runs" / "home")
    begun(tmp_path / "runs" / "home", resume=True)


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"corpus": ("turn it on",)}, "other corpus$"),
        ({"settings": ({"epochs": 4},)}, "other settings$"),
        ({"corpus": (), "settings": ()}, "other corpus and settings$"),
    ],
)
def test_something_else_is_not(tmp_path: Path, changes: dict[str, Any], what: str) -> None:
    begun(tmp_path)
    with pytest.raises(UsageError) as caught:
        begun(tmp_path, resume=True, **changes)
    assert caught.match(what.replace("$", ""))
    assert "--resume" in caught.value.hint
    begun(tmp_path, resume=True)  # what is there is still that of before
    begun(tmp_path, **changes)  # but may be begun anew
    begun(tmp_path, resume=True, **changes)


def test_a_run_of_before_this_was_written_is_gone_on_with(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"family": "intent"}')
    begun(tmp_path, resume=True)


@pytest.mark.parametrize("stages", [("teacher-0", "teacher-1", "student"), ("network",)])
def test_nothing_of_a_finished_run_is_left_to_one_that_begins_anew(
    tmp_path: Path, stages: tuple[str, ...]
) -> None:
    begun(tmp_path)
    (tmp_path / "run.json").write_text('{"family": "intent"}')
    for stage in (*stages, "my-own"):
        (tmp_path / stage / "checkpoints" / "checkpoint-9").mkdir(parents=True)
        (tmp_path / stage / "figures.json").write_text("{}")
    begun(tmp_path, resume=True)
    assert (tmp_path / "run.json").exists()
    begun(tmp_path, settings=({"epochs": 4},))
    assert not (tmp_path / "run.json").exists()
    for stage in stages:
        assert list((tmp_path / stage).iterdir()) == []
    assert (tmp_path / "my-own" / "checkpoints" / "checkpoint-9").exists()


def test_misuse_found_late_costs_no_finished_model(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text('{"family": "intent"}')
    os.utime(tmp_path / "run.json", (86400, 86400))
    with (
        pytest.raises(UsageError, match="no such encoder"),
        runs.run_folder(tmp_path, "intent", MADE_OF, resume=False),
    ):
        raise UsageError("no such encoder")
    assert (tmp_path / "run.json").stat().st_mtime == 86400
    with (
        pytest.raises(KeyboardInterrupt),
        runs.run_folder(tmp_path, "intent", MADE_OF, resume=False),
    ):
        raise KeyboardInterrupt
    assert not (tmp_path / "run.json").exists()


def test_a_folder_without_a_run_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "network" / "checkpoints").mkdir(parents=True)
    begun(tmp_path)
    assert (tmp_path / "network" / "checkpoints").exists()


def test_every_stage_of_a_training_is_known(tmp_path: Path, run_folder: Path) -> None:
    shutil.copytree(run_folder, tmp_path / "run")
    assert len(list(tmp_path.glob("run/*/checkpoints"))) == 3
    begun(tmp_path / "run")
    assert not list(tmp_path.glob("run/*/checkpoints"))


@pytest.mark.parametrize("resume", [False, True])
def test_another_familys_run_is_left_alone(tmp_path: Path, resume: bool) -> None:
    (tmp_path / "run.json").write_text('{"family": "preference"}')
    with pytest.raises(UsageError, match="holds a run of the family 'preference'"):
        begun(tmp_path, resume=resume)
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_two_at_a_time_are_one_too_many(tmp_path: Path) -> None:
    with (
        runs.run_folder(tmp_path, "intent", MADE_OF, resume=False),
        pytest.raises(UsageError, match="another training is at work there"),
    ):
        begun(tmp_path)
    begun(tmp_path)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a letter")
    with pytest.raises(UsageError, match="is no folder"):
        begun(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "a letter"


def test_what_is_no_description_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "begun.json").write_text("[1")
    begun(tmp_path, resume=True)
