"""First values of items' vectors: what is chosen near each other begins near each other.

A truncated singular value decomposition of the positive pointwise mutual information of which items
stand near which (Levy and Goldberg 2014, "Neural word embedding as implicit matrix factorization").
A network that starts there is where one from random numbers is after a dozen epochs.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

_SHIFT = 1.0
"""Subtracted from the mutual information: what is hardly more than chance is left out."""
_SCALE = 0.1
_ITERATIONS = 4


def first_vectors(
    near: Mapping[int, Mapping[int, float]], items: int, width: int, seed: int
) -> Tensor:
    """[items, width], of mean length 0.1 · √width, turned at random.

    Args:
        near: item → item → how often and how near the second stands after the first.
    """
    torch.manual_seed(seed)
    rows, columns, counts = [], [], []
    for row, others in near.items():
        for column, count in others.items():
            rows += [row, column]
            columns += [column, row]
            counts += [count, count]
    weights = torch.tensor(counts, dtype=torch.float32)
    at = torch.tensor([rows, columns])
    both = torch.sparse_coo_tensor(at, weights, (items, items), check_invariants=False).coalesce()
    total = torch.sparse.sum(both, 1).to_dense()
    index, value = both.indices(), both.values()
    information = torch.log(value * total.sum() / (total[index[0]] * total[index[1]])) - _SHIFT
    kept = information > 0
    positive = torch.sparse_coo_tensor(
        index[:, kept], information[kept], (items, items), check_invariants=False
    )
    width_found = min(width, items)
    u, s, _ = torch.svd_lowrank(positive, q=width_found, niter=_ITERATIONS)
    vectors = torch.zeros(items, width)
    vectors[:, :width_found] = u * s.sqrt()
    length = vectors.norm(dim=1).mean().clamp(min=1e-9)
    turned, _ = torch.linalg.qr(torch.randn(width, width))
    return vectors / length @ turned * (_SCALE * width**0.5)
