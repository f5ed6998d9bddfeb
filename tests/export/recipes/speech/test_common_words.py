"""The list of common words that ships, and how it is made."""

from __future__ import annotations

import math

from edge.voice.search.lexicon import unpacked
from export.recipes.speech.common_words import common_words, shipped_lexicon, shipped_words


def test_a_word_is_as_likely_as_it_is_written_and_asked_for() -> None:
    found = common_words({"the": 0.5, "gavel": 0.1}, {"lamp": 3, "the": 1}, ["lamp", "the", "x"], 9)
    assert found == {"the": -math.log((0.5 + 0.25) / 2), "lamp": -math.log(0.75 / 2)}


def test_the_likeliest_are_taken_and_of_equals_the_first_by_name() -> None:
    written = {"b": 0.2, "a": 0.2, "c": 0.6}
    assert list(common_words(written, {}, ["a", "b", "c"], 2)) == ["c", "a"]


def test_the_list_that_ships_knows_what_people_ask_for() -> None:
    words = unpacked(shipped_words(), "words")
    assert len(words) == len(shipped_lexicon()) == 8000
    assert {"play", "jazz", "coffee", "peanut", "garlic", "a", "i"} <= words.keys()
    assert words["the"] < words["coffee"] < words["garlic"]
