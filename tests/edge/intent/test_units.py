"""What a number counts, told by the word behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.grammar.file import read_tables
from edge.intent.model import Frame, SlotReading
from edge.intent.slots import SlotSchema, SlotType
from edge.intent.units import Units
from export.grammar.compiler import compile_grammar
from export.grammar.templates import read_templates

_TIMER = """
language: en
intents:
  SetTimer:
    data:
      - sentences: ["timer for {minutes}[ ]minute[s]", "timer for {hours} hour[s]"]
lists:
  minutes: {range: {from: 0, to: 60}}
  hours: {range: {from: 0, to: 24}}
"""


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Units:
    page: Path = tmp_path_factory.mktemp("timer") / "timer.yaml"
    page.write_text(_TIMER)
    number = SlotType("number", 0, 60)
    schema = SlotSchema({"SetTimer": {"hours": number, "minutes": number, "name": SlotType()}})
    return Units(read_tables(compile_grammar(read_templates(page)).data), schema)


def read(text: str, label: str, said: str) -> Frame:
    at = text.index(said)
    slot = SlotReading(label, said, at, at + len(said))
    return Frame("SetTimer", (slot,), 0.9, 0.0, 0.9, 0.9)


@pytest.mark.parametrize(
    ("text", "said", "read_as", "is_"),
    [
        ("start one for five minutes", "five", "hours", "minutes"),
        ("start one for 5minutes now", "5minutes", "hours", "minutes"),
        ("start one for 2 hours", "2", "minutes", "hours"),
        ("start one for 2 hours", "2", "hours", "hours"),
        ("start one for five", "five", "hours", "hours"),
        ("start one for five eggs", "five", "hours", "hours"),
        ("start one for five minutes", "five", "name", "name"),
    ],
)
def test_the_word_behind_it_decides(
    units: Units, text: str, said: str, read_as: str, is_: str
) -> None:
    frame = units.corrected(text, read(text, read_as, said))
    assert [slot.label for slot in frame.slots] == [is_]


def test_an_intent_without_numbers_is_as_it_was(units: Units) -> None:
    frame = read("start one for five minutes", "hours", "five")._replace(intent="Wait")
    assert units.corrected("start one for five minutes", frame) is frame


@pytest.mark.parametrize("text", ["start one for 5", "start one for 5 m", "start one for 5 eggs"])
def test_a_number_that_nothing_counts_is_found(units: Units, text: str) -> None:
    assert units.uncounted(text, read(text, "hours", "5")) == ("5", {"hours", "minutes"})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("start one for 5 minutes", "5"),
        ("start one for 5minutes", "5minutes"),
        ("start one for 5 menutes", "5"),
        ("start one for an hour and a half", "an hour and a half"),
    ],
)
def test_one_that_something_counts_is_none(units: Units, text: str, said: str) -> None:
    assert units.uncounted(text, read(text, "minutes", said)) is None


def test_where_sentences_count_nothing_none_is_asked_for(tmp_path: Path) -> None:
    page = tmp_path / "timer.yaml"
    page.write_text(_TIMER.replace("hour[s]", "[hour[s]]"))
    number = SlotType("number", 0, 60)
    schema = SlotSchema({"SetTimer": {"hours": number, "minutes": number}})
    units = Units(read_tables(compile_grammar(read_templates(page)).data), schema)
    assert units.uncounted("start one for 5", read("start one for 5", "hours", "5")) is None
