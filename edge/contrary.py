"""Words that turn a command into its contrary: "never unlock the door", "all but the lamp".

A small model knows words better than what they do to each other, and "never" is one word among
five. What a household has written down as a sentence of its own may say anything; what a model
makes of other words is no command if one of these stands beside what it names. English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from edge.intent import SlotReading

LANGUAGE: Final = "en"
"""Of the words below."""

_WORD: Final = re.compile(
    r"\b(?:not|never|cannot|except|unless|without|instead|nobody|nothing"
    r"|\w+n['’]t|(?:do|does|did|ca|wo|should|would|is|are|was)nt"
    r"|(?<=\s)but)\b",
    re.IGNORECASE,
)


def is_contrary(word: str) -> bool:
    """Whether a word is one of those."""
    return _WORD.fullmatch(word) is not None or word == "but"


def contrary(text: str, slots: Iterable[SlotReading]) -> str:
    """The first such word outside what was read as a slot; empty where there is none.

    A song may be called "Don't stop me now".
    """
    taken = [(slot.start, slot.end) for slot in slots]
    for found in _WORD.finditer(text):
        if not any(start <= found.start() < end for start, end in taken):
            return found.group()
    return ""
