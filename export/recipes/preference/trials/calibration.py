"""How far to believe a suggestion's probability, and from where on to show it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import torch

from export.recipes.preference.trials.trial import Seen

FALSE_REJECTS = 0.01
"""Share of right first suggestions that may be kept back."""
_CLEAR = 1e-6
_RIDGE = 1e-3
"""Pulls towards leaving probabilities as they are: a dev set of few targets says little."""


def fit(seen: Sequence[Seen], false_rejects: float) -> dict[str, float]:
    """Bias and slope from log odds to log odds (Platt 1999), and the threshold that follows.

    Args:
        seen: first suggestions on dev, not calibrated.
        false_rejects: share of right ones that may fall below the threshold.
    """
    if not seen:
        return {"bias": 0.0, "slope": 1.0, "threshold": 0.0}
    chance = np.clip([one.chance for one in seen], _CLEAR, 1 - _CLEAR)
    odds = torch.from_numpy(np.log(chance / (1 - chance)))
    right = torch.tensor([float(one.right) for one in seen], dtype=torch.float64)
    weights = torch.tensor([0.0, 1.0], dtype=torch.float64, requires_grad=True)
    start = torch.tensor([0.0, 1.0], dtype=torch.float64)
    optimizer = torch.optim.LBFGS([weights], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        logits = weights[0] + weights[1] * odds
        value = torch.nn.functional.binary_cross_entropy_with_logits(logits, right)
        value = value + _RIDGE * (weights - start).square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)
    bias, slope = (round(float(weight), 4) for weight in weights.detach())
    slope = max(slope, 0.05)  # more probable must never become less so
    scores = 1 / (1 + np.exp(-(bias + slope * odds.numpy())))
    hits = np.sort(scores[right.numpy() > 0])
    threshold = float(hits[int(false_rejects * len(hits))]) if len(hits) else 0.0
    # Rounded down: rounded up, it would keep back what it was taken from.
    return {"bias": bias, "slope": slope, "threshold": math.floor(threshold * 0.9999 * 1e4) / 1e4}
