"""Explicit ratings: what somebody would rate an item, and how likely they are to like it.

    score(i) = query · vector(i) + usual(i) + generosity

`usual` is how far above the mean an item is rated by all, `generosity` how far above the usual this
person rates: the closed-form, shrunken mean of what they gave less what was usual (the baseline of
Koren 2009, "Collaborative filtering with temporal dynamics"), forgotten as slowly as other counts.
The model adds the rest.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from edge.preference.memory.memory import SLOW, Memory

RATING: Final = "rating"
"""The sensor that a rating is read as: what was rated how is part of an event."""
_HUGE: Final = 1e300

_RATED, _GIVEN = RATED = "rated", "given"
"""Keys of how many ratings were given, and of what, shifted so that counts stay above zero."""
_SHIFT: Final = 16.0
DOUBT: Final = 5.0
"""Average ratings that somebody of whom nothing is known has given, as it were."""


class Ratings(NamedTuple):
    """The scale of a catalogue's ratings."""

    mean: float
    """Of all ratings the model was trained on."""
    scale: float
    """Their standard deviation: a score of 1 is so far above the mean."""
    low: float
    high: float
    """The least and the highest rating there is."""
    liked: float
    """The rating from which an item counts as liked."""
    spread: float
    """Standard deviation of what was given around what was foreseen, on the dev set."""

    def rating(self, score: float) -> float:
        """The rating a score stands for."""
        return min(self.high, max(self.low, self.mean + self.scale * score))

    def chance(self, score: float) -> float:
        """The probability of a rating of `liked` or more, were errors normally distributed."""
        above = (self.mean + self.scale * score - self.liked) / self.spread
        return 0.5 * math.erfc(-above / math.sqrt(2))

    def learn(self, memory: Memory, action: int, usual: float, rating: float) -> None:
        """Counts a rating; one beyond the scale is taken for its nearest end.

        Args:
            usual: how far above the mean the item is rated by all, in standard deviations.
        """
        rating = max(self.low, min(self.high, rating))
        above = (rating - self.mean) / self.scale - usual
        memory.count(_RATED, action)
        memory.count(_GIVEN, action, max(-_SHIFT, min(_SHIFT, above)) + _SHIFT)


def usable(rating: object) -> float | None:
    """A rating as a caller has it; None for what is no finite number."""
    number = isinstance(rating, int | float) and not isinstance(rating, bool)
    return float(rating) if number and abs(rating) < _HUGE else None  # type: ignore[arg-type]


def generosity(memory: Memory) -> float:
    """How far above what is usual somebody rates, in standard deviations."""
    rated, given = (memory.together(((key, 1.0),), SLOW) for key in (_RATED, _GIVEN))
    # A memory from before these were kept may have given up single counts.
    both = rated.keys() & given.keys()
    above = sum(given[action] - _SHIFT * rated[action] for action in sorted(both))
    return above / (sum(rated[action] for action in sorted(both)) + DOUBT)
