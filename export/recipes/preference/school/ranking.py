"""How well what happened was ranked: the measures of the published protocols.

Ties go against us: of candidates with equal probability the one that happened is ranked last.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ranks, counted from 1, of what happened."""

    ranks: np.ndarray
    """[targets]; a large number where it was not ranked at all."""

    def hit_rate(self, k: int) -> float:
        """Share of targets among the first `k` (HR@k; ACC@1 for k = 1)."""
        return float((self.ranks <= k).mean()) if len(self.ranks) else 0.0

    def mean_average_precision(self, k: int) -> float:
        """mAP@k with one relevant item: 1 / rank, 0 beyond `k`."""
        return (
            float(np.where(self.ranks <= k, 1 / self.ranks, 0).mean()) if len(self.ranks) else 0.0
        )

    def ndcg(self, k: int) -> float:
        """NDCG@k with one relevant item: 1 / log2(rank + 1), 0 beyond `k`."""
        gain = np.where(self.ranks <= k, 1 / np.log2(self.ranks + 1), 0)
        return float(gain.mean()) if len(self.ranks) else 0.0

    def measures(self) -> dict[str, float]:
        """All of them, in percent."""
        found = {
            "hr1": self.hit_rate(1),
            "hr5": self.hit_rate(5),
            "hr10": self.hit_rate(10),
            "map5": self.mean_average_precision(5),
            "ndcg10": self.ndcg(10),
        }
        return {name: round(100 * value, 3) for name, value in found.items()}


NOT_RANKED = 1_000_000
"""The rank of what was not ranked."""


def ranking(ranks: Sequence[int]) -> Ranking:
    """Of ranks counted from 1."""
    return Ranking(np.array(ranks, np.int64))


def rating_measures(given: np.ndarray, foreseen: np.ndarray, users: np.ndarray) -> dict[str, float]:
    """Of ratings: how near they were foreseen, and how well each user's items were ordered.

    Args:
        given, foreseen: [targets] ratings.
        users: [targets] whose they are.

    Returns:
        `rmse` and `mae` in points of the scale; `order`, percent of the pairs of one user's items
        with different ratings that are in the right order, ties counting half, where there are
        such pairs; `likelihood`, the negative mean squared error, for choosing the best epoch.
    """
    error = given - foreseen
    right = pairs = 0.0
    for user in np.unique(users):
        own = users == user
        true, thought = given[own], foreseen[own]
        above = true[:, None] > true[None, :]
        ahead = thought[:, None] - thought[None, :]
        right += float((ahead[above] > 0).sum() + 0.5 * (ahead[above] == 0).sum())
        pairs += float(above.sum())
    return {
        "rmse": round(float(np.sqrt((error**2).mean())), 4),
        "mae": round(float(np.abs(error).mean()), 4),
        **({"order": round(100 * right / pairs, 3)} if pairs else {}),
        "likelihood": round(-float((error**2).mean()), 5),
    }


def has_pairs(ratings: Iterable[Iterable[float | None]]) -> bool:
    """Whether anybody has rated two things differently, so that an order can be right.

    Args:
        ratings: what each user gave.
    """
    return any(len(set(own) - {None}) > 1 for own in ratings)
