"""The SNIPS layout: three files of parallel lines a split."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import UsageError
from export.corpora import SlotSpan, Utterance, read
from export.corpora.snips import spans_of_tags

SENTENCES = [
    ("play  some jazz ", "O O B-genre", "PlayMusic"),
    ("rain in new york today", "O O B-city I-city B-when", "GetWeather"),
]


def write(folder: Path, rows: list[tuple[str, str, str]] | None = None) -> Path:
    for split in ("train", "dev", "test"):
        (folder / split).mkdir(parents=True)
        for name, column in zip(
            ("seq.in", "seq.out", "label"), zip(*(rows or SENTENCES), strict=True), strict=True
        ):
            (folder / split / name).write_text("\n".join(column) + "\n", encoding="utf-8")
    return folder


def covered(item: Utterance) -> list[tuple[str, str]]:
    return [(span.label, item.text[span.start : span.end]) for span in item.slots]


def test_words_are_joined_with_single_spaces_and_tags_become_spans(tmp_path: Path) -> None:
    corpus = read(write(tmp_path))

    assert [item.text for item in corpus.train] == ["play some jazz", "rain in new york today"]
    assert covered(corpus.train[1]) == [("city", "new york"), ("when", "today")]
    assert corpus.train[1].intent == "GetWeather"
    assert corpus.train[1].id == "train:2"
    assert corpus.intents == ["GetWeather", "PlayMusic"]
    assert corpus.slot_labels == ["city", "genre", "when"]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (("two words", "O", "A"), "2 words but 1 tags"),
        (("word", "X-city", "A"), "'X-city' is none of O, B-label, I-label"),
        (("word", "B-", "A"), "'B-' is none of"),
        (("word", "O", " "), "the intent is empty"),
        ((" ", " ", "A"), "the text is empty"),
    ],
)
def test_a_broken_line_is_named_and_costs_only_itself(
    tmp_path: Path, row: tuple[str, str, str], what: str
) -> None:
    corpus = read(write(tmp_path, [SENTENCES[0], row, SENTENCES[1]]))

    assert len(corpus.train) == len(corpus.dev) == len(corpus.test) == 2
    broken = next(item for item in corpus.problems if item.file == "train/seq.in")
    assert broken.line == 2
    assert what in broken.what


def test_a_line_that_is_no_utf8_is_named_and_costs_only_itself(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "train" / "seq.in").write_bytes(b"play \xff jazz\nrain in new york today\n")
    corpus = read(tmp_path)

    assert [item.text for item in corpus.train] == ["rain in new york today"]
    assert any(str(item).startswith("train/seq.in:1: not UTF-8") for item in corpus.problems)


def test_files_of_different_length_are_refused_because_no_pairing_can_be_trusted(
    tmp_path: Path,
) -> None:
    write(tmp_path)
    (tmp_path / "train" / "label").write_text("PlayMusic\n", encoding="utf-8")

    with pytest.raises(UsageError, match=r"seq\.in 2, seq\.out 2, label 1"):
        read(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "test" / "seq.out").unlink()

    with pytest.raises(UsageError, match=r"seq\.out.*cannot be read"):
        read(tmp_path)


def test_an_inside_tag_without_a_beginning_opens_a_slot_as_in_conlleval() -> None:
    words, tags = ["a", "b", "c", "d"], ["I-x", "I-x", "I-y", "B-y"]

    assert spans_of_tags(words, tags) == (
        SlotSpan("x", 0, 3),
        SlotSpan("y", 4, 5),
        SlotSpan("y", 6, 7),
    )


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=("Z", "C")), min_size=1, max_size=6),
            st.sampled_from(["O", "B-x", "I-x", "B-y", "I-y"]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_spans_cover_exactly_the_tagged_words(pairs: list[tuple[str, str]]) -> None:
    words, tags = [word for word, _ in pairs], [tag for _, tag in pairs]
    text = " ".join(words)
    spans = spans_of_tags(words, tags)

    tagged = [word for word, tag in pairs if tag != "O"]
    assert " ".join(text[span.start : span.end] for span in spans) == " ".join(tagged)
    assert all(a.end < b.start for a, b in itertools.pairwise(spans))
    begun = sum(tag[0] == "B" for tag in tags)
    assert len(spans) >= begun
