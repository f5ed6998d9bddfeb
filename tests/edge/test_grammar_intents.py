"""What the sentences of an intent have in common."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.grammar_file import GrammarTables, read_tables
from edge.grammar_intents import intents_with, slots_of, words_after
from export.grammar_compiler import compile_grammar
from export.templates import read_templates
from tests.edge.test_grammar import PAGE


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> GrammarTables:
    page: Path = tmp_path_factory.mktemp("page") / "page.yaml"
    page.write_text(PAGE)
    return read_tables(compile_grammar(read_templates(page)).data)


def test_intents_are_known_by_the_words_of_their_sentences(tables: GrammarTables) -> None:
    assert intents_with(tables, {"heat", "raise"}.__contains__) == {"Heat", "Open"}
    assert intents_with(tables, str.isdigit) == frozenset()


def test_slots_that_every_sentence_of_an_intent_has(tables: GrammarTables) -> None:
    found = {intent: slots.always for intent, slots in slots_of(tables).items()}
    assert found["Dim"] == frozenset()  # "quieter by 3" has no name
    assert found["Heat"] == {"warmth"}
    assert found["Clean"] == {"area", "name"}
    assert found["Paint"] == frozenset()
    assert found["Press"] == {"name"}
    assert set(found) == {rule.intent for rule in tables.rules}


def test_slots_that_any_sentence_of_an_intent_has(tables: GrammarTables) -> None:
    found = {intent: slots.ever for intent, slots in slots_of(tables).items()}
    assert found["Dim"] > {"name"}
    assert found["Clean"] == {"area", "name"}
    assert found["Press"] == {"name"}


def test_words_that_follow_a_slot(tables: GrammarTables) -> None:
    found = words_after(tables)
    assert found["percent"] == {"brightness"}
    assert found["degrees"] == {"warmth"}
    assert "heat" not in found
