"""The actions or items a model knows: each a row of 8-bit integers.

One table serves both ends of the model: the vectors of what was done are read from it, and what may
come next is scored against it. The graph never sees a number of an item, so that its size does not
depend on how many there are, and an item never seen in training takes part as soon as it has a
vector. Large catalogues are scanned in blocks: no copy as large as the table is ever made.

Rows are quantised symmetrically with a scale each (Jacob et al. 2018, arXiv 1712.05877).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from edge.errors import BundleFormatError
from edge.limits import CATALOGUE_ITEMS, CATALOGUE_WIDTH
from edge.preference.model.items import ItemNames

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAGIC: Final = b"EDGECAT1"
_HEAD: Final = struct.Struct("<8sIIII")
"""Magic, items, width, bytes of names, bytes of kinds."""
_BLOCK: Final = 1 << 17
"""Numbers of one block: 512 KiB as floats, which stays in the second-level cache."""
_LARGEST: Final = 1e6
"""Scale or bias beyond all reason: products of these do not overflow."""
_LOWEST: Final = np.float32(-np.inf)


class Scan(NamedTuple):
    """What a query found."""

    rows: NDArray[np.intp]
    """The rows that score highest, the best first."""
    scores: NDArray[np.float32]
    """Their scores."""
    asked: NDArray[np.float32]
    """The scores of the rows that were asked for."""
    log_total: float
    """Logarithm of the sum of exp(score) over all rows: scores less this are log-probabilities."""


class Catalogue:
    """Items, their vectors and biases.

    Args:
        names: of the items.
        codes: int8 [items, width].
        scales: float32 [items]: a row's vector is its codes times its scale.
        biases: float32 [items]: added to every score.
        kinds: kind → float32 [width + 1], vector and bias of a thing of that kind whose own are not
            known.
    """

    def __init__(
        self,
        names: ItemNames,
        codes: NDArray[np.int8],
        scales: NDArray[np.float32],
        biases: NDArray[np.float32],
        kinds: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> None:
        self.names = names
        self.width = int(codes.shape[1])
        self.kinds = dict(kinds or {})
        self._codes, self._scales, self._biases = codes, scales, biases
        self._block_rows = max(1, min(len(names), _BLOCK // self.width))
        self._block = np.empty((self._block_rows, self.width), np.float32)
        self._scores = np.empty(self._block_rows, np.float32)

    @classmethod
    def quantised(
        cls,
        names: Sequence[str],
        vectors: NDArray[np.float32],
        biases: NDArray[np.float32],
        kinds: Mapping[str, NDArray[np.float32]] | None = None,
    ) -> Catalogue:
        """A catalogue of float vectors [items, width], rounded to 8 bits.

        Raises:
            ValueError: the names are not all different, or one is too long.
        """
        largest = np.abs(vectors).max(1, initial=0.0)
        scales = np.where(largest > 0, largest / 127, 1.0).astype(np.float32)
        codes = np.rint(vectors / scales[:, None]).astype(np.int8)
        return cls(ItemNames.of(names), codes, scales, biases.astype(np.float32), kinds)

    def __len__(self) -> int:
        return len(self.names)

    def vectors(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """[rows, width] float32."""
        found: NDArray[np.float32] = self._codes[rows] * self._scales[rows, None]
        return found

    def biases(self, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """[rows] float32."""
        return self._biases[rows]

    def known_as(self, row: int, kind: str) -> tuple[NDArray[np.float32] | None, float]:
        """Vector and bias of a row, of a kind where there is none, or None where neither is."""
        if row >= 0:
            return self._codes[row] * self._scales[row], float(self._biases[row])
        found = self.kinds.get(kind)
        return (None, 0.0) if found is None else (found[:-1], float(found[-1]))

    def scores(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """[items] float32: every item's score, for catalogues small enough to hold them all."""
        out = np.empty(len(self), np.float32)
        for start, scored in self._blocks(query):
            out[start : start + len(scored)] = scored
        return out

    def scan(
        self, query: NDArray[np.float32], count: int, asked: NDArray[np.intp] | None = None
    ) -> Scan:
        """The `count` items that score highest, and the scores of the rows in `asked`.

        Args:
            query: float32 [width].
        """
        best_rows = np.empty(0, np.intp)
        best = np.empty(0, np.float32)
        floor, highest, total = _LOWEST, -np.inf, 0.0
        for start, scored in self._blocks(query):
            peak = float(scored.max())
            if peak > highest:
                total *= np.exp(highest - peak)
                highest = peak
            total += float(np.exp(scored - np.float32(highest)).sum())
            if peak <= floor:
                continue
            found = np.flatnonzero(scored > floor)
            best_rows = np.concatenate((best_rows, found + start))
            best = np.concatenate((best, scored[found]))
            if len(best) > count:
                kept = np.argpartition(-best, count - 1)[:count]
                best_rows, best = best_rows[kept], best[kept]
                floor = best.min()
        order = np.lexsort((best_rows, -best))  # equal scores in the catalogue's order
        wanted = np.empty(0, np.float32)
        if asked is not None and len(asked):
            wanted = self.vectors(asked) @ query + self._biases[asked]
        return Scan(best_rows[order], best[order], wanted, float(highest + np.log(total)))

    def _blocks(self, query: NDArray[np.float32]) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Yields (first row, scores): views that are valid until the next."""
        step = self._block_rows
        for start in range(0, len(self), step):
            end = min(start + step, len(self))
            block, scored = self._block[: end - start], self._scores[: end - start]
            np.copyto(block, self._codes[start:end])  # 8 bits → floats, into the same memory
            np.dot(block, query, out=scored)
            scored *= self._scales[start:end]
            scored += self._biases[start:end]
            yield start, scored

    def to_bytes(self) -> bytes:
        """The catalogue as an asset: docs/bundle-format.md says how it is laid out."""
        kinds = json.dumps(
            {kind: [round(float(n), 5) for n in vector] for kind, vector in self.kinds.items()},
            sort_keys=True,
            ensure_ascii=False,
        ).encode("utf-8")
        names = self.names.raw
        head = _HEAD.pack(_MAGIC, len(self), self.width, len(names), len(kinds))
        return b"".join(
            (
                head,
                self._scales.astype("<f4").tobytes(),
                self._biases.astype("<f4").tobytes(),
                self.names.order.astype("<i4").tobytes(),
                self._codes.tobytes(),
                names,
                kinds,
            )
        )

    @classmethod
    def from_bytes(cls, data: bytes, where: str = "catalogue") -> Catalogue:
        """The inverse of `to_bytes`; the table is a view of `data`, not a copy.

        Raises:
            BundleFormatError: `data` is no catalogue.
        """
        if len(data) < _HEAD.size or data[:8] != _MAGIC:
            raise _broken("is no catalogue", where)
        _, count, width, name_bytes, kind_bytes = _HEAD.unpack_from(data)
        if not (0 < count <= CATALOGUE_ITEMS and 0 < width <= CATALOGUE_WIDTH):
            raise _broken(f"has {count} items of {width} numbers", where)
        if len(data) != _HEAD.size + count * (12 + width) + name_bytes + kind_bytes:
            raise _broken(f"has {len(data)} bytes, not what its head says", where)
        at = _HEAD.size
        scales = np.frombuffer(data, "<f4", count, at)
        biases = np.frombuffer(data, "<f4", count, at + 4 * count)
        order = np.frombuffer(data, "<i4", count, at + 8 * count)
        at += 12 * count
        codes = np.frombuffer(data, np.int8, count * width, at).reshape(count, width)
        at += count * width
        if not all(-_LARGEST <= n.min() <= n.max() <= _LARGEST for n in (scales, biases)):
            raise _broken("has a number that is none", where)
        try:
            names = ItemNames(memoryview(data)[at : at + name_bytes], order)
        except ValueError as error:
            raise _broken(f"has names that cannot be used: {error}", where) from error
        return cls(names, codes, scales, biases, _kinds(data[at + name_bytes :], width, where))


def _kinds(raw: bytes, width: int, where: str) -> dict[str, NDArray[np.float32]]:
    try:
        data = json.loads(raw)
        found = {str(kind): np.array(vector, np.float32) for kind, vector in data.items()}
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise _broken("has kinds that cannot be read", where) from error
    if not all(v.shape == (width + 1,) and np.isfinite(v).all() for v in found.values()):
        raise _broken("has a kind whose vector is none", where)
    return found


def _broken(what: str, where: str) -> BundleFormatError:
    return BundleFormatError(
        what, where=where, allowed="a catalogue as docs/bundle-format.md lays it out"
    )
