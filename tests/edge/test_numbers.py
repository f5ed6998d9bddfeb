"""Spoken numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.limits import NUMBER_TOKENS
from edge.numbers import Number, parse_number, parse_percent, spell
from edge.text import words_of


def value_of(text: str) -> Number | None:
    """The number that the whole of `text` is."""
    words = words_of(text)
    found = parse_number(words, 0)
    return found[0] if found is not None and found[1] == len(words) else None


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("twenty one", 21),
        ("twenty-one", 21),
        ("one hundred and five", 105),
        ("one hundred five", 105),
        ("a hundred", 100),
        ("hundred", 100),
        ("a thousand and one", 1001),
        ("two thousand five hundred", 2500),
        ("three hundred thousand", 300_000),
        ("two million and five", 2_000_005),
        ("21", 21),
        ("21.5", 21.5),
        ("1,000", 1000),
        ("21,5", 21.5),
        ("-0,25", -0.25),
        ("1,234.5", 1234.5),
        ("21,0", 21),
        ("2 thousand", 2000),
        ("twenty one point five", 21.5),
        ("twenty one point zero five", 21.05),
        ("21 point 5", 21.5),
        ("twenty one and a half", 21.5),
        ("point five", 0.5),
        ("minus five", -5),
        ("negative two point five", -2.5),
        ("-5", -5),
        ("zero", 0),
        ("nineteen", 19),
    ],
)
def test_numbers_are_read(said: str, value: Number) -> None:
    assert value_of(said) == value


@pytest.mark.parametrize("said", ["a", "and", "minus", "half", "point", "lamp", "", "hundredth"])
def test_what_is_no_number_is_none(said: str) -> None:
    assert parse_number(words_of(said), 0) is None


@pytest.mark.parametrize(
    ("said", "value", "words"),
    [
        ("two thousand and", 2000, 2),
        ("five lamps", 5, 1),
        ("twenty ten", 20, 1),
        ("one two", 1, 1),
        ("twenty one percent", 21, 2),
        ("ten point lamp", 10, 1),
        ("one hundred and the rest", 100, 2),
    ],
)
def test_the_longest_number_is_taken_and_not_a_word_more(
    said: str, value: Number, words: int
) -> None:
    assert parse_number(words_of(said), 0) == (value, words)


@pytest.mark.parametrize(
    ("said", "value", "words"),
    [
        ("fifty percent", 50, 2),
        ("50 %", 50, 2),
        ("50%", 50, 2),
        ("half", 50, 1),
        ("a quarter", 25, 2),
        ("fifty", 50, 1),
        ("a hundred percent", 100, 3),
    ],
)
def test_percentages(said: str, value: Number, words: int) -> None:
    assert parse_percent(list(words_of(said)), 0) == (value, words)


def test_there_is_no_number_behind_the_end() -> None:
    assert parse_number(["one"], 1) is None
    assert parse_percent([], 0) is None


@pytest.mark.parametrize(
    "word", ["\u00bc", "1\u20444", "1.2.3", "1,", "-", "\u00b2", "7up", "2:30"]
)
def test_what_only_begins_like_a_numeral_is_no_number(word: str) -> None:
    assert parse_number([word], 0) is None


def test_a_numeral_of_a_million_digits_is_no_number() -> None:
    assert parse_number(["9" * 1_000_000], 0) is None


def test_no_more_tokens_are_looked_at_than_allowed() -> None:
    found = parse_number(["one", "point", *["one"] * 1000], 0)
    assert found is not None
    assert found[1] <= NUMBER_TOKENS


def test_every_number_to_9999_survives_being_said() -> None:
    for value in range(10_000):
        assert value_of(spell(value)) == value


@given(st.integers(min_value=-(10**12) + 1, max_value=10**12 - 1))
def test_any_whole_number_survives_being_said(value: int) -> None:
    assert value_of(spell(value)) == value


@given(st.integers(min_value=-9999, max_value=9999), st.sampled_from([1, 2, 4, 10, 20]))
def test_fractions_survive_being_said(whole: int, parts: int) -> None:
    assert value_of(spell(whole / parts)) == whole / parts


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 10**12])
def test_what_cannot_be_said_is_refused(value: Number) -> None:
    with pytest.raises(ValueError, match="cannot spell"):
        spell(value)


@given(
    st.lists(
        st.sampled_from(
            "one twenty hundred thousand and a half point minus 5 21.5 % to oh".split()
        ),
        max_size=30,
    ),
    st.integers(min_value=0, max_value=30),
)
def test_any_words_are_read_without_error_and_move_forward(words: list[str], at: int) -> None:
    for parse in (parse_number, parse_percent):
        found = parse(words, at)
        assert found is None or at < found[1] <= len(words)
