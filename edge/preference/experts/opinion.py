"""What one kind of evidence says comes next."""

from __future__ import annotations

import math
from collections.abc import Mapping


class Opinion:
    """A distribution over candidates, and what it rests on.

    Attributes:
        weights: candidate → what its probability is in proportion to.
        evidence: how many events it was counted from.
        total: of all weights.
    """

    __slots__ = ("_told", "evidence", "total", "weights")

    def __init__(self, weights: Mapping[int, float], evidence: float, total: float = 1.0) -> None:
        self.weights = weights
        self.evidence = evidence
        self.total = total
        self._told: tuple[float, ...] = ()

    @property
    def chances(self) -> dict[int, float]:
        """Candidate → probability; sums to 1."""
        return {one: weight / self.total for one, weight in self.weights.items()}

    def chance(self, candidate: int) -> float:
        """The probability of one."""
        return self.weights.get(candidate, 0.0) / self.total

    def told(self) -> tuple[float, ...]:
        """What the gates are told of it: that there is one, its evidence, its surest."""
        if not self._told:
            surest = max(self.weights.values()) / self.total
            self._told = (1.0, math.log1p(self.evidence) / 5, surest)
        return self._told
