"""Tables made from results files, between markers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from benchmarks.shown import commits, duration, markdown
from benchmarks.tables import (
    PUBLISHED,
    TABLES,
    load_results,
    render,
    update,
)
from edge.errors import UsageError

RUN = {
    "kind": "host",
    "machine": {"model": "Board", "architecture": "aarch64", "cores": 4},
    "versions": {"python": "3.11.2", "onnxruntime": "1.21.0"},
    "commit": {"id": "0123456789abcdef", "dirty": False},
    "command": "python -m benchmarks",
}


def timing(name: str, p50: float, **more: Any) -> dict[str, Any]:
    times = {"p50_us": p50, "p90_us": p50 * 1.1, "p99_us": p50 * 2}
    return {"table": "peers", "group": "16 tokens", "name": name, **times, **more}


def rate(value: float) -> dict[str, float]:
    return {"value": value, "low": value - 0.01, "high": value + 0.01, "count": 700}


def results(*rows: dict[str, Any], **run: Any) -> dict[str, Any]:
    return {"run": {**RUN, **run}, "rows": list(rows)}


ACCURACY = results(
    {
        "corpus": "snips",
        "model": "Hearth Edge",
        "ours": True,
        "scheme": "int8-dynamic",
        "intent_accuracy": rate(0.985),
        "slot_f1": rate(0.96),
        "frame_accuracy": rate(0.91),
    },
    {"corpus": "snips", "model": "majority", "intent_accuracy": rate(0.1775)},
)
PAGE = "before\n<!-- table:snips -->\nold one\n<!-- end -->\nafter\n"


def test_what_stands_between_the_markers_is_replaced_and_nothing_else() -> None:
    page = render(PAGE, {"accuracy": ACCURACY})

    assert page.startswith("before\n<!-- table:snips -->\n| model |")
    assert page.endswith("<!-- end -->\nafter\n")
    assert "old one" not in page
    assert render(page, {"accuracy": ACCURACY}) == page


def test_our_figures_stand_beside_published_ones_with_their_sources() -> None:
    page = render(PAGE, {"accuracy": ACCURACY})

    assert "98.50 [97.50, 99.50]" in page
    assert (
        "| BERT-base + CRF (110 M) | 98.57 | 97.24 | 93.57 | README of monologg/JointBERT" in page
    )
    assert "13,084 / 700 / 700" in page
    assert "| majority | 17.75 [16.75, 18.75] | – | – |" in page
    assert "Majority: training's most frequent intent" in page
    only_ours = {**ACCURACY, "rows": ACCURACY["rows"][:1]}
    assert "Majority:" not in render(PAGE, {"accuracy": only_ours})


@pytest.mark.parametrize("corpus", ["snips", "slurp", "clinc150"])
def test_it_is_said_whether_ours_may_refuse(corpus: str) -> None:
    protocol = json.loads(PUBLISHED.read_text(encoding="utf-8"))[corpus]["protocol"]
    refuses = corpus == "clinc150"
    assert ("with the threshold of the runtime" in protocol) == refuses
    assert ("no threshold, no refusal" in protocol) != refuses


def test_a_ratio_is_a_column_of_its_own() -> None:
    ratio = {"fast": "ours", "slow": "it", "value": 20.5, "low": 19.9, "high": 21.0}
    _, make = TABLES["peers"]
    table = make(results(timing("it", 4500, ratio=ratio, ours_p50_us=219.5)))

    assert "| ours, p50, in turn | times ours |" in table
    assert "| 4.50 ms | 4.95 ms | 9.00 ms | 220 µs | 20.50× [19.90, 21.00] |" in table


def test_host_emulated_and_estimated_never_share_a_column() -> None:
    _, make = TABLES["peers"]
    rows = [timing("a", 1000), timing("b", 2000, kind="estimated")]
    lines = make(results(*rows)).splitlines()

    assert "p50 (host)" in lines[0]
    assert "p50 (estimated)" in lines[0]
    assert lines[2].split("|")[3:9] == [" 1.00 ms ", " 1.10 ms ", " 2.00 ms ", " – ", " – ", " – "]
    assert lines[3].split("|")[3:9] == [" – ", " – ", " – ", " 2.00 ms ", " 2.20 ms ", " 4.00 ms "]


def test_times_under_an_emulator_are_not_shown_as_times() -> None:
    _, make = TABLES["peers"]
    table = make(results(timing("a", 1000), kind="emulated"))

    assert "p50 (emulated)" in table
    assert "1.00 ms" not in table


def test_the_footprint_of_a_bundle() -> None:
    found = {
        "repeats": 7,
        "edge_import_ms": 12.34,
        "load_ms": 40.0,
        "resident_mb": 20.0,
        "bundle": {"variants": {"raspberry-pi-4": 1_048_576}},
    }
    _, make = TABLES["footprint"]
    table = make({"run": RUN, "rows": [], "footprint": found})

    assert "| bundle, one variant (raspberry-pi-4) | 1024 KiB |" in table
    assert "12.3 ms" in table


def test_stale_files_are_found_and_then_brought_up_to_date(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(PAGE, encoding="utf-8")
    given = {"accuracy": ACCURACY}

    assert update([page, tmp_path / "missing.md"], given, check=True) == [page]
    assert page.read_text(encoding="utf-8") == PAGE
    assert update([page], given) == [page]
    assert update([page], given, check=True) == []


@pytest.mark.parametrize(
    ("page", "what"),
    [
        ("<!-- table:none -->\n<!-- end -->\n", "no table 'none'"),
        ("<!-- table:snips -->\n", "1 table markers, but 0"),
        ("<!-- table:peers -->\n<!-- end -->\n", r"peers\.json, which is missing"),
        ("<!-- table:slurp -->\n<!-- end -->\n", "no rows for slurp"),
    ],
)
def test_a_table_that_cannot_be_made_is_an_error(page: str, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        render(page, {"accuracy": ACCURACY})


def test_a_results_file_that_is_no_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "speed.json").write_text("{", encoding="utf-8")

    with pytest.raises(UsageError, match=r"speed\.json"):
        load_results(tmp_path)


def test_every_published_figure_has_a_source_and_a_protocol() -> None:
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))

    assert set(published) > {"snips", "clinc150", "slurp"}
    for corpus in published.values():
        assert corpus["protocol"]
        assert all(row["source"] and row["model"] for row in corpus["rows"])


def test_bars_in_cells_are_escaped() -> None:
    assert markdown(["a"], [["x|y"]]) == "| a |\n| --- |\n| x\\|y |\n"


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [(3.14159, "3.1 µs"), (87.4, "87 µs"), (4512, "4.51 ms"), (2_500_000, "2.50 s")],
)
def test_durations_are_for_people(microseconds: float, text: str) -> None:
    assert duration(microseconds) == text


def test_brackets_are_explained_where_there_are_any_and_nowhere_else() -> None:
    found = load_results()
    for name, (source, make) in TABLES.items():
        table = make(found[source])
        if "In brackets" in table:
            assert re.search(r"\[-?\d", table), name


def test_a_commit_is_claimed_for_what_it_gave_and_for_nothing_else() -> None:
    found = {**ACCURACY, "runs": {"rows": {"snips": RUN}, "training": {"snips": RUN}}}
    assert commits(found, "snips", part="training") == "Commit 0123456789."
    both = commits(found, "snips", "home", part="training")
    assert both == "Commit 0123456789; of home not recorded."
    older = {**ACCURACY, "runs": {"snips": RUN}}
    assert commits(older, "snips", part="training") == "Commit not recorded."
    assert commits(older, "snips") == "Commit 0123456789."
