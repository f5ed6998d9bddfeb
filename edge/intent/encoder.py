"""Words of a sentence → rows of feature ids: what a student model reads. No tokenizer library.

A word is described by the word pieces it is made of (greedy longest match, as in WordPiece: Wu et
al. 2016, arXiv 1609.08144) and by its letter trigrams hashed into buckets (as in fastText:
Bojanowski et al. 2017, arXiv 1607.04606), so that a name never seen in training still has a
meaning. The sequence the model walks over has one step a *word*, not one a piece, which keeps it
short. The training side imports this very module: both sides cannot disagree.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from edge.errors import BundleFormatError
from edge.limits import CACHED_WORDS, VOCABULARY_PIECES, WORD_LETTERS

if TYPE_CHECKING:
    from numpy.typing import NDArray  # at run time it costs more than all of this module

PADDING = 0
"""Feature id of "nothing here": its embedding is zero."""
UNKNOWN = 1
"""Feature id of letters that no piece of the vocabulary covers."""

_PART = re.compile(r"[^\W_]+|[^\w\s]|_")
_EDGES = '.,!?;:"“”„()[]{}…¿¡'
_CONTINUES = "##"


class FeatureLayout(NamedTuple):
    """How many ids of each kind describe a word, in this order."""

    pieces: int = 4
    trigrams: int = 10
    buckets: int = 2048
    """Trigrams are hashed into ids `len(vocabulary) + 2 … + buckets`."""

    @property
    def width(self) -> int:
        """Feature ids a word."""
        return self.pieces + self.trigrams


class Word(NamedTuple):
    """A word as the model sees it: its place in the sentence."""

    start: int
    end: int


def split_words(text: str) -> list[Word]:
    """The words of `text`, by white space, without the punctuation at their edges.

    The dot of an abbreviation stays: "u. s." and "p.m." are said so.
    """
    return [Word(start, end) for start, end in word_spans(text)]


def word_spans(text: str) -> list[tuple[int, int]]:
    """`split_words` as plain pairs, for the one caller who counts microseconds."""
    found = []
    after = 0
    for word in text.split():
        start = text.index(word, after)
        after = end = start + len(word)
        if word[-1] in _EDGES or word[0] in _EDGES:
            start += len(word) - len(word.lstrip(_EDGES))
            end -= len(word) - len(word.rstrip(_EDGES))
            if start >= end:
                continue
            inside = text[start:end]
            if text[end : end + 1] == "." and (len(inside) == 1 or "." in inside):
                end += 1
        found.append((start, end))
    return found


class WordEncoder:
    """Turns sentences into feature ids, remembering the words it has met.

    Args:
        vocabulary: word pieces in the order of their ids; ids start at 2.
        layout: how many features of each kind a word has.

    Raises:
        BundleFormatError: the vocabulary is empty, too large, or holds a piece twice.
    """

    def __init__(self, vocabulary: Sequence[str], layout: FeatureLayout) -> None:
        if not 0 < len(vocabulary) <= VOCABULARY_PIECES:
            raise BundleFormatError(
                f"a vocabulary of {len(vocabulary)} pieces", allowed=f"1 to {VOCABULARY_PIECES}"
            )
        self.layout = layout
        self._ids = {piece: index for index, piece in enumerate(vocabulary, start=2)}
        if len(self._ids) != len(vocabulary):
            raise BundleFormatError("a piece stands twice in the vocabulary")
        self._longest = max(map(len, vocabulary))
        self._first_bucket = len(vocabulary) + 2
        self._rows = np.zeros((CACHED_WORDS, layout.width), np.int32)
        self._row_of: dict[str, int] = {}

    @property
    def size(self) -> int:
        """Number of distinct feature ids: the height of the embedding table."""
        return self._first_bucket + self.layout.buckets

    def encode(self, words: Sequence[str], out: NDArray[np.int32]) -> None:
        """Writes the features of `words` into the first rows of `out`, shape [≥ words, width]."""
        known = self._row_of
        if len(known) + len(words) > CACHED_WORDS:
            known.clear()  # before the sentence, never within it: its rows stay valid together
        rows = []
        for word in words:
            row = known.get(word)
            rows.append(self._remember(word) if row is None else row)
        self._rows.take(rows, axis=0, out=out[: len(rows)], mode="clip")

    def features(self, word: str) -> list[int]:
        """The feature ids of one word, padded to the layout's width."""
        letters = _plain(word)
        pieces = self._pieces(letters)[: self.layout.pieces]
        grams = self._trigrams(letters)
        return (
            pieces
            + [PADDING] * (self.layout.pieces - len(pieces))
            + grams
            + [PADDING] * (self.layout.trigrams - len(grams))
        )

    def _remember(self, word: str) -> int:
        row = len(self._row_of)
        self._rows[row] = self.features(word)
        self._row_of[word] = row
        return row

    def _pieces(self, letters: str) -> list[int]:
        found: list[int] = []
        for part in _PART.findall(letters):
            if len(part) > WORD_LETTERS:
                found.append(UNKNOWN)
                continue
            start = 0
            while start < len(part):
                prefix = _CONTINUES if start else ""
                for end in range(min(len(part), start + self._longest), start, -1):
                    piece = self._ids.get(prefix + part[start:end])
                    if piece is not None:
                        found.append(piece)
                        start = end
                        break
                else:
                    found.append(UNKNOWN)
                    start += 1
        return found

    def _trigrams(self, letters: str) -> list[int]:
        bounded = f"<{letters[:WORD_LETTERS]}>"
        grams = [bounded[i : i + 3] for i in range(len(bounded) - 2)]
        limit = self.layout.trigrams
        if len(grams) > limit:
            # The beginning and the end of a word tell most about it.
            head = (limit + 1) // 2
            grams = grams[:head] + grams[head - limit :]
        buckets, first = self.layout.buckets, self._first_bucket
        return [first + zlib.crc32(gram.encode()) % buckets for gram in grams]


def _plain(word: str) -> str:
    """Lower case, without accents: how uncased encoders normalise."""
    word = word.lower()
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFD", word)
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")
