"""The beginnings of sentences that a search has come to, as a tree in flat arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from edge.limits import SPEECH_BEAM, SPEECH_PREFIXES
from edge.voice.alphabet import BLANK, LABELS

if TYPE_CHECKING:
    import numpy.typing as npt

    from edge.voice.search.states import States

    Nodes = npt.NDArray[np.intp]

ROOT: Final = 0
"""The node of no letters at all."""

_ROOM: Final = SPEECH_PREFIXES - SPEECH_BEAM
"""Nodes that leave room for a frame's new ones."""
_NODE: Final = np.min_scalar_type(-SPEECH_PREFIXES)
"""The smallest kind of number that holds a node, or -1."""
_NO_CHILDREN: Final = 0
"""The row of nodes that have none."""


class PrefixTree:
    """Nodes are prefixes: each is its parent's and a letter more.

    Attributes:
        states: the states of the graph.
        state: node → its state, which says what can follow.
        slot: node → where the search has it among its hypotheses; -1 where it has not.
    """

    def __init__(self, states: States) -> None:
        self.states = states
        self._size = 1
        self._parent = np.full(1024, -1, dtype=np.int32)
        self._letter = np.full(1024, BLANK, dtype=np.uint8)
        self.state = np.full(1024, states.start, dtype=np.int32)
        self.slot = np.full(1024, -1, dtype=np.int32)
        # A node's row says by which label which child is found; one row is there for all that have
        # none.
        self._row = np.full(1024, _NO_CHILDREN, dtype=np.int32)
        self._children = np.full((256, len(LABELS)), -1, dtype=_NODE)
        self._rows = 1

    def __len__(self) -> int:
        return self._size

    @property
    def crowded(self) -> bool:
        """Whether `shrink` is due before another frame."""
        return self._size > _ROOM or self.states.full

    def text(self, node: int) -> str:
        """The letters of a prefix."""
        letters = []
        while node != ROOT:
            letters.append(LABELS[self._letter[node]])
            node = int(self._parent[node])
        return "".join(reversed(letters))

    def find(self, parents: Nodes, letters: Nodes) -> Nodes:
        """The child of each parent by its letter; -1 where it is not there yet."""
        found: Nodes = self._children[self._row[parents], letters].astype(np.intp)
        return found

    def add(self, parents: Nodes, letters: Nodes, states: npt.NDArray[np.int32]) -> Nodes:
        """New children, none of them there yet."""
        at, after = self._size, self._size + parents.size
        if after > self._parent.size:
            self._grow(max(after, 2 * self._parent.size))
        self._parent[at:after] = parents
        self._letter[at:after] = letters
        self.state[at:after] = states
        self.slot[at:after] = -1
        self._row[at:after] = _NO_CHILDREN
        self._size = after
        nodes = np.arange(at, after)
        self._adopt(parents, letters, nodes)
        return nodes

    def shrink(self, active: Nodes, states: States) -> Nodes | None:
        """Forget what no hypothesis goes back to, and go on with `states`.

        Args:
            active: the nodes of the hypotheses.
            states: the graph's states as they are now.

        Returns:
            The new numbers of `active`; None where that would leave too little room, and nothing
            was done.
        """
        size = self._size
        kept = np.zeros(size, dtype=bool)
        kept[ROOT] = True
        rising = active
        while rising.size:
            kept[rising] = True
            rising = self._parent[rising].astype(np.intp)
            rising = rising[(rising > ROOT) & ~kept[rising]]
        left = np.flatnonzero(kept)
        if left.size > _ROOM * 3 // 4 and active.size > 1:
            return None
        number = np.cumsum(kept) - 1
        parent = number[self._parent[left]]
        parent[ROOT] = -1
        state = self.state[left]
        if states is not self.states:
            state = states.adopt(self.states, state)
            self.states = states
        self._parent, self._letter = parent.astype(np.int32), self._letter[left]
        self.state, self.slot = state, self.slot[left]
        self._row = np.full(left.size, _NO_CHILDREN, dtype=np.int32)
        self._children[1 : self._rows] = -1
        self._rows = 1
        self._size = left.size
        self._adopt(parent[1:], self._letter[1:].astype(np.intp), np.arange(1, left.size))
        return number[active]

    def _adopt(self, parents: Nodes, letters: Nodes, nodes: Nodes) -> None:
        """Enters children in their parents' rows; the first child of a node makes it a row."""
        new = np.unique(parents[self._row[parents] == _NO_CHILDREN])
        at, self._rows = self._rows, self._rows + new.size
        if self._rows > len(self._children):
            grown = np.full((max(self._rows, 2 * at), len(LABELS)), -1, dtype=_NODE)
            grown[:at] = self._children[:at]
            self._children = grown
        self._row[new] = np.arange(at, self._rows)
        self._children[self._row[parents], letters] = nodes

    def _grow(self, room: int) -> None:
        for name in ("_parent", "_letter", "_row", "state", "slot"):
            old = getattr(self, name)
            grown = np.empty(room, dtype=old.dtype)
            grown[: old.size] = old
            setattr(self, name, grown)
