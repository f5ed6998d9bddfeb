"""Words beside a command that make none of it."""

from __future__ import annotations

import pytest

from edge.intent.asides import BEFORE, BEHIND, LINKS, aside, asked, stands, told
from edge.voice.spoken import say_text


@pytest.mark.parametrize(
    ("said", "beside"),
    [
        ("should i open the door", "should i"),
        ("do not ever open the door", "do not ever"),
        ("open the door in forty five minutes", "in forty five minutes"),
        ("open the door the day after tomorrow", "the day after tomorrow"),
        ("open the door when i am at home", "when i am at home"),
        ("hey they will open the door tomorrow", "they will"),
        ("open the door", ""),
        ("open the door tomorrowland", ""),
        ("i willow", ""),
        ("", ""),
    ],
)
def test_the_longest_is_found(said: str, beside: str) -> None:
    assert aside(said) == beside


@pytest.mark.parametrize("phrase", [*BEFORE, *BEHIND, *LINKS])
def test_each_is_written_as_it_is_said(phrase: str) -> None:
    assert say_text(phrase) == phrase


def test_asking_politely_is_none() -> None:
    polite = {"please", "can you", "could you", "would you", "will you", "hey", "you can", "let us"}
    assert not polite & {*BEFORE}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I've locked the door", "I've"),
        ("well, i have just locked it", "i have just"),
        ("we're opening it", "we're"),
        ("i dimmed the lights", "i dimmed"),
        ("I'm locking up", "I'm"),
        ("I'm cold, turn up the heating", ""),
        ("we are going to bed, lock the doors", ""),
        ("i need more light", ""),
        ("i could use some light", ""),
        ("were the lights on", ""),
        ("i want the lights on", ""),
    ],
)
def test_who_tells_what_was_done(text: str, words: str) -> None:
    assert told(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("is it too dark", "is"),
        ("Isn't it open", "Isn't"),
        ("do they lock", "do they"),
        ("leave the lights on", "leave"),
        ("do you mind closing it", ""),
        ("do the dishes", ""),
        ("island", ""),
    ],
)
def test_who_asks_or_wants_things_as_they_are(text: str, words: str) -> None:
    assert asked(text) == words


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("the stereo is off", True),
        ("the lights in the hall are still on!", True),
        ("the door should be locked", True),
        ("make sure the stereo is off", False),
        ("tell me if the door is locked", False),
        ("turn the lights on", False),
        ("the study is too dark", False),
    ],
)
def test_who_says_how_things_are(text: str, is_so: bool) -> None:
    assert bool(stands(text)) is is_so
