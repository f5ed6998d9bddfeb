"""Ranks of what happened → the measures of the published protocols, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from export.metrics import Rate, wilson
from export.recipes.preference.school.ranking import NOT_RANKED, Ranking

__all__ = ["MEASURES", "NOT_RANKED", "figures", "share"]

_DRAWS = 1000

MEASURES: dict[str, Callable[[Ranking], float]] = {
    "hr1": lambda found: found.hit_rate(1),
    "hr3": lambda found: found.hit_rate(3),
    "hr5": lambda found: found.hit_rate(5),
    "hr10": lambda found: found.hit_rate(10),
    "map5": lambda found: found.mean_average_precision(5),
    "ndcg10": lambda found: found.ndcg(10),
}


def figures(ranks: Sequence[int], groups: Sequence[int] | None = None) -> dict[str, dict[str, Any]]:
    """Every measure with its interval, as plain data.

    Hit rates of independent targets have Wilson's interval; the others, and all of them where
    targets come in groups, a percentile bootstrap of the groups (Efron and Tibshirani 1993):
    events of one household say less than as many of different ones.

    Args:
        ranks: counted from 1; `NOT_RANKED` for what was not ranked.
        groups: whose each target is; each its own when left out.
    """
    own = np.asarray(ranks, np.int64)
    worth = {name: _worth(name, own) for name in MEASURES}
    drawn = _bootstrap(np.stack(list(worth.values())), groups)
    found = {}
    for at, (name, values) in enumerate(worth.items()):
        if groups is None and name.startswith("hr"):
            rate = share(values > 0)
        else:
            low, high = np.percentile(drawn[:, at], (2.5, 97.5)) if len(own) else (0.0, 1.0)
            rate = Rate(MEASURES[name](Ranking(own)), float(low), float(high), len(own))
        found[name] = rate.to_dict()
    return found


def share(hits: np.ndarray) -> Rate:
    """How many of independent trials are hits."""
    return wilson(int(hits.sum()), len(hits))


def _worth(name: str, ranks: np.ndarray) -> np.ndarray:
    """What each target adds to the mean that the measure is."""
    return np.array([MEASURES[name](Ranking(np.array([rank]))) for rank in range(1, 12)])[
        np.minimum(ranks, 11) - 1
    ]


def _bootstrap(worth: np.ndarray, groups: Sequence[int] | None) -> np.ndarray:
    """[draws, measures] means of resampled targets or groups; `worth`: [measures, targets]."""
    targets = worth.shape[1]
    if not targets:
        return np.zeros((_DRAWS, len(worth)))
    if groups is None:
        sums, counts = worth, np.ones(targets)
    else:
        _, member = np.unique(np.asarray(groups), return_inverse=True)
        counts = np.bincount(member).astype(float)
        sums = np.stack([np.bincount(member, row) for row in worth])
    rng = np.random.default_rng(0)
    drawn = np.empty((_DRAWS, len(worth)))
    for index in range(_DRAWS):
        chosen = rng.integers(0, len(counts), len(counts))
        drawn[index] = sums[:, chosen].sum(1) / counts[chosen].sum()
    return drawn
