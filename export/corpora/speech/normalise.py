"""Text as it is spoken: the letters of the acoustic model and nothing else."""

from __future__ import annotations

import re
import unicodedata

from edge.limits import NUMBER_DIGITS
from edge.numbers import spell
from edge.voice.alphabet import LABELS

_WORDS = {
    "mr": "mister",
    "mrs": "missus",
    "dr": "doctor",
    "etc": "et cetera",
    "vs": "versus",
}
_SIGNS = {"%": " percent ", "&": " and ", "+": " plus ", "°": " degrees ", "@": " at "}
_MONEY = {"$": "dollar", "£": "pound", "€": "euro"}
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_CLOCK = re.compile(r"\b(\d{1,2})[:.](\d{2})(?=\s*[ap]\.?\s?m\b)|\b(\d{1,2}):(\d{2})\b")
_PRICE = re.compile(r"([$£€])\s?(\d+(?:,\d{3})*(?:\.\d+)?)")
_ORDINAL = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")
_NUMBER = re.compile(r"(?:(?<!\S)-)?\d+(?:,\d{3})*(?:\.\d+)?")
_HALF_DAY = re.compile(r"\b([ap]) m\b")
_SPELLED_HALF_DAY = re.compile(r"\b([ap])m\b")
_OTHER = re.compile(f"[^{LABELS[1:]}]")
_BEFORE_HALF_DAY = re.compile(
    r"\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|o'clock|fifteen|twenty|thirty|"
    r"forty|fifty) am\b"
)


def normalise(text: str) -> str:
    """`text` in lower case with its numbers in words, of letters, apostrophes and single spaces.

    Accents and punctuation go; an apostrophe stays inside a word. "7:30 a.m." becomes "seven
    thirty am", "21st" "twenty first", "$5" "five dollars", "Mr." "mister".
    """
    text = unicodedata.normalize("NFKD", text.casefold().replace("\u2019", "'"))
    text = "".join(character for character in text if not unicodedata.combining(character))
    text = _CLOCK.sub(_clock, text)
    text = _PRICE.sub(_price, text)
    text = _ORDINAL.sub(lambda found: f" {_ordinal(found[1])} ", text)
    text = _NUMBER.sub(lambda found: f" {_number(found[0])} ", text)
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    words = [word.strip("'") for word in _OTHER.sub(" ", text).split()]
    text = " ".join(_WORDS.get(word, word) for word in words if word)
    return _HALF_DAY.sub(r"\1m", text)


def pronounceable(text: str) -> str:
    """A normalised text as a speech synthesiser should get it: "seven am" is spelled "A.M."."""
    text = _BEFORE_HALF_DAY.sub(r"\1 A.M.", text)
    return _SPELLED_HALF_DAY.sub(lambda found: "P.M." if found[1] == "p" else found[0], text)


def _clock(found: re.Match[str]) -> str:
    hour, minute = (int(part) for part in found.groups() if part is not None)
    if not minute:
        return f" {spell(hour)} " + ("" if found[1] else "o'clock ")
    return f" {spell(hour)} {'oh ' if minute < 10 else ''}{spell(minute)} "


def _price(found: re.Match[str]) -> str:
    sign, amount = found.groups()
    return f" {amount} {_MONEY[sign]}{'' if amount == '1' else 's'} "


def _ordinal(digits: str) -> str:
    *head, last = _number(digits).split()
    if last in _ORDINALS:
        last = _ORDINALS[last]
    else:
        last = last[:-1] + "ieth" if last.endswith("y") else last + "th"
    return " ".join([*head, last])


def _number(digits: str) -> str:
    """A number as it is read: a year in two halves, what is too long digit by digit."""
    plain = digits.replace(",", "")
    whole = plain.lstrip("-")
    if (
        len(whole) == 4
        and whole == digits
        and whole.isdecimal()
        and 11 <= int(whole[:2]) <= 19
        and whole[2] != "0"
    ):
        return f"{spell(int(whole[:2]))} {spell(int(whole[2:]))}"
    leading_zero = len(whole) > 1 and whole[0] == "0" and whole[1] != "."
    if leading_zero or len(whole.partition(".")[0]) > min(NUMBER_DIGITS, 9):
        return " ".join(spell(int(digit)) for digit in whole if digit.isdecimal())
    return spell(float(plain) if "." in plain else int(plain))
