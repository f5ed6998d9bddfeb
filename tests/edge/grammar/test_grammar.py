"""What the grammar makes of a sentence."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.events import Command, Rejected
from edge.grammar.grammar import Grammar, Match, Miss
from edge.home.home import Area, Device, Floor, Home
from edge.intent.interpret import interpret
from edge.limits import SENTENCE_TOKENS
from edge.text import Tokens, tokenise
from export.grammar.compiler import compile_grammar
from export.grammar.templates import read_templates

PAGE = """
language: en
skip_words: ["please", "can you", "for me", "i want"]
expansion_rules:
  the: "(the|my)"
lists:
  brightness: {range: {type: percentage, from: 0, to: 100}}
  warmth: {range: {type: temperature, from: 5, to: 30, fractions: halves}}
  quieter: {range: {from: 0, to: 10, multiplier: -1}}
  tens: {range: {from: 0, to: 100, step: 10}}
  hours: {range: {from: 1, to: 24}}
  half: {values: [{in: "half", out: 30}]}
  song: {wildcard: true}
  color: {values: [{in: "(crimson|red)", out: red}, {in: "warm white", out: white}, "blue"]}
intents:
  TurnOn:
    data:
      - sentences: ["turn on [<the>] {name}", "turn on [<the>] {name} in [<the>] {area}"]
        requires_context: {domain: [light, plug]}
      - sentences: ["turn on [<the>] {area} light[s]", "turn on light[s] on [the] {floor}"]
        slots: {kind: light}
      - sentences: ["lights on [here]"]
        slots: {kind: light}
        requires_context: {area: {slot: true}}
  Open:
    data:
      - sentences: ["(open|raise) [<the>] {name}"]
        requires_context: {domain: cover}
  Dim:
    data:
      - sentences: ["dim [<the>] {name} to {brightness}[[ ](%|percent)]", "{name} at {tens}"]
      - sentences: ["quieter by {quieter}"]
  Heat:
    data:
      - sentences: ["heat to {warmth}[( |)(°|degrees)]"]
  Wait:
    data:
      - sentences: ["wait {hours}[ |-]hour[s]", "wait {hours:hours} and [a] {half:minutes} hours"]
  Paint:
    data:
      - sentences: ["paint [<the>] {name} {color}", "paint it {color:@ignored}"]
  Play:
    data:
      - sentences: ["play {song}", "play {song} in [<the>] {area}"]
  Clean:
    data:
      - sentences: ["clean [<the>] {area} with {name}"]
        requires_context: {domain: vacuum}
  Start:
    data:
      - sentences: ["turn on [<the>] {name}"]
        requires_context: {domain: vacuum}
  Press:
    data:
      - sentences: ["press [<the>] {name}"]
        excludes_context: {domain: light}
