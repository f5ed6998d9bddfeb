"""Text into tokens: the one place that decides what a word is.

The compiler on the workstation and the matcher on the device both call `tokenise`, so a template
and a sentence are always cut the same way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

ARTICLES = frozenset({"the", "a", "an", "my", "our", "your", "this", "that", "these", "those"})
"""Words in front of a name that are not part of it."""

# Marks that join the letter before them. `\w` leaves them out, and a decomposed "é" or a Hindi
# vowel sign must not cut its word in two.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0e31-\u0e4e"
)
_LETTER = r"[^\W\d_]"
_INSIDE = rf"(?:[^\W_]|[{_MARKS}])"

_TOKEN = re.compile(
    # A number: a sign only where nothing touches it on the left, so "5-10" is two numbers.
    r"(?:(?<!\S)[-\u2212])?\d+(?:,\d{3})*(?:\.\d+)?"
    # A word, with apostrophes inside ("don't", "o'clock") but for a final "'s".
    rf"|{_LETTER}{_INSIDE}*(?:['\u2019](?![sS](?![^\W_])){_INSIDE}+)*"
    r"|['\u2019][sS](?![^\W_])"
    r"|[%\u00b0\uff05]"
)


class Tokens:
    """A sentence cut into tokens.

    `words[i]` is token i as it is compared (lower case, NFKC); it was written at
    `text[starts[i]:ends[i]]`. Offsets count characters of `text` as it was given.
    """

    __slots__ = ("ends", "starts", "text", "words")

    def __init__(self, text: str, words: list[str], starts: list[int], ends: list[int]) -> None:
        self.text = text
        self.words = words
        self.starts = starts
        self.ends = ends

    def __len__(self) -> int:
        return len(self.words)

    def __repr__(self) -> str:
        return f"Tokens({self.words!r})"

    def part(self, first: int, last: int) -> Tokens:
        """Tokens `first` up to, not including, `last`; offsets still count from the whole text."""
        window = slice(first, last)
        return Tokens(self.text, self.words[window], self.starts[window], self.ends[window])

    def without(self, dropped: Sequence[int]) -> Tokens:
        """All tokens but those at the positions in `dropped`."""
        gone = set(dropped)
        kept = [i for i in range(len(self.words)) if i not in gone]
        return Tokens(
            self.text,
            [self.words[i] for i in kept],
            [self.starts[i] for i in kept],
            [self.ends[i] for i in kept],
        )

    def written(self, first: int, last: int) -> str:
        """What was written from token `first` up to, not including, token `last`."""
        if first >= last:
            return ""
        return self.text[self.starts[first] : self.ends[last - 1]]


def tokenise(text: str) -> Tokens:
    """Cut `text` into tokens: numbers, words, "'s", "%" and "°"; other punctuation is dropped.

    Linear in the length of `text`; never raises on any string.
    """
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    if text.isascii():
        for match in _TOKEN.finditer(text.lower()):
            words.append(match[0])
            start, end = match.span()
            starts.append(start)
            ends.append(end)
        return Tokens(text, words, starts, ends)
    for match in _TOKEN.finditer(text):
        words.append(_comparable(match[0]))
        start, end = match.span()
        starts.append(start)
        ends.append(end)
    return Tokens(text, words, starts, ends)


def _comparable(written: str) -> str:
    """One token of a text that is not plain ASCII, in the form tokens are compared in."""
    if written.isascii():
        return written.lower()
    # Normalised on both sides of the folding: folding alone can leave NFKC (Unicode 3.13, D146).
    folded = unicodedata.normalize("NFKC", written).casefold()
    folded = unicodedata.normalize("NFKC", folded)
    return folded.replace("\u2019", "'").replace("\u2212", "-")


def words_of(text: str) -> tuple[str, ...]:
    """The tokens of `text` without their offsets."""
    return tuple(tokenise(text).words)


def without_articles(words: Sequence[str]) -> Sequence[str]:
    """`words` without the articles they begin with; one word is always left."""
    first = 0
    while first < len(words) - 1 and words[first] in ARTICLES:
        first += 1
    return words[first:] if first else words
