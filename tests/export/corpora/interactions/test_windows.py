"""SmartThings' and SmartGen's windows of ten actions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import UsageError
from export.corpora.interactions import Target, moment, read
from export.corpora.interactions.smartthings import read_smartthings

NAMES = {"Light:switch on": 0, "Light:switch off": 1, "None:location": 2}
WINDOW = [[index % 7, index % 8, 5, index, index % 3] for index in range(10)]
BARE = [row[:4] for row in WINDOW]


def smartthings(folder: Path, *train: Any, vocabulary: Any = None) -> Path:
    vocabulary = {"device_control_dict": NAMES} if vocabulary is None else vocabulary
    (folder / "vocabulary.json").write_text(json.dumps(vocabulary), encoding="utf-8")
    return splits(folder, *(train or (WINDOW,)), rest=WINDOW)


def splits(folder: Path, *train: Any, rest: Any) -> Path:
    for name, rows in (("train", train), ("dev", (rest,)), ("test", (rest,))):
        lines = (row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)
        (folder / f"{name}.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
    return folder


def test_each_window_is_a_history_with_its_last_action_as_target(tmp_path: Path) -> None:
    corpus = read(smartthings(tmp_path, WINDOW, WINDOW))

    assert [history.household for history in corpus.histories] == [
        "train:1",
        "train:2",
        "dev:1",
        "test:1",
    ]
    assert (corpus.train, corpus.dev, corpus.test) == (
        [Target(0, 9), Target(1, 9)],
        [Target(2, 9)],
        [Target(3, 9)],
    )
    event = corpus.histories[0].events[4]
    assert (event.action, event.weekday, event.hour) == ("Light:switch off", 4, 13.5)
    assert event.value == "4"
    assert event.time is not None
    assert moment(event.time) == (event.weekday, event.hour)
    times = [event.time for event in corpus.histories[0].events]
    assert times == sorted(times)  # type: ignore[type-var]
    assert corpus.catalogue == tuple(NAMES)
    assert corpus.attributes["None:location"] == ("None",)
    assert not corpus.generic


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b"[[", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b"[" * 100_000, "not JSON"),
        ({}, "not a list of 10 actions"),
        (WINDOW[:9], "not a list of 10 actions"),
        ([*WINDOW[:9], [1, 2, 3]], "not a list of 5 numbers"),
        ([*WINDOW[:9], [1, 2, 3, 4, "5"]], "something else than whole numbers"),
        ([*WINDOW[:9], [1, 2, 3, 4, True]], "something else than whole numbers"),
        ([*WINDOW[:9], [1, 2, 3, 4, -1]], "something else than whole numbers"),
        ([*WINDOW[:9], [7, 2, 3, 4, 1]], "weekday 7, slot 2"),
        ([*WINDOW[:9], [6, 8, 3, 4, 1]], "weekday 6, slot 8"),
        ([*WINDOW[:9], [6, 7, 3, 4, 3]], "the action 3 is not among the 3 of the vocabulary"),
    ],
)
def test_a_broken_window_is_named_and_costs_only_itself(
    tmp_path: Path, line: Any, what: str
) -> None:
    corpus = read_smartthings(smartthings(tmp_path, WINDOW, line, WINDOW))

    assert len(corpus.train) == 2
    assert [(item.file, item.line) for item in corpus.problems] == [("train.jsonl", 2)]
    assert what in corpus.problems[0].what


@pytest.mark.parametrize(
    "vocabulary",
    [{}, [], 3, {"device_control_dict": {"a": 1}}, {"device_control_dict": {"a": 0, "b": "1"}}],
)
def test_a_vocabulary_with_gaps_cannot_be_used(tmp_path: Path, vocabulary: Any) -> None:
    with pytest.raises(UsageError, match=r"vocabulary\.json"):
        read(smartthings(tmp_path, vocabulary=vocabulary), "smartthings")


def test_a_missing_split_is_named(tmp_path: Path) -> None:
    (smartthings(tmp_path) / "dev.jsonl").unlink()

    with pytest.raises(UsageError, match=r"dev\.jsonl"):
        read(tmp_path)


def cell(folder: Path) -> Path:
    path = folder / "fr" / "winter"
    path.mkdir(parents=True)
    return splits(path, BARE, rest=BARE)


def test_a_cell_without_vocabulary_ranks_all_numbers_up_to_its_largest(tmp_path: Path) -> None:
    path = cell(tmp_path)
    (path / "dev.jsonl").write_text(json.dumps([[0, 0, 8, 12], *BARE[1:]]), encoding="utf-8")
    corpus = read(path)

    assert corpus.name == "fr-winter"
    assert corpus.catalogue == tuple(f"control:{number}" for number in range(13))
    assert corpus.attributes["control:12"] == ("device:8",)
    assert "control:11" not in corpus.attributes
    assert corpus.event(corpus.test[0]).action == "control:9"
    assert corpus.event(corpus.test[0]).hour == 4.5


def test_a_vocabulary_above_the_cell_gives_names_and_the_whole_catalogue(tmp_path: Path) -> None:
    names = {f"Light:{index}": index for index in range(40)}
    path = cell(tmp_path)
    (tmp_path / "vocabulary.json").write_text(json.dumps({"fr_actions": names}), encoding="utf-8")
    corpus = read(path)

    assert corpus.catalogue == tuple(names)
    assert corpus.event(corpus.train[0]).action == "Light:9"


ROWS = st.lists(st.lists(st.integers(-2, 9) | st.text(max_size=2), max_size=6), max_size=11)


@given(
    st.lists(st.binary(max_size=20).map(lambda raw: raw.replace(b"\n", b" ")) | ROWS, max_size=6)
)
def test_no_line_raises_or_costs_a_good_one(
    tmp_path_factory: pytest.TempPathFactory, junk: list[Any]
) -> None:
    corpus = read_smartthings(smartthings(tmp_path_factory.mktemp("windows"), *junk, WINDOW))

    assert corpus.event(corpus.train[-1]).action == "Light:switch on"