"""


@pytest.fixture(scope="module")
def grammar(tmp_path_factory: pytest.TempPathFactory) -> Grammar:
    page: Path = tmp_path_factory.mktemp("page") / "page.yaml"
    page.write_text(PAGE)
    templates = read_templates(page)
    compiled = compile_grammar(templates)
    assert [*templates.problems, *compiled.problems] == []
    return Grammar.from_bytes(compiled.data)


def house() -> Home:
    return Home(
        floors=[Floor("up", "Upstairs")],
        areas=[
            Area("kitchen", "Kitchen"),
            Area("study", "Study", ("office",), "up"),
            Area("hall", "Hall"),
        ],
        devices=[
            Device("k", "Kitchen light", area="kitchen", kind="light"),
            Device("l1", "Lamp", area="study", kind="light"),
            Device("l2", "Lamp", area="hall", kind="light"),
            Device("f", "Fan", area="hall", kind="fan"),
            Device("porch", "Porch light", ("outside light",), area="hall", kind="light"),
            Device("blind", "Big blind", area="study", kind="cover"),
            Device("p2", "Plug 2", area="study", kind="plug"),
            Device("v", "Bramble", area="hall", kind="vacuum"),
            Device("b1", "Bell", area="hall", kind="button"),
            Device("b2", "Bell", area="study", kind="light"),
        ],
    )


HOUSE = house()


def say(grammar: Grammar, text: str, area: str | None = None) -> Command | Rejected | None:
    found = grammar.match(tokenise(text), HOUSE, area=area)
    return None if found is None else interpret(found, HOUSE)


def command(grammar: Grammar, text: str, area: str | None = None) -> Command:
    said = say(grammar, text, area)
    assert isinstance(said, Command), said
    return said


def refusal(grammar: Grammar, text: str, area: str | None = None) -> Rejected:
    said = say(grammar, text, area)
    assert isinstance(said, Rejected), said
    return said


def test_a_sentence_gives_intent_slots_and_targets(grammar: Grammar) -> None:
    said = command(grammar, "Turn on the kitchen light!")
    assert (said.intent, said.slots, said.targets) == ("TurnOn", {"name": "Kitchen light"}, ("k",))
    assert (said.source, said.score) == ("grammar", 1.0)


def test_slots_say_where_they_were(grammar: Grammar) -> None:
    text = "dim the  Outside Light to fifty percent"
    found = grammar.match(tokenise(text), HOUSE)
    assert isinstance(found, Match)
    assert [(slot.label, text[slot.start : slot.end]) for slot in found.slots] == [
        ("name", "Outside Light"),
        ("brightness", "fifty percent"),
    ] or [text[slot.start : slot.end] for slot in found.slots] == ["Outside Light", "fifty"]


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("dim the lamp in", None),
        ("dim kitchen light to 50%", {"name": "Kitchen light", "brightness": 50}),
        ("dim kitchen light to fifty percent", {"name": "Kitchen light", "brightness": 50}),
        ("dim kitchen light to half", {"name": "Kitchen light", "brightness": 50}),
        ("dim plug two to 7", {"name": "Plug 2", "brightness": 7}),
        ("heat to twenty one and a half degrees", {"warmth": 21.5}),
        ("heat to 21.5°", {"warmth": 21.5}),
        ("quieter by three", {"quieter": -3}),
        ("wait 5-hour", {"hours": 5}),
        ("wait two and a half hours", {"hours": 2, "minutes": 30}),
        ("paint the fan crimson", {"name": "Fan", "color": "red"}),
        ("paint fan warm white", {"name": "Fan", "color": "white"}),
        ("paint it blue", {}),
        ("play Paper Lanterns", {"song": "Paper Lanterns"}),
        ("play Paper Lanterns in the office", {"song": "Paper Lanterns", "area": "Study"}),
        ("turn on the study lights", {"kind": "light", "area": "Study"}),
        ("turn on lights on upstairs", {"kind": "light", "floor": "Upstairs"}),
    ],
)
def test_values(grammar: Grammar, text: str, slots: dict[str, object] | None) -> None:
    said = say(grammar, text)
    if slots is None:
        assert not isinstance(said, Command)
    else:
        assert isinstance(said, Command), said
        assert said.slots == slots


def test_the_name_of_a_device_beats_an_area_and_a_word(grammar: Grammar) -> None:
    assert command(grammar, "turn on the kitchen light").targets == ("k",)
    assert command(grammar, "turn on the kitchen lights").targets == ("kitchen",)


def test_an_area_settles_which_of_two_is_meant(grammar: Grammar) -> None:
    assert command(grammar, "turn on the lamp in the hall").targets == ("l2", "hall")


def test_so_does_the_place_of_the_speaker(grammar: Grammar) -> None:
    assert command(grammar, "turn on the lamp", area="study").targets == ("l1",)


def test_and_so_does_the_kind_that_the_template_asks_for(grammar: Grammar) -> None:
    assert command(grammar, "press the bell").targets == ("b1",)
    assert command(grammar, "turn on the bell").targets == ("b2",)


def test_two_devices_with_one_name_are_asked_about(grammar: Grammar) -> None:
    said = refusal(grammar, "turn on the lamp")
    assert said.code == "ambiguous_name"
    assert said.reason == "2 devices are called 'lamp': Lamp (Study), Lamp (Hall). Which one?"
    assert said.suggestions == ("Lamp (Study)", "Lamp (Hall)")


def test_an_unknown_name_is_named_and_the_closest_offered(grammar: Grammar) -> None:
    said = refusal(grammar, "please turn on the porch lamp")
    assert said.code == "unknown_name"
    assert said.reason == "no device called 'porch lamp'; did you mean 'Porch light' or 'Lamp'?"
    assert said.suggestions == ("Porch light", "Lamp")
    assert said.intent == "TurnOn"


def test_an_unknown_area_is_an_area(grammar: Grammar) -> None:
    said = refusal(grammar, "turn on the lamp in the hal")
    assert said.reason == "no area called 'hal'; did you mean 'Hall'?"


def test_an_unknown_name_says_where_it_was(grammar: Grammar) -> None:
    text = "turn on the porch lamp"
    found = grammar.match(tokenise(text), HOUSE)
    assert isinstance(found, Miss)
    assert text[found.start : found.end] == found.said == "porch lamp"


def test_a_device_that_cannot_do_it_is_refused(grammar: Grammar) -> None:
    said = refusal(grammar, "open the kitchen light")
    assert said.code == "unknown_name"
    assert said.reason.startswith("'kitchen light' is a light, this works with: cover")


@pytest.mark.parametrize("article", ["that ", "these ", "a ", "your ", "the ", "my ", ""])
def test_an_article_that_no_template_has_is_no_part_of_a_name(
    grammar: Grammar, article: str
) -> None:
    text = f"turn on {article}porch light"
    found = grammar.match(tokenise(text), HOUSE)
    assert isinstance(found, Match)
    assert [text[slot.start : slot.end] for slot in found.slots] == ["porch light"]
    assert command(grammar, f"clean {article}study with that bramble").intent == "Clean"


def test_all_that_could_do_it_are_named_where_several_intents_are_said_alike(
    grammar: Grammar,
) -> None:
    said = say(grammar, "turn on the big blind")
    assert isinstance(said, Rejected)
    assert said.intent == "TurnOn"
    assert said.reason.startswith("'big blind' is a cover, this works with: light, plug, vacuum")
    assert command(grammar, "turn on bramble").intent == "Start"


def test_a_device_that_is_elsewhere_is_refused(grammar: Grammar) -> None:
    said = refusal(grammar, "turn on the kitchen light in the hall")
    assert said.reason == "there is no 'kitchen light' in 'Hall'; there is Kitchen light (Kitchen)"


def test_what_moves_about_goes_where_it_is_sent(grammar: Grammar) -> None:
    assert command(grammar, "clean the kitchen with bramble").targets == ("kitchen", "v")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "dim kitchen light to 150",
            "brightness takes whole numbers from 0 to 100; '150' was said",
        ),
        ("heat to 3", "warmth takes numbers and halves from 5 to 30; '3' was said"),
        ("heat to 20.2", "warmth takes numbers and halves from 5 to 30; '20.2' was said"),
        ("fan at 15", "tens takes whole numbers from 0 to 100 in steps of 10; '15' was said"),
    ],
)
def test_a_number_out_of_range_is_refused(grammar: Grammar, text: str, reason: str) -> None:
    said = refusal(grammar, text)
    assert (said.code, said.reason) == ("out_of_range", reason)


def test_a_template_can_ask_for_the_place_of_the_speaker(grammar: Grammar) -> None:
    said = command(grammar, "lights on", area="study")
    assert (said.slots, said.targets) == ({"kind": "light", "area": "Study"}, ("study",))
    said_nowhere = refusal(grammar, "lights on")
    assert said_nowhere.reason == "which area? Say it too, such as 'Kitchen'"


def test_of_two_that_say_the_same_the_one_of_the_speakers_place_is_meant(tmp_path: Path) -> None:
    page = tmp_path / "page.yaml"
    page.write_text(
        "language: en\nlists: {things: {values: [light, fan]}}\nintents:\n  Off:\n    data:\n"
        '      - sentences: ["{things:kind} off"]\n'
        '      - sentences: ["{things:kind} off [here]"]\n'
        "        requires_context: {area: {slot: true}}\n"
    )
    grammar = Grammar.from_bytes(compile_grammar(read_templates(page)).data)
    assert command(grammar, "light off").targets == ()
    assert command(grammar, "light off", area="study").targets == ("study",)
    # There is no fan in the study: it is all fans, unless it cannot be.
    assert command(grammar, "fan off", area="study").targets == ()
    said = refusal(grammar, "fan off here", area="study")
    assert (said.code, said.reason) == (
        "unknown_name",
        "there is no fan in 'Study'; there is Fan (Hall)",
    )
    assert said.suggestions == ("Fan (Hall)",)


@pytest.mark.parametrize(
    "text",
    [
        "please turn on the kitchen light",
        "can you please turn on the kitchen light for me",
        "turn on please the kitchen light",
    ],
)
def test_phrases_that_may_be_left_out_are(grammar: Grammar, text: str) -> None:
    assert command(grammar, text).targets == ("k",)


def test_such_a_phrase_inside_what_was_said_stays(grammar: Grammar) -> None:
    said = command(grammar, "please play I want to break free for me")
    assert said.slots == {"song": "I want to break free"}


@pytest.mark.parametrize(
    ("text", "intent", "rest"),
    [
        ("dim the kitchen light", "Dim", "to <brightness>"),
        ("dim my", "Dim", "<name> to <brightness>"),
        ("can you heat to", "Heat", "<warmth>"),
        ("kitchen light", "Dim", "at <tens>"),
        ("clean the kitchen with", "Clean", "<name>"),
        ("wait a", None, None),
        ("turn on the zebra", None, None),
        ("paint the zebra", None, None),
        ("the", None, None),
        ("clean the kitchen with the lamp", None, None),
    ],
)
def test_a_beginning_says_how_it_could_go_on(
    grammar: Grammar, text: str, intent: str | None, rest: str | None
) -> None:
    found = grammar.search(tokenise(text), HOUSE)
    assert found.match is None
    miss = found.unfinished()
    assert (miss.intent, miss.rest) == (intent, rest) if miss is not None else rest is None
    if miss is not None:
        said = interpret(miss, HOUSE)
        assert isinstance(said, Rejected)
        assert said.code == "incomplete"
        assert rest is not None
        assert rest in said.reason


def test_what_is_complete_is_no_beginning(grammar: Grammar) -> None:
    assert grammar.search(tokenise("turn on the kitchen light"), HOUSE).unfinished() is None


def test_only_what_fits_the_device_that_was_named_could_come_next(tmp_path: Path) -> None:
    page = tmp_path / "page.yaml"
    page.write_text(
        "language: en\nlists: {level: {range: {from: 0, to: 100}}}\nintents:\n"
        "  Open:\n    data:\n      - sentences: ['set {name} to {level}']\n"
        "        requires_context: {domain: cover}\n"
        "  Dim: {data: [{sentences: ['set {name} to be at {level}']}]}\n"
        "  Activate: {data: [{sentences: ['set {name}'], requires_context: {domain: scene}}]}\n"
    )
    by = Grammar.from_bytes(compile_grammar(read_templates(page)).data)
    for name, rest in (("big blind", "to <level>"), ("lamp", "to be at <level>")):
        miss = by.search(tokenise(f"set {name}"), HOUSE).unfinished()
        assert miss is not None
        assert miss.rest == rest


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🔥🔥🔥",
        "please",
        "turn",
        "turn on",
        "the lights in paris are pretty",
        "licht an in der küche",
        "i turned off the stove yesterday",
        "turn on the you and me",
        "turn on " * 60,
        "turn on the lamp because i said so yesterday",
    ],
)
def test_what_is_no_sentence_of_the_home_is_none(grammar: Grammar, text: str) -> None:
    assert say(grammar, text) is None


def test_devices_are_known_as_soon_as_they_are_added(grammar: Grammar) -> None:
    home = house()
    tokens = tokenise("turn on the lava lamp")
    assert isinstance(grammar.match(tokens, home), Miss)
    home.add(Device("lava", "Lava lamp", kind="light"))
    found = grammar.match(tokens, home)
    assert isinstance(found, Match)
    assert found.slots[0].ids == ("lava",)
    home.remove("lava")
    assert isinstance(grammar.match(tokens, home), Miss)


def calls(grammar: Grammar, text: str, home: Home) -> int:
    """Python and C calls that matching takes: what its time is made of, without a clock."""
    count = 0

    def profile(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    tokens = tokenise(text)
    grammar.match(tokens, home)
    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        grammar.match(tokens, home)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "text", ["turn on the lamp 7", "turn on the zebra", "the lights in paris are pretty"]
)
def test_the_work_does_not_grow_with_the_home(grammar: Grammar, text: str) -> None:
    def lamps(count: int) -> Home:
        return Home(Device(str(i), f"lamp {i}", kind="light") for i in range(count))

    assert calls(grammar, text, lamps(10_000)) == calls(grammar, text, lamps(20))


@pytest.mark.parametrize(
    "text", ["play in the " * 30, "turn on the lamp in the " * 20, "in " * SENTENCE_TOKENS]
)
def test_the_work_is_bounded_whatever_is_said(grammar: Grammar, text: str) -> None:
    assert calls(grammar, text, HOUSE) < 20_000


WORDS = (
    "turn on the kitchen light lamp in hall study please play dim to 50 fifty percent % heat "
    "paint red and a half wait hours fan at clean with bramble zebra open on office upstairs"
).split()


@given(st.lists(st.sampled_from(WORDS), max_size=14))
def test_any_words_give_an_answer_and_always_the_same(grammar: Grammar, words: list[str]) -> None:
    text = " ".join(words)
    said = say(grammar, text)
    assert said is None or isinstance(said, Command | Rejected)
    assert say(grammar, text) == said
    if isinstance(said, Command):
        assert all(target in HOUSE for target in said.targets)
    elif said is not None:
        assert said.reason


def test_what_is_near_is_looked_for_when_asked_and_once(
    grammar: Grammar, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    near = Grammar._near

    def counted(self: Grammar, tokens: Tokens, *rest: Any) -> Miss | None:
        looked.append(tokens.text)
        return near(self, tokens, *rest)

    monkeypatch.setattr(Grammar, "_near", counted)
    found = grammar.search(tokenise("turn on the zeppelin"), HOUSE)
    assert found.match is None
    assert looked == []
    miss = found.miss()
    assert miss is not None
    assert (miss.code, miss.said) == ("unknown_name", "zeppelin")
    assert found.miss() is miss
    assert looked == ["turn on the zeppelin"]
    assert grammar.search(tokenise("turn on the kitchen light"), HOUSE).match is not None
    assert len(looked) == 1
