"""Texts as they are spoken."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.voice.alphabet import spell
from export.corpora.speech.normalise import normalise, pronounceable


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Turn ON the lights!", "turn on the lights"),
        ("Author of the danger trail, Philip Steels, etc.", None),
        ("Mr. Smith & Mrs. Jones", "mister smith and missus jones"),
        ("set it to 21.5 degrees", "set it to twenty one point five degrees"),
        ("-5°", "minus five degrees"),
        ("5-10 minutes", "five ten minutes"),
        ("50%", "fifty percent"),
        ("wake me at 7:30 a.m.", "wake me at seven thirty am"),
        ("wake me at 7.05pm", "wake me at seven oh five pm"),
        ("9:00", "nine o'clock"),
        ("9:00 p.m.", "nine pm"),
        ("the 21st of may", "the twenty first of may"),
        ("the 3rd and the 12th and the 20th", "the third and the twelfth and the twentieth"),
        ("in 1999", "in nineteen ninety nine"),
        ("in 2005", "in two thousand and five"),
        ("call 0049", "call zero zero four nine"),
        ("1,250 people", "one thousand two hundred and fifty people"),
        ("$1 or £2.50", "one dollar or two point five pounds"),
        ("it's the kids' rock 'n' roll", "it's the kids rock n roll"),
        ("don\u2019t", "don't"),
        ("50 clásicos, straße", "fifty clasicos strasse"),
        ("12345678901", "one two three four five six seven eight nine zero one"),
        ("你好 ?!", ""),
    ],
)
def test_is_written_as_it_is_said(written: str, spoken: str | None) -> None:
    if spoken is None:
        spoken = "author of the danger trail philip steels et cetera"
    assert normalise(written) == spoken


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_any_text_can_be_spelled_and_stays_as_it_is(text: str) -> None:
    words = normalise(text)
    assert normalise(words) == words
    spell(words)
    assert re.fullmatch(r"(|[a-z](?:[a-z' ]*[a-z])?)", words)
    assert "  " not in words
    assert all(not word.startswith("'") and not word.endswith("'") for word in words.split())


@given(st.from_regex(r"\A[$-]?[0-9]{1,14}([.,:][0-9]{1,5})?(st|th|%|am| pm)?\Z"))
def test_any_number_has_words(text: str) -> None:
    assert normalise(text)


def test_synthesisers_spell_the_halves_of_a_day() -> None:
    assert pronounceable("i am up at seven am and ten pm") == "i am up at seven A.M. and ten P.M."
