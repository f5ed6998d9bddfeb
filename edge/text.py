"""Text into tokens: the one place that decides what a word is.

The compiler on the workstation and the matcher on the device both call `tokenise`, so a template
and a sentence are always cut the same way.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache

NUMERAL = r"\d+(?:,\d{3})*(?:[.,]\d+)?"
"""What a number in digits is, without its sign: a comma is one of thousands or of a fraction, as in
"1,000" and "21,5"."""

ARTICLES = frozenset({"the", "a", "an", "my", "our", "your", "this", "that", "these", "those"})
"""Words in front of a name that are not part of it."""

_ELIDED = ("l|d", "qu|un", "all", "dall|dell|nell|sull", "quell|quest")
"""Little words of French, Italian and Catalan that have lost their last vowel. What follows their
apostrophe is a word of its own ("l'entrée"): it may be a name. By length, as it is looked back."""

# Marks that join the letter before them. `\w` leaves them out, and a decomposed "é" or a Hindi
# vowel sign must not cut its word in two.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0e31-\u0e4e"
)


def _pattern(letter: str, inside: str, minus: str, apostrophe: str, sign: str) -> re.Pattern[str]:
    """What a token is, for these classes of characters."""
    owner = rf"{apostrophe}[sS](?![^\W_])"
    # Looked for behind the apostrophe, which few words have.
    whole = "".join(rf"(?<!\b(?i:{words}){apostrophe})" for words in _ELIDED)
    return re.compile(
        # A word, with apostrophes inside ("o'clock") but for a final "'s" and a first "l'".
        rf"{letter}{inside}*(?:(?!{owner}){apostrophe}{whole}{inside}+)*"
        # A number: a sign only where nothing touches it on the left, so "5-10" is two numbers.
        rf"|(?:(?<!\S){minus})?{NUMERAL}"
        rf"|{owner}"
        rf"|{sign}"
    )


_ASCII_TOKEN = _pattern("[a-z]", "[a-z0-9]", "-", "'", "%")
"""For lower-case ASCII: finds what the other one finds, and is quicker to compile and to run."""


@cache
def _unicode_token() -> re.Pattern[str]:
    """For any text; compiling it takes 2 ms, so only a text that needs it pays for it."""
    return _pattern(
        r"[^\W\d_]", rf"(?:[^\W_]|[{_MARKS}])", "[-\u2212]", "['\u2019]", "[%\u00b0\uff05]"
    )


class Tokens:
    """A sentence cut into tokens.

    `words[i]` is token i as it is compared (lower case, NFKC); it was written at
    `text[starts[i]:ends[i]]`. Offsets count characters of `text` as it was given. Where it is
    `plain`, `text` has nothing but ASCII letters and white space, and tokens are all of its words.
    """

    __slots__ = ("ends", "plain", "starts", "text", "words")

    def __init__(
        self,
        text: str,
        words: list[str],
        starts: list[int],
        ends: list[int],
        *,
        plain: bool = False,
    ) -> None:
        self.text = text
        self.plain = plain
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

    def at(self, offset: int) -> int:
        """The first token that begins at the character `offset` of the text, or behind it."""
        return bisect_left(self.starts, offset)

    def written(self, first: int, last: int) -> str:
        """What was written from token `first` up to, not including, token `last`."""
        if first >= last:
            return ""
        return self.text[self.starts[first] : self.ends[last - 1]]


def tokenise(text: str) -> Tokens:
    """Cut `text` into tokens: numbers, words, "'s", "%" and "°"; other punctuation is dropped.

    Linear in the length of `text`; never raises on any string.
    """
    ascii_only = text.isascii()
    compared = text.lower() if ascii_only else text
    if ascii_only:
        written = compared.split()
        if "".join(written).isalpha():  # nothing but words, as a recogniser writes
            return _plain(text, compared, written)
    pattern = _ASCII_TOKEN if ascii_only else _unicode_token()
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in pattern.finditer(compared):
        word = match[0]
        words.append(word if ascii_only else _comparable(word))
        start, end = match.span()
        starts.append(start)
        ends.append(end)
    return Tokens(text, words, starts, ends)


def _plain(text: str, compared: str, words: list[str]) -> Tokens:
    """The tokens of a text of letters and spaces, which `words` are cut from."""
    starts: list[int] = []
    ends: list[int] = []
    end = 0
    for word in words:
        start = compared.index(word, end)
        end = start + len(word)
        starts.append(start)
        ends.append(end)
    return Tokens(text, words, starts, ends, plain=True)


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


def is_unicode(text: str) -> bool:
    """Whether no half of a surrogate pair is in `text`: Python has those for bytes it cannot read
    (PEP 383), and no UTF-8 can hold them."""
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
