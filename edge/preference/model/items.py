"""Names of up to millions of items, held as one piece of UTF-8: name → row and row → name.

A Python list of a million names takes a hundred megabytes; this takes their letters and eight bytes
a name. A row is found by binary search through an order of the names that the file brings.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, overload

import numpy as np

from edge.limits import ITEM_CHARS

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LINE_END = 10
_BLOCK = 1 << 18
"""Bytes looked at at once."""


class ItemNames(Sequence[str]):
    """Names, in the order of their rows.

    Args:
        raw: the names in UTF-8, a line feed between each two.
        order: int32 [names]: rows, sorted by their names' bytes.

    Raises:
        ValueError: `raw` is no such text, a name is too long, or `order` names other rows.
    """

    __slots__ = ("_ends", "_order", "_raw")

    def __init__(self, raw: bytes | memoryview, order: NDArray[np.int32]) -> None:
        self._raw, self._order = memoryview(raw), order
        self._ends = _ends(self._raw)
        count = len(self._ends)
        if len(order) != count or (count and not 0 <= order.min() <= order.max() < count):
            raise ValueError("the order of the names is none")
        longest = max(int(self._ends[0]), int(np.diff(self._ends).max(initial=0)) - 1)
        if longest > 4 * ITEM_CHARS:
            raise ValueError("a name is too long")

    @classmethod
    def of(cls, names: Sequence[str]) -> ItemNames:
        """Names as they are at hand.

        Raises:
            ValueError: one is there twice, is too long or has a line feed in it.
        """
        coded = [name.encode("utf-8") for name in names]
        order = sorted(range(len(coded)), key=coded.__getitem__)
        if len(set(coded)) != len(coded) or any(b"\n" in name for name in coded):
            raise ValueError("names are to be different, and of one line each")
        return cls(b"\n".join(coded), np.array(order, np.int32))

    @property
    def raw(self) -> bytes:
        """The names in UTF-8, one a line."""
        return bytes(self._raw)

    @property
    def order(self) -> NDArray[np.int32]:
        """Rows sorted by their names' bytes."""
        return self._order

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[at] for at in range(*index.indices(len(self)))]
        row = index if index >= 0 else index + len(self)
        if not 0 <= row < len(self):
            raise IndexError(index)
        return self._coded(row).decode("utf-8")

    def __iter__(self) -> Iterator[str]:
        return (self[row] for row in range(len(self)))

    def row(self, name: str) -> int:
        """The row of `name`; -1 where it has none."""
        wanted = name.encode("utf-8", "surrogatepass")
        low, high = 0, len(self._order)
        while low < high:
            middle = (low + high) // 2
            row = int(self._order[middle])
            found = self._coded(row)
            if found == wanted:
                return row
            if found < wanted:
                low = middle + 1
            else:
                high = middle
        return -1

    def _coded(self, row: int) -> bytes:
        start = int(self._ends[row - 1]) + 1 if row else 0
        return bytes(self._raw[start : int(self._ends[row])])


def _ends(raw: memoryview) -> NDArray[np.int32]:
    """Where each name ends. Block by block: a copy of all names would stay in the memory's way.

    Raises:
        ValueError: `raw` is no UTF-8.
    """
    decode = codecs.getincrementaldecoder("utf-8")().decode
    found: list[NDArray[np.int32]] = []
    for start in range(0, len(raw), _BLOCK):
        block = raw[start : start + _BLOCK]
        decode(block, final=start + _BLOCK >= len(raw))  # now, not at somebody's first look
        here = np.flatnonzero(np.frombuffer(block, np.uint8) == _LINE_END)
        found.append((here + start).astype(np.int32))
    return np.concatenate((*found, np.array([len(raw)], np.int32)))
