"""What a figure was measured on."""

from __future__ import annotations

import json

import pytest

from benchmarks.machine import command, describe


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


def test_where_things_lie_on_this_machine_is_not_published() -> None:
    shown = command(["--data", "/home/me/corpora", "--bundle", "snips=/tmp/x/snips.edge", "-v"])

    assert shown == "python -m benchmarks --data corpora --bundle snips=snips.edge -v"
