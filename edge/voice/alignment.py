"""Where in the audio each word was said, and how well it fits there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from edge.errors import UsageError
from edge.voice.alphabet import BLANK, SPACE, text_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from edge.voice.posteriors import Posteriors


class WordSpan(NamedTuple):
    """One word of an aligned text."""

    text: str
    start: int
    """The frame of its first letter."""
    end: int
    """The frame after its last letter."""
    log_probability: float
    """Of the frames after the word before it, up to its end; the last word has the frames that
    follow too. All words together have the whole of the best path."""
    free: float
    """Of the likeliest label of each of the same frames."""


def align(log_posteriors: Posteriors, labels: Sequence[int]) -> list[WordSpan]:
    """The best alignment of `labels` with the frames, word by word.

    The Viterbi path through the states of connectionist temporal classification (Graves 2006): a
    blank may stand between any two labels and has to between two that are equal.

    Args:
        log_posteriors: [frames, labels], natural logarithms.
        labels: what was said, as `edge.voice.alphabet.spell` has it.

    Raises:
        UsageError: there are no labels, or more than fit into the frames.
    """
    states, path = _aligned(log_posteriors, labels)
    frames = len(path)
    at = np.arange(frames)
    gained = np.concatenate([[0.0], np.cumsum(log_posteriors[at, states[path]], dtype=float)])
    free = np.concatenate([[0.0], np.cumsum(log_posteriors.max(axis=1), dtype=float)])
    spans: list[WordSpan] = []
    before = 0
    for first, last in _words(labels):
        start = int(np.searchsorted(path, 2 * first + 1))
        end = int(np.searchsorted(path, 2 * last + 2))
        until = frames if last == len(labels) - 1 else end
        spans.append(
            WordSpan(
                text_of(list(labels[first : last + 1])),
                start,
                end,
                float(gained[until] - gained[before]),
                float(free[until] - free[before]),
            )
        )
        before = until
    return spans


def label_of_frames(log_posteriors: Posteriors, labels: Sequence[int]) -> npt.NDArray[np.intp]:
    """The label of each frame in the best alignment, most often the blank; see `align`.

    Raises:
        UsageError: likewise.
    """
    states, path = _aligned(log_posteriors, labels)
    return states[path]


def _aligned(
    log_posteriors: Posteriors, labels: Sequence[int]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The states, a label each, and which of them each frame is in."""
    frames = len(log_posteriors)
    needed = len(labels) + sum(a == b for a, b in pairwise(labels))
    if not 0 < needed <= frames:
        raise UsageError(
            f"{len(labels)} labels for {frames} frames",
            where="alignment",
            allowed="one label or more, and a frame for each",
        )
    states = np.zeros(2 * len(labels) + 1, dtype=np.intp)
    states[1::2] = labels
    return states, _path(log_posteriors, states)


def _path(log_posteriors: Posteriors, states: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The state of each frame; states never fall."""
    frames, count = len(log_posteriors), len(states)
    exact = log_posteriors.astype(np.float64)
    # From two states before: only between different labels, over the blank that is left out.
    barred = np.full(count, True)
    barred[2:] = (states[2:] == BLANK) | (states[2:] == states[:-2])
    blocked = np.where(barred, -np.inf, 0.0)
    steps = np.zeros((frames, count), dtype=np.int8)
    ways = np.full((3, count), -np.inf)
    best = np.full(count, -np.inf)
    best[:2] = exact[0, states[:2]]
    every = np.arange(count)
    for frame in range(1, frames):
        ways[0] = best
        ways[1, 1:] = best[:-1]
        ways[2, 2:] = best[:-2]
        ways[2] += blocked
        step = ways.argmax(axis=0)
        steps[frame] = step
        best = ways[step, every] + exact[frame, states]
    path = np.empty(frames, dtype=np.intp)
    state = count - 1 if best[-1] >= best[-2] else count - 2
    for frame in range(frames - 1, -1, -1):
        path[frame] = state
        state -= int(steps[frame, state])
    return path


def _words(labels: Sequence[int]) -> list[tuple[int, int]]:
    """First and last label of each word."""
    spaces = [-1, *(at for at, label in enumerate(labels) if label == SPACE), len(labels)]
    return [(left + 1, right - 1) for left, right in pairwise(spaces) if right - left > 1]
