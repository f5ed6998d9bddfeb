"""How words are pronounced: a second text of a recording, closer to what is heard than letters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from export.corpora.speech.dictionary import Phones, pronunciations

SOUNDS: Final = tuple(
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W "
    "Y Z ZH".split()
)
"""The sounds of the CMU pronouncing dictionary. Number 0 is the blank, the first is number 1."""
_NUMBER: Final = {sound: number for number, sound in enumerate(SOUNDS, 1)}
_STRESS: Final = re.compile(r"\d$")


class Sounds:
    """A pronouncing dictionary. A word's first pronunciation stands for all of them."""

    def __init__(self, said: Mapping[str, Phones] | None = None) -> None:
        """Made of word → sounds; None: the CMU dictionary.

        Raises:
            UsageError: the CMU dictionary is not installed.
        """
        self._said = pronunciations() if said is None else said

    def of(self, text: str) -> tuple[int, ...] | None:
        """Numbers of a text's sounds, one word after the other; None where a word is not known."""
        found: list[int] = []
        for word in text.split():
            said = self._said.get(word)
            if said is None:
                return None
            found += [_NUMBER[_STRESS.sub("", sound)] for sound in said]
        return tuple(found)
