"""English numbers: words to values and values to words.

"twenty one" → 21, "a hundred and five" → 105, "minus two point five" → -2.5, "half" → 50 where a
percentage is meant. Works on the tokens of `edge.text.tokenise`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from edge.limits import NUMBER_DIGITS, NUMBER_TOKENS
from edge.text import NUMERAL

Number = int | float

_THOUSANDS = 3
"""Digits behind a comma of thousands; others are a fraction: "21,5"."""
_NUMERAL = re.compile(f"-?{NUMERAL}")

_SMALL_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_UNITS = {word: value for value, word in enumerate(_SMALL_WORDS) if 0 < value < 10}
_TEENS = {word: value for value, word in enumerate(_SMALL_WORDS) if value >= 10}
_TENS = {word: 20 + 10 * index for index, word in enumerate(_TENS_WORDS)} | {"fourty": 40}
_SCALES = {"thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_DIGIT_WORDS = {word: str(value) for value, word in enumerate(_SMALL_WORDS) if value < 10} | {
    "oh": "0"
}
_MINUS = frozenset({"minus", "negative"})
PERCENT_WORDS = frozenset({"%", "percent", "percentage"})
_SHARES = {"half": 50, "quarter": 25}

FIRST_WORDS = (
    frozenset(_SMALL_WORDS) | frozenset(_TENS) | _MINUS | {"a", "hundred", "thousand", "point"}
)
"""The words a number can begin with; numerals aside."""


def parse_number(words: Sequence[str], i: int) -> tuple[Number, int] | None:
    """The longest number that begins at token `i`, and the index after it; None where none does.

    Looks at no more than `NUMBER_TOKENS` tokens. An integer unless it was said with a fraction.
    """
    if i >= len(words):
        return None
    word = words[i]
    if word not in FIRST_WORDS and not _is_numeral(word):
        return None
    end = min(len(words), i + NUMBER_TOKENS)
    negative = word in _MINUS
    found = _magnitude(words, i + 1 if negative else i, end)
    if found is None:
        return None
    value, after = found
    return (-value if negative else value), after


def parse_percent(words: Sequence[str], i: int) -> tuple[Number, int] | None:
    """Like `parse_number`, where a percentage is meant: takes "%" along, and "half" is 50."""
    at = i + 1 if i < len(words) and words[i] == "a" else i
    if at < len(words) and words[at] in _SHARES:
        return _SHARES[words[at]], at + 1
    found = parse_number(words, i)
    if found is None:
        return None
    value, after = found
    if after < len(words):
        if words[after] in PERCENT_WORDS:
            return value, after + 1
        if words[after : after + 2] == ["per", "cent"]:
            return value, after + 2
    return value, after


def _is_numeral(word: str) -> bool:
    if not word[-1:].isdecimal():  # which most words are not, and this is asked of all of them
        return False
    return len(word.removeprefix("-")) <= NUMBER_DIGITS and bool(_NUMERAL.fullmatch(word))


def numeral(word: str) -> Number:
    """The value of a token such as "21", "-3", "1,000", "21.5" or "21,5"."""
    whole, mark, fraction = word.rpartition("." if "." in word else ",")
    if not mark or (mark == "," and len(fraction) == _THOUSANDS):
        return int(word.replace(",", ""))
    return _tidy(float(f"{whole.replace(',', '')}.{fraction}"))


def _tidy(value: float) -> Number:
    """An integer where nothing is lost: "21.0" is 21."""
    return int(value) if value == int(value) else value


def _magnitude(words: Sequence[str], i: int, end: int) -> tuple[Number, int] | None:
    whole = _whole(words, i, end)
    if whole is None:
        if i + 1 < end and words[i] == "point" and words[i + 1] in _DIGIT_WORDS:
            return _fraction(0, words, i, end)
        return None
    value, at = whole
    if isinstance(value, int) and at + 1 < end and words[at] == "point":
        return _fraction(value, words, at, end)
    if (
        isinstance(value, int)
        and tuple(words[at : at + 3]) == ("and", "a", "half")
        and at + 3 <= end
    ):
        return value + 0.5, at + 3
    return value, at


def _fraction(whole: int, words: Sequence[str], i: int, end: int) -> tuple[Number, int]:
    """`whole` and the digits said after the "point" at token `i`."""
    at = i + 1
    digits = ""
    while at < end and len(digits) < NUMBER_DIGITS:
        word = words[at]
        if word in _DIGIT_WORDS:
            digits += _DIGIT_WORDS[word]
        elif word.isdecimal() and not digits:
            digits = word[:NUMBER_DIGITS]
            at += 1
            break
        else:
            break
        at += 1
    if not digits:
        return whole, i
    return _tidy(float(f"{whole}.{int(digits):0{len(digits)}d}")), at


def _whole(words: Sequence[str], i: int, end: int) -> tuple[Number, int] | None:
    """A cardinal number: groups below a thousand, each with its falling scale."""
    total = 0
    at = i
    ceiling = 10**12
    while at < end:
        start = at
        # "one thousand and five": the "and" belongs to the number only if a number follows.
        if total and words[at] == "and":
            at += 1
        group = _below_thousand(words, at, end, allow_article=not total)
        if group is None:
            return (total, start) if total else None
        value, at = group
        if not isinstance(value, int):
            return (total, start) if total else (value, at)
        scale = _SCALES.get(words[at], ceiling) if at < end else ceiling
        if scale < ceiling and value > 0:
            ceiling = scale
            total += value * scale
            at += 1
            continue
        if not total:
            return value, at
        # A last group closes the number; it has to be below the last scale.
        if 0 < value < ceiling:
            return total + value, at
        return total, start
    return (total, at) if total else None


def _below_thousand(
    words: Sequence[str], i: int, end: int, *, allow_article: bool
) -> tuple[Number, int] | None:
    if i >= end:
        return None
    word = words[i]
    at = i + 1
    if _is_numeral(word):
        number = numeral(word)
        if isinstance(number, int) and 0 < number < 100 and at < end and words[at] == "hundred":
            return number * 100, at + 1
        return number, at
    if word == "zero":
        return 0, at
    if word in ("hundred", "thousand") and allow_article:
        return (100, at) if word == "hundred" else (1, i)
    if word == "a":
        if not allow_article or at >= end or words[at] not in ("hundred", "thousand", "million"):
            return None
        if words[at] != "hundred":
            return 1, at
        return _after_hundred(100, words, at + 1, end)
    small = _below_hundred(words, i, end)
    if small is None:
        return None
    value, at = small
    if at < end and words[at] == "hundred":
        return _after_hundred(value * 100, words, at + 1, end)
    return value, at


def _after_hundred(value: int, words: Sequence[str], i: int, end: int) -> tuple[int, int]:
    """`value` hundreds and what follows: "and five", "twenty one", or nothing."""
    at = i + 1 if i < end and words[i] == "and" else i
    rest = _below_hundred(words, at, end)
    return (value + rest[0], rest[1]) if rest is not None else (value, i)


def _below_hundred(words: Sequence[str], i: int, end: int) -> tuple[int, int] | None:
    if i >= end:
        return None
    word = words[i]
    if word in _UNITS:
        return _UNITS[word], i + 1
    if word in _TEENS:
        return _TEENS[word], i + 1
    if word in _TENS:
        unit = _UNITS.get(words[i + 1]) if i + 1 < end else None
        return (_TENS[word], i + 1) if unit is None else (_TENS[word] + unit, i + 2)
    return None


def spell(value: Number) -> str:
    """`value` in words: 21 → "twenty one", -2.5 → "minus two point five".

    Raises ValueError from a thousand billions on, and for what is no finite number.
    """
    if not -(10**12) < value < 10**12:  # NaN is neither above nor below
        raise ValueError(f"cannot spell {value!r}: it has to be between -10^12 and 10^12")
    if value < 0:
        return f"minus {spell(-value)}"
    if isinstance(value, float) and value != int(value):
        whole, _, digits = f"{value:.6f}".rstrip("0").partition(".")
        return f"{spell(int(whole))} point {' '.join(_SMALL_WORDS[int(d)] for d in digits)}"
    return _spell_whole(int(value))


def _spell_whole(value: int) -> str:
    if value < 20:
        return _SMALL_WORDS[value]
    if value < 100:
        tens = _TENS_WORDS[value // 10 - 2]
        return f"{tens} {_SMALL_WORDS[value % 10]}" if value % 10 else tens
    if value < 1000:
        hundreds = f"{_SMALL_WORDS[value // 100]} hundred"
        return f"{hundreds} and {_spell_whole(value % 100)}" if value % 100 else hundreds
    for scale, size in reversed(_SCALES.items()):
        if value >= size:
            head = f"{_spell_whole(value // size)} {scale}"
            rest = value % size
            if not rest:
                return head
            return f"{head} {'and ' if rest < 100 else ''}{_spell_whole(rest)}"
    raise AssertionError("unreachable: every value from 1000 on has a scale")
