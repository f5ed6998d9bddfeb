"""Several commands in one sentence."""

from __future__ import annotations

import pytest

from edge.conjunction import beginnings_of, ends_of, joined, listed, parts_of, verb_of
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


def test_the_beginning_of_a_part_is_not_all_of_it() -> None:
    beginnings = said(list(beginnings_of(tokenise("lights in the hall"))))
    assert beginnings == ["lights in the", "lights in", "lights"]
    assert said(list(beginnings_of(tokenise("door")))) == []


def test_the_end_of_a_part_is_not_all_of_it() -> None:
    ends = said(list(ends_of(tokenise("bedroom lights to 20"))))
    assert ends == ["lights to 20", "to 20", "20"]
    assert said(list(ends_of(tokenise("door")))) == []


def test_parts_are_joined_without_what_was_between_them() -> None:
    first, second = parts_of(tokenise("turn on the lamp and the Fan"))
    assert joined(verb_of(first), second).text == "turn on the Fan"
