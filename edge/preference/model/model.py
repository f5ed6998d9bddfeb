"""The learned model: what was done lately and the moment → a query and a gate for each expert.

The query is scored against the catalogue's vectors; the gates weigh what the model thinks against
what was counted. The graph reads vectors, never ids, and keeps nothing between calls.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import onnxruntime

from edge.errors import BundleFormatError
from edge.limits import HISTORY_EVENTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

TASK: Final = "preference"
_OUTPUTS: Final = ["query", "gates"]


class Shape(NamedTuple):
    """Sizes of what the graph reads."""

    events: int
    """Events read back: the graph's history has that many rows, the newest last."""
    item: int
    """Numbers of an item's vector; also of the query."""
    moment: int
    """Features of a moment."""
    evidence: int
    """Features of what was counted."""
    gates: int
    """Experts."""

    @property
    def event(self) -> int:
        """Numbers of one row of the history: item, its moment, hours since the event before it, and
        1 for a row that is filled."""
        return self.item + self.moment + 2


class History:
    """The rows that the graph reads, written once an event. The newest event is the last row.

    Args:
        shape: of the graph's input.
    """

    __slots__ = ("filled", "item", "read", "rows")

    def __init__(self, shape: Shape) -> None:
        self.item = shape.item
        self.read = shape.moment + 1
        """Numbers of a row besides its item's vector and the 1 that says it is filled."""
        self.rows: NDArray[np.float32] = np.zeros((1, shape.events, shape.event), np.float32)
        self.filled = 0

    def row_of(self, moment: NDArray[np.float32], hours_since: float) -> NDArray[np.float16]:
        """What `push` takes of an event: in 16 bits, since that is how it is kept on disk.

        Args:
            moment: the features of when it was.
            hours_since: the event before it; 0 where not known.
        """
        row = np.empty(self.read, np.float16)
        row[:-1] = moment
        row[-1] = math.log1p(max(0.0, hours_since))
        return row

    def push(self, vector: NDArray[np.float32] | None, row: NDArray[np.float16]) -> None:
        """Adds an event; the oldest falls out.

        Args:
            vector: of its item; None for one that the model knows nothing of.
            row: as `row_of` makes it.
        """
        rows = self.rows[0]
        rows[:-1] = rows[1:]
        last = rows[-1]
        last[: self.item] = 0 if vector is None else vector
        last[self.item : -1] = row
        last[-1] = 1
        self.filled = min(self.filled + 1, len(rows))

    def features(self) -> NDArray[np.float16]:
        """[filled, read]: what was pushed besides vectors, the newest last."""
        rows = self.rows[0, len(self.rows[0]) - self.filled :, self.item : -1]
        return rows.astype(np.float16)

    def keep(self, which: Sequence[bool]) -> None:
        """Drops the filled rows that `which` does not say True for."""
        rows = self.rows[0]
        kept = rows[len(rows) - self.filled :][np.array(which, bool)]
        rows[:] = 0
        rows[len(rows) - len(kept) :] = kept
        self.filled = len(kept)


class PreferenceModel:
    """One student model, loaded and ready.

    Not safe for use by several threads at once: it reads and writes buffers that are bound to the
    graph once, which takes a sixth off each run.

    Args:
        session: over the student's graph.
        shape: the sizes the manifest says.

    Raises:
        BundleFormatError: the graph has other sizes.
    """

    def __init__(self, session: onnxruntime.InferenceSession, shape: Shape) -> None:
        self.session = session
        self.shape = shape
        self._inputs = {
            "history": np.zeros((1, shape.events, shape.event), np.float32),
            "moment": np.zeros((1, shape.moment), np.float32),
            "evidence": np.zeros((1, shape.evidence), np.float32),
        }
        query, gates = self._warm_up()
        if not (np.isfinite(query).all() and np.isfinite(gates).all()):
            raise BundleFormatError(
                "the graph gives numbers that are none",
                where="manifest.json: tasks.preference",
                allowed="finite numbers",
            )
        if query.shape != (shape.item,) or gates.shape != (shape.gates,):
            raise BundleFormatError(
                f"the graph gives {query.shape} and {gates.shape}",
                where="manifest.json: tasks.preference",
                allowed=f"query ({shape.item},) and gates ({shape.gates},)",
            )

        self._outputs = dict(zip(_OUTPUTS, (query, gates), strict=True))
        self._binding = self._bind()

    def read(
        self,
        history: History,
        moment: NDArray[np.float32],
        evidence: Sequence[float] | NDArray[np.float32],
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The query, float32 [item], and the gates' logits, float32 [gates]: views, valid until the
        next call.

        Args:
            moment: its features, float32 [moment].
            evidence: what the gates are told of what was counted, [evidence].
        """
        self._inputs["history"][:] = history.rows
        self._inputs["moment"][0] = moment
        self._inputs["evidence"][0] = evidence
        self.session.run_with_iobinding(self._binding)
        return self._outputs["query"], self._outputs["gates"]

    def _bind(self) -> onnxruntime.IOBinding:
        binding = self.session.io_binding()
        for name, array in self._inputs.items():
            binding.bind_input(name, "cpu", 0, np.float32, array.shape, array.ctypes.data)
        for name, array in self._outputs.items():
            binding.bind_output(name, "cpu", 0, np.float32, array.shape, array.ctypes.data)
        return binding

    def _warm_up(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        shape = self.shape
        try:
            query, gates = self.session.run(_OUTPUTS, self._inputs)
            return query, gates
        except Exception as error:  # ONNX Runtime's own exceptions share no public base class
            raise BundleFormatError(
                f"the graph does not run on what the manifest says: {error}",
                where="manifest.json: tasks.preference.shape",
                allowed=f"history [1, {shape.events}, {shape.event}], moment [1, {shape.moment}], "
                f"evidence [1, {shape.evidence}]",
            ) from error


def shape_of(data: Any, senses_width: int, evidence: int, gates: int, item: int) -> Shape:
    """The sizes that follow from a manifest's entry.

    Raises:
        BundleFormatError: the number of events is none.
    """
    events = data.get("events") if isinstance(data, Mapping) else None
    if type(events) is not int or not 1 <= events <= HISTORY_EVENTS:
        raise BundleFormatError(
            f"is {events!r}",
            where="manifest.json: tasks.preference.events",
            allowed=f"a whole number from 1 to {HISTORY_EVENTS}",
        )
    return Shape(events, item, senses_width, evidence, gates)
