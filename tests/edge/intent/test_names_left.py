"""A name that was said and not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.grammar.file import read_tables
from edge.home.home import Area, Device, Floor, Home
from edge.intent.model import Frame, SlotReading
from edge.intent.names_left import NamesLeft
from edge.intent.slot_sets import SlotSets
from edge.intent.slots import SlotSchema, SlotType
from edge.text import tokenise
from export.grammar.compiler import compile_grammar
from export.grammar.templates import read_templates

PAGE = """
language: en
lists:
  color: {values: [red, blue]}
  song: {wildcard: true}
intents:
  Paint:
    data:
      - sentences: ["make {name} {color}", "paint it {color}"]
  Warm:
    data:
      - sentences: ["warmer", "warmer in {area}"]
  Hear:
    data:
      - sentences: ["hear {song}"]
"""
SCHEMA = SlotSchema(
    {
        "Paint": {"name": SlotType("device"), "color": SlotType("choice")},
        "Warm": {"area": SlotType("area")},
        "Hear": {"song": SlotType()},
    }
)
HOME = Home(
    [
        Device("fairy", "Fairy lights", area="hall", kind="light"),
        Device("lamp", "Lamp", area="hall", kind="light"),
    ],
    [Area("hall", "Hall", ("our room",), floor="up")],
    [Floor("up", "Upstairs")],
)


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> NamesLeft:
    page: Path = tmp_path_factory.mktemp("page") / "page.yaml"
    page.write_text(PAGE)
    tables = read_tables(compile_grammar(read_templates(page)).data)
    return NamesLeft(SlotSets(tables), SCHEMA)


def frame(text: str, intent: str, **slots: str) -> Frame:
    read = tuple(
        SlotReading(label, said, text.index(said), text.index(said) + len(said))
        for label, said in slots.items()
    )
    return Frame(intent, read, 0.9, 0.0, 0.9, 0.9)


@pytest.mark.parametrize(
    ("text", "intent", "slots", "added"),
    [
        ("Fairy Lights red", "Paint", {"color": "red"}, {"name": "Fairy Lights"}),
        ("red the lamp shall be", "Paint", {"color": "red"}, {"name": "lamp"}),
        ("it is cold in the hall", "Warm", {}, {"area": "hall"}),
        ("cold in our room", "Warm", {}, {"area": "our room"}),
        # Read already, none, several, nothing but a name, or of another kind.
        ("lamp red", "Paint", {"name": "lamp", "color": "red"}, {}),
        ("all red", "Paint", {"color": "red"}, {}),
        ("lamp and fairy lights red", "Paint", {"color": "red"}, {}),
        ("hall", "Warm", {}, {}),
        ("the hall", "Warm", {}, {}),
        ("cold upstairs", "Warm", {}, {}),
        ("hear the lamp", "Hear", {}, {}),
    ],
)
def test_it_is_what_the_sentences_have_a_name_for(
    names: NamesLeft, text: str, intent: str, slots: dict[str, str], added: dict[str, str]
) -> None:
    said = tokenise(text)
    found = names.completed(said, frame(text, intent, **slots), HOME.names_in(said.words))
    assert {slot.label: slot.text for slot in found.slots} == {**slots, **added}
    assert all(text[slot.start : slot.end] == slot.text for slot in found.slots)


@pytest.mark.parametrize(
    ("text", "intent", "slots", "left"),
    [
        ("warmer upstairs", "Warm", {}, "upstairs"),
        ("lamp and fairy lights red", "Paint", {"color": "red", "name": "lamp"}, "fairy lights"),
        ("lamp red", "Paint", {"color": "red", "name": "lamp"}, ""),
        ("hear the lamp", "Hear", {}, ""),  # it is of no names
    ],
)
def test_or_it_is_left(
    names: NamesLeft, text: str, intent: str, slots: dict[str, str], left: str
) -> None:
    said = tokenise(text)
    assert names.left(said, frame(text, intent, **slots), HOME.names_in(said.words)) == left
