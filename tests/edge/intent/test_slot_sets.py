"""Which slots sentences have together, and what they mean besides what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.grammar.file import GrammarTables, read_tables
from edge.intent import slot_sets
from edge.intent.slot_sets import SlotSets
from export.grammar.compiler import compile_grammar
from export.grammar.templates import read_templates

PAGE = """
language: en
lists:
  color: {values: [red, blue]}
intents:
  Off:
    data:
      - sentences: ["turn off [the] {name}", "turn everything off in [the] {area}"]
      - sentences: ["turn off the lights in [the] {area}"]
        slots: {kind: light}
      - sentences: ["turn off the fans in [the] {area}"]
        slots: {kind: fan}
  Paint:
    data:
      - sentences: ["make [the] {area} {color}", "paint it {color}"]
        slots: {kind: light}
      - sentences: ["make [the] {name} {color}"]
  Here:
    data:
      - sentences: ["lights on"]
        slots: {kind: light}
        requires_context: {area: {slot: true}}
  Open:
    data:
      - sentences: ["open {name}"]
  Lock:
    data:
      - sentences: ["lock [up] {name}", "make sure {name} is locked"]
      - sentences: ["lock (everything|[all] [the] doors)", "secure the house"]
"""


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> GrammarTables:
    page: Path = tmp_path_factory.mktemp("page") / "page.yaml"
    page.write_text(PAGE)
    return read_tables(compile_grammar(read_templates(page)).data)


@pytest.fixture
def sets(tables: GrammarTables) -> SlotSets:
    return SlotSets(tables)


@pytest.mark.parametrize(
    ("intent", "said", "words", "added"),
    [
        ("Paint", ["area", "color"], "let there be", {"kind": "light"}),
        ("Paint", ["color"], "paint", {"kind": "light"}),
        ("Paint", ["name", "color"], "paint the lights", {}),
        ("Paint", ["area", "color", "kind"], "paint", {}),
        ("Off", ["name"], "kill the lights", {}),
        ("Off", ["area"], "kill the lights in the", {"kind": "light"}),
        ("Off", ["area"], "kill all fans in the", {"kind": "fan"}),
        ("Off", ["area"], "kill everything in the", {}),
        ("Here", ["area"], "any lights in the", {"kind": "light"}),
        ("Here", [], "any lights", {}),
        ("Open", ["area"], "open up", {}),
        ("Fly", ["area"], "fly", {}),
    ],
)
def test_what_is_added(
    sets: SlotSets, intent: str, said: list[str], words: str, added: dict[str, str]
) -> None:
    assert sets.fixed(intent, said, words.split()) == added


@pytest.mark.parametrize("words", ["kill it in the", "the lights and the fans in the"])
def test_where_no_word_tells_it_is_not_known(sets: SlotSets, words: str) -> None:
    assert sets.fixed("Off", ["area"], words.split()) is None


@pytest.mark.parametrize("limit", ["_MOST_EDGES", "_MOST_SLOTS"])
def test_a_grammar_too_large_to_be_read_off_is_left_alone(
    sets: SlotSets, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slot_sets, limit, 1)
    assert sets.fixed("Paint", ["area", "color"], ["make"]) == {}
    assert sets.of("Paint") is None
    assert sets.lacking("Paint", []) == []


def test_slots_that_any_sentence_of_an_intent_has(sets: SlotSets) -> None:
    assert sets.of("Paint") == {"area", "color", "name"}
    assert sets.of("Here") == frozenset()
    assert sets.of("Fly") is None


@pytest.mark.parametrize(
    ("intent", "said", "lacking"),
    [
        ("Paint", ["color"], []),
        ("Paint", ["area"], [{"color"}]),
        ("Paint", ["area", "color", "kind"], []),
        ("Off", ["kind"], [{"area"}, {"name"}]),  # one of them will do
        ("Off", [], [{"area"}, {"name"}]),
        ("Here", [], []),
        ("Open", [], [{"name"}]),
        ("Fly", [], []),
    ],
)
def test_what_is_lacking_to_be_a_sentence(
    sets: SlotSets, intent: str, said: list[str], lacking: list[set[str]]
) -> None:
    assert sets.lacking(intent, said) == lacking


def test_words_that_tell_that_all_there_is_is_meant(sets: SlotSets) -> None:
    assert sets.telling("Lock") == {"everything", "doors", "secure", "house"}
    assert sets.telling("Off") == frozenset()  # everything, but in a place
    assert sets.telling("Here") == frozenset()  # there is nothing else
    assert sets.telling("Fly") == frozenset()


def test_a_sentence_without_such_a_word_needs_none(tmp_path: Path) -> None:
    page = tmp_path / "page.yaml"
    page.write_text(PAGE.replace('"secure the house"', '"lock up"'))
    assert (
        SlotSets(read_tables(compile_grammar(read_templates(page)).data)).telling("Lock") == set()
    )


def test_which_sentences_are_of_the_place_they_are_said_in(sets: SlotSets) -> None:
    assert sets.ask_where("Here", set())
    assert not sets.ask_where("Here", {"area"})
    assert not sets.ask_where("Off", {"name"})
    assert [sets.take_place(intent) for intent in ("Here", "Off", "Open", "Fly")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("intent", "words", "have"),
    [
        ("Off", {"turn", "fly"}, True),
        ("Off", {"everything", "lights", "fans"}, False),  # "turn off the lamp"
        ("Lock", {"lock", "secure", "locked"}, True),
        ("Lock", {"lock"}, False),
        ("Fly", {"fly"}, False),
    ],
)
def test_words_of_which_all_sentences_have_one(
    sets: SlotSets, intent: str, words: set[str], have: bool
) -> None:
    assert sets.all_have(intent, frozenset(words)) is have
