"""Users and their items, leave-one-out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import UsageError
from export.corpora.interactions import Target, read
from export.corpora.interactions.amazon import read_amazon


def test_the_last_item_is_test_and_the_one_before_it_dev(tmp_path: Path) -> None:
    file = tmp_path / "Toys.txt"
    file.write_text("1 5 6 7 5 10\n2 6 5 9\n", encoding="utf-8")
    corpus = read(file)

    assert corpus.name == "Toys"
    assert corpus.train == [Target(0, 1), Target(0, 2)]
    assert corpus.dev == [Target(0, 3), Target(1, 1)]
    assert corpus.test == [Target(0, 4), Target(1, 2)]
    assert corpus.catalogue == ("5", "6", "7", "9", "10")
    assert corpus.histories[0].household == "1"
    assert corpus.event(corpus.test[0]).time is None
    assert read(tmp_path) == corpus


def test_attributes_lie_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "Toys.txt").write_text("1 5 6 7 8\n", encoding="utf-8")
    beside = tmp_path / "Toys_item2attributes.json"
    beside.write_text(json.dumps({"5": [1, 2], "99": [3]}), encoding="utf-8")

    assert read(tmp_path / "Toys.txt").attributes == {"5": ("attribute:1", "attribute:2")}
    beside.write_text("[1]", encoding="utf-8")
    with pytest.raises(UsageError, match="no attributes of items"):
        read(tmp_path / "Toys.txt")


def test_users_with_too_little_or_twice_are_named(tmp_path: Path) -> None:
    file = tmp_path / "Toys.txt"
    file.write_bytes(b"1 5 6 7 8\n2 5 6\n\n1 5 6 7\n\xff 1 2 3\n3\n")
    corpus = read(file)

    assert len(corpus.histories) == 1
    assert [(item.line, item.what) for item in corpus.problems] == [
        (2, "the user '2' has 2 items; 3 are the least"),
        (4, "the user '1' is that of line 1"),
        (5, "not UTF-8: byte 1 of the line"),
        (6, "the user '3' has 0 items; 3 are the least"),
    ]


def test_a_folder_with_two_files_asks_which(tmp_path: Path) -> None:
    for name in ("Beauty.txt", "Toys.txt"):
        (tmp_path / name).write_text("1 5 6 7 8\n", encoding="utf-8")

    with pytest.raises(UsageError, match=r"Beauty\.txt, Toys\.txt"):
        read(tmp_path)


@given(st.binary(max_size=200))
def test_any_bytes_are_read(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    file = tmp_path_factory.mktemp("amazon") / "any.txt"
    file.write_bytes(raw + b"\nthe-good-user 1 2 3\n")

    assert any(item.household == "the-good-user" for item in read_amazon(file).histories)
