"""The tables of the preference family, from results as the benchmarks write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.__main__ import main
from benchmarks.preference import tables
from benchmarks.preference.measures import figures
from benchmarks.preference.names import NAMES
from benchmarks.preference.plot import plot
from benchmarks.shown import NoRows
from benchmarks.tables import PUBLISHED
from tests.edge.preference.tiny import make_preference_bundle

RUN: dict[str, Any] = {
    "kind": "host",
    "machine": {"model": "Test", "architecture": "x86_64", "cores": 2},
    "versions": {"python": "3.11", "onnxruntime": "1.32"},
    "commit": {"id": "0123456789abcdef", "dirty": False},
    "command": "python -m benchmarks",
}


def row(name: str, model: str, view: str = "all", **more: Any) -> dict[str, Any]:
    return {
        "set": name,
        "model": model,
        "view": view,
        "targets": 4,
        **figures([1, 1, 2, 9]),
        **more,
    }


def made(name: str, results: dict[str, Any]) -> str:
    return tables.TABLES[name][1]({"run": RUN, **results})


def test_ours_stands_first_and_published_figures_last() -> None:
    ours = row("beauty", "Hearth Edge", ours=True, scheme="int8-dynamic")

    lines = made("beauty", {"rows": [row("beauty", "popularity"), ours]}).splitlines()

    assert lines[0] == "| model | HR@10, % | NDCG@10, % | from |"
    assert lines[2].startswith(
        "| **Hearth Edge** (int8-dynamic, as the runtime runs it) | 100.00 ["
    )
    assert lines[3].startswith("| popularity | 100.00 [")
    assert lines[4] == "| SASRec | 6.05 | 3.18 | RUCAIBox/CIKM2020-S3Rec |"
    assert "all items ranked but those of the user's past" in lines[-1]


def test_views_of_smartthings_and_cells_of_smartgen_are_told_apart() -> None:
    rows = [row("smartthings", "x", view) for view in ("all", "new course")]

    assert "| new course: 4 | x | 50.00 [" in made("smartthings", {"rows": rows})
    cells = [row(f"smartgen-{cell}", "x") for cell in ("fr-winter", "sp-single")]
    shown = made("smartgen", {"rows": cells})
    assert "| fr winter | x | 50.00 [" in shown
    assert "| sp single | the repository's baselines, the best in each measure | 37.40 |" in shown


def test_a_run_that_was_cut_short_says_so() -> None:
    rows = [row("household", "x")]

    assert "Only the first 50 targets" in made("household", {"rows": rows, "limit": 50})
    assert "Only" not in made("household", {"rows": rows})


def test_ratings_are_errors_in_points_and_pairs_in_percent() -> None:
    rate = {"value": 0.5, "low": 0.25, "high": 0.75, "count": 9}
    floor = {"set": "ratings", "model": "mean", "view": "all", "rmse": rate, "pairs": rate}

    shown = made("ratings", {"rows": [floor]})

    assert "| mean | 0.500 [0.250, 0.750] | 50.00 [25.00, 75.00] |" in shown


@pytest.mark.parametrize("name", tables.TABLES)
def test_a_table_without_rows_is_an_error_that_says_what_to_run(name: str) -> None:
    with pytest.raises(NoRows):
        made(name, {"rows": []})


LEARNING: dict[str, Any] = {
    "households": 20,
    "weeks": {
        "window": 16,
        "series": {
            name: [{"value": share, "low": 0.1, "high": 0.6, "count": 9} for share in shares]
            for name, shares in (("learning", (0.3, 0.5)), ("frozen", (0.2, 0.25)))
        },
        "second_week_gain": {"value": 1.0, "low": 0.8, "high": 1.3},
        "last_week_gain": {"value": 1.1, "low": 0.8, "high": 1.3},
    },
    "day_one": {
        name: {k: {"value": 0.1, "low": 0.0, "high": 0.2, "count": 50} for k in ("hr1", "hr3")}
        for name in ("learning", "popularity by hour")
    },
    "prompts": [
        {
            "days": 7,
            "rule": "soon",
            "a_day": 33.6,
            **{
                name: {"value": 0.4, "low": 0.3, "high": 0.5, "count": 9}
                for name in ("asked", "shown", "begun", "done")
            },
        }
    ],
    "changes": [
        {
            "what": "season",
            "before": 0.5,
            "first_week": 0.4,
            "last_two_weeks": 0.49,
            "unchanged_last_two_weeks": 0.51,
            "recovered_on_day": None,
            "days": [0.5] * 63,
            "old_routines": {"all": {"lost": {"value": 0.01, "low": -0.02, "high": 0.04}}},
        }
    ],
    "state": [{"people": 4, "years": 5, "bytes": 2048, "save_ms": 1.0, "load_ms": 2.0}],
}


def test_learning_is_shown_week_by_week() -> None:
    shown = made("learning", LEARNING)

    assert "| **learning** | 30.00 | 50.00 |" in shown
    assert "| the same model, frozen: the last 16 events, no memory | 20.00 | 25.00 |" in shown
    assert "in week 2 100 % [80, 130] above the frozen model" in shown


def test_what_is_shown_is_a_row_for_each_rule() -> None:
    share = "40.00 [30.00, 50.00]"
    row = f"| 7 days | **soon** | {share} | {share} | 34 | {share} | {share} |"

    assert row in made("prompts", LEARNING)


def test_a_change_that_is_not_over_is_no_number() -> None:
    shown = made("changes", LEARNING)

    assert "| 50.00 | 40.00 | 49.00 | 51.00 | not yet | 1.00 [-2.00, 4.00] | – |" in shown


def test_the_first_day_and_the_state() -> None:
    assert "| popularity by hour | 10.00 [0.00, 20.00] |" in made("day-one", LEARNING)
    assert "| 4 | 5 | 2 KiB | 1.0 ms | 2.0 ms |" in made("state", LEARNING)


def test_the_picture_is_the_same_for_the_same_results(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")

    first = plot(tmp_path / "a.svg", LEARNING).read_bytes()

    assert first == plot(tmp_path / "b.svg", LEARNING).read_bytes()
    assert b"</svg>" in first


def test_everything_that_a_bundle_may_be_given_for_is_described() -> None:
    assert set(NAMES) < set(json.loads(PUBLISHED.read_text("utf-8")))


def test_the_sample_is_measured_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = make_preference_bundle(tmp_path / "tiny.edge")

    what = ["--only", "preference", "--bundle", f"household={bundle}", "--limit", "30"]
    status = main([*what, "--out", str(tmp_path), "--json"])

    assert status == 0
    rows = json.loads(capsys.readouterr().out)["preference"]["rows"]
    assert rows == json.loads((tmp_path / "preference.json").read_text("utf-8"))["rows"]
    assert [row["targets"] for row in rows] == [30] * 4
    assert rows[-1]["ours"] is True


@pytest.mark.parametrize(
    "arguments",
    [
        ["--only", "learning"],
        ["--only", "preference"],
        ["--only", "preference-speed"],
        ["--only", "preference", "--limit", "0", "--bundle", "household=BUNDLE"],
    ],
)
def test_what_is_missing_is_said(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = make_preference_bundle(tmp_path / "tiny.edge")

    assert main([one.replace("BUNDLE", str(bundle)) for one in arguments]) == 2
    assert capsys.readouterr().err.startswith("error: ")
