"""Words that change what a command means."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.intent.model import SlotReading
from edge.intent.modifiers import (
    BOTH,
    CONTRARY,
    CORRECTED,
    EITHER,
    ELSEWHERE,
    EXCEPT,
    LATER,
    MODIFIERS,
    TAKEN_BACK,
    Modifier,
    all_but,
    put_off,
)
from edge.text import tokenise


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("never unlock the front door", "never"),
        ("do NOT open the gate", "NOT"),
        ("please don't lock it", "don't"),
        ("you shouldn\u2019t have", "shouldn\u2019t"),
        ("dont turn it on", "dont"),
        ("everything but the lamp", "but"),
        ("let no-one in", "no-one"),
        ("avoid opening it", "avoid"),
        ("i cannot see, turn on the light", "cannot"),
    ],
)
def test_the_contrary_is_found(text: str, word: str) -> None:
    assert CONTRARY.found(tokenise(text), ()) == word


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("turn off the light Later", "Later"),
        ("open the gate tomorrow", "tomorrow"),
        ("lock the door after dinner", "after"),
        ("dim the lamp once ida sleeps", "once"),
        ("close the shade when it rains", "when"),
        ("if it rains close the shade", "if"),
        ("turn it off as soon as it boils", "as soon as"),
        ("turn off the lights in a bit", "in a bit"),
        ("turn it off in half an hour", "in half an hour"),
        ("turn the fan on for ten minutes", "for ten minutes"),
        ("turn off everything at midnight", "at midnight"),
        ("lock up at 7:30", "at 7:30"),
        ("open the blinds every morning", "every morning"),
        ("start the vacuum on mondays", "on mondays"),
        ("remind me to lock the door", "remind"),
    ],
)
def test_another_time_is_found(text: str, words: str) -> None:
    assert LATER.found(tokenise(text), ()) == words


@pytest.mark.parametrize(
    ("modifier", "text", "words"),
    [
        (EXCEPT, "all the lights with the exception of the kitchen", "exception"),
        (EXCEPT, "all of them, no exceptions made", "exceptions"),
        (CONTRARY, "you shouldn't've locked it", "shouldn't"),
        (CONTRARY, "i daren't open it", "daren't"),
        (EXCEPT, "all lights except mine", "except"),
        (EXCEPT, "everything exept the lamp", "exept"),
        (EXCEPT, "lock all apart from the back door", "apart from"),
        (EXCEPT, "the lights leaving on the lamp", "leaving on"),
        (EXCEPT, "lights off everywhere save the nursery", "save the"),
        (EXCEPT, "turn off the other lights", "other"),
        (EITHER, "the front door or the back door", "or"),
        (BOTH, "turn the light on and off", "on and off"),
        (BOTH, "turn on off the light", "on off"),
        (ELSEWHERE, "it is cold outside", "outside"),
        (EXCEPT, "turn off everything, keep the radio on", "keep"),
        (EXCEPT, "everything barring the kettle", "barring"),
        (CORRECTED, "the kettle, no wait, the lamp", "no"),
        (CORRECTED, "the lamp i mean the kettle", "i mean"),
        (TAKEN_BACK, "unlock the door? no", "no"),
        (TAKEN_BACK, "unlock the door, no wait", "no wait"),
        (TAKEN_BACK, "open the garage, scratch that.", "scratch that"),
    ],
)
def test_what_else_spoils_a_command(modifier: Modifier, text: str, words: str) -> None:
    assert modifier.found(tokenise(text), ()) == words


@pytest.mark.parametrize(
    "text",
    ["scratch that", "no, the lamp", "an hour or so", "on the offside", "another lamp", "the bar"],
)
def test_and_what_does_not(text: str) -> None:
    assert not any(one.found(tokenise(text), ()) for one in MODIFIERS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("everything except milk", "everything except"),
        ("all timers apart from the pasta", "all timers apart from"),
        ("all of me", ""),
        ("anything goes", ""),
        ("without you", ""),
    ],
)
def test_what_is_left_out_of_all(text: str, words: str) -> None:
    assert all_but(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("jazz in five minutes", "in five minutes"),
        ("Jazz In Half An Hour", "In Half An Hour"),
        ("jazz at 7:30 pm", "at 7:30 pm"),
        ("jazz every evening", "every evening"),
        ("jazz as soon as i'm home", "as soon as i'm home"),
        ("jazz when she comes home", "when she comes home"),
        ("at seven", ""),
        ("gone in sixty seconds", ""),
        ("tonight tonight", ""),
        ("the day after tomorrow", ""),
        ("hotel california live at the forum", ""),
    ],
)
def test_what_puts_off_any_words_stands_at_their_end(text: str, words: str) -> None:
    assert put_off(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "turn on the light",
        "but turn on the light",
        "the front plant",
        "a knot",
        "the buttons",
        "turn every light off at once",
        "play it once more",
        "turn it off if you don't mind",
        "if you could, lock the door",
        "lock the door if if you please",
        "lock it when you can",
        "lock it as soon as possible",
        "turn on the light in the kitchen",
        "the night light at half brightness",
        "open the door at the back",
    ],
)
def test_what_only_looks_like_one_is_none(text: str) -> None:
    assert not any(one.found(tokenise(text), ()) for one in MODIFIERS)


def test_a_name_may_have_one_in_it() -> None:
    text = "put on don't stop me now"
    song = SlotReading("music", text[7:], 7, len(text))
    assert CONTRARY.found(tokenise(text), (song,)) == ""
    assert CONTRARY.found(tokenise(f"{text} but not loud"), (song,)) == "but"


def test_a_number_that_is_meant_is_no_time() -> None:
    text = "the heating at twenty one, at seven"
    degrees = SlotReading("temperature", "twenty one", 15, 25)
    assert LATER.found(tokenise(text), (degrees,)) == "at seven"
    assert LATER.found(tokenise(text[:25]), (degrees,)) == ""


@pytest.mark.parametrize("word", ["never", "don't", "but", "nobody", "isnt"])
def test_a_word_by_itself_is_one(word: str) -> None:
    assert CONTRARY.has(word)
    assert not CONTRARY.has(f"{word}er")


def test_who_speaks_of_minutes_speaks_of_time() -> None:
    assert LATER.has("minutes")
    assert LATER.has("until")
    assert not LATER.has("timer")


def _without_lookaround(pattern: str) -> str:
    """A pattern that says nothing of what is before and behind what it finds."""
    shorter = re.sub(r"\(\?<?[!=](?:[^()]|\([^()]*\))*\)", "", pattern)
    assert "(?!" not in shorter
    assert "(?<" not in shorter
    return shorter.replace("$", "").replace("\\b", "")


@settings(max_examples=1000)
@given(data=st.data(), modifier=st.sampled_from(MODIFIERS))
def test_each_of_them_has_a_word_that_tells(data: st.DataObject, modifier: Modifier) -> None:
    letters = st.characters(codec="ascii", exclude_characters="_'-")
    pattern = _without_lookaround(modifier.words)
    said = data.draw(st.from_regex(pattern, fullmatch=True, alphabet=letters))
    assert not modifier.tells.isdisjoint(tokenise(said).words)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("NEVER open it", "NEVER"),
        ("the caf\u00e9, Never", "Never"),
        ("\u0130\u0130\u0130 Not now", "Not"),  # in lower case it is longer
    ],
)
def test_words_are_found_as_they_are_written(text: str, word: str) -> None:
    assert CONTRARY.found(tokenise(text), ()) == word
