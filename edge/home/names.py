"""Looking names up: exactly, word by word, and by likeness for "did you mean …?".

Neither takes longer the more names there are: `NameIndex` walks the words of the sentence, and
`SimilarNames` compares 256-bit signatures, 10,000 of them in about 0.1 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from edge.numbers import parse_number, spell
from edge.text import without_articles

if TYPE_CHECKING:
    import numpy.typing as npt  # costs 8 ms, and only annotations need it

Node = dict[str, Any]
"""A word → the node behind it; "" → the ids whose name ends here, as the keys of a dict; "'" →
those whose name ends here that is written without its apostrophe."""

ENDS = ("", "'")
"""Keys of a node that are no words."""

_BITS = 256
_WORDS = _BITS // 64
_SHORTLIST = 24
_LIKE_ENOUGH = 0.35
_MAYBE_LIKE_ENOUGH = 0.2
"""Likeness of two signatures below which the names are none: bits that several trigrams share can
hide one or two of them, not half."""
_NEAR_THE_BEST = 0.8
_MISSPELLED = 0.5
_REMEMBERED = 8
"""Questions whose answers are kept: one sentence asks for the same name more than once."""
_LARGEST_SPELT = 1000
_ANY = {("room",), ("place",), ("floor",), ("house",)}
"""English for any place: "this room" is the one that somebody is in, not what they call theirs."""
_OURS = ("my", "our")
_OWNER = "'s"
"""A token of its own: "mum's lamp" is three."""

_Likely = tuple[float, int, str, str]
"""Minus the likeness, difference of the lengths, name, id: in ascending order the best is first."""


class NameIndex:
    """Names as sequences of words → ids. Several ids may share a name."""

    __slots__ = ("root",)

    def __init__(self) -> None:
        self.root: Node = {}

    def add(self, words: Sequence[str], item: str, *, hastily: bool = False) -> None:
        """Give `item` the name `words`, which has one word at least.

        Args:
            hastily: it is how that name is written by some: whoever is called just so comes first.
        """
        node = self.root
        for word in words:
            node = node.setdefault(word, {})
        node.setdefault(ENDS[hastily], {})[item] = None

    def discard(self, words: Sequence[str], item: str, *, hastily: bool = False) -> None:
        """Take the name `words` from `item`; nothing happens where it does not have it."""
        path = [self.root]
        for word in words:
            node = path[-1].get(word)
            if node is None:
                return
            path.append(node)
        items = path[-1].get(ENDS[hastily])
        if items is None or item not in items:
            return
        del items[item]
        if not items:
            del path[-1][ENDS[hastily]]
        for word, parent, node in zip(reversed(words), path[-2::-1], path[:0:-1], strict=True):
            if node:
                break
            del parent[word]

    def exact(self, words: Sequence[str]) -> tuple[str, ...]:
        """Ids that are called exactly `words`, in the order they were added."""
        node: Node | None = self.root
        for word in words:
            node = node.get(word) if node is not None else None
        return tuple(_called(node) or ()) if node is not None and words else ()

    def starting_at(self, words: Sequence[str], i: int) -> list[tuple[int, dict[str, None]]]:
        """All names that begin at word `i`: the index after each, and whose name it is."""
        found: list[tuple[int, dict[str, None]]] = []
        node = self.root
        for at in range(i, len(words)):
            following = node.get(words[at])
            if following is None:
                break
            node = following
            if (items := _called(node)) is not None:
                found.append((at + 1, items))
        return found


def _called(node: Node) -> dict[str, None] | None:
    """Whose name ends at a node."""
    items: dict[str, None] | None = node.get("") or node.get("'")
    return items


def spoken_forms(words: Sequence[str]) -> list[tuple[str, ...]]:
    """`words` with their numbers as numerals and in words: a recogniser may write either."""
    numerals: list[str] = []
    spelt: list[str] = []
    at = 0
    found_any = False
    while at < len(words):
        found = parse_number(words, at) if words[at] != "a" else None
        if found is not None and isinstance(found[0], int) and 0 <= found[0] < _LARGEST_SPELT:
            numerals.append(str(found[0]))
            spelt.extend(spell(found[0]).split())
            at = found[1]
            found_any = True
        else:
            numerals.append(words[at])
            spelt.append(words[at])
            at += 1
    forms = [tuple(words)]
    if found_any:
        forms += [form for form in (tuple(numerals), tuple(spelt)) if form not in forms]
    return forms


def bare(words: Sequence[str]) -> Sequence[str]:
    """A name without its article; with it, where nothing would be left that tells: "our room"."""
    left = without_articles(words)
    return words if tuple(left) in _ANY else left


def said_as(words: Sequence[str]) -> list[tuple[str, ...]]:
    """All ways a name is looked up: as it is, without its article, numbers said or written."""
    forms = spoken_forms(words)
    left = bare(words)
    if len(left) != len(words):
        forms += [form for form in spoken_forms(left) if form not in forms]
    elif words[0] in _OURS:  # whose it is tells, whoever of them says so
        forms += [(other, *words[1:]) for other in _OURS if other != words[0]]
    return forms


def looked_up_as(words: Sequence[str]) -> list[tuple[tuple[str, ...], bool]]:
    """All forms that a name has in an index, and whether it is written so hastily: "mums lamp"."""
    forms = said_as(words)
    hasty = [_hasty(form) for form in forms if _OWNER in form[1:]]
    return [*((form, False) for form in forms), *((form, True) for form in hasty)]


def _hasty(words: Sequence[str]) -> tuple[str, ...]:
    """Whose it is without an apostrophe: "mums lamp"."""
    written: list[str] = []
    for word in words:
        if word == _OWNER and written:
            written[-1] += "s"
        else:
            written.append(word)
    return tuple(written)


class SimilarNames:
    """Names by likeness: the Dice coefficient of their sets of letter trigrams.

    A signature of 256 bits, one for each hashed trigram, sorts out all but the most alike; those
    are compared exactly. Names added since the last question are hashed, together, at the next.
    The last answers are remembered until a name comes or goes.
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._items: list[str] = []
        self._rows: dict[str, list[int]] = {}
        self._hashed = 0
        self._signatures: npt.NDArray[np.uint64] = np.zeros((_WORDS, 0), dtype=np.uint64)
        self._sizes: npt.NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._answers: dict[str, list[_Likely]] = {}

    def add(self, name: str, item: str) -> None:
        """Remember that `item` is called `name`."""
        self._answers.clear()
        self._rows.setdefault(item, []).append(len(self._names))
        self._names.append(name)
        self._items.append(item)

    def discard(self, item: str) -> None:
        """Forget all names of `item`."""
        self._answers.clear()
        for row in sorted(self._rows.pop(item, ()), reverse=True):
            self._hash_new()
            last = len(self._names) - 1
            if row != last:
                moved = self._rows[self._items[last]]
                moved[moved.index(last)] = row
                self._names[row] = self._names[last]
                self._items[row] = self._items[last]
                self._signatures[:, row] = self._signatures[:, last]
                self._sizes[row] = self._sizes[last]
            self._names.pop()
            self._items.pop()
            self._hashed = last

    def prepare(self) -> None:
        """Hash the names added since the last question now, not when the next one is asked."""
        self._hash_new()

    def closest(
        self, text: str, limit: int, accept: Callable[[str], bool] | None = None
    ) -> list[tuple[str, str]]:
        """Up to `limit` pairs of name and id, the name most like `text` first.

        Names of ids that `accept` refuses are left out, and so are names not like it at all.
        """
        found: dict[str, str] = {}
        worst = 0.0
        for score, _, name, item in self._alike(text) if limit > 0 else ():
            if score > worst:  # scores are negative: better is less
                break
            if accept is None or accept(item):
                if not found:
                    worst = score * _NEAR_THE_BEST
                found.setdefault(name, item)
                if len(found) == limit:
                    break
        return list(found.items())

    def _alike(self, text: str) -> list[_Likely]:
        """The names that are like `text`, the most alike first."""
        known = self._answers.get(text)
        if known is not None:
            return known
        alike: list[_Likely] = []
        for row in self._shortlist(text):
            name = self._names[row]
            score = likeness(text, name)
            if score >= _LIKE_ENOUGH:
                alike.append((-score, abs(len(name) - len(text)), name, self._items[row]))
        alike.sort()
        if len(self._answers) == _REMEMBERED:
            self._answers.clear()
        self._answers[text] = alike
        return alike

    def _shortlist(self, text: str) -> list[int]:
        """Rows of the names whose signatures are most like that of `text`, in no order."""
        self._hash_new()
        count = self._hashed
        wanted, size = _signatures([text])
        common = _bit_counts(self._signatures[:, :count] & wanted).sum(axis=0, dtype=np.uint16)
        likeness = common / (self._sizes[:count] + size)
        rows: npt.NDArray[np.intp] = np.flatnonzero(likeness >= _MAYBE_LIKE_ENOUGH / 2)
        if rows.size > _SHORTLIST:
            rows = rows[np.argpartition(-likeness[rows], _SHORTLIST)[:_SHORTLIST]]
        result: list[int] = rows.tolist()
        return result

    def _hash_new(self) -> None:
        count = len(self._names)
        if self._hashed == count:
            return
        if count > self._sizes.size:
            room = max(64, count + count // 4)
            grown = np.zeros((_WORDS, room), dtype=np.uint64)
            grown[:, : self._hashed] = self._signatures[:, : self._hashed]
            sizes = np.zeros(room, dtype=np.int32)
            sizes[: self._hashed] = self._sizes[: self._hashed]
            self._signatures, self._sizes = grown, sizes
        fresh, fresh_sizes = _signatures(self._names[self._hashed :])
        self._signatures[:, self._hashed : count] = fresh
        self._sizes[self._hashed : count] = fresh_sizes
        self._hashed = count


def may_be(word: str, meant: str) -> bool:
    """Whether a word may be another, misspelled or misheard: "musik", "volum"."""
    return likeness(word, meant) >= _MISSPELLED


def likeness(one: str, other: str) -> float:
    """The Dice coefficient of two texts' sets of letter trigrams: from 0 to 1, where they agree."""
    left, right = _trigrams(one), _trigrams(other)
    return 2 * len(left & right) / (len(left) + len(right))


@lru_cache(maxsize=64)
def _trigrams(name: str) -> frozenset[tuple[str, str, str]]:
    padded = f" {name.lower()} "
    return frozenset(zip(padded, padded[1:], padded[2:], strict=False))


def _signatures(names: list[str]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    """One column of `_WORDS` words for each name, and how many bits are set in it."""
    encoded = [f" {name.lower()} ".encode() for name in names]
    owner = np.repeat(np.arange(len(names)), [len(part) for part in encoded])
    letters = np.frombuffer(b"".join(encoded), dtype=np.uint8).astype(np.uint32)
    grams = (letters[:-2] * 961 + letters[1:-1] * 31 + letters[2:]) * np.uint32(2654435761)
    inside = owner[:-2] == owner[2:]
    bits = np.zeros((len(names), _BITS), dtype=np.uint8)
    bits[owner[:-2][inside], (grams[inside] >> np.uint32(24))] = 1
    packed = np.ascontiguousarray(np.packbits(bits, axis=1)).view(np.uint64)
    return np.ascontiguousarray(packed.T), bits.sum(axis=1, dtype=np.int32)


def _bit_counts(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    """How many bits are set in each of `values`."""
    if hasattr(np, "bitwise_count"):  # NumPy 2
        return np.bitwise_count(values)
    bits = np.unpackbits(values.view(np.uint8), axis=-1).reshape(*values.shape, 64)
    counts: npt.NDArray[np.uint8] = bits.sum(axis=-1, dtype=np.uint8)
    return counts
