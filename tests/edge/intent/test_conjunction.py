"""Several commands in one sentence."""

from __future__ import annotations

import pytest

from edge.events import Command
from edge.home.home import Area, Device, Home
from edge.intent.conjunction import (
    Fits,
    begun,
    completed,
    contradiction,
    ended,
    has_link,
    joined,
    links_of,
    listed,
    parts_of,
    pointed,
    points,
    several,
    verb_of,
)
from edge.limits import COMMANDS
from edge.text import Tokens, tokenise


def said(parts: list[Tokens]) -> list[str]:
    return [" ".join(part.words) for part in parts]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("turn on the lamp", ["turn on the lamp"]),
        ("open it and close it", ["open it", "close it"]),
        ("open it and then close it", ["open it", "close it"]),
        ("and open it and", ["open it"]),
        ("and then", []),
        ("sand", ["sand"]),
        (" and ".join(["go"] * COMMANDS), ["go"] * COMMANDS),
        (" and ".join(["go"] * (COMMANDS + 1)), [" and ".join(["go"] * (COMMANDS + 1))]),
    ],
)
def test_a_sentence_is_cut_at_its_ands(text: str, parts: list[str]) -> None:
    assert said(parts_of(tokenise(text))) == parts


def test_but_not_inside_a_name_of_the_home() -> None:
    home = Home([Device("light.pepper", "Salt and pepper"), Device("lamp", "Salt")])
    home.add(Area("parents", "Mum and Dad's room"))
    text = "turn on the salt and pepper and dim the lights in mum and dad's room and the salt"
    parts = [
        "turn on the salt and pepper", "dim the lights in mum and dad 's room", "the salt",
    ]  # fmt: skip
    assert said(parts_of(tokenise(text), home=home)) == parts
    assert said(listed(tokenise(text.replace(" and dim", ", dim")), home=home)) == parts


@pytest.mark.parametrize(
    ("language", "text", "parts"),
    [
        ("de", "Mach das Licht an und die Tür zu", ["mach das licht an", "die tür zu"]),
        ("de-CH", "auf und dann zu", ["auf", "zu"]),
        ("fr", "ouvre et puis ferme", ["ouvre", "ferme"]),
        ("de", "on and off", ["on and off"]),
        ("tlh", "on and off", ["on and off"]),
    ],
)
def test_and_at_those_of_its_language(language: str, text: str, parts: list[str]) -> None:
    links = links_of(language)
    assert said(parts_of(tokenise(text), links)) == parts
    assert has_link(text, links) == (len(parts) > 1)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("the hall, study and bedroom", ["the hall", "study", "bedroom"]),
        ("the hall, study, and bedroom", ["the hall", "study", "bedroom"]),
        ("open it, close it", ["open it", "close it"]),
        ("1,000 and a half", ["1,000", "a half"]),
        (", open it ,", ["open it"]),
        ("open it", ["open it"]),
    ],
)
def test_and_at_its_commas(text: str, parts: list[str]) -> None:
    assert said(listed(tokenise(text))) == parts


@pytest.mark.parametrize(
    ("text", "verb"), [("turn on the lamp", "turn on"), ("open it", "open"), ("dim", "dim")]
)
def test_a_verb_has_its_particle(text: str, verb: str) -> None:
    assert said([verb_of(tokenise(text))]) == [verb]


def knowing(*sentences: str) -> Fits:
    """A home that has these sentences, each of an intent called as its first word."""

    def fits(tokens: Tokens) -> Command | None:
        text = " ".join(tokens.words)
        return Command(text.split()[0], {}, (), text=text) if text in sentences else None

    return fits


def test_a_part_is_begun_with_as_much_of_another_as_will_do() -> None:
    whole, part = parts_of(tokenise("turn on the lights in the hall and the study"))
    known = ("turn on the lights in the study", "turn on the study", "turn the study")
    found = begun(part, whole, "turn", knowing(*known))
    assert found is not None
    assert found.text == "turn on the lights in the study"
    assert begun(part, whole, "open", knowing(*known)) is None


