"""All that is thought about one moment: every expert, the model, and what they come to together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from edge.preference.candidates import Beliefs, Candidates, Items
from edge.preference.experts.boost import Boost
from edge.preference.experts.doubt import Doubt
from edge.preference.experts.mixture import Mixture, mix
from edge.preference.experts.others import WELL_KNOWN, everybody, others
from edge.preference.experts.personal import Context, context_of, features, personal
from edge.preference.experts.ratings import generosity
from edge.preference.memory.past import Past
from edge.preference.model.model import PreferenceModel
from edge.preference.model.population import Population
from edge.preference.moment import Moment, Senses

if TYPE_CHECKING:
    from numpy.typing import NDArray

ACCEPTED: Final = "accepted"
DISMISSED: Final = "dismissed"
"""Keys of what became of suggestions."""
_DOUBT: Final = 2.0
"""Dismissals that halve a score, with none accepted."""


class Calibration(NamedTuple):
    """Logistic regression from log odds to log odds (Platt 1999), fitted on dev households."""

    bias: float = 0.0
    slope: float = 1.0
    threshold: float = 0.0
    """Calibrated probability below which a suggestion is not shown where no time is known."""

    def of(self, chance: float) -> float:
        """The calibrated probability."""
        chance = min(1 - 1e-6, max(1e-6, chance))
        logit = self.bias + self.slope * math.log(chance / (1 - chance))
        return 1 / (1 + math.exp(-max(-60.0, min(60.0, logit))))


class Foresight(NamedTuple):
    """What is thought about one moment."""

    mixture: Mixture
    beliefs: Beliefs
    context: Context
    boosts: Mapping[int, float] = MappingProxyType({})
    """Candidate → what was added to its score, for things chosen once."""
    beforehand: Mapping[int, float] = MappingProxyType({})
    """Candidate → probability that it is given in advance, see `edge.preference.experts.doubt`."""

    def chances(self) -> dict[int, float]:
        """Candidate → probability, of those that anything speaks for."""
        sure = 1.0 - math.fsum(self.beforehand.values())
        share = sure * self.mixture.shares[-1]
        found = {one: share * chance for one, chance in self.beliefs.items()}
        for one, chance in self.mixture.counted.items():
            found[one] = found.get(one, 0.0) + sure * chance
        for one, chance in self.beforehand.items():
            found[one] = found.get(one, 0.0) + chance
        return found


class Thinking(NamedTuple):
    """What it takes to think about a moment."""

    model: PreferenceModel
    candidates: Candidates
    population: Population
    senses: Senses
    doubt: Doubt

    def foresee(self, past: Past, moment: Moment, count: int) -> Foresight:
        """What each expert and the model think of a moment.

        Args:
            count: candidates that the model is asked for, besides those that were counted.
        """
        context = context_of(moment, self.senses.keys(moment), past)
        if self.candidates.boost is not None:
            return self._choose(past, moment, count, context, self.candidates.boost)
        if self.candidates.ratings is not None and isinstance(self.candidates, Items):
            query, gates = self._read(past, moment)
            above = generosity(past.memory)
            beliefs = self.candidates.liked(query, count, self.candidates.ratings, above)
            return Foresight(mix((), gates[-1:], past.worth[-1:]), beliefs, context)
        opinions = personal(past, context)
        spread = self.candidates.spreading(past)
        courses = "course 1" in self.population.tables
        opinions += others(past, moment, self.population.after, spread, courses)
        query, gates = self.model.read(
            past.history, self.senses.features(moment), features(opinions)
        )
        mixture = mix(opinions, gates, past.worth)
        beliefs = self.candidates.believe(past, query, count, mixture.counted)
        if not past.recent or past.memory.events >= WELL_KNOWN:
            return Foresight(mixture, beliefs, context)
        if past.usual is None:
            past.usual = everybody(self.population.after, spread)
        given = self.doubt.given(past, past.usual)
        return Foresight(mixture, beliefs, context, beforehand=given)

    def _choose(
        self, past: Past, moment: Moment, count: int, context: Context, boost: Boost
    ) -> Foresight:
        """Of things chosen once: the model, boosted; what was done before says nothing of it."""
        boosts = boost.of(past.course, self.population.after)
        query, gates = self._read(past, moment)
        beliefs = self.candidates.believe(past, query, count, (), boosts)
        return Foresight(mix((), gates[-1:], past.worth[-1:]), beliefs, context, boosts)

    def rating(self, past: Past, moment: Moment, item: str) -> float | None:
        """What an item would be rated; None where items are not rated, or it is not known."""
        candidates = self.candidates
        if candidates.ratings is None or not isinstance(candidates, Items):
            return None
        row = candidates.catalogue.names.row(item)
        if row < 0:
            return None
        query, _ = self._read(past, moment)
        return candidates.ratings.rating(candidates.score(query, row) + generosity(past.memory))

    def _read(self, past: Past, moment: Moment) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """What the model says where nothing is counted."""
        nothing = (0.0,) * self.model.shape.evidence
        return self.model.read(past.history, self.senses.features(moment), nothing)


def trust(past: Past) -> Mapping[int, float]:
    """Candidate → what its score is worth after what became of it when it was suggested.

    Only those that were ever dismissed; all others are worth 1.
    """
    dismissed: dict[int, list[float]] = {}
    past.memory.counts(DISMISSED, dismissed)
    if not dismissed:
        return {}
    accepted: dict[int, list[float]] = {}
    past.memory.counts(ACCEPTED, accepted)
    found = {}
    for action, cell in dismissed.items():
        sure = _DOUBT + accepted.get(action, (0.0, 0.0))[1]
        found[past.candidate[action]] = sure / (sure + cell[1])
    return found


def likeliest(
    chances: Mapping[int, float],
    count: int,
    calibration: Calibration,
    trusted: Mapping[int, float],
    known: float = 1.0,
) -> list[tuple[float, int]]:
    """(score, candidate) of the `count` candidates with the highest scores, at least, in order.

    Args:
        chances: candidate → probability.
        trusted: candidate → what its score is worth, where not 1: see `trust`.
        known: probability that it is any of the candidates.
    """
    # Doubt changes the order, calibration does not: only those that may come first are scored.
    highest = sorted(chances.values(), reverse=True)[: count + len(trusted)]
    least = highest[-1] if highest else 0.0
    first = [one for one, chance in chances.items() if chance >= least]
    scored = [(-calibration.of(chances[one]) * known * trusted.get(one, 1.0), one) for one in first]
    return [(-score, one) for score, one in sorted(scored)]
