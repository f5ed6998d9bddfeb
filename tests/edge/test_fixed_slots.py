"""What sentences mean besides what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge import fixed_slots
from edge.fixed_slots import FixedSlots
from edge.grammar_file import GrammarTables, read_tables
from export.grammar_compiler import compile_grammar
from export.templates import read_templates

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
"""


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> GrammarTables:
    page: Path = tmp_path_factory.mktemp("page") / "page.yaml"
    page.write_text(PAGE)
    return read_tables(compile_grammar(read_templates(page)).data)


@pytest.fixture
def fixed(tables: GrammarTables) -> FixedSlots:
    return FixedSlots(tables)


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
    fixed: FixedSlots, intent: str, said: list[str], words: str, added: dict[str, str]
) -> None:
    assert fixed.added(intent, said, words.split()) == added


@pytest.mark.parametrize("words", ["kill it in the", "the lights and the fans in the"])
def test_where_no_word_tells_it_is_not_known(fixed: FixedSlots, words: str) -> None:
    assert fixed.added("Off", ["area"], words.split()) is None


def test_a_grammar_too_large_to_be_read_off_is_left_alone(
    fixed: FixedSlots, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fixed_slots, "_MOST_EDGES", 1)
    assert fixed.added("Paint", ["area", "color"], ["make"]) == {}
