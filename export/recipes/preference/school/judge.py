"""How good a network is on dev, as part of the whole mixture.

Without `edge.preference.experts.doubt`, which says nothing of the network.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from edge.preference.experts.ratings import Ratings
from export.accelerator import on_accelerator, placed
from export.recipes.preference.lessons.lessons import Chunk, Collator
from export.recipes.preference.network.network import Network
from export.recipes.preference.school.ranking import Ranking, ranking, rating_measures
from export.recipes.preference.school.taught import Taught, ask, scores

MEAN_RMSE = "mean_rmse"
"""The error of the training's mean alone."""
_BATCH = 32


def measures(
    network: Network, held_out: Sequence[Chunk], collate: Collator, once: bool
) -> dict[str, float]:
    """Ranking measures in percent, and the mixture's mean log-likelihood in nats.

    Args:
        once: things are chosen once: what was, is not ranked again.
    """
    ranks: list[int] = []
    likelihood = 0.0
    with on_accelerator(network) as device:
        for start in range(0, len(held_out), _BATCH):
            batch = held_out[start : start + _BATCH]
            found, logs = _judged(network, batch, placed(collate(batch), device), once)
            ranks += found
            likelihood += logs
    result: Ranking = ranking(ranks)
    return result.measures() | {"likelihood": round(likelihood / max(1, len(ranks)), 5)}


def likelihood(network: Network, held_out: Sequence[Chunk], collate: Collator) -> float:
    """The mixture's mean log-likelihood in nats, of targets of which nothing else is kept."""
    taught, total, count = Taught(network).eval(), 0.0, 0
    with on_accelerator(taught) as device, torch.no_grad():
        for start in range(0, len(held_out), _BATCH):
            tensors = placed(collate(held_out[start : start + _BATCH]), device)
            total -= float(taught(**tensors)["mixture"]) * len(tensors["target"])
            count += len(tensors["target"])
    return round(total / max(1, count), 5)


def rated(
    network: Network, held_out: Sequence[Chunk], collate: Collator, scale: Ratings
) -> dict[str, float]:
    """How near ratings were foreseen, see `ranking.rating_measures`; and how near the mean of the
    training's ratings is, which whoever knows nothing would say."""
    given: list[float] = []
    foreseen: list[float] = []
    users: list[int] = []
    numbers: dict[int, int] = {}
    with on_accelerator(network) as device, torch.no_grad():
        for start in range(0, len(held_out), _BATCH):
            batch = held_out[start : start + _BATCH]
            tensors = placed(collate(batch), device)
            query, _ = ask(network, tensors)
            found = network.rated(query, tensors["target"].clamp(min=0))
            foreseen += [scale.rating(one) for one in (found + tensors["generosity"]).tolist()]
            given += tensors["rating"].tolist()
            for chunk in batch:
                user = numbers.setdefault(id(chunk.lived), len(numbers))
                users += [user] * len(chunk.asked)
    known = np.array(given)
    by_mean = float(np.sqrt(((known - scale.mean) ** 2).mean()))
    found_ = rating_measures(known, np.array(foreseen), np.array(users))
    return found_ | {MEAN_RMSE: round(by_mean, 4)}


def doubts(found: Mapping[str, float]) -> list[str]:
    """Why a network's measures on dev are no good; empty where they are."""
    if found.get("rmse", 0.0) <= found.get(MEAN_RMSE, math.inf):
        return []
    return [
        f"ratings are foreseen with an error of {found['rmse']:.3f}, and the mean of all, which "
        f"needs no model, with {found[MEAN_RMSE]:.3f}"
    ]


def _judged(
    network: Network, batch: Sequence[Chunk], tensors: Mapping[str, Tensor], once: bool
) -> tuple[list[int], float]:
    with torch.no_grad():
        query, gates = ask(network, tensors)
        crowd = tensors.get("crowd")
        beliefs = torch.softmax(scores(network, query, crowd), -1).cpu().numpy()
        spoken = torch.cat([tensors["speaks"], query.new_ones(len(query), 1)], 1)
        shares = torch.softmax(gates.masked_fill(spoken == 0, -1e9), -1).cpu().numpy()
    ranks, likelihood, at = [], 0.0, 0
    for chunk in batch:
        standing = chunk.lived.standing
        for one in chunk.asked:
            chances = _by_model(beliefs[at], standing) * shares[at, -1]
            room = 1 + max([one.candidate, *(max(o.weights) for o in one.opinions if o)])
            if room > len(chances):
                chances = np.concatenate([chances, np.zeros(room - len(chances))])
            for opinion, share in zip(one.opinions, shares[at].tolist(), strict=False):
                if opinion is not None:
                    ids = np.fromiter(opinion.weights, np.int64, len(opinion.weights))
                    given = np.fromiter(opinion.weights.values(), np.float64, len(ids))
                    chances[ids] += share / opinion.total * given
            mine = chances[one.candidate]
            if once:
                seen = chunk.lived.rows[: one.position]
                chances[seen[seen >= 0]] = -1
                chances[one.candidate] = mine
            ranks.append(int((chances > mine).sum() + (chances == mine).sum()))
            likelihood += float(np.log(max(mine, 1e-12)))
            at += 1
    return ranks, likelihood


def _by_model(beliefs: np.ndarray, standing: Mapping[int, tuple[int, ...]]) -> np.ndarray:
    """The model's probabilities of candidates: of rows, or of the actions that share them."""
    if not standing:
        return beliefs.astype(np.float64)
    chances = np.zeros(1 + max(action for actions in standing.values() for action in actions))
    for row, actions in standing.items():
        for action in actions:
            chances[action] = beliefs[row] / len(actions)
    return chances
