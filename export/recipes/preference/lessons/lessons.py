"""Histories cut into chunks, and chunks put together into batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from export.recipes.preference.lessons.replay import Asked, Lived

CHUNK = 64
"""Events of one chunk at most."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive events of one history, and the targets right after some of them."""

    lived: Lived
    start: int
    """Of the events read."""
    end: int
    asked: tuple[Asked, ...]
    """Targets at positions from `start` to `end`, each known by the events before it."""


def chunks(lived: Lived, window: int) -> list[Chunk]:
    """Cuts a history so that each target has `window` events before it, where there are as many."""
    if not lived.asked:
        return []
    found: list[Chunk] = []
    waiting = list(lived.asked)
    while waiting:
        first = waiting[0].position
        start = max(0, first - window)
        end = start + max(CHUNK, window + 1)
        inside = [one for one in waiting if one.position <= end]
        waiting = waiting[len(inside) :]
        found.append(Chunk(lived, start, inside[-1].position, tuple(inside)))
    return found


class Collator:
    """Makes a batch of chunks: the keyword arguments of `fitting.Taught.forward`.

    Args:
        items: rows of the catalogue.
    """

    def __init__(self, items: int) -> None:
        self._items = items

    def __call__(self, batch: Sequence[Chunk]) -> dict[str, Tensor]:
        """Tensors of one batch. Events are padded at the beginning: the newest is the last."""
        longest = max(1, *(chunk.end - chunk.start for chunk in batch))
        width = batch[0].lived.features.shape[1]
        rows = np.full((len(batch), longest), -1, np.int64)
        features = np.zeros((len(batch), longest, width + 1), np.float32)
        places: list[int] = []
        standing: list[int] = []
        asked: list[Asked] = []
        for at, chunk in enumerate(batch):
            count = chunk.end - chunk.start
            pad = longest - count
            if count:
                rows[at, pad:] = chunk.lived.rows[chunk.start : chunk.end]
                features[at, pad:, :width] = chunk.lived.features[chunk.start : chunk.end]
                features[at, pad:, width] = 1
            for one in chunk.asked:
                last = pad + one.position - chunk.start - 1
                places.append(at * longest + last if last >= pad else -1)
                standing.append(at)
                asked.append(one)
        tensors = {
            "rows": torch.from_numpy(rows),
            "features": torch.from_numpy(features),
            "places": torch.tensor(places),
            "moment": torch.from_numpy(np.stack([one.moment for one in asked])),
            "evidence": torch.from_numpy(np.stack([one.evidence for one in asked])),
            "chances": torch.from_numpy(np.stack([one.chances for one in asked])),
            "speaks": torch.from_numpy(np.stack([one.speaks for one in asked])),
            "target": torch.tensor([one.row for one in asked]),
            "rating": torch.tensor([one.rating for one in asked], dtype=torch.float32),
            "generosity": torch.tensor([one.generosity for one in asked], dtype=torch.float32),
        }
        if batch[0].lived.standing:
            tensors["crowd"] = self._crowds(batch)[torch.tensor(standing)]
        return tensors

    def _crowds(self, batch: Sequence[Chunk]) -> Tensor:
        """[chunks, items]: how many actions of its household each row stands for."""
        crowd = np.zeros((len(batch), self._items), np.float32)
        for at, chunk in enumerate(batch):
            for row, actions in chunk.lived.standing.items():
                crowd[at, row] = len(actions)
        return torch.from_numpy(crowd)
