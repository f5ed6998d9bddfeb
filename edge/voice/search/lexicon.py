"""Words that are likely where anything may be said: a wildcard takes them before others.

A wildcard takes any letters, and by its letters alone blues may be "bluse". A list of common words,
and how common each is, says better what was meant. It goes beside the states of the search graph,
not into them: there, each letter of each word would be a state of every wildcard's own.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from edge.errors import BundleFormatError
from edge.limits import SPEECH_WORDS_BYTES
from edge.voice.alphabet import LABELS, SPACE
from edge.voice.search.tries import RESERVED, build, labels_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from edge.bundle.bundle import Bundle

    Floats = npt.NDArray[np.float32]
    Nodes = npt.NDArray[np.int32]

UNKNOWN: Final = 0
"""The node of letters with which no word of the list begins."""
START: Final = 1
"""The node before the first letter of a word."""
_UNLISTED: Final = 10.0
"""Nats that a word costs which is not on the list, beside its letters: as one of 22,000."""


class Prices(NamedTuple):
    """What a wildcard's words take off a hypothesis, in nats.

    A word that may still become one of the list costs nothing until it ends.
    """

    follows: npt.NDArray[np.unsignedinteger[Any]]
    """Node and label → the node after it; `START` after a space: [nodes, labels]."""
    leaving: Floats
    """Node → for the next letter, where no word of the list goes on with it; [nodes]."""
    ending: Floats
    """Node → for a word that ends there; [nodes]."""

    def of(self, before: Nodes, after: Nodes, spaces: npt.NDArray[np.bool_]) -> Floats:
        """For each letter or space, from the nodes before it and after it."""
        inside = np.where(after == UNKNOWN, self.leaving.take(before), np.float32(0))
        return np.where(spaces, self.ending.take(before), inside)


class Lexicon:
    """A list of common words.

    Args:
        words: word → its price in nats, such as the negative logarithm of its probability. Words
            that cannot be spelled are left out. Without any, all are equally likely.
    """

    def __init__(self, words: Mapping[str, float] | None = None) -> None:
        spelled = {word: labels for word in words or () if (labels := labels_of(word))}
        tries = build([(0, labels) for labels in spelled.values()], 1)
        # A trie's reserved nodes come before its root, of which one is enough here; the children of
        # all nodes follow one another in the order of their parents.
        moved = START - RESERVED
        nodes = len(tries.letter) + moved
        children = np.frombuffer(tries.children, np.uint8)[RESERVED:]
        parent = START + np.repeat(np.arange(len(children)), children)
        child = np.arange(START + 1, nodes)
        self._follows = np.full((nodes, len(LABELS)), UNKNOWN, np.min_scalar_type(nodes))
        self._follows[parent, np.frombuffer(tries.letter, np.uint8)[RESERVED + 1 :]] = child
        self._letters = np.zeros(nodes, np.float32)
        self._ends = np.full(nodes, np.nan, np.float32)
        for word, labels in spelled.items():
            node = START
            for count, label in enumerate(labels, 1):
                node = self._follows[node, label]
                self._letters[node] = count
            self._ends[node] = (words or {})[word]
        self._follows[:, SPACE] = START
        self._unlisted = _UNLISTED if spelled else 0.0

    def __len__(self) -> int:
        return int(np.isfinite(self._ends).sum())

    @classmethod
    def of(cls, bundle: Bundle, task: Mapping[str, Any]) -> Lexicon:
        """That of a bundle's `tasks.speech`; an empty one where it has none.

        Raises:
            BundleError: it has one that cannot be read.
        """
        path = task.get("assets", {}).get("words")
        return cls(unpacked(bundle.asset(path), path)) if isinstance(path, str) else cls()

    def prices(self, letter: float, weight: float = 1.0) -> Prices:
        """What its words cost beside others.

        Args:
            letter: nats for each letter of a word that is not on the list.
            weight: what the list counts: all prices are multiplied by it.
        """
        owed = np.float32(letter) * self._letters
        ending = np.where(np.isfinite(self._ends), self._ends, self._unlisted + owed)
        ending[START] = 0.0
        scale = np.float32(weight)
        leaving: Floats = scale * (owed + np.float32(letter))
        return Prices(self._follows, leaving, scale * ending)


def packed(words: Mapping[str, float]) -> bytes:
    """The file that `unpacked` reads: line *n*, from 0, holds the words that cost *n* nats."""
    lines: list[list[str]] = [[] for _ in range(1 + max(map(round, words.values()), default=0))]
    for word in sorted(words):
        lines[round(words[word])].append(word)
    return zlib.compress("\n".join(map(" ".join, lines)).encode("ascii"), 9)


def unpacked(data: bytes, path: str) -> dict[str, float]:
    """Words and their prices.

    Raises:
        BundleFormatError: it is something else, or too large.
    """
    reader = zlib.decompressobj()
    try:
        text = reader.decompress(data, SPEECH_WORDS_BYTES)
        lines = text.decode("ascii").split("\n")
    except (zlib.error, UnicodeDecodeError) as error:
        raise _bad(path, f"is not packed text: {error}") from None
    if not reader.eof:
        raise _bad(path, "is cut off, or too large")
    words = {word: float(price) for price, line in enumerate(lines) for word in line.split()}
    wrong = next((word for word in words if labels_of(word) is None), None)
    if wrong is not None:
        raise _bad(path, f"holds {wrong!r}, which no letters stand for")
    return words


def _bad(path: str, what: str) -> BundleFormatError:
    allowed = f"lines of words, compressed with zlib, at most {SPEECH_WORDS_BYTES} bytes before"
    return BundleFormatError(what, where=path, allowed=allowed)
