"""The hypotheses of a search side by side, and what one more letter makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np

from edge.voice.alphabet import BLANK, SPACE
from edge.voice.search.lexicon import START, Prices
from edge.voice.search.prefix_tree import ROOT

if TYPE_CHECKING:
    import numpy.typing as npt

    from edge.voice.search.states import States

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
    word: npt.NDArray[np.int32]
    """The node of its last word in the lexicon; of no use where there are no wildcards."""
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

    def part(self, chosen: Nodes) -> Beam:
        """Some of them, by index."""
        return Beam(
            self.node.take(chosen),
            self.letter.take(chosen),
            self.state.take(chosen),
            self.word.take(chosen),
            self.bonus.take(chosen),
            self.blank.take(chosen),
            self.other.take(chosen),
            self.total.take(chosen),
        )

    def joined(self, more: Beam) -> Beam:
        """These and `more`."""
        return Beam(
            np.concatenate((self.node, more.node)),
            np.concatenate((self.letter, more.letter)),
            np.concatenate((self.state, more.state)),
            np.concatenate((self.word, more.word)),
            np.concatenate((self.bonus, more.bonus)),
            np.concatenate((self.blank, more.blank)),
            np.concatenate((self.other, more.other)),
            np.concatenate((self.total, more.total)),
        )


ALIKE = 4
"""Hypotheses in one state that are kept in a crowd: alternatives for the ranking of whole
sentences."""
_HEARD: Final = -4.0
"""Log probability below which a letter is not spelled by a wildcard: all letters can follow there,
and 27 of each hypothesis made most of the search. On dev, in commands of the sample home and in
other speech, in quiet and in noise, none is found less with it (one of 160 with -2.5)."""
_FAR_MORE: Final = 4
"""Times the beam that extensions may be before the best are chosen. They are chosen again, and
better, beside the hypotheses that are there; this but bounds memory, whatever was heard."""


class Weights(Protocol):
    """What `extensions` needs to know of a decoder."""

    beam: int
    thinned: bool
    letter_bonus: float
    prices: Prices


def root(start: int) -> Beam:
    """The one hypothesis before anything was heard."""
    return Beam(
        np.array([ROOT], dtype=np.intp),
        np.array([BLANK], dtype=np.intp),
        np.array([start], dtype=np.int32),
        np.array([START], dtype=np.int32),
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
        weights: of far more than `beam` of them so many are returned, the best.

    Returns:
        The index in `beam` that each comes from, and the hypotheses.
    """
    bonus = beam.bonus + weights.letter_bonus
    needed = cut - (beam.total + bonus)
    owners = (needed <= frame[BLANK + 1 :].max()).nonzero()[0]
    own = beam.state.take(owners)
    states.open(own)
    row = states.row.take(own)
    possible = states.bound.take(row, 0)
    if states.wild:
        possible |= frame >= _HEARD
    possible &= frame >= needed.take(owners)[:, None]
    # By flat indices: `divmod` and indices by pairs take several times as long.
    found = possible.ravel().nonzero()[0]
    at = found // frame.size
    letter = found - at * frame.size
    owner, state = owners.take(at), states.follows.take(row.take(at) * frame.size + letter)
    # After the same letter a second one needs a blank between the two.
    again = letter == beam.letter.take(owner)
    gained = np.where(again, beam.blank.take(owner), beam.total.take(owner)) + frame.take(letter)
    bonus = bonus.take(owner)
    kept = ((state >= 0) & (gained + bonus >= cut)).nonzero()[0]
    owner, letter, state = owner.take(kept), letter.take(kept), state.take(kept)
    gained, bonus = gained.take(kept), bonus.take(kept)
    word = np.zeros(kept.size, np.int32)
    if states.wild:
        before, spaces = beam.word.take(owner), letter == SPACE
        word = weights.prices.follows.take(before * frame.size + letter).astype(np.int32)
        loose = states.loose.take(np.where(spaces, beam.state.take(owner), state))
        bonus -= loose * weights.prices.of(before, word, spaces)
    node, blank = np.full(kept.size, -1, dtype=np.intp), np.full(kept.size, -np.inf)
    more = Beam(node, letter, state, word, bonus, blank, gained, gained)
    if kept.size <= _FAR_MORE * weights.beam:
        return owner, more
    chosen = best(gained + bonus, weights.beam, np.inf, state if weights.thinned else None)
    return owner.take(chosen), more.part(chosen)


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
    behind = scores.max() - scores
    near: Nodes = (behind <= distance).nonzero()[0]
    if near.size <= most:
        return near
    behind = behind.take(near)
    if state is not None:
        few = _foremost(behind, state.take(near))
        near, behind = near.take(few), behind.take(few)
        if near.size <= most:
            return np.sort(near)
    return np.sort(near.take(np.argpartition(behind, most)[:most]))


def _foremost(behind: Floats, state: npt.NDArray[np.int32]) -> Nodes:
    """Indices of the `ALIKE` best of each state, by how far each is `behind` the best of all."""
    # By state and rank in one number: one sort in place of two, or of `lexsort`, which takes
    # several times as long as both.
    order = np.argsort(state * (behind.max() + 1.0) + behind)
    own = state.take(order)
    later = own[ALIKE:] == own[:-ALIKE]
    return np.concatenate((order[:ALIKE], order[ALIKE:][~later]))
