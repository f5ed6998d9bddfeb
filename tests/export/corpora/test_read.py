"""Reading a corpus whatever its layout; and the public ones as they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edge.errors import UsageError
from export.corpora import OUT_OF_SCOPE, Corpus, detect, read


def test_nothing_at_the_path_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file or folder"):
        read(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="no such file or folder"):
        read(tmp_path / "nowhere", "jsonl")


def test_a_folder_in_no_known_layout_lists_the_layouts(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"train/seq\.in \(snips\)"):
        detect(tmp_path)


def test_an_unknown_layout_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="snips, slurp, clinc150, home, jsonl"):
        read(tmp_path, "atis")


def test_the_wrong_layout_names_the_file_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"seq\.in"):
        read(tmp_path, "snips")


def test_a_file_with_nothing_usable_is_an_error_that_names_the_first_problem(
    tmp_path: Path,
) -> None:
    (tmp_path / "all.jsonl").write_text("nonsense\n{}\n", encoding="utf-8")

    with pytest.raises(UsageError, match=r"the first of 2 problems: all\.jsonl:1: not JSON"):
        read(tmp_path / "all.jsonl")


def test_an_empty_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "all.jsonl").write_bytes(b"")

    with pytest.raises(UsageError, match="not one labelled sentence to train on"):
        read(tmp_path / "all.jsonl")


def test_a_home_is_told_by_its_folder_of_sentences(tmp_path: Path) -> None:
    (tmp_path / "sentences").mkdir()

    assert detect(tmp_path) == "home"


# --- public data ---------------------------------------------------------------------------------


@pytest.fixture
def data() -> Path:
    folder = os.environ.get("EDGE_DATA")
    if not folder:
        pytest.skip("EDGE_DATA does not name the folder of public data")
    return Path(folder)


def sizes(corpus: Corpus) -> tuple[int, int, int]:
    return len(corpus.train), len(corpus.dev), len(corpus.test)


@pytest.mark.data
def test_snips_as_published(data: Path) -> None:
    corpus = read(data / "snips")

    assert sizes(corpus) == (13_084, 700, 700)
    assert len(corpus.intents) == 7
    assert len(corpus.slot_labels) == 39
    assert not corpus.problems


@pytest.mark.data
def test_clinc150_as_published(data: Path) -> None:
    corpus = read(data / "clinc150")

    assert sizes(corpus) == (15_100, 3_100, 5_500)
    assert len(corpus.intents) == 150
    assert sum(item.intent == OUT_OF_SCOPE for item in corpus.test) == 1_000
    assert len(corpus.problems) == 4
    assert all("the same text" in problem.what for problem in corpus.problems)
    assert sizes(read(data / "clinc150", clinc="oos_plus")) == (15_250, 3_100, 5_500)


@pytest.mark.data
def test_slurp_as_published(data: Path) -> None:
    corpus = read(data / "slurp")

    assert sizes(corpus) == (8_847, 2_033, 2_974)
    assert len(corpus.unlabelled) == 6_309
    assert sum(len(item.slots) for item in corpus.test) == 2_823
    assert all("kept" in item.what for item in corpus.problems)
    heard = {item.text for item in corpus.dev + corpus.test}
    assert not heard & {item.text for item in corpus.train}
    assert not heard & set(corpus.unlabelled)
