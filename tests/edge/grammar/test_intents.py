"""What the sentences of an intent have in common."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.grammar.file import GrammarTables, read_tables
from edge.grammar.intents import (
    intents_by_first_word,
    intents_by_word,
    words_after,
    words_before,
)
from export.grammar.compiler import compile_grammar
from export.grammar.templates import read_templates
from tests.edge.grammar.test_grammar import PAGE


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> GrammarTables:
    page: Path = tmp_path_factory.mktemp("page") / "page.yaml"
    page.write_text(PAGE)
    return read_tables(compile_grammar(read_templates(page)).data)


def test_intents_are_known_by_the_words_of_their_sentences(tables: GrammarTables) -> None:
    found = intents_by_word(tables)
    assert found["heat"] == {"Heat"}
    assert found["raise"] == {"Open"}
    assert found["to"] == {"Dim", "Heat"}
    assert "lamp" not in found


def test_words_that_follow_a_slot(tables: GrammarTables) -> None:
    found = words_after(tables)
    assert found["percent"] == {"brightness"}
    assert found["degrees"] == {"warmth"}
    assert "heat" not in found


def test_words_that_sentences_begin_with(tables: GrammarTables) -> None:
    found = intents_by_first_word(tables)
    assert found["turn"] == {"TurnOn", "Start"}
    assert found["raise"] == {"Open"}
    assert "on" not in found


def test_words_that_come_before_a_slot(tables: GrammarTables) -> None:
    found = words_before(tables)
    assert found["warmth"] == {"to"}
    assert found["hours"] == {"wait"}
    assert found["minutes"] == {"a", "and"}
