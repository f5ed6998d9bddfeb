"""The CLINC150 layout: one JSON object of splits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from edge.errors import UsageError
from export.corpora import OUT_OF_SCOPE, read

DATA: dict[str, Any] = {
    "train": [["what is my balance", "balance"], ["show my balance", "balance"]],
    "val": [["balance please", "balance"]],
    "test": [["my balance", "balance"]],
    "oos_train": [["why is the sky blue", "oos"]],
    "oos_val": [["tell me of whales", "oos"]],
    "oos_test": [["who painted that", "oos"]],
}


def write(folder: Path, data: Any, name: str = "data_full.json") -> Path:
    (folder / name).write_text(json.dumps(data), encoding="utf-8")
    return folder


def test_out_of_scope_sentences_are_in_every_split(tmp_path: Path) -> None:
    corpus = read(write(tmp_path, DATA))

    for split in (corpus.train, corpus.dev, corpus.test):
        assert split[-1].intent == OUT_OF_SCOPE
    assert corpus.intents == ["balance"]
    assert not corpus.problems


def test_the_set_with_more_out_of_scope_sentences_is_an_option(tmp_path: Path) -> None:
    write(tmp_path, DATA)
    more = {**DATA, "oos_train": [*DATA["oos_train"], ["and another", "oos"]]}
    write(tmp_path, more, "data_oos_plus.json")

    assert len(read(tmp_path).train) == 3
    assert len(read(tmp_path, clinc="oos_plus").train) == 4


def test_the_file_itself_can_be_named(tmp_path: Path) -> None:
    write(tmp_path, DATA)

    assert len(read(tmp_path / "data_full.json").test) == 2


@pytest.mark.parametrize("row", [["alone"], "text", ["", "balance"], ["text", ""], [1, "balance"]])
def test_a_broken_entry_is_named_and_costs_only_itself(tmp_path: Path, row: Any) -> None:
    corpus = read(write(tmp_path, {**DATA, "train": [row, *DATA["train"]]}))

    assert len(corpus.train) == 3
    assert [item.what.split(":")[0] for item in corpus.problems] == ["train[0]"]


@pytest.mark.parametrize("text", ["{", "[1]", '{"train": 3}', "[" * 100_000])
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "data_full.json").write_text(text, encoding="utf-8")

    with pytest.raises(UsageError, match="data_full"):
        read(tmp_path)
