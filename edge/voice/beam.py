"""The hypotheses of a search side by side, and what one more letter makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from edge.voice.alphabet import BLANK
from edge.voice.prefix_tree import ROOT

if TYPE_CHECKING:
    import numpy.typing as npt

    from edge.voice.states import States

    Floats = npt.NDArray[np.float64]
    Nodes = npt.NDArray[np.intp]


class Beam(NamedTuple):
    """Hypotheses; each field has one entry for each."""

    node: Nodes
    """Its node in the tree of prefixes; -1 where it has none yet."""
    letter: Nodes
    """Its last label."""
    state: npt.NDArray[np.int32]
    """Its state in the graph."""
    bonus: Floats
    """What is added to its log probability to rank it."""
    blank: Floats
    """Log probability that the frames so far are its letters, the last of them a blank."""
    other: Floats
    """The same, the last of them no blank."""
    total: Floats
    """Both together."""

    @property
    def score(self) -> Floats:
        """What they are ranked by."""
        return self.total + self.bonus

    def part(self, chosen: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Beam:
        """Some of them, by index or mask."""
        return Beam(
            self.node[chosen],
            self.letter[chosen],
            self.state[chosen],
            self.bonus[chosen],
            self.blank[chosen],
            self.other[chosen],
            self.total[chosen],
        )

    def joined(self, more: Beam) -> Beam:
        """These and `more`."""
        return Beam(
            np.concatenate((self.node, more.node)),
            np.concatenate((self.letter, more.letter)),
            np.concatenate((self.state, more.state)),
            np.concatenate((self.bonus, more.bonus)),
            np.concatenate((self.blank, more.blank)),
            np.concatenate((self.other, more.other)),
            np.concatenate((self.total, more.total)),
        )


ALIKE = 4
"""Hypotheses in one state that are kept in a crowd: alternatives for the ranking of whole
sentences."""


class Weights(Protocol):
    """What `extensions` needs to know of a decoder."""

    beam: int
    letter_bonus: float
    wildcard_penalty: float


def root(start: int) -> Beam:
    """The one hypothesis before anything was heard."""
    return Beam(
        np.array([ROOT], dtype=np.intp),
        np.array([BLANK], dtype=np.intp),
        np.array([start], dtype=np.int32),
        np.zeros(1),
        np.zeros(1),
        np.full(1, -np.inf),
        np.zeros(1),
    )


def extensions(
    beam: Beam, states: States, frame: Floats, cut: float, weights: Weights
) -> tuple[Nodes, Beam]:
    """Hypotheses of one letter more, with what they gain in a frame; no nodes yet.

    Args:
        beam: the hypotheses before the frame.
        states: the states of the graph.
        frame: [labels], log posteriors.
        cut: what scores below is left out.
        weights: at most `beam` of them are returned, the best.

    Returns:
        The index in `beam` that each comes from, and the hypotheses.
    """
    bonus = beam.bonus + weights.letter_bonus
    owners = np.flatnonzero(beam.total + bonus + frame[BLANK + 1 :].max() >= cut)
    own = beam.state[owners]
    states.open(own)
    counts = states.count[own]
    ends = np.cumsum(counts)
    edges = np.repeat(states.first[own] - ends + counts, counts)
    edges += np.arange(edges.size, dtype=edges.dtype)
    owner = np.repeat(owners, counts)
    letter = states.labels[edges]
    # After the same letter a second one needs a blank between the two.
    gained = np.where(letter == beam.letter[owner], beam.blank[owner], beam.total[owner])
    gained += frame[letter]
    kept = np.flatnonzero(gained + bonus[owner] >= cut)
    owner, letter, gained, state = (
        owner[kept],
        letter[kept],
        gained[kept],
        states.targets[edges[kept]],
    )
    bonus = bonus[owner]
    if weights.wildcard_penalty:
        bonus -= weights.wildcard_penalty * states.loose[state]
    more = Beam(
        np.full(kept.size, -1, dtype=np.intp),
        letter.astype(np.intp),
        state,
        bonus,
        np.full(kept.size, -np.inf),
        gained,
        gained,
    )
    if kept.size <= weights.beam:
        return owner, more
    chosen = best(gained + bonus, weights.beam, np.inf, state)
    return owner[chosen], more.part(chosen)


def either(one: Floats, other: Floats) -> Floats:
    """The logarithms of sums of probabilities that are given by their logarithms.

    As `numpy.logaddexp`, in a sixth of the time for thousands; not two of them may be -inf.
    """
    less = np.exp(-np.abs(one - other))
    found: Floats = np.maximum(one, other) + np.log1p(less, out=less)
    return found


def best(
    scores: Floats, most: int, distance: float, state: npt.NDArray[np.int32] | None = None
) -> Nodes:
    """Indices, ascending, of the `most` best that are no further than `distance` from the best.

    With `state`, the state of each, no more than `ALIKE` are kept of those in one state while there
    are too many: whatever is said next adds the same to all of them.
    """
    near = np.flatnonzero(scores >= scores.max() - distance)
    if near.size <= most:
        return near
    if state is not None:
        # By state, then by score: two sorts of one key each, for `lexsort` takes several times as
        # long as both.
        near = near[np.argsort(-scores[near])]
        own = state[near].astype(np.int64)
        order = np.argsort(own * near.size + np.arange(near.size))
        near, own = near[order], own[order]
        begins = np.flatnonzero(np.concatenate(([True], own[1:] != own[:-1])))
        sizes = np.diff(np.append(begins, own.size))
        rank = np.arange(own.size) - np.repeat(begins, sizes)
        near = near[rank < ALIKE]
        if near.size <= most:
            return np.sort(near)
    return np.sort(near[np.argpartition(-scores[near], most)[:most]])
