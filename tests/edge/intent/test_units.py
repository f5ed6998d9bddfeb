"""What a number counts, told by the word behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.grammar.file import read_tables
from edge.intent.model import Frame, SlotReading
from edge.intent.slot_sets import SlotSets
from edge.intent.slots import SlotSchema, SlotType
from edge.intent.units import Units
from edge.text import tokenise
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


def units_of(page: Path, schema: SlotSchema) -> Units:
    tables = read_tables(compile_grammar(read_templates(page)).data)
    return Units(tables, SlotSets(tables), schema)


@pytest.fixture(scope="module")
def units(tmp_path_factory: pytest.TempPathFactory) -> Units:
    page: Path = tmp_path_factory.mktemp("timer") / "timer.yaml"
    page.write_text(_TIMER)
    number = SlotType("number", 0, 60)
    schema = SlotSchema({"SetTimer": {"hours": number, "minutes": number, "name": SlotType()}})
    return units_of(page, schema)


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
        ("start one for 5 menutes", "5", "hours", "minutes"),
        ("start one for 5 houers", "5", "minutes", "hours"),
    ],
)
def test_the_word_behind_it_decides(
    units: Units, text: str, said: str, read_as: str, is_: str
) -> None:
    frame = units.corrected(tokenise(text), read(text, read_as, said))
    assert [slot.label for slot in frame.slots] == [is_]


def test_an_intent_without_numbers_is_as_it_was(units: Units) -> None:
    frame = read("start one for five minutes", "hours", "five")._replace(intent="Wait")
    assert units.corrected(tokenise("start one for five minutes"), frame) is frame


@pytest.mark.parametrize("text", ["start one for 5", "start one for 5 m", "start one for 5 eggs"])
def test_a_number_that_nothing_counts_is_found(units: Units, text: str) -> None:
    assert units.uncounted(tokenise(text), read(text, "hours", "5")) == ("5", {"hours", "minutes"})


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
    assert units.uncounted(tokenise(text), read(text, "minutes", said)) is None


def test_where_sentences_count_nothing_none_is_asked_for(tmp_path: Path) -> None:
    page = tmp_path / "timer.yaml"
    page.write_text(_TIMER.replace("hour[s]", "[hour[s]]"))
    number = SlotType("number", 0, 60)
    schema = SlotSchema({"SetTimer": {"hours": number, "minutes": number}})
    units = units_of(page, schema)
    assert (
        units.uncounted(tokenise("start one for 5"), read("start one for 5", "hours", "5")) is None
    )


@pytest.mark.parametrize(
    ("text", "label", "said"),
    [
        ("five minutes go", "minutes", "five"),
        ("twenty five minutes go", "minutes", "twenty five"),
        ("go 2 hours", "hours", "2"),
    ],
)
def test_a_number_that_was_left_over_is_what_it_counts(
    units: Units, text: str, label: str, said: str
) -> None:
    (slot,) = units.completed(tokenise(text), Frame("SetTimer", (), 0.9, 0.0, 0.9, 0.9)).slots
    assert (slot.label, slot.text) == (label, said)
    assert text[slot.start : slot.end] == said


@pytest.mark.parametrize(
    "text", ["five go", "five eggs go", "two hours 5 minutes go", "five minutes 6 minutes go"]
)
def test_one_that_counts_nothing_or_one_of_several_is_left(units: Units, text: str) -> None:
    frame = Frame("SetTimer", (), 0.9, 0.0, 0.9, 0.9)
    assert units.completed(tokenise(text), frame) is frame


@pytest.mark.parametrize(
    ("text", "label", "said", "wrong"),
    [
        ("timer in 5 minutes", "minutes", "5", "in 5"),
        ("timer for minus 5 minutes", "minutes", "5", "minus 5"),
        ("timer for three quarters", "minutes", "three quarters", "three quarters"),
        ("timer for three quarters", "minutes", "three", "three quarters"),
        ("timer for 5 hours", "minutes", "5", "5 hours"),
        ("timer for one hour and a half", "minutes", "one hour and a half", "one hour and a half"),
        (
            "timer for one minute and a half",
            "minutes",
            "one minute and a half",
            "one minute and a half",
        ),
        ("timer for one hour", "minutes", "one hour", "one hour"),
        ("timer for one and a half hours", "hours", "one and a half hours", ""),
        ("timer for half", "minutes", "half", ""),
        ("timer for 5 minutes brighter", "minutes", "5", "5 brighter"),
        ("timer for 5 minutes", "minutes", "5", ""),
        ("timer for 5 eggs", "minutes", "5", ""),
        ("timer for 5 minutes off", "minutes", "5", ""),
        ("timer in five", "name", "five", ""),
    ],
)
def test_words_around_a_number_say_that_it_is_another(
    units: Units, text: str, label: str, said: str, wrong: str
) -> None:
    intents = {"brighter": frozenset({"Brighten"}), "off": frozenset({"TurnOff"})}
    assert units.miscounted(tokenise(text), read(text, label, said), intents) == wrong