def test_a_part_may_point_to_what_was_named_before() -> None:
    part, whole = tokenise("dim it to 20"), tokenise("turn on the floor lamp")
    lamp = Command("turn", {"name": "Floor lamp"}, ("light.floor",))
    found = pointed(part, whole, lamp, knowing("dim floor lamp to 20"))
    assert found is not None
    assert found.text == "dim floor lamp to 20"
    assert pointed(tokenise("dim to 20"), whole, lamp, knowing("dim floor lamp to 20")) is None


@pytest.mark.parametrize(
    ("whole", "part", "meant"),
    [
        ("turn on the hall lights", "dim them", "dim the hall lights"),
        ("set the hall lights to 20", "make them red", "make the hall lights red"),
        ("play jazz in the hall", "turn it down", "turn it down in the hall"),
        ("turn on the hall lights", "close the blinds there", "close the blinds in the hall"),
    ],
)
def test_or_to_all_there_is_in_a_room(whole: str, part: str, meant: str) -> None:
    before = Command("turn", {"area": "hall"}, ("hall",))
    found = pointed(tokenise(part), tokenise(whole), before, knowing(meant))
    assert found is not None
    assert found.text == meant
    assert pointed(tokenise(part), tokenise(whole), before, knowing("dim all")) is None


def test_there_points_at_an_end_only() -> None:
    assert points(tokenise("close them there"))
    assert points(tokenise("lock it"))
    assert not points(tokenise("is there milk"))


def test_of_all_ways_the_first_that_will_do_is_taken() -> None:
    whole, part, other = parts_of(tokenise("dim the lamp and it and the fan to 20"))
    lamp = Command("dim", {"name": "lamp"}, ("lamp",))
    verb = verb_of(whole)
    known = knowing("dim the fan to 20", "dim it to 20")
    found = completed(part, verb, (whole, lamp), [other], known)
    assert found is not None
    assert found.text == "dim it to 20"
    assert completed(part, verb, None, [], known) is None


def test_of_commands_with_two_numbers_for_one_thing_neither_is_done() -> None:
    def heat(degrees: float, *targets: str, **slots: str) -> Command:
        return Command("heat", {**slots, "degrees": degrees}, targets)

    reason = "two values for degrees: 21 and 5; say the one meant"
    assert contradiction([heat(21, "study"), heat(5, "study")]) == reason
    assert contradiction([heat(21, "study"), heat(5, "hall")]) is None
    assert contradiction([heat(21, "study"), heat(21, "study")]) is None
    assert contradiction([heat(21), heat(5)]) is None, "two timers are two"
    assert contradiction([heat(21, "a", kind="oven"), heat(5, "a", kind="grill")]) is None


def test_commands_are_one_with_others() -> None:
    one, two = Command("turn", {}, ("a",)), Command("dim", {}, ("b",))
    assert several([one]) == one
    assert several([one, two]).also == (two,)


def test_a_part_is_ended_with_as_much_of_another_as_will_do() -> None:
    part, other = parts_of(tokenise("set the hall and study lights to 20"))
    known = ("set study lights to 20", "set the hall to 20", "set the hall lights to 20")
    found = ended(part, verb_of(part), [other], knowing(*known))
    assert found is not None
    assert found.text == "set the hall lights to 20"


def test_what_has_nothing_in_common_is_not_ended() -> None:
    part, other = parts_of(tokenise("lock the front and open the back door"))
    assert ended(part, verb_of(part), [other], knowing("lock the front door")) is None


def test_a_part_may_lack_both() -> None:
    parts = parts_of(tokenise("lock the front and the back and the cellar door"))
    known = knowing("lock the back door", "lock the cellar door")
    found = ended(parts[1], verb_of(parts[0]), parts[2:], known)
    assert found is not None
    assert found.text == "lock the back door"


def test_parts_are_joined_without_what_was_between_them() -> None:
    first, second = parts_of(tokenise("turn on the lamp and the Fan"))
    assert joined(verb_of(first), second).text == "turn on the Fan"
