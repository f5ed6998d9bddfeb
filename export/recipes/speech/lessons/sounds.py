"""How words are pronounced: a second text of a recording, closer to what is heard than letters."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from edge.voice.phones import numbers
from edge.voice.pronunciation import LONGEST
from export.corpora.speech.dictionary import Phones, pronunciations
from export.files import write_atomic
from export.recipes.pronunciation.network import PronunciationNetwork
from export.recipes.pronunciation.shipped import shipped
from export.recipes.pronunciation.training import exceptions, usable

PRONUNCIATIONS: Final = "pronunciations.json"
"""File of a run folder: words of a maker's own sentences → their sounds."""


class Sounds:
    """A pronouncing dictionary. A word's first pronunciation stands for all of them.

    A word that it does not have, a maker's own name as a rule, is read by a network where there is
    one, as the device will read it.
    """

    def __init__(
        self,
        said: Mapping[str, Phones] | None = None,
        network: PronunciationNetwork | None = None,
    ) -> None:
        """Made of word → sounds; None: the CMU dictionary, and the network that ships.

        Raises:
            UsageError: the CMU dictionary, or the network, is not there.
        """
        self._said = pronunciations() if said is None else said
        self._network = shipped() if said is None else network
        self._read: dict[str, tuple[int, ...]] = {}

    def of(self, text: str) -> tuple[int, ...] | None:
        """Labels of a text's sounds, one word after the other; None where a word is not known."""
        found: list[int] = []
        for word in text.split():
            said = self._word(word)
            if said is None:
                return None
            found += said
        return tuple(found)

    def _word(self, word: str) -> tuple[int, ...] | None:
        if word in self._said:
            return numbers(self._said[word])
        if self._network is None or len(word) > LONGEST:
            return None
        if word not in self._read:
            (self._read[word],) = self._network.pronounce([word])
        return self._read[word]


def write_pronunciations(texts: Iterable[str], folder: Path) -> None:
    """Writes how words of `texts` are said that the device would read wrongly off their letters.

    Raises:
        UsageError: the CMU dictionary, or the network, is not there.
    """
    dictionary = pronunciations()
    words = sorted({word for text in texts for word in text.split()} & dictionary.keys())
    own = usable({word: dictionary[word] for word in words})
    listed = exceptions(shipped(), own, dict.fromkeys(own, 1.0))
    write_atomic(folder / PRONUNCIATIONS, json.dumps(listed, sort_keys=True) + "\n")
