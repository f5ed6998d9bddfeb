"""How much counts weigh beside a catalogue's network: found by trying, on the dev set.

Fitted for what is wanted, NDCG@10, by a random search that starts from plain values: fitted for
likelihood, the same formula ranks worse than counts alone, since the network has seen its training
histories and the counts of the dev set have not (docs/adr/0008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from edge.preference.experts.boost import Boost, mass
from edge.preference.experts.others import Lookup
from edge.preference.memory.past import COURSE_EVENTS, Event
from export.recipes.preference.lessons.lessons import Chunk, Collator
from export.recipes.preference.network.network import Network
from export.recipes.preference.school.ranking import ranking
from export.recipes.preference.school.taught import ask, scores

TRIALS = 80
FADES = (0.3, 0.4, 0.5, 0.6, 0.8)
_LIKELIEST = 60
"""Items that the network likes best, looked at besides those that were counted."""
_BATCH = 64
_LARGEST_GAIN = 12.0


@dataclass(frozen=True, slots=True)
class _Evidence:
    """Everything that one `fade` makes of the dev set; entries of all targets in a row."""

    target: np.ndarray
    """[entries] whose it is."""
    mass: np.ndarray
    """[entries] how much it goes with what was chosen."""
    score: np.ndarray
    """[entries] the network's."""
    is_gold: np.ndarray
    total: np.ndarray
    """[targets] M of the formula."""


def fit_boost(
    network: Network, held_out: Sequence[Chunk], collate: Collator, lookup: Lookup, seed: int
) -> tuple[Boost, float]:
    """The boost that ranks the dev set best, and its NDCG@10 in percent."""
    evidence = {fade: _gather(network, held_out, collate, lookup, fade) for fade in FADES}
    rng = np.random.default_rng(seed)
    best = Boost()
    worth = _ndcg(evidence[best.fade], best)
    for trial in range(TRIALS):
        spread = 0.6 if trial < TRIALS // 2 else 0.25
        moved = {
            name: getattr(best, name) * float(np.exp(rng.normal() * spread * (rng.random() < 0.5)))
            for name in ("gain", "steep", "damp")
        }
        fade = float(rng.choice(FADES)) if rng.random() < 0.3 else best.fade
        tried = Boost(fade=fade, **{**moved, "gain": min(moved["gain"], _LARGEST_GAIN)})
        found = _ndcg(evidence[fade], tried)
        if found > worth:
            best, worth = tried, found
    rounded = Boost(*(round(value, 4) for value in best))
    return rounded, 100 * worth


def _gather(
    network: Network, held_out: Sequence[Chunk], collate: Collator, lookup: Lookup, fade: float
) -> _Evidence:
    parts: dict[str, list[np.ndarray]] = {name: [] for name in _Evidence.__slots__}
    number = 0
    for start in range(0, len(held_out), _BATCH):
        batch = held_out[start : start + _BATCH]
        tensors = collate(batch)
        with torch.no_grad():
            query, _ = ask(network, tensors)
            judged = scores(network, query, None).numpy()
        at = 0
        for chunk in batch:
            for one in chunk.asked:
                seen = chunk.lived.rows[: one.position]
                found = _one(judged[at], seen, one.row, lookup, fade)
                parts["target"].append(np.full(len(found["mass"]), number))
                for name, values in found.items():
                    parts[name].append(values)
                at += 1
                number += 1
    return _Evidence(**{name: np.concatenate(values) for name, values in parts.items()})


def _one(
    judged: np.ndarray, seen: np.ndarray, gold: int, lookup: Lookup, fade: float
) -> dict[str, np.ndarray]:
    course = [Event(int(row), -1, -1, 0) for row in seen[-COURSE_EVENTS:]]
    masses = mass(course, lookup, fade)
    judged = judged.copy()
    judged[seen[seen >= 0]] = -np.inf
    likeliest = np.argpartition(-judged, min(_LIKELIEST, len(judged) - 1))[:_LIKELIEST]
    gone = {-1, *seen.tolist()}
    rows = [row for row in {*likeliest.tolist(), *masses, gold} if row not in gone]
    return {
        "mass": np.array([masses.get(row, 0.0) for row in rows]),
        "score": judged[rows],
        "is_gold": np.array([row == gold for row in rows]),
        "total": np.array([sum(masses.values())]),
    }


def _ndcg(evidence: _Evidence, boost: Boost) -> float:
    scale = boost.steep / (1 + evidence.total) ** boost.damp
    boosted = evidence.score + boost.gain * np.log1p(scale[evidence.target] * evidence.mass)
    count = len(evidence.total)
    gold = np.full(count, np.inf)
    gold[evidence.target[evidence.is_gold]] = boosted[evidence.is_gold]
    before = boosted >= gold[evidence.target]
    ranks = np.bincount(evidence.target[before], minlength=count)
    return ranking(np.where(ranks > 0, ranks, 10**6).tolist()).ndcg(10)
