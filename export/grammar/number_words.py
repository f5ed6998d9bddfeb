"""How numbers are said in languages other than English, which the device knows by itself."""

from __future__ import annotations

from functools import cache

from hassil.numbers import get_rbnf_engine

from edge.intent.asides import LANGUAGE as ENGLISH
from edge.text import words_of

MOST = 1001
"""Numbers of one list that are spelled out: all of a thousand. More are said in digits."""


@cache
def number_words(language: str, number: int) -> tuple[tuple[str, ...], ...]:
    """Every way to say a number, as tokens, by Unicode's rules (RBNF); the usual one first.

    None in English, and in languages that Unicode has no rules for.
    """
    if language == ENGLISH:
        return ()
    try:
        said = get_rbnf_engine(language).format_number(number).text_by_ruleset
    except ValueError:
        return ()
    return tuple(dict.fromkeys(words for words in map(words_of, said.values()) if words))
