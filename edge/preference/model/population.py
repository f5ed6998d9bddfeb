"""What all the households of the training data did, counted: shipped with the bundle.

Each table maps a context (what was done last, the hour of the week, …) to the rows of the catalogue
that came next and how often. Looking one up is a binary search; nothing is copied.
"""

from __future__ import annotations

import json
import struct
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from edge.errors import BundleFormatError
from edge.limits import POPULATION_ENTRIES, POPULATION_TABLES

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAGIC: Final = b"EDGEPOP1"
_HEAD: Final = struct.Struct("<8sI")
"""Magic, bytes of the JSON header."""
_HEADER_BYTES: Final = 4096


class Counted(NamedTuple):
    """What followed one context."""

    rows: NDArray[np.int32]
    weights: NDArray[np.float16]
    """How often each followed; not normalised."""


_NOTHING: Final = Counted(np.zeros(0, np.int32), np.zeros(0, np.float16))


class Table:
    """Contexts, sorted → rows and weights.

    Args:
        contexts: int64 [contexts], rising.
        starts: int32 [contexts + 1]: where each one's entries begin.
        rows: int32 [entries].
        weights: float16 [entries].
    """

    __slots__ = ("_contexts", "_starts", "contexts", "rows", "starts", "weights")

    def __init__(
        self,
        contexts: NDArray[np.int64],
        starts: NDArray[np.int32],
        rows: NDArray[np.int32],
        weights: NDArray[np.float16],
    ) -> None:
        self.contexts, self.starts, self.rows, self.weights = contexts, starts, rows, weights
        # Single numbers are read from these in half the time. Where a file has them at an odd place
        # they are copied: memoryview takes no such numbers.
        self._contexts: memoryview = np.require(contexts, np.int64, "A").data
        self._starts: memoryview = np.require(starts, np.int32, "A").data

    @classmethod
    def of(cls, counts: Mapping[int, Mapping[int, float]]) -> Table:
        """A table of context → row → weight."""
        contexts = sorted(counts)
        entries = [sorted(counts[context].items()) for context in contexts]
        starts = np.cumsum([0, *map(len, entries)], dtype=np.int32)
        flat = [pair for some in entries for pair in some]
        return cls(
            np.array(contexts, np.int64),
            starts,
            np.array([row for row, _ in flat], np.int32),
            np.array([weight for _, weight in flat], np.float16),
        )

    def __getitem__(self, context: int) -> Counted:
        at = bisect_left(self._contexts, context)
        if at == len(self._contexts) or self._contexts[at] != context:
            return _NOTHING
        inside = slice(self._starts[at], self._starts[at + 1])
        return Counted(self.rows[inside], self.weights[inside])


class Population:
    """Tables by name; one that is not there is empty."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self.tables = dict(tables)

    def after(self, table: str, context: int) -> Counted:
        """What followed `context` in `table`."""
        found = self.tables.get(table)
        return found[context] if found is not None else _NOTHING

    def to_bytes(self) -> bytes:
        """The tables as an asset: docs/bundle-format.md says how they are laid out."""
        header = json.dumps(
            [[name, len(t.contexts), len(t.rows)] for name, t in sorted(self.tables.items())]
        ).encode()
        parts = [_HEAD.pack(_MAGIC, len(header)), header]
        for _, table in sorted(self.tables.items()):
            parts += [
                table.contexts.astype("<i8").tobytes(),
                table.starts.astype("<i4").tobytes(),
                table.rows.astype("<i4").tobytes(),
                table.weights.astype("<f2").tobytes(),
            ]
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, data: bytes, items: int, where: str = "population") -> Population:
        """The inverse of `to_bytes`; tables are views of `data`.

        Args:
            items: rows of the catalogue that the tables speak of.

        Raises:
            BundleFormatError: `data` is no such asset.
        """
        if len(data) < _HEAD.size or data[:8] != _MAGIC:
            raise _broken("are no counts", where)
        size = _HEAD.unpack_from(data)[1]
        at = _HEAD.size + size
        if size > _HEADER_BYTES or at > len(data):
            raise _broken(f"have a header of {size} bytes", where)
        tables = {}
        for name, contexts, entries in _header(data[_HEAD.size : at], where):
            needed = contexts * 8 + (contexts + 1) * 4 + entries * 6
            if at + needed > len(data):
                raise _broken("end too soon", where)
            tables[name] = _table(data, at, contexts, entries)
            at += needed
            if not _is_sound(tables[name], items):
                raise _broken(f"have a table {name!r} that is out of order", where)
        if at != len(data):
            raise _broken("go on after their end", where)
        return cls(tables)


def _table(data: bytes, at: int, contexts: int, entries: int) -> Table:
    read: list[NDArray[Any]] = []
    for kind, count in (
        ("<i8", contexts),
        ("<i4", contexts + 1),
        ("<i4", entries),
        ("<f2", entries),
    ):
        read.append(np.frombuffer(data, kind, count, at))
        at += read[-1].nbytes
    return Table(*read)


def _is_sound(table: Table, items: int) -> bool:
    starts, rows, weights = table.starts, table.rows, table.weights
    return bool(
        starts[0] == 0
        and starts[-1] == len(rows)
        and (np.diff(starts) >= 0).all()
        and (np.diff(table.contexts) > 0).all()
        and (len(rows) == 0 or 0 <= rows.min() <= rows.max() < items)
        and np.isfinite(weights).all()
        and (weights >= 0).all()
    )


def _header(raw: bytes, where: str) -> Iterable[tuple[str, int, int]]:
    try:
        header = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _broken("have a header that cannot be read", where) from error
    if not isinstance(header, list) or len(header) > POPULATION_TABLES:
        raise _broken("have no list of tables", where)
    for entry in header:
        if (
            not isinstance(entry, list)
            or len(entry) != 3
            or not isinstance(entry[0], str)
            or any(type(n) is not int or not 0 <= n <= POPULATION_ENTRIES for n in entry[1:])
        ):
            raise _broken("have a table without name and sizes", where)
        yield entry[0], entry[1], entry[2]


def _broken(what: str, where: str) -> BundleFormatError:
    return BundleFormatError(what, where=where, allowed="counts as docs/bundle-format.md says")
