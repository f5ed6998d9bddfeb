"""Numbers as other languages say them."""

from __future__ import annotations

import pytest

from export.grammar.number_words import number_words


@pytest.mark.parametrize(
    ("language", "number", "words"),
    [
        ("de", 21, "einundzwanzig"),
        ("fr", 21, "vingt et un"),
        ("pl", 21, "dwadzieścia jeden"),
        ("zh-TW", 2, "二"),
    ],
)
def test_the_usual_way_is_the_first(language: str, number: int, words: str) -> None:
    assert " ".join(number_words(language, number)[0]) == words


def test_no_way_is_there_twice() -> None:
    found = [" ".join(words) for words in number_words("de", 1)]
    assert found == ["eins", "ein", "eine", "einen", "einer", "eines", "einem"]


@pytest.mark.parametrize("language", ["en", "xx", ""])
def test_english_is_known_on_the_device_and_others_may_not_be_known_at_all(language: str) -> None:
    assert number_words(language, 5) == ()
