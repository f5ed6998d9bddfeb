"""Words that turn a command into its contrary."""

from __future__ import annotations

import pytest

from edge.contrary import contrary, is_contrary
from edge.intent import SlotReading


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("never unlock the front door", "never"),
        ("do NOT open the gate", "NOT"),
        ("please don't lock it", "don't"),
        ("you shouldn\u2019t have", "shouldn\u2019t"),
        ("dont turn it on", "dont"),
        ("everything but the lamp", "but"),
        ("all lights except mine", "except"),
        ("i cannot see, turn on the light", "cannot"),
    ],
)
def test_they_are_found(text: str, word: str) -> None:
    assert contrary(text, ()) == word


@pytest.mark.parametrize(
    "text",
    ["turn on the light", "but turn on the light", "the front plant", "a knot", "the buttons"],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert contrary(text, ()) == ""


def test_a_name_may_have_one_in_it() -> None:
    text = "put on don't stop me now"
    song = SlotReading("music", text[7:], 7, len(text))
    assert contrary(text, (song,)) == ""
    assert contrary(f"{text} but not loud", (song,)) == "but"


@pytest.mark.parametrize("word", ["never", "don't", "but", "except", "isnt"])
def test_a_word_by_itself_is_one(word: str) -> None:
    assert is_contrary(word)
    assert not is_contrary(f"{word}er")
