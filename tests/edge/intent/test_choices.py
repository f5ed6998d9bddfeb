"""A choice that was said and not read."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.grammar.file import read_tables
from edge.intent.choices import Choices
from edge.intent.model import Frame, SlotReading
from edge.intent.slot_sets import SlotSets
from edge.intent.slots import SlotSchema, SlotType
from edge.text import tokenise
from export.grammar.compiler import compile_grammar
from export.grammar.templates import read_templates

PAGE = """
language: en
lists:
  things: {values: [{in: "light[s]", out: light}, {in: "(blinds|curtains)", out: blind}]}
  state: {values: ["on", "open", "shut"]}
intents:
  Off:
    data:
      - sentences: ["turn off {name}", "turn off [the] {things:kind} in [the] {area}"]
      - sentences: ["turn everything off in [the] {area}"]
  Ask:
    data:
      - sentences: ["how is {name}", "is {name} {state}"]
"""
KINDS = SlotType("choice", choices={word: word[:5] for word in ("light", "lights", "blinds")})
STATES = SlotType("choice", choices={"on": "on", "open": "open", "shut": "shut"})


@pytest.fixture(scope="module")
def choices(tmp_path_factory: pytest.TempPathFactory) -> Choices:
    page: Path = tmp_path_factory.mktemp("page") / "page.yaml"
    page.write_text(PAGE)
    tables = read_tables(compile_grammar(read_templates(page)).data)
    return Choices(SlotSets(tables), SlotSchema({"Off": {"kind": KINDS}, "Ask": {"state": STATES}}))


def completed(choices: Choices, text: str, intent: str, **slots: str) -> dict[str, str]:
    read = tuple(
        SlotReading(label, said, text.index(said), text.index(said) + len(said))
        for label, said in slots.items()
    )
    found = choices.completed(tokenise(text), Frame(intent, read, 0.9, 0.0, 0.9, 0.9))
    assert all(text[slot.start : slot.end] == slot.text for slot in found.slots)
    return {slot.label: slot.text for slot in found.slots}


@pytest.mark.parametrize(
    ("text", "intent", "slots", "added"),
    [
        ("off with that Light in the hall", "Off", {"area": "hall"}, {"kind": "Light"}),
        ("all lights, each light in the hall", "Off", {"area": "hall"}, {"kind": "lights"}),
        ("is it the lamp that is open", "Ask", {"name": "lamp"}, {"state": "open"}),
        # Nothing is left over, or more than one.
        ("everything off in the hall", "Off", {"area": "hall"}, {}),
        ("lights and blinds off in the hall", "Off", {"area": "hall"}, {}),
        ("off in the hall of lights", "Off", {"area": "hall of lights"}, {}),
        ("these lights, lights in the hall", "Off", {"area": "hall", "kind": "these lights"}, {}),
        # No sentence has it beside these slots, or a word means nothing by itself.
        ("the lamp off, the light", "Off", {"name": "lamp"}, {}),
        ("how is the lamp on the left", "Ask", {"name": "lamp"}, {}),
        ("shut the lamp", "Shut", {"name": "lamp"}, {}),
    ],
)
def test_what_is_left_over_is_read(
    choices: Choices, text: str, intent: str, slots: dict[str, str], added: dict[str, str]
) -> None:
    assert completed(choices, text, intent, **slots) == {**slots, **added}
