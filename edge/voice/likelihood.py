"""How likely labels are in an utterance, over all their alignments, for several texts at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from edge.voice.alphabet import BLANK

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


def log_likelihoods(
    log_posteriors: npt.NDArray[np.floating[Any]], texts: Sequence[Sequence[int]]
) -> Floats:
    """Natural logarithm of each text's probability (Graves et al. 2006, equations 5 to 8): [texts].

    −∞ where a text does not fit into the frames, or is less likely than what fits best by more
    than a float can hold.

    Args:
        log_posteriors: [frames, labels], of one distribution a frame.
        texts: labels of each, none of them the blank.
    """
    counts = np.array([len(labels) for labels in texts], np.intp)
    if not len(counts):
        return np.zeros(0)
    states = np.full((len(texts), 2 * counts.max() + 1), BLANK, np.intp)
    for row, labels in zip(states, texts, strict=True):
        row[1 : 2 * len(labels) : 2] = labels
    # From a letter to the next one without a blank between, if they differ.
    skips = np.zeros(states.shape)
    skips[:, 3::2] = states[:, 3::2] != states[:, 1:-2:2]
    probabilities = np.exp(log_posteriors.astype(np.float64))
    gained = np.zeros(len(texts))
    # Two columns before the first state, so that the steps into it need no case of their own.
    paths = np.zeros((len(texts), states.shape[1] + 2))
    paths[:, 2] = 1.0
    for frame in probabilities:
        here = paths[:, 2:] + paths[:, 1:-1] + skips * paths[:, :-2]
        here *= frame[states]
        scale = here.sum(1)
        scale[scale == 0] = 1.0
        paths[:, 2:] = here / scale[:, None]
        gained += np.log(scale)
    rows, last = np.arange(len(texts)), 2 + 2 * counts
    ended = paths[rows, last] + np.where(counts > 0, paths[rows, last - 1], 0.0)
    with np.errstate(divide="ignore"):
        found: Floats = np.log(ended) + gained
    return found
