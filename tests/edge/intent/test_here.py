"""The room that somebody is in."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.grammar.file import read_tables
from edge.intent.here import Here
from edge.intent.model import Frame, SlotReading
from edge.intent.slot_sets import SlotSets
from edge.intent.slots import SlotSchema, SlotType
from export.grammar.compiler import compile_grammar
from export.grammar.templates import read_templates

PAGE = """
language: en
lists:
  things: {values: [light, fan]}
intents:
  Off:
    data:
      - sentences: ["{things:kind} off [in here]"]
        requires_context: {area: {slot: true}}
      - sentences: ["{things:kind} off [in {area}]", "{name} off", "everything off"]
"""
TYPES = {"kind": SlotType("choice"), "area": SlotType("area"), "name": SlotType("device")}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Here:
    page: Path = tmp_path_factory.mktemp("page") / "page.yaml"
    page.write_text(PAGE)
    tables = read_tables(compile_grammar(read_templates(page)).data)
    return Here(SlotSets(tables), SlotSchema({"Off": TYPES}))


def frame(text: str, **slots: str) -> Frame:
    read = tuple(
        SlotReading(label, said, text.index(said), text.index(said) + len(said))
        for label, said in slots.items()
    )
    return Frame("Off", read, 0.9, 0.0, 0.9, 0.9)


@pytest.mark.parametrize(
    ("text", "slots", "words"),
    [
        ("kill the light in here", {"kind": "light"}, "in here"),
        ("kill the light in this room", {"kind": "light"}, "in this room"),
        ("kill it all In The Room", {}, "In The Room"),
        ("kill the light here", {"kind": "light"}, "here"),
        ("kill the light", {"kind": "light"}, ""),
        ("kill the light over there", {"kind": "light"}, ""),
        # A device is somewhere by itself, and a place that is named is that one.
        ("kill the desk lamp in here", {"name": "desk lamp"}, ""),
        ("kill the light in the hall in here", {"kind": "light", "area": "hall"}, ""),
    ],
)
def test_words_say_it(here: Here, text: str, slots: dict[str, str], words: str) -> None:
    assert here.said(text, frame(text, **slots)) == words


@pytest.mark.parametrize(
    ("text", "slots", "meant"),
    [
        ("kill the light", {"kind": "light"}, True),
        ("kill every light", {"kind": "light"}, False),
        ("kill the light in the whole house", {"kind": "light"}, False),
        ("kill the light in the hall", {"kind": "light", "area": "hall"}, False),
        ("kill it", {}, False),
    ],
)
def test_or_it_is_as_the_sentences_have_it(
    here: Here, text: str, slots: dict[str, str], meant: bool
) -> None:
    assert here.is_meant(text, frame(text, **slots)) is meant
