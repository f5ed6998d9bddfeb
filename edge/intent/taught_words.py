"""The words that the sentences of each intent were taught with, where no grammar has them.

A model of plain sentences has read "lock the door" and "don't" alike. Which words change a command
is known (`edge.intent.mood`); which intents' own sentences have such words is of the corpus, and
comes with the bundle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from edge.bundle import strict_json
from edge.errors import BundleFormatError
from edge.limits import TAUGHT_WORDS, TAUGHT_WORDS_BYTES

ROLE: Final = "words"
"""Of the asset."""
_WHERE: Final = "manifest.json: tasks.intent.assets.words"
_ALLOWED: Final = '{"language": text, "intents": {word: [numbers of intents]}, "first": the same}'


class TaughtWords:
    """Words → intents.

    Args:
        language: of the sentences, such as "en".
        intents: word → the intents that have a sentence with it.
        first: word → the intents that have a sentence which begins with it.
    """

    def __init__(
        self,
        language: str,
        intents: Mapping[str, frozenset[str]],
        first: Mapping[str, frozenset[str]],
    ) -> None:
        self.language, self.intents, self.first = language, intents, first

    @classmethod
    def from_bytes(cls, data: bytes, labels: Sequence[str]) -> TaughtWords:
        """Read an asset.

        Args:
            data: JSON, as docs/bundle-format.md lays it out.
            labels: the model's intents.

        Raises:
            BundleFormatError: it is not as the page says.
        """
        found = strict_json.loads(data, _WHERE, most_bytes=TAUGHT_WORDS_BYTES, most_depth=3)
        if not isinstance(found, Mapping) or not isinstance(found.get("language"), str):
            raise _wrong()
        tables = (_table(found.get(key), labels) for key in ("intents", "first"))
        return cls(found["language"], *tables)

    def has(self, intent: str, words: Iterable[str]) -> bool:
        """Whether all of some words are in sentences of an intent."""
        return all(intent in self.intents.get(word, ()) for word in words)


def _table(found: Any, labels: Sequence[str]) -> dict[str, frozenset[str]]:
    if not isinstance(found, Mapping) or len(found) > TAUGHT_WORDS:
        raise _wrong()
    table = {}
    for word, numbers in found.items():
        if not isinstance(numbers, Sequence) or isinstance(numbers, str):
            raise _wrong()
        if not all(type(number) is int and 0 <= number < len(labels) for number in numbers):
            raise _wrong()
        table[word] = frozenset(labels[number] for number in numbers)
    return table


def _wrong() -> BundleFormatError:
    return BundleFormatError("is not usable", where=_WHERE, allowed=_ALLOWED)
