"""What actions are called."""

from __future__ import annotations

import pytest

from edge.errors import UsageError
from edge.limits import ITEM_CHARS
from edge.preference.actions import check_name, device_of, generic, spelled, spoken
from tests.edge.preference.tiny import tiny_home


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("light.kitchen:turn_on", "light:turn_on"),
        ("light.kitchen.left:turn_on", "light:turn_on"),
        ("light:turn_on", "light:turn_on"),
        ("film-7", "film-7"),
        ("", ""),
        (":", ":"),
    ],
)
def test_the_kind_of_an_action(action: str, expected: str) -> None:
    assert generic(action) == expected


@pytest.mark.parametrize(("kind", "as_"), [("blind", "cover"), ("plug", "switch"), ("fan", "fan")])
def test_kinds_are_spelled_as_what_is_learned(kind: str, as_: str) -> None:
    assert spelled(kind) == as_


def test_the_device_of_an_action() -> None:
    assert device_of("light.kitchen:turn_on") == "light.kitchen"
    assert device_of("film-7") == ""


def test_it_is_said_as_the_home_says_it() -> None:
    assert spoken("light.kitchen:turn_on", tiny_home()) == "turn on Kitchen light (Kitchen)"
    assert spoken("light.attic_lamp:turn_on", tiny_home()) == "turn on light.attic lamp"
    assert spoken("good_night", None) == "good night"


@pytest.mark.parametrize("name", ["", "x" * (ITEM_CHARS + 1), "a\nb", "\ud800", None, 5, b"x"])
def test_what_is_no_name(name: object) -> None:
    with pytest.raises(UsageError, match="action"):
        check_name(name, "action")


@pytest.mark.parametrize("name", ["x", "x" * ITEM_CHARS, "Küche 🙂"])
def test_what_is_one(name: str) -> None:
    check_name(name, "action")
