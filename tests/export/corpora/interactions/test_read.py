"""Reading interactions whatever their layout; and the public ones as they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edge.errors import UsageError
from export.corpora.interactions import InteractionCorpus, detect, read


def test_nothing_at_the_path_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        read(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="no such file or folder"):
        read(tmp_path / "nowhere", "log")


def test_a_folder_in_no_known_layout_lists_the_layouts(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="smartthings, smartgen, amazon, households, ratings, log"):
        detect(tmp_path)


def test_an_unknown_layout_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="smartthings, smartgen, amazon"):
        read(tmp_path, "netflix")


@pytest.mark.parametrize("layout", ["smartthings", "smartgen", "households", "ratings", "log"])
def test_the_wrong_layout_names_what_it_lacks(tmp_path: Path, layout: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, layout)
    assert str(tmp_path) in caught.value.where


def test_a_text_beside_a_log_does_not_make_it_amazons(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text("{}\n", encoding="utf-8")
    (tmp_path / "readme.txt").write_text("a log\n", encoding="utf-8")

    assert detect(tmp_path) == "log"


# --- public data ---------------------------------------------------------------------------------


@pytest.fixture
def data() -> Path:
    folder = os.environ.get("EDGE_DATA")
    if not folder:
        pytest.skip("EDGE_DATA does not name the folder of public data")
    return Path(folder)


def sizes(corpus: InteractionCorpus) -> tuple[int, int, int]:
    return len(corpus.train), len(corpus.dev), len(corpus.test)


@pytest.mark.data
def test_smartthings_as_published(data: Path) -> None:
    corpus = read(data / "smartthings_fr")

    assert sizes(corpus) == (3_095, 443, 885)
    assert len(corpus.catalogue) == 222
    assert "Television:switch on" in corpus.catalogue
    assert not corpus.problems


@pytest.mark.data
@pytest.mark.parametrize(
    ("cell", "counts", "actions"),
    [
        ("fr/winter", (168, 43, 111), 222),
        ("fr/daytime", (44, 11, 257), 222),
        ("fr/single", (1_023, 256, 477), 222),
        ("sp/winter", (397, 100, 746), 234),
        ("sp/daytime", (93, 24, 242), 234),
        ("sp/single", (960, 240, 500), 234),
    ],
)
def test_smartgen_as_published(
    data: Path, cell: str, counts: tuple[int, int, int], actions: int
) -> None:
    corpus = read(data / "smartgen" / cell)

    assert sizes(corpus) == counts
    assert len(corpus.catalogue) == actions
    assert corpus.name == cell.replace("/", "-")
    assert not corpus.problems


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "users", "items", "train"),
    [("Beauty", 22_363, 12_101, 131_413), ("Toys_and_Games", 19_412, 11_924, 109_361)],
)
def test_amazon_as_published(data: Path, name: str, users: int, items: int, train: int) -> None:
    corpus = read(data / "amazon" / f"{name}.txt")

    assert sizes(corpus) == (train, users, users)
    assert len(corpus.catalogue) == items
    assert bool(corpus.attributes) == (name == "Beauty")
    assert not corpus.problems
