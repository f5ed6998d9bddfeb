"""Posteriors as an acoustic model would give them, without one: for tests."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from edge.voice.alphabet import BLANK, LABELS, spell


def spoken(
    text: str, *, seed: int = 0, noise: float = 1.0, wrong: float = 0.0, pause: int = 5
) -> npt.NDArray[np.float32]:
    """[frames, labels]: peaks of one or two frames with blanks between, as CTC models give them.

    `noise` is the deviation of the logits, `wrong` the share of letters another one is heard for,
    `pause` the frames of silence before and after.
    """
    rng = np.random.default_rng(seed)
    order: list[int] = [BLANK] * pause
    for label in spell(text):
        order += [label] * int(rng.integers(1, 3)) + [BLANK] * int(rng.integers(1, 5))
    order += [BLANK] * pause
    logits = rng.normal(0.0, noise, (len(order), len(LABELS)))
    logits[np.arange(len(order)), order] += 7.0 + noise
    heard = (rng.random(len(order)) < wrong) & (np.array(order) != BLANK)
    for at in np.flatnonzero(heard):
        logits[at, rng.integers(1, len(LABELS))] += 8.0 + noise
    return log_softmax(logits)


def babble(frames: int, *, seed: int = 0, sharp: float = 4.0) -> npt.NDArray[np.float32]:
    """Posteriors of nothing that has letters; `sharp` is the deviation of the logits."""
    rng = np.random.default_rng(seed)
    return log_softmax(rng.normal(0.0, sharp, (frames, len(LABELS))))


def log_softmax(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    top = logits.max(axis=1, keepdims=True)
    total = np.log(np.exp(logits - top).sum(axis=1, keepdims=True))
    return (logits - top - total).astype(np.float32)
