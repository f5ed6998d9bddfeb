"""The words of a home's own sentences, and which intents they are of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from itertools import product
from typing import Final, Protocol

from edge.grammar.grammar import Grammar
from edge.grammar.intents import intents_by_first_word, intents_by_word
from edge.home.names import may_be

_FEW: Final = 1 / 3
"""Of all intents: a word that no more of them have tells one from the others."""


class Words(Protocol):
    """Words, and which intents' sentences have them."""

    @property
    def intents(self) -> Mapping[str, frozenset[str]]:
        """Word → the intents that have a sentence with it."""

    @property
    def first(self) -> Mapping[str, frozenset[str]]:
        """Word → the intents that have a sentence which begins with it."""

    def has(self, intent: str, words: Iterable[str]) -> bool:
        """Whether all of some words are in sentences of an intent."""


class Vocabulary:
    """Read off a grammar when it is first needed."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar

    @cached_property
    def intents(self) -> dict[str, frozenset[str]]:
        """Word → the intents that have a sentence with it."""
        return intents_by_word(self._grammar.tables)

    @cached_property
    def first(self) -> dict[str, frozenset[str]]:
        """Word → the intents that have a sentence which begins with it."""
        return intents_by_first_word(self._grammar.tables)

    @cached_property
    def own(self) -> dict[str, frozenset[str]]:
        """Intent → words of its sentences that tell it from others."""
        most = max(1, len(self._grammar.intents) * _FEW)
        own: dict[str, set[str]] = {}
        for word, intents in self.intents.items():
            for intent in intents if len(intents) <= most else ():
                own.setdefault(intent, set()).add(word)
        return {intent: frozenset(words) for intent, words in own.items()}

    def prepare(self) -> None:
        """Reads it now."""
        _ = self.first, self.own

    def has(self, intent: str, words: Iterable[str]) -> bool:
        """Whether all of some words are in sentences of an intent."""
        return all(intent in self.intents.get(word, ()) for word in words)


def has_like(words: Iterable[str], wanted: frozenset[str]) -> bool:
    """Whether some words have one of those that are wanted, or one like it; also if none is."""
    said = frozenset(words)
    return not wanted or bool(said & wanted) or any(may_be(*pair) for pair in product(said, wanted))
