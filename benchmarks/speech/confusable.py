"""Words to put in the place of one: those easily taken for it, or any that are as long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from random import Random
from typing import Protocol

from edge.voice.search.hypothesis import edit_distance
from export.corpora.speech.dictionary import Phones

_FURTHEST = 2
"""Sounds between two words that count as easily confused."""
_FEWEST_PHONES = 2


class Words(Protocol):
    """Finds words that may stand where one does."""

    def like(self, word: str, count: int) -> list[str]:
        """`count` words, or fewer."""
        ...


class AsLong:
    """Any words of as many letters.

    Args:
        vocabulary: words to draw from.
        seed: of what is drawn.
    """

    def __init__(self, vocabulary: Iterable[str], seed: int) -> None:
        self._seed = seed
        self._of: dict[int, list[str]] = defaultdict(list)
        for word in sorted(set(vocabulary)):
            self._of[len(word)].append(word)

    def like(self, word: str, count: int) -> list[str]:
        """`count` words of the length of `word`, or fewer; the same ones every time."""
        others = [other for other in self._of[len(word)] if other != word]
        return Random(f"{word} {self._seed}").sample(others, min(count, len(others)))


class Confusable:
    """Finds words that sound nearly like one.

    Args:
        vocabulary: words to find.
        sounds: word → how it is said, in phones; see `export.corpora.speech.dictionary`.
    """

    def __init__(self, vocabulary: Iterable[str], sounds: dict[str, Phones]) -> None:
        self._sounds = sounds
        self._near: dict[Phones, list[str]] = defaultdict(list)
        for word in sorted(set(vocabulary)):
            if len(sounds.get(word, ())) >= _FEWEST_PHONES:
                for shorter in _shortened(sounds[word]):
                    self._near[shorter].append(word)

    def like(self, word: str, count: int) -> list[str]:
        """The `count` words nearest to `word`, or fewer; by sounds, then by letters.

        Words of the same sounds are left out: nobody could tell them apart.
        """
        own = self._sounds.get(word, ())
        if len(own) < _FEWEST_PHONES:
            return []
        # Who shares a form with one phone left out is at most two phones away, found without
        # comparing with all of them (Mor and Fraenkel 1982, "A hash code method for detecting and
        # correcting spelling errors").
        found = {other for shorter in _shortened(own) for other in self._near.get(shorter, ())}
        ranked = []
        for other in sorted(found - {word}):
            apart = _apart(own, self._sounds[other])
            if 0 < apart <= _FURTHEST:
                ranked.append((apart, edit_distance(word, other), other))
        return [other for _, _, other in sorted(ranked)[:count]]


def _shortened(phones: Phones) -> set[Phones]:
    """The phones, and the same with any one of them left out."""
    return {phones, *(phones[:at] + phones[at + 1 :] for at in range(len(phones)))}


def _apart(one: Phones, other: Phones) -> int:
    """Phones to put in, take out or change."""
    letters = {phone: chr(ord("A") + at) for at, phone in enumerate(sorted({*one, *other}))}
    return edit_distance(_written(one, letters), _written(other, letters))


def _written(phones: Sequence[str], letters: dict[str, str]) -> str:
    return "".join(letters[phone] for phone in phones)
