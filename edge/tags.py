"""BIO tags: their order, their rules, and the best legal sequence of them.

For slot labels a, b, … the tags are O, B-a, I-a, B-b, I-b, … (indices 0, 1, 2, 3, 4, …). I-x may
only follow B-x or I-x. The training side imports this module: both sides share the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray  # at run time it costs more than all of this module

OUTSIDE = 0
FORBIDDEN = -1e4
"""Log score of a transition that cannot be: low, but finite, so that sums stay numbers."""


def tag_count(slot_labels: int) -> int:
    """Number of tags for that many slot labels."""
    return 1 + 2 * slot_labels


def transition_scores(slot_labels: int) -> NDArray[np.float32]:
    """[tags, tags] score of "row, then column": 0 where BIO allows it, else FORBIDDEN."""
    count = tag_count(slot_labels)
    scores = np.zeros((count, count), np.float32)
    scores[:, 2::2] = FORBIDDEN  # I-x …
    inside = np.arange(2, count, 2)
    scores[inside, inside] = 0  # … only after I-x
    scores[inside - 1, inside] = 0  # … or after B-x
    return scores


def start_scores(slot_labels: int) -> NDArray[np.float32]:
    """[tags] score of beginning a sentence with each tag."""
    scores = np.zeros(tag_count(slot_labels), np.float32)
    scores[2::2] = FORBIDDEN
    return scores


def is_legal(tags: Sequence[int]) -> bool:
    """Whether every I-x follows a B-x or an I-x."""
    previous = OUTSIDE
    for tag in tags:
        if tag and not tag & 1 and previous != tag and previous != tag - 1:
            return False
        previous = tag
    return True


def best_tags(scores: NDArray[np.float32], transitions: NDArray[np.float32]) -> list[int]:
    """The best legal tag sequence for `scores` [words, tags].

    Takes each word's best tag where those are legal together: nothing legal can score higher.
    Only otherwise is the Viterbi recursion run.
    """
    greedy: list[int] = scores.argmax(1).tolist()
    if is_legal(greedy):
        return greedy
    words, count = scores.shape
    best = scores[0].copy()
    best[2::2] += FORBIDDEN
    pointers = np.empty((words - 1, count), np.intp)
    columns = np.arange(count)
    for word in range(1, words):
        paths = best[:, None] + transitions
        pointer = paths.argmax(0)
        pointers[word - 1] = pointer
        best = paths[pointer, columns] + scores[word]
    path = [int(best.argmax())]
    for pointer in pointers[::-1]:
        path.append(int(pointer[path[-1]]))
    return path[::-1]


def tag_spans(tags: Sequence[int]) -> list[tuple[int, int, int]]:
    """(slot label index, first word, after last word) of every span in a BIO sequence."""
    spans: list[tuple[int, int, int]] = []
    current = -1
    for index, tag in enumerate(tags):
        label = (tag - 1) // 2
        if tag and not tag & 1 and label == current:
            spans[-1] = (label, spans[-1][1], index + 1)
        elif tag:
            spans.append((label, index, index + 1))
            current = label
        else:
            current = -1
    return spans
