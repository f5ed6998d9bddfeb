"""The interaction log as Parquet: the same events as from JSON lines."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import MissingExtra, UsageError
from export.corpora.interactions import detect, read
from export.corpora.interactions.log import read_log

ROWS: list[dict[str, Any]] = [
    {
        "time": f"2024-01-08T07:{minute:02d}:00",
        "household": "h",
        "action": f"item-{minute % 3}",
        "person": "anna" if minute % 2 else None,
        "context": {"lux": float(minute), "door": "open"},
        "rating": 4.0 if minute % 5 else None,
        "value": "21",
    }
    for minute in range(20)
]


def parquet(path: Path, rows: list[dict[str, Any]]) -> Path:
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


def of_json(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def spelt(row: dict[str, Any], how: str) -> dict[str, Any]:
    rest = {key: value for key, value in row.items() if key != "context"}
    if how == "text":
        return {**rest, "context": json.dumps(row["context"])}
    if how == "columns":
        return {**rest, **{f"context.{key}": value for key, value in row["context"].items()}}
    return row


@pytest.mark.parametrize("how", ["text", "columns", "struct"])
def test_all_spellings_of_the_context_are_the_same_log(tmp_path: Path, how: str) -> None:
    path = parquet(tmp_path / "log.parquet", [spelt(row, how) for row in ROWS])
    corpus = read(path)

    assert detect(path) == "log"
    assert corpus == read(of_json(tmp_path / "log.jsonl", ROWS))
    assert not corpus.problems


def test_a_map_is_a_context_too(tmp_path: Path) -> None:
    rows = [{**ROWS[1], "context": [("lux", 1.0), ("temperature", None)]}]
    fields = [(key, pa.string()) for key in ("time", "household", "action", "person", "value")]
    kind = pa.map_(pa.string(), pa.float64())
    schema = pa.schema([*fields, ("context", kind), ("rating", pa.float64())])
    pq.write_table(pa.Table.from_pylist(rows, schema), tmp_path / "log.parquet")
    corpus = read_log(tmp_path)

    assert corpus.histories[0].events[0].context == {"lux": 1.0}
    assert not corpus.problems


def times(path: Path, kind: Any, value: Any) -> float | None:
    rest = {"household": pa.array(["h"]), "action": pa.array(["a"])}
    pq.write_table(pa.table({"time": pa.array([value], kind), **rest}), path)
    return read_log(path).histories[0].events[0].hour


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_are_the_wall_clock_of_their_zone(tmp_path: Path, unit: str) -> None:
    path = tmp_path / "log.parquet"
    noon = datetime(2024, 1, 8, 12)

    assert times(path, pa.timestamp(unit), noon) == 12.0
    aware = noon.replace(tzinfo=timezone(timedelta(hours=3)))
    assert times(path, pa.timestamp(unit, "+03:00"), aware) == 12.0
    assert times(path, pa.date32(), noon.date()) == 0.0
    assert times(path, pa.int64(), 1_704_672_000) == 0.0


def test_a_null_is_no_reading_and_nan_a_bad_one(tmp_path: Path) -> None:
    rows = [
        {**spelt(ROWS[0], "text"), "context.x": None},
        {**spelt(ROWS[1], "text"), "context.x": 1.0},
    ]
    rows[1]["context.y"] = rows[0]["context.y"] = float("nan")
    corpus = read_log(parquet(tmp_path / "log.parquet", rows))

    assert [sorted(event.context) for event in corpus.histories[0].events] == [
        ["door", "lux"],
        ["door", "lux", "x"],
    ]
    assert [(item.line, "'y' reads nan" in item.what) for item in corpus.problems] == [
        (1, True),
        (2, True),
    ]


def test_rows_without_a_time_and_contexts_that_are_no_json_are_named(tmp_path: Path) -> None:
    rows = [{**spelt(row, "text")} for row in ROWS[:4]]
    rows[1]["time"] = None
    rows[2]["context"] = "{"
    corpus = read_log(parquet(tmp_path / "log.parquet", rows))

    assert len(corpus.histories[0].events) == 3
    assert [str(item) for item in corpus.problems] == [
        "log.parquet:2: no time",
        "log.parquet:3: the context is no object; the event is kept without it",
    ]


def test_what_is_no_parquet_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "log.parquet").write_bytes(b"PAR1 and nothing else PAR1")

    with pytest.raises(UsageError, match="cannot be read as Parquet"):
        read(tmp_path / "log.parquet")
    with pytest.raises(UsageError, match="no such file"):
        read(tmp_path / "none.parquet")


@given(st.data())
def test_a_damaged_file_is_an_error_with_a_name_or_still_a_log(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    path = parquet(tmp_path_factory.mktemp("damaged") / "log.parquet", ROWS)
    raw = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        del raw[data.draw(st.integers(0, len(raw) - 1)) :]
    else:
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(raw)
    try:
        read_log(path)
    except UsageError as error:
        assert error.where == str(path)


def test_without_pyarrow_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = parquet(tmp_path / "log.parquet", ROWS)
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(MissingExtra, match=r"hearth-edge\[export\]"):
        read(path)
