"""Explicit ratings: how far off they are foreseen, and whether the better of two is seen so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.preference import replay
from edge.bundle.bundle import Bundle
from edge.preference.model.model import TASK
from edge.runtime import Runtime
from export.corpora.interactions import InteractionCorpus, Target
from export.metrics import Rate
from export.recipes.preference.trials.held_out import held_out

DAMPING = 5.0
"""Average ratings that every item and every user has besides its own."""
_DRAWS = 1000


class Foreseen(NamedTuple):
    """One test rating."""

    user: int
    given: float
    thought: float


def rated(bundle: Path) -> bool:
    """Whether the bundle was trained on ratings."""
    return Bundle.open(bundle).tasks[TASK].get("ratings") is not None


def of_bundle(
    bundle: Path, profile: str, corpus: InteractionCorpus, targets: Sequence[Target]
) -> list[Foreseen]:
    """What the runtime foresees, of every user after what that user rated before.

    Raises:
        EdgeError: the bundle cannot be loaded.
    """
    found = []
    users = dict.fromkeys(target.history for target in targets)
    with Runtime.load(bundle, profile=profile) as runtime:
        for user, (history, positions) in zip(users, held_out(corpus, targets), strict=True):
            runtime.forget()
            asked = frozenset(positions)
            for position, (at, event) in enumerate(replay.timed(history.events)):
                if position in asked and event.rating is not None:
                    thought = runtime.rating(event.action, at, event.context)
                    usual = event.rating if thought is None else thought
                    found.append(Foreseen(user, event.rating, usual))
                runtime.observe(event.action, at, event.context, rating=event.rating)
    return found


def floors(corpus: InteractionCorpus, targets: Sequence[Target]) -> dict[str, list[Foreseen]]:
    """The mean of all training ratings, and the same with the biases of item and user.

    A bias is the damped mean of what is left, items first (Koren 2009); a user's is that of all
    the user rated before the target.
    """
    given: dict[str, list[float]] = defaultdict(list)
    for target in corpus.train:
        event = corpus.event(target)
        given[event.action].append(event.rating or 0.0)
    mean = float(np.mean([rating for some in given.values() for rating in some]))
    item = {name: _damped([rating - mean for rating in some]) for name, some in given.items()}
    plain, biased = [], []
    for user, position in targets:
        events = corpus.histories[user].events
        event = events[position]
        rest = [
            one.rating - mean - item.get(one.action, 0.0)
            for one in events[:position]
            if one.rating is not None
        ]
        stars = event.rating or 0.0
        plain.append(Foreseen(user, stars, mean))
        thought = mean + item.get(event.action, 0.0) + _damped(rest)
        biased.append(Foreseen(user, stars, thought))
    return {"mean of all ratings": plain, "mean, item's and user's bias": biased}


def figures(foreseen: Sequence[Foreseen]) -> dict[str, dict[str, Any]]:
    """RMSE, and the share of a user's pairs put in the right order, with bootstraps over users.

    Of two test ratings of one user that differ, the better is to be foreseen as the better (the
    fraction of concordant pairs of Koren and Sill 2011); foreseen as equal counts half.
    """
    users: dict[int, list[Foreseen]] = defaultdict(list)
    for one in foreseen:
        users[one.user].append(one)
    errors = np.array([_errors(some) for some in users.values()])
    pairs = np.array([_pairs(some) for some in users.values()])
    return {
        "rmse": _rate(errors, lambda total, count: (total / count) ** 0.5).to_dict(),
        "pairs": _rate(pairs, lambda total, count: total / count).to_dict(),
    }


def _damped(values: Sequence[float]) -> float:
    return sum(values) / (len(values) + DAMPING)


def _errors(some: Sequence[Foreseen]) -> tuple[float, float]:
    return sum((one.given - one.thought) ** 2 for one in some), float(len(some))


def _pairs(some: Sequence[Foreseen]) -> tuple[float, float]:
    right = count = 0.0
    for at, one in enumerate(some):
        for other in some[:at]:
            if one.given != other.given:
                agree = (one.given - other.given) * (one.thought - other.thought)
                right += 1.0 if agree > 0 else 0.5 if agree == 0 else 0.0
                count += 1
    return right, count


def _rate(parts: np.ndarray, worth: Callable[[float, float], float]) -> Rate:
    """`parts`: [users, sum and count]."""
    if not parts.size or not parts[:, 1].sum():
        return Rate(0.0, 0.0, 0.0, 0)
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(_DRAWS):
        total, count = parts[rng.integers(0, len(parts), len(parts))].sum(0)
        if count:
            drawn.append(worth(float(total), float(count)))
    total, count = parts.sum(0)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return Rate(worth(float(total), float(count)), float(low), float(high), int(count))
