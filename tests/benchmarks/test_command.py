"""The command line of the benchmarks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.__main__ import bundles, main
from edge.errors import UsageError


def test_a_bundle_is_that_of_the_home_unless_it_says_otherwise(tmp_path: Path) -> None:
    given = bundles([str(tmp_path), f"snips={tmp_path}"])

    assert given == {"home": tmp_path, "snips": tmp_path}


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (["atis=."], "unknown corpus 'atis'"),
        ([".", "home=."], "two bundles for 'home'"),
        (["nowhere.edge"], "no such bundle"),
    ],
)
def test_a_bundle_that_cannot_be_is_refused(values: list[str], what: str) -> None:
    with pytest.raises(UsageError, match=what):
        bundles(values)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--only", "speed"],
        ["--only", "speed", "--bundle", "nowhere.edge"],
        ["--only", "peers", "--repeats", "0"],
    ],
)
def test_misuse_ends_with_status_2_and_says_why(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().err.startswith("error: ")


def test_accuracy_of_the_baselines_is_one_document_and_one_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("sklearn")
    for split in ("train", "dev", "test"):
        folder = tmp_path / "data" / "snips" / split
        folder.mkdir(parents=True)
        (folder / "seq.in").write_text("play jazz\nrain today\nplay rock\nsnow now\n")
        (folder / "seq.out").write_text("O O\nO O\nO O\nO O\n")
        (folder / "label").write_text("Play\nWeather\nPlay\nWeather\n")
    status = main(
        ["--only", "accuracy", "--data", str(tmp_path / "data"), "--out", str(tmp_path), "--json"]
    )

    assert status == 0
    shown = json.loads(capsys.readouterr().out)["accuracy"]
    assert shown == json.loads((tmp_path / "accuracy.json").read_text(encoding="utf-8"))
    assert [row["model"] for row in shown["rows"]] == [
        "TF-IDF + logistic regression",
        "one answer for all, the best (Play)",
    ]
    assert shown["rows"][0]["intent_accuracy"]["value"] == 1.0
    assert str(tmp_path) not in json.dumps(shown)


def test_tables_without_results_files_are_an_error_only_where_one_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "README.md"
    page.write_text("no tables here\n", encoding="utf-8")
    monkeypatch.setattr("benchmarks.tables.documents", lambda: [page])
    assert main(["tables", "--check", "--out", str(tmp_path)]) == 0

    page.write_text("<!-- table:snips -->\n<!-- end -->\n", encoding="utf-8")
    assert main(["tables", "--check", "--out", str(tmp_path)]) == 2
    assert "accuracy.json, which is missing" in capsys.readouterr().err
