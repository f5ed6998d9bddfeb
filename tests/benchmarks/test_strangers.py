"""What people say to an assistant, said to a home."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.strangers import rows
from benchmarks.tables import TABLES
from edge.errors import UsageError
from edge.models import default_bundle

SAID = (
    ("turn off the kitchen lights", "iot_hue_lightoff"),
    ("open the kitchen lights", "iot_hue_lightoff"),
    ("turn on the desk lamp", "iot_hue_lighton"),
    ("what is the capital of portugal", "qa_factoid"),
    ("play chess", "play_game"),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "slurp"
    folder.mkdir(parents=True)
    lines = [
        json.dumps({"text": text, "intent": intent, "tokens": text.split(), "entities": []})
        for text, intent in SAID
    ]
    for name in ("train_hwu", "devel", "test"):
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder.parent


def test_what_is_wanted_is_done_and_anything_else_refused(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = data.parent / "results"
    arguments = ["--only", "strangers", "--data", str(data), "--out", str(out), "--json"]
    assert main(arguments) == 0
    found = json.loads(capsys.readouterr().out)["strangers"]
    whole, exact = found["rows"][:3], found["rows"][3:]
    for part in (whole, exact):
        assert [(row["wanted"], row["sentences"]) for row in part] == [
            ("light", 3),
            ("games", 1),
            ("anything else", 1),
        ]
        light, games, others = part
        assert light["right"]["count"] == 3
        assert light["right"]["value"] >= 0.33
        assert light["refused"]["value"] >= 0.33  # there is no desk lamp
        assert games["wrong"]["value"] == 1
        assert others["right"]["value"] == 1
    assert "| light | 3 |" in TABLES["strangers"][1](found)


def test_a_bundle_of_no_home_is_said_to_be_none(data: Path, tiny_bundle: Path) -> None:
    with pytest.raises(UsageError, match="no bundle of a home"):
        rows(data, tiny_bundle, report=print)
    assert rows(data, default_bundle(), report=print)


def test_without_sentences_there_is_nothing_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--only", "strangers", "--data", str(tmp_path)]) == 2
    assert "strangers needs slurp" in capsys.readouterr().err
