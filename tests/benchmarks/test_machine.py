"""What a figure was measured on."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from benchmarks.machine import command, commit, describe


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True)


def test_a_figure_says_machine_threads_versions_commit_and_command() -> None:
    found = json.loads(json.dumps(describe()))

    assert found["kind"] == "host"
    assert found["machine"]["cores"] >= 1
    assert {"python", "numpy", "onnxruntime"} <= set(found["versions"])
    assert set(found["commit"]) == {"id", "dirty"}
    assert found["command"].startswith("python -m benchmarks")


def test_a_kind_of_figure_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="host, emulated, estimated"):
        describe("guessed")


def test_a_changed_tree_is_said_to_be_changed(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a").write_text("1", encoding="utf-8")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-q", "-m", "a")
    clean = commit(tmp_path)
    (tmp_path / "a").write_text("2", encoding="utf-8")

    assert len(clean["id"]) == 40
    assert not clean["dirty"]
    assert commit(tmp_path) == {"id": clean["id"], "dirty": True}


def test_no_repository_is_no_error(tmp_path: Path) -> None:
    assert commit(tmp_path) == {"id": "", "dirty": True}


def test_where_things_lie_on_this_machine_is_not_published() -> None:
    shown = command(["--data", "/home/me/corpora", "--bundle", "snips=/tmp/x/snips.edge", "-v"])

    assert shown == "python -m benchmarks --data corpora --bundle snips=snips.edge -v"
