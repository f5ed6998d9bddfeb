"""What may come next, and what the model thinks of it.

A household can do what it has devices for, or has done before: its candidates are those actions,
and rows of the catalogue ("light:turn_on") stand for the actions of all its lights together. In a
catalogue of items every row is a candidate itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from edge.preference.actions import device_of, generic, spelled
from edge.preference.experts.boost import Boost
from edge.preference.experts.ratings import Ratings
from edge.preference.memory.past import Past, Scored
from edge.preference.model.catalogue import Catalogue

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge.home.home import Home

Beliefs = dict[int, float]
"""Candidate → probability by the model alone."""
_NO_BOOSTS: Final[Mapping[int, float]] = MappingProxyType({})


class Candidates(Protocol):
    """How actions, candidates and rows of the catalogue belong together."""

    boost: Boost | None
    """For things that are chosen once: what goes with what was chosen. None for what is done again
    and again, where the experts of `edge.preference.experts.personal` do better."""
    ratings: Ratings | None
    """For things that are rated: the scale. They are chosen once, too."""
    closed: bool
    """Whether nothing but these comes next."""

    def admit(self, past: Past, action: str) -> int:
        """The number of an action in a person's memory, which gets to know it."""

    def name(self, past: Past, candidate: int) -> str:
        """What a candidate is called."""

    def spreading(self, past: Past) -> Callable[[int], Sequence[int] | None]:
        """A row of the catalogue → the candidates that stand for it; None where there are none."""

    def believe(
        self,
        past: Past,
        query: NDArray[np.float32],
        count: int,
        asked: Iterable[int],
        boosts: Mapping[int, float] = _NO_BOOSTS,
    ) -> Beliefs:
        """The model's probabilities of the `count` likeliest candidates and of those asked for.

        Args:
            boosts: row → what is added to its score; these rows are asked for, too.
        """


class Household:
    """The actions that one household can do.

    Args:
        catalogue: of generic actions: "light:turn_on".
    """

    boost: Boost | None = None
    ratings: Ratings | None = None
    closed = False
    """Unless the household has said what it has: see `Preference.declare`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.home: Home | None = None
        """Knows what kinds its devices are, where their ids do not tell."""

    def admit(self, past: Past, action: str) -> int:
        """See `Candidates`."""
        known = past.memory.number_of(action)
        if known >= 0:
            return known
        number = past.memory.admit(action)
        kind = self.home.kind_of(device_of(action)) if self.home is not None else ""
        verb = action.rpartition(":")[2]
        kept = f"{kind}:{verb}" if kind else generic(action)
        row = self.catalogue.names.row(kept)
        kind = kept.partition(":")[0]
        if row < 0 and spelled(kind) != kind:  # learned under another word
            kind = spelled(kind)
            row = self.catalogue.names.row(f"{kind}:{verb}")
        vector, bias = self.catalogue.known_as(row, kind)
        past.place(number, row, number, vector, bias)
        return number

    def name(self, past: Past, candidate: int) -> str:
        """See `Candidates`."""
        return past.memory.actions[candidate]

    def spreading(self, past: Past) -> Callable[[int], Sequence[int] | None]:
        """See `Candidates`."""
        return past.of_row.get

    def believe(
        self,
        past: Past,
        query: NDArray[np.float32],
        count: int,
        asked: Iterable[int],
        boosts: Mapping[int, float] = _NO_BOOSTS,
    ) -> Beliefs:
        """See `Candidates`: all of them, since they are few, and none is boosted.

        Actions of one row share its probability, since the model cannot tell them apart.
        """
        scored = past.scored = past.scored or _scored(past)
        if not scored.actions:
            return {}
        scores = scored.vectors @ query
        scores += scored.biases
        scores -= np.maximum.reduce(scores)
        chances = np.exp(scores, out=scores)
        chances /= np.add.reduce(chances)
        return dict(zip(scored.actions, chances.tolist(), strict=True))


def _scored(past: Past) -> Scored:
    """So many actions share a row's probability: each has that many times less, a smaller bias."""
    groups = [actions for row, actions in past.of_row.items() if row >= 0]
    groups += [[action] for action in past.of_row.get(-1, ())]
    known = [
        (action, vector, past.bias[action] - math.log(len(group)))
        for group in groups
        for action in group
        if (vector := past.vector[action]) is not None
    ]
    return Scored(
        [action for action, _, _ in known],
        np.array([vector for _, vector, _ in known], np.float32),
        np.array([bias for _, _, bias in known], np.float32),
    )


class Items:
    """All items of a catalogue, and what was done that is not among them.

    An item that the catalogue lacks takes part by what this person counted of it, not by the
    model, which knows nothing of it.

    Args:
        catalogue: the items.
        boost: for items that are chosen once, see `Candidates`.
        ratings: for items that are rated.
    """

    closed = True

    def __init__(
        self, catalogue: Catalogue, boost: Boost | None = None, ratings: Ratings | None = None
    ) -> None:
        self.catalogue = catalogue
        self.boost = boost
        self.ratings = ratings

    def admit(self, past: Past, action: str) -> int:
        """See `Candidates`."""
        known = past.memory.number_of(action)
        if known >= 0:
            return known
        number = past.memory.admit(action)
        row = self.catalogue.names.row(action)
        candidate = row if row >= 0 else len(self.catalogue) + number
        past.place(number, row, candidate, *self.catalogue.known_as(row, ""))
        return number

    def name(self, past: Past, candidate: int) -> str:
        """See `Candidates`."""
        beyond = candidate - len(self.catalogue)
        return past.memory.actions[beyond] if beyond >= 0 else self.catalogue.names[candidate]

    def spreading(self, past: Past) -> Callable[[int], Sequence[int] | None]:
        """See `Candidates`."""
        return lambda row: (row,)

    def believe(
        self,
        past: Past,
        query: NDArray[np.float32],
        count: int,
        asked: Iterable[int],
        boosts: Mapping[int, float] = _NO_BOOSTS,
    ) -> Beliefs:
        """See `Candidates`."""
        wanted = {*asked, *boosts}
        rows = [candidate for candidate in wanted if candidate < len(self.catalogue)]
        found = self.catalogue.scan(query, count, np.array(rows, np.intp))
        beliefs = {
            row: math.exp(score - found.log_total)
            for row, score in zip(found.rows.tolist(), found.scores.tolist(), strict=True)
        }
        total = 1.0
        for row, score in zip(rows, found.asked.tolist(), strict=True):
            plain = math.exp(score - found.log_total)
            boosted = plain * math.exp(boosts.get(row, 0.0))
            beliefs[row] = boosted
            total += boosted - plain
        return {row: chance / total for row, chance in beliefs.items()} if boosts else beliefs

    def liked(
        self, query: NDArray[np.float32], count: int, ratings: Ratings, above: float
    ) -> Beliefs:
        """The `count` items with the highest ratings, and how likely each is to be liked.

        Args:
            above: how far above the usual the person rates, see `ratings.generosity`.
        """
        found = self.catalogue.scan(query, count)
        return {
            row: ratings.chance(score + above)
            for row, score in zip(found.rows.tolist(), found.scores.tolist(), strict=True)
        }

    def score(self, query: NDArray[np.float32], row: int) -> float:
        """One item's score."""
        at = np.array([row], np.intp)
        return float((self.catalogue.vectors(at) @ query + self.catalogue.biases(at))[0])
