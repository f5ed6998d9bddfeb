"""What a model is sure of, held against the home's own sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.grammar.grammar import Grammar
from edge.home.home import Device, Home
from edge.intent.frame_check import FrameCheck, _pointing
from edge.intent.model import Frame, SlotReading
from edge.intent.slots import SlotSchema, SlotType
from edge.text import tokenise
from export.grammar.compiler import compile_grammar
from export.grammar.templates import read_templates

_PAGE = """
language: {language}
intents:
  Dim:
    data:
      - sentences: ["dim {{name}} to {{brightness}} [percent]"]
  Ask:
    data:
      - sentences: ["did you leave {{name}} on", "did you leave {{name}} off"]
  Turn:
    data:
      - sentences: ["turn {{name}}", "turn the {{area}}"]
  Hear:
    data:
      - sentences: ["hear {{song}}"]
  Lock:
    data:
      - sentences: ["lock the doors", "lock {{name}}"]
  Wait:
    data:
      - sentences: ["wait {{minutes}} minutes", "never mind"]
lists:
  song: {{wildcard: true}}
  brightness: {{range: {{from: 0, to: 100}}}}
  minutes: {{range: {{from: 0, to: 60}}}}
"""


NUMBER = SlotType("number", 0, 100)
SCHEMA = SlotSchema(
    {
        "Dim": {"brightness": NUMBER, "area": SlotType()},
        "Turn": {"name": SlotType("device"), "area": SlotType("area")},
        "Hear": {"song": SlotType()},
        "On": {"kind": SlotType("choice", choices={"fans": "fan", "all": "lock"})},
        "Off": {"kind": SlotType("choice", choices={"fans": "fan"})},
    }
)


def check_of(folder: Path, language: str = "en") -> FrameCheck:
    page = folder / "page.yaml"
    page.write_text(_PAGE.format(language=language))
    grammar = Grammar.from_bytes(compile_grammar(read_templates(page)).data)
    return FrameCheck(grammar, SCHEMA)


@pytest.fixture
def check(tmp_path: Path) -> FrameCheck:
    return check_of(tmp_path)


DIMMED = {"name": "it", "brightness": "5"}
HOME = Home([Device("light.desk", "Desk lamp", kind="light")])


def frame(text: str, intent: str, **slots: str) -> Frame:
    read = [
        SlotReading(label, said, text.index(said), text.index(said) + len(said))
        for label, said in slots.items()
    ]
    return Frame(intent, tuple(read), 0.9, 0.0, 0.9, 0.9)


@pytest.mark.parametrize(
    ("text", "intent", "slots", "code", "reason"),
    [
        ("never dim it to 5", "Dim", {"name": "it", "brightness": "5"}, "unsure", "'never' may"),
        ("dim it to 5 later", "Dim", {"name": "it", "brightness": "5"}, "unsure", "'later' puts"),
        ("i forgot to dim it to 5", "Dim", {"name": "it", "brightness": "5"}, "out_of_scope", "'i"),
        ("dim it", "Dim", {"name": "it"}, "incomplete", "Dim was understood, but not its bright"),
        ("turn it", "Turn", {}, "incomplete", "Turn was understood, but not its area or name; say"),
        (
            "dim it to 5 red",
            "Dim",
            {"name": "it", "brightness": "5", "color": "red"},
            "unsure",
            "Dim was understood, but not what 'red' is to it",
        ),
        (
            "hear jazz in five minutes",
            "Hear",
            {"song": "jazz in five minutes"},
            "unsure",
            "'in five minutes' puts it off",
        ),
        (
            "wait 1:30 minutes",
            "Wait",
            {"minutes": "1"},
            "unsure",
            "Wait was understood, but not what '30' is to it",
        ),
        (
            "dim it to 5 twenty",
            "Dim",
            {"name": "it", "brightness": "5"},
            "unsure",
            "Dim was understood, but not what 'twenty' is to it",
        ),
        (
            "dim it two percent to 5",
            "Dim",
            {"name": "it", "brightness": "5"},
            "unsure",
            "Dim was understood, but not what 'two' is to it",
        ),
        (
            "dim it to 5 a bit",
            "Dim",
            DIMMED,
            "unsure",
            "Dim was understood, but not what 'bit' is to it",
        ),
        (
            "wait 5 minutes fans",
            "Wait",
            {"minutes": "5"},
            "unsure",
            "Wait was understood, but not what 'fans' is to it",
        ),
        ("dim it to 5 or so not", "Dim", DIMMED, "unsure", "'not' may"),
        ("dim it or turn it to 5", "Dim", DIMMED, "unsure", "'or' leaves open what is meant"),
        ("dim it to 5 no wait", "Dim", DIMMED, "unsure", "'no wait' takes it back"),
        ("dim all other than it to 5", "Dim", DIMMED, "unsure", "'other than' leaves"),
        ("i've dimmed it to 5", "Dim", DIMMED, "out_of_scope", '"i\'ve" makes no command of it'),
        ("is it dim to 5", "Dim", DIMMED, "out_of_scope", "'is' makes no command of it"),
        ("leave it dim at 5", "Dim", DIMMED, "out_of_scope", "'leave' makes no command of it"),
        ("dimming it to 5", "Dim", DIMMED, "out_of_scope", "'dimming' makes no command of it"),
        ("it to 5?", "Dim", DIMMED, "unsure", "it asks"),
        ("dim it in 5", "Dim", DIMMED, "unsure", "Dim was understood, but not what 'in 5' is"),
        ("dim it to 5 minutes", "Dim", DIMMED, "unsure", "Dim was understood, but not what '5 min"),
        (
            "turn it the desk lamp",
            "Turn",
            {"name": "it"},
            "unsure",
            "Turn was understood, but not what 'desk lamp' is to it",
        ),
        ("lock the car", "Lock", {}, "unsure", "Lock was understood, but not of what"),
        ("lock that on again", "Lock", {}, "incomplete", "'that' may be anything; name it"),
        ("lock it back on please", "Lock", {}, "incomplete", "'it' may be anything; name it"),
        ("off", "Lock", {}, "unsure", "Lock was understood, but not what 'off' is to it"),
        ("lock on these too", "Lock", {}, "incomplete", "'these' may be anything; name it"),
        ("come on lock that thing", "Lock", {}, "unsure", "Lock was understood, but not of what"),
        ("it's on so lock the car", "Lock", {}, "unsure", "Lock was understood, but not of what"),
        ("lock it", "Lock", {}, "unsure", "Lock was understood, but not of what"),
        ("it is locked", "Turn", {"name": "it"}, "out_of_scope", "'it is locked' makes no command"),
        (
            "hear it off",
            "Hear",
            {"song": "it"},
            "unsure",
            "Hear was understood, but not what",
        ),
        ("take jazz", "Hear", {"song": "jazz"}, "unsure", "Hear was understood, but not by a word"),
        ("wait in here", "Wait", {}, "unsure", "Wait was understood, but not what 'in here' is"),
        ("shazam", "Wait", {}, "unsure", "Wait was understood, but not by a word that tells"),
    ],
)
def test_what_is_amiss(
    check: FrameCheck, text: str, intent: str, slots: dict[str, str], code: str, reason: str
) -> None:
    _, found = check.checked(tokenise(text), frame(text, intent, **slots), HOME)
    assert found is not None
    assert found[0] == code
    assert found[1].startswith(reason)


@pytest.mark.parametrize(
    ("text", "intent", "slots"),
    [
        ("would you dim it to 5", "Dim", {"name": "it", "brightness": "5"}),
        ("dim it to 5 in here", "Dim", {"name": "it", "brightness": "5", "area": "here"}),
        ("did you leave it on then", "Ask", {"name": "it"}),
        ("dim it two 5", "Dim", {"name": "it", "brightness": "5"}),
        ("dim lamp 2 to 5", "Dim", {"name": "lamp 2", "brightness": "5"}),
        ("never you mind", "Wait", {}),
        ("nevver mint", "Wait", {}),
        ("wait for 5 minutes", "Wait", {"minutes": "5"}),
        ("sing it", "Sing", {"name": "it"}),
        ("i'm cold, dim it to 5", "Dim", {"name": "it", "brightness": "5"}),
        ("would you dim it to 5?", "Dim", {"name": "it", "brightness": "5"}),
        ("lock the dors", "Lock", {}),
    ],
    ids=[
        "nothing",
        "known to the schema",
        "asked",
        "misheard",
        "number of a name",
        "never",
        "misspelled",
        "time",
        "no sentences of it",
        "a reason",
        "a polite question",
        "misspelled what is meant",
    ],
)
def test_what_is_not(check: FrameCheck, text: str, intent: str, slots: dict[str, str]) -> None:
    assert check.checked(tokenise(text), frame(text, intent, **slots), HOME)[1] is None


def test_the_words_are_english(tmp_path: Path) -> None:
    text = "never dim it to 5 later"
    german = check_of(tmp_path, "de")
    assert (
        german.checked(tokenise(text), frame(text, "Dim", name="it", brightness="5"), HOME)[1]
        is None
    )


def test_what_is_fixed_is_told_by_words_outside_slots(tmp_path: Path) -> None:
    page = tmp_path / "page.yaml"
    page.write_text(
        "language: en\nintents:\n  Off:\n    data:\n"
        "      - {sentences: ['lights off in {area}'], slots: {kind: light}}\n"
        "      - {sentences: ['fans off in {area}'], slots: {kind: fan}}\n"
    )
    grammar = Grammar.from_bytes(compile_grammar(read_templates(page)).data)
    check = FrameCheck(grammar, SlotSchema({}))
    text = "stop the fans of lights house"
    assert check.fixed(tokenise(text), frame(text, "Off", area="lights house")) == {"kind": "fan"}
    text = "stop those of fans house"
    assert check.fixed(tokenise(text), frame(text, "Off", area="fans house")) is None


def test_once_prepared_it_reads_nothing_off_the_grammar_any_more(
    check: FrameCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*arguments: object) -> None:
        raise AssertionError("it was to be read before")

    check.prepare()
    for name in (
        "vocabulary.intents_by_word",
        "vocabulary.intents_by_first_word",
        "slot_sets.labels_said",
        "units.words_after",
        "units.words_before",
        "units.slots_counted",
    ):
        monkeypatch.setattr(f"edge.intent.{name}", read)
    text = "dim it to 5 percent"
    assert check.checked(tokenise(text), frame(text, "Dim", **DIMMED), HOME)[1] is None


@pytest.mark.parametrize(
    ("said", "word"),
    [("off", ""), ("that", ""), ("that off", "that"), ("off it", "it"), ("off it goes", "")],
)
def test_what_is_pointed_at_stands_beside_what_is_to_become_of_it(said: str, word: str) -> None:
    assert _pointing(said.split()) == word
