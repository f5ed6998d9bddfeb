"""The words of a home's own sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.grammar.grammar import Grammar
from edge.intent.vocabulary import Vocabulary, has_like
from export.grammar.compiler import compile_grammar
from export.grammar.templates import read_templates

_PAGE = """
language: en
intents:
  Open: {data: [{sentences: ["open {name}", "let in {name}"]}]}
  Close: {data: [{sentences: ["close {name}"]}]}
  Lock: {data: [{sentences: ["lock {name}", "is {name} open"]}]}
"""


@pytest.fixture
def vocabulary(tmp_path: Path) -> Vocabulary:
    page = tmp_path / "page.yaml"
    page.write_text(_PAGE)
    return Vocabulary(Grammar.from_bytes(compile_grammar(read_templates(page)).data))


def test_of_which_intents_a_word_is(vocabulary: Vocabulary) -> None:
    assert vocabulary.intents["open"] == {"Open", "Lock"}
    assert vocabulary.first["open"] == {"Open"}
    assert "in" not in vocabulary.first


def test_which_words_tell_an_intent_from_others(vocabulary: Vocabulary) -> None:
    assert vocabulary.own == {"Open": {"let", "in"}, "Close": {"close"}, "Lock": {"lock", "is"}}


def test_whether_an_intent_has_all_of_some_words(vocabulary: Vocabulary) -> None:
    assert vocabulary.has("Open", ("let", "in"))
    assert not vocabulary.has("Close", ("let", "close"))
    assert vocabulary.has("Close", ())


@pytest.mark.parametrize(
    ("words", "wanted", "has"),
    [
        (["the", "dors"], {"doors"}, True),
        (["the", "doors"], {"doors"}, True),
        (["the", "car"], {"doors"}, False),
        (["anything"], set(), True),
        ([], {"doors"}, False),
    ],
)
def test_words_that_are_like_one_that_is_wanted(
    words: list[str], wanted: set[str], has: bool
) -> None:
    assert has_like(words, frozenset(wanted)) is has
