"""The SLURP layout: entities by token numbers or by characters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import UsageError
from export.corpora import Corpus, Utterance, read

TRAIN = [
    {
        "text": "add dan's email",
        "intent": "email_addcontact",
        "entities": [{"type": "person", "start": 4, "end": 7, "value": "dan"}],
    },
    {"text": "add my email", "intent": "email_addcontact", "entities": []},
]
TEST = [
    {
        "text": "what's on today",
        "intent": "email_addcontact",
        "scenario": "email",
        "action": "addcontact",
        "tokens": ["what", "'s", "on", "Today"],
        "entities": [{"type": "date", "span": [3]}],
    }
]


def corpus_of(
    folder: Path, train: list[Any] | None = None, test: list[Any] | None = None
) -> Corpus:
    for name, rows in (
        ("train_hwu.jsonl", TRAIN if train is None else train),
        ("devel.jsonl", TEST),
        ("test.jsonl", TEST if test is None else test),
    ):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / name).write_text(text, encoding="utf-8")
    return read(folder)


def covered(item: Utterance) -> list[tuple[str, str]]:
    return [(span.label, item.text[span.start : span.end]) for span in item.slots]


def token_row(text: str, tokens: list[str], span: list[int]) -> dict[str, Any]:
    entities = [{"type": "thing", "span": span}]
    return {"text": text, "intent": "email_addcontact", "tokens": tokens, "entities": entities}


def test_character_entities_have_an_exclusive_end(tmp_path: Path) -> None:
    assert covered(corpus_of(tmp_path).train[0]) == [("person", "dan")]


def test_token_entities_are_found_in_the_text_whatever_the_tokens_capitals(tmp_path: Path) -> None:
    assert covered(corpus_of(tmp_path).test[0]) == [("date", "today")]


@pytest.mark.parametrize(
    ("text", "tokens", "span", "words"),
    [
        ("open harry potter now", ["open", "harrypotter", "now"], [1], "harry potter"),
        (
            "how old is barack obama",
            ["how", "old", "is", "barack", "obaba"],
            [3, 4],
            "barack obama",
        ),
        (
            "weather in orlando florida",
            ["weather", "in", "orlando", "fl"],
            [2, 3],
            "orlando florida",
        ),
        ("i'm unhappy with this pasta", ["i", "'m", "unhappy", "with", "tesco"], [4], "this pasta"),
    ],
)
def test_tokens_spelt_otherwise_than_the_text_are_aligned_to_whole_words(
    tmp_path: Path, text: str, tokens: list[str], span: list[int], words: str
) -> None:
    corpus = corpus_of(tmp_path, test=[token_row(text, tokens, span)])

    assert covered(corpus.test[0]) == [("thing", words)]
    respelt = text.replace(" ", "") != "".join(tokens)
    assert any("kept" in item.what and item.file == "test.jsonl" for item in corpus.problems) == (
        respelt
    )


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (token_row("a b", ["a", "b"], [2]), "token 2 is outside the 2 tokens"),
        (token_row("a b c", ["a", "b", "c"], [0, 2]), "do not follow each other"),
        (token_row("a b", ["a", "b"], []), "do not follow each other"),
        (token_row("a b", ["a", ""], [0]), "a token is empty"),
        ({"intent": "x"}, "no text"),
        ({"text": "a"}, "no intent"),
        (
            {"text": "ab", "intent": "x", "entities": [{"type": "t", "span": [0]}]},
            "counts tokens, but the line has none",
        ),
        (
            {"text": "ab", "intent": "x", "entities": [{"type": "t", "start": 1, "end": 9}]},
            "outside its sentence",
        ),
        (
            {
                "text": "ab",
                "intent": "x",
                "entities": [{"type": "t", "start": 0, "end": 1, "value": "b"}],
            },
            "is 'a' by its offsets but 'b' by its value",
        ),
    ],
)
def test_a_broken_line_is_named_and_costs_only_itself(
    tmp_path: Path, row: dict[str, Any], what: str
) -> None:
    corpus = corpus_of(tmp_path, train=[TRAIN[0], row, TRAIN[1]])

    assert len(corpus.train) == 2
    broken = next(item for item in corpus.problems if item.file == "train_hwu.jsonl")
    assert broken.line == 2
    assert what in broken.what


def test_an_intent_that_is_measured_but_never_trained_is_reported_and_kept(tmp_path: Path) -> None:
    other = {**TEST[0], "intent": "general_greet"}
    corpus = corpus_of(tmp_path, test=[*TEST, other])

    assert len(corpus.test) == 2
    assert any("'general_greet' has 1 in test but none in train" in p.what for p in corpus.problems)


def test_a_missing_split_is_named(tmp_path: Path) -> None:
    corpus_of(tmp_path)
    (tmp_path / "test.jsonl").unlink()

    with pytest.raises(UsageError, match=r"test\.jsonl"):
        read(tmp_path)


WORD = st.text(st.sampled_from("abcdefg'"), min_size=1, max_size=5)


@given(st.lists(WORD, min_size=1, max_size=8), st.data())
def test_whatever_the_tokens_a_slot_lies_within_its_sentence(
    tmp_path_factory: pytest.TempPathFactory, words: list[str], data: st.DataObject
) -> None:
    tokens = data.draw(st.lists(WORD, min_size=1, max_size=8))
    span = [data.draw(st.integers(0, len(tokens) - 1))]
    folder = tmp_path_factory.mktemp("slurp")
    corpus = corpus_of(folder, test=[token_row(" ".join(words), tokens, span)])

    for item in corpus.test:
        for _, found in covered(item):
            assert found.strip()
