"""Tries, spoken forms and the automaton of words."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import UsageError
from edge.grammar.file import ListEntry
from edge.limits import SPEECH_LETTERS, SPEECH_SENTENCES
from edge.numbers import parse_number, parse_percent
from edge.voice.alphabet import LABELS
from edge.voice.search.automaton import of_sentences
from edge.voice.search.tries import Tries, build, labels_of
from edge.voice.spoken import number_words, numbers_of, say, say_text


def phrases_of(tries: Tries, root: int) -> set[str]:
    """Everything a trie holds, found by walking it."""
    found = set()
    waiting = [(root, "")]
    while waiting:
        node, text = waiting.pop()
        if tries.ends[node]:
            found.add(text)
        first = tries.first[node]
        children = range(first, first + tries.children[node])
        letters = [tries.letter[child] for child in children]
        assert letters == sorted(set(letters))
        waiting += [
            (child, text + LABELS[letter]) for child, letter in zip(children, letters, strict=True)
        ]
    return found


WORDS = st.text(alphabet=LABELS[1:], min_size=1, max_size=8).filter(lambda text: text.strip())


@given(st.lists(st.tuples(st.integers(0, 3), WORDS), max_size=40))
def test_tries_hold_what_was_put_in(rows: list[tuple[int, str]]) -> None:
    tries = build([(number, labels_of(text) or b"") for number, text in rows], 4)
    for number, root in enumerate(tries.roots):
        assert phrases_of(tries, root) == {text for owner, text in rows if owner == number}
    prefixes = {(number, text[:end]) for number, text in rows for end in range(1, len(text) + 1)}
    assert len(tries.letter) == 3 + 4 + len(prefixes)  # nothing is there twice


def test_too_many_letters_are_refused_before_anything_is_built() -> None:
    with pytest.raises(UsageError, match="letters"):
        build([(0, bytes([3]) * (SPEECH_LETTERS + 1))], 1)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("lamp", "lamp"),
        ("don't", "don't"),
        ("café", "cafe"),
        ("straße", "strasse"),
        ("21", "twenty one"),
        ("1,250", "one thousand two hundred and fifty"),
        ("21.5", "twenty one point five"),
        ("21,5", "twenty one point five"),
        ("1,500", "one thousand five hundred"),
        ("-3", "minus three"),
        ("a4", "a four"),
        ("%", "percent"),
        ("°", "degrees"),
        ("5000000", "five zero zero zero zero zero zero"),
        ("東京", None),
        ("🙂", None),
        ("", None),
    ],
)
def test_how_a_word_is_said(written: str, said: str | None) -> None:
    assert say(written) == said


def test_a_sentence_is_said_as_it_is_tokenised() -> None:
    assert say_text("Set Ida's lamp to 50%!") == "set ida's lamp to fifty percent"
    assert say_text("...") is None
    assert say_text("play 東京") is None


@given(st.text(max_size=30))
def test_whatever_is_written_is_spelled_or_left_out(text: str) -> None:
    said = say_text(text)
    assert said is None or labels_of(said) is not None


RANGES = [
    ListEntry("range", "brightness", low=0, high=100, percent=True),
    ListEntry("range", "heat", low=5, high=30, parts=2),
    ListEntry("range", "offset", low=-10, high=10, parts=10),
    ListEntry("range", "tens", low=0, high=100, step=10),
    ListEntry("range", "seconds", low=1, high=300),
]


@pytest.mark.parametrize("entry", RANGES, ids=lambda entry: entry.name)
def test_what_is_said_for_a_range_is_read_as_a_number_of_it(entry: ListEntry) -> None:
    said = numbers_of(entry)
    assert said is not None
    parse = parse_percent if entry.percent else parse_number
    values = set()
    for text in said:
        words = text.split()
        found = parse(words, 0)
        assert found is not None and found[1] == len(words)
        assert entry.low <= found[0] <= entry.high
        values.add(found[0])
    steps = (entry.high - entry.low) * entry.parts // entry.step + 1
    assert len(values) == steps


def test_ways_to_say_a_number() -> None:
    said = numbers_of(ListEntry("range", "x", low=0, high=150, percent=True)) or []
    for text in (
        "twenty one",
        "fifty percent",
        "half",
        "a quarter",
        "a hundred percent",
        "hundred",
        "one hundred and five",
        "a hundred five",
    ):
        assert text in said
    assert "half" not in (numbers_of(ListEntry("range", "x", low=0, high=100)) or [])
    assert numbers_of(ListEntry("range", "x", low=0, high=9, words=False)) == []


def test_a_long_range_is_not_spelled_out() -> None:
    assert numbers_of(ListEntry("range", "x", low=0, high=10**9)) is None
    assert numbers_of(ListEntry("range", "x", low=0, high=10**9, step=7)) is None
    assert {"seven", "hundred", "minus", "point"} <= set(number_words())


@pytest.mark.parametrize("texts", [[], ["", "   "], ["東京", "?!"]])
def test_no_sentence_is_a_clear_error(texts: list[str]) -> None:
    with pytest.raises(UsageError, match="no sentence that could be said"):
        of_sentences(texts)


def test_what_cannot_be_spelled_is_left_out_and_named() -> None:
    words = of_sentences(["turn on the lamp", "play 東京", "'s lamp"])
    assert words.left_out == ("play 東京", "'s lamp")
    assert phrases_of(words.tries, words.tries.roots[0]) == {"turn on the lamp"}


def test_an_endless_list_is_read_no_further_than_the_limit() -> None:
    read = count()
    with pytest.raises(UsageError, match="more than"):
        of_sentences(f"scene {number}" for number in read)
    assert next(read) <= SPEECH_SENTENCES + 2


def test_sentences_are_stored_by_their_letters_only() -> None:
    words = of_sentences(["on"] * 1000 + ["off"])
    assert len(words.tries.letter) == 3 + 1 + 4
    assert np.frombuffer(words.tries.first, dtype=np.int32).max() < len(words.tries.letter)
