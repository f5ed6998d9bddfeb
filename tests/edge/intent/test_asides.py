"""Words beside a command that make none of it."""

from __future__ import annotations

import pytest

from edge.intent.asides import BEFORE, BEHIND, LINKS, aside
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
