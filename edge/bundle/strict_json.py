"""JSON from someone who may be hostile: bounded, and with one meaning only.

Beyond RFC 8259, Python's parser takes NaN and Infinity, keeps the last of two equal keys, recurses
as deep as the text says and makes numbers of any length. None of that is let through here.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any, Final

from edge import limits
from edge.errors import BundleFormatError, shown

# Possessive (++, *+): an unterminated string costs one pass, not one for every way to split it.
_STRING: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_BRACKET: Final = re.compile(r"[][{}]")
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")


def loads(data: bytes, where: str, *, most_bytes: int, most_depth: int) -> Any:
    """The value that `data` spells.

    Args:
        where: what errors call it.
        most_bytes: largest size of `data`.
        most_depth: deepest nesting of objects and arrays.

    Raises:
        BundleFormatError: too large, too deep, not UTF-8, not JSON, a key twice in one object, a
            number that is not finite or has too many digits, half of a surrogate pair.
    """
    if len(data) > most_bytes:
        raise BundleFormatError(
            f"has {len(data)} bytes", where=where, allowed=f"at most {most_bytes} bytes"
        )
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BundleFormatError(
            f"byte {error.start} is not UTF-8", where=where, allowed="UTF-8"
        ) from None
    _check_depth(text, where, most_depth)

    def finite(digits: str) -> float:
        number = float(digits)
        if not math.isfinite(number):
            raise BundleFormatError(f"{shown(digits)} is too large a number", where=where)
        return number

    def whole(digits: str) -> int:
        if len(digits) > limits.MANIFEST_DIGITS:
            raise BundleFormatError(
                f"{shown(digits, 24)} is too large a number",
                where=where,
                allowed=f"at most {limits.MANIFEST_DIGITS} digits",
            )
        return int(digits)

    def constant(word: str) -> float:
        raise BundleFormatError(f"{word} is no JSON", where=where, allowed="finite numbers")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        result = dict(pairs)
        if len(result) != len(pairs):
            raise BundleFormatError(
                f"the key {shown(key_twice(pairs))} is written twice in one object",
                where=where,
                allowed="each key once",
            )
        return result

    try:
        value = json.loads(
            text,
            parse_float=finite,
            parse_int=whole,
            parse_constant=constant,
            object_pairs_hook=unique,
        )
    except json.JSONDecodeError as error:
        raise BundleFormatError(
            f"line {error.lineno}, column {error.colno}: {error.msg}", where=where, allowed="JSON"
        ) from None
    if _SURROGATE.search(text):
        _check_text(value, where)
    return value


def key_twice(pairs: Iterable[tuple[str, Any]]) -> str:
    """The first key of an object that is there again; there is one."""
    seen: set[str] = set()
    return next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]


def _check_depth(text: str, where: str, most: int) -> None:
    """Before the parser runs, which recurses once a level."""
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        if bracket in "[{":
            depth += 1
            if depth > most:
                raise BundleFormatError("is nested too deep", where=where, allowed=f"{most} levels")
        else:
            depth -= 1


def _check_text(value: Any, where: str) -> None:
    """Escapes can spell half of a surrogate pair, which no UTF-8 can hold."""
    todo = [value]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            todo.extend(value)
            todo.extend(value.values())
        elif isinstance(value, list):
            todo.extend(value)
        elif isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value):
            raise BundleFormatError(
                f"{shown(value)} has half of a surrogate pair", where=where, allowed="Unicode text"
            )
