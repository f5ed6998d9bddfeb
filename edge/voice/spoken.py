"""How what is written is said: words and numbers in the letters of the acoustic model."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from edge.grammar.file import ListEntry
from edge.limits import NUMBER_DIGITS, SPEECH_NUMBERS
from edge.numbers import Number, numeral, parse_number, parse_percent, spell
from edge.text import NUMERAL, words_of
from edge.voice.search.tries import labels_of

_SIGNS: Final = {"%": "percent", "\u00b0": "degrees"}
_PLAIN: Final = str.maketrans(
    {
        "\u00df": "ss",
        "\u00e6": "ae",
        "\u0153": "oe",
        "\u00f8": "o",
        "\u0142": "l",
        "\u0111": "d",
        "\u00f0": "d",
        "\u00fe": "th",
        "\u0131": "i",
    }
)
"""Letters that are no Latin letter with a mark on it."""
_PARTS: Final = re.compile(f"[a-z']+|-?{NUMERAL}")
_LARGEST: Final = 1_000_000
"""Numerals up to here are said as a number, longer ones digit by digit."""
_COMMON: Final = (*range(101), *range(110, 201, 10), *range(300, 1001, 100))
"""Numbers that people say whether or not they are in a range."""
_SHARES: Final = {50: ("half", "a half"), 25: ("quarter", "a quarter")}


def say(word: str) -> str | None:
    """How one token of `edge.text.tokenise` is said; None where it cannot be spelled.

    "café" → "cafe", "21" → "twenty one", "a4" → "a four", "%" → "percent".
    """
    if labels_of(word) is not None:
        return word
    if word in _SIGNS:
        return _SIGNS[word]
    letters = unicodedata.normalize("NFKD", word.translate(_PLAIN))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    parts = _PARTS.findall(plain)
    if not parts or "".join(parts) != plain:
        return None
    said = " ".join(_numeral(part) if part[-1].isdigit() else part for part in parts)
    return said if labels_of(said) is not None else None


def say_all(words: Sequence[str]) -> str | None:
    """How tokens are said one after the other; None where one of them cannot be spelled."""
    said = [say(word) for word in words]
    if not said or None in said:
        return None
    # "'s" is a token of its own, and said as the end of the word before it.
    return " ".join(word for word in said if word is not None).replace(" 's", "'s")


def say_text(text: str) -> str | None:
    """How a sentence is said, as `Hypothesis.text` has it; None where it cannot be spelled."""
    return say_all(words_of(text))


def _numeral(written: str) -> str:
    if len(written) <= NUMBER_DIGITS and abs(value := numeral(written)) <= _LARGEST:
        return spell(value)
    return " ".join(spell(int(digit)) for digit in written if digit.isdigit())


def numbers_of(entry: ListEntry, *, beyond: bool = False) -> list[str] | None:
    """Everything that may be said for a range: "twenty one", "a hundred", "fifty percent" …

    Args:
        entry: the range.
        beyond: also common numbers that it does not take: who says one of them is to be told so,
            and would be taken for somebody who says another otherwise.

    The same sounds are there once: of "percent" and "per cent" the first. None where the range has
    more than `edge.limits.SPEECH_NUMBERS` numbers; see `number_words`.
    """
    if not entry.words:
        return []
    values = _values(entry)
    if values is None:
        return None
    parse = parse_percent if entry.percent else parse_number
    found: dict[str, None] = {}
    for value in dict.fromkeys((*values, *_COMMON)) if beyond else values:
        for text in _ways(value):
            words = text.split()
            # Only what the text's grammar reads as this number.
            if parse(words, 0) != (value, len(words)):
                continue
            found[text] = None
            if entry.percent:
                found[f"{text} percent"] = None
        if entry.percent and value in _SHARES:
            found.update(dict.fromkeys(_SHARES[int(value)]))
    return list(found)


def _values(entry: ListEntry) -> list[Number] | None:
    if entry.step != 1:
        count = int((entry.high - entry.low) // entry.step) + 1
        if count > SPEECH_NUMBERS:
            return None
        values: list[Number] = [entry.low + entry.step * index for index in range(count)]
    else:
        first, last = -int(-entry.low * entry.parts // 1), int(entry.high * entry.parts // 1)
        if last - first >= SPEECH_NUMBERS:
            return None
        values = [index / entry.parts for index in range(first, last + 1)]
    scaled = [value for value in values if (value * entry.parts) % 1 == 0]
    return [int(value) if value == int(value) else value for value in scaled]


def _ways(value: Number) -> Iterator[str]:
    """Ways to say one number; some may be no number at all."""
    if value < 0:
        for text in _ways(-value):
            yield f"minus {text}"
            yield f"negative {text}"
        return
    if abs(value) >= 10**12:
        return
    whole = int(value)
    texts = [spell(whole)]
    if " and " in texts[0]:
        texts.append(texts[0].replace(" and ", " "))
    for text in tuple(texts):
        if text.startswith(("one hundred", "one thousand")):
            texts += [f"a{text[3:]}", text[4:]]
    if whole == value:
        yield from texts
        return
    point = spell(value).partition(" point ")[2]
    for text in texts:
        yield f"{text} point {point}"
        if value == whole + 0.5:
            yield f"{text} and a half"
    if not whole:
        yield f"point {point}"


@cache
def number_words() -> tuple[str, ...]:
    """The words that numbers are made of."""
    values = (*range(21), *range(30, 100, 10), 100, 1000, 10**6, 10**9, -1, 0.5)
    words = {word for value in values for word in spell(value).split()}
    return (*sorted(words | {"a", "and", "half"}),)
