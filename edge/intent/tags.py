"""BIO tags: their order, their rules, and the best legal sequence of them.

For slot labels a, b, … the tags are O, B-a, I-a, B-b, I-b, … (indices 0, 1, 2, 3, 4, …). I-x may
only follow B-x or I-x. Which of the legal ones follow one another more often than their words say
is learned, as in a conditional random field (Lafferty et al. 2001). The training side imports this
module: both sides share the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray  # at run time it costs more than all of this module

OUTSIDE = 0
FORBIDDEN = -1e4
"""Log score of a transition that cannot be: low, but finite, so that sums stay numbers."""
REACH: Final = 3.0
"""Nats that a tag may be behind its word's best and still be chosen for its neighbours' sake."""
_FEW: Final = 3
"""Tags a word up to which Python is quicker than numpy."""


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


class TagTransitions:
    """What the tag before says of the next: BIO's rules, and learned scores on top of them.

    Args:
        slot_labels: how many there are.
        learned: [1 + tags, tags], natural logarithms: row 0 of beginning with each tag, row 1 + t
            of each tag after tag t. None: all legal transitions are alike.
    """

    def __init__(self, slot_labels: int, learned: NDArray[np.floating] | None = None) -> None:
        self.scores = transition_scores(slot_labels)
        """[tags, tags] of "row, then column"."""
        self.starts = start_scores(slot_labels)
        """[tags] of beginning a sentence."""
        self.learned = learned is not None
        if learned is not None:
            self.starts += learned[0]
            self.scores += learned[1:]


def best_tags(scores: NDArray[np.float32], transitions: TagTransitions) -> list[int]:
    """The best legal tag sequence for `scores` [words, tags], natural log-probabilities.

    Most words leave no doubt: no other tag is within `REACH` of their best. Viterbi's recursion is
    run over the others only; over all words, should what comes of that be illegal.
    """
    if not transitions.learned:
        path: list[int] = scores.argmax(1).tolist()
    else:
        words, tags = (scores >= scores.max(1, keepdims=True) - REACH).nonzero()
        path = tags.tolist()
        if len(path) != len(scores):
            path = _settled(scores, transitions, words.tolist(), path)
    return path if is_legal(path) else _best_of_all(scores, transitions)


def _settled(
    scores: NDArray[np.float32],
    transitions: TagTransitions,
    words: Sequence[int],
    tags: Sequence[int],
) -> list[int]:
    """The path where words have several tags within reach: `tags`, those of `words`."""
    candidates: list[list[int]] = [[] for _ in range(len(scores))]
    for word, tag in zip(words, tags, strict=True):
        candidates[word].append(tag)
    path = [some[0] if some else OUTSIDE for some in candidates]
    for doubt, run in groupby(range(len(path)), lambda word: len(candidates[word]) > 1):
        if doubt:
            first, *others = run
            last = others[-1] if others else first
            some, rows = candidates[first : last + 1], scores[first : last + 1]
            before = path[first - 1] if first else None
            after = path[last + 1] if last + 1 < len(path) else None
            # Of few tags Python is done with before numpy has made sense of the indices.
            if sum(map(len, some)) <= _FEW * len(some):
                path[first : last + 1] = _best_of(some, rows, transitions, before, after)
            else:
                path[first : last + 1] = _best_of_all(rows, transitions, before, after)
    return path


def _best_of(
    candidates: Sequence[Sequence[int]],
    scores: NDArray[np.float32],
    transitions: TagTransitions,
    before: int | None,
    after: int | None,
) -> list[int]:
    """The best sequence of the candidates of each word, between the tags `before` and `after`."""
    follows, starts, score = transitions.scores.item, transitions.starts.item, scores.item
    paths: list[tuple[float, tuple[int, ...]]] = [
        (score(0, tag) + (starts(tag) if before is None else follows(before, tag)), (tag,))
        for tag in candidates[0]
    ]
    for word, tags in enumerate(candidates[1:], start=1):
        paths = [
            max(
                (so_far + follows(path[-1], tag) + score(word, tag), (*path, tag))
                for so_far, path in paths
            )
            for tag in tags
        ]
    if after is not None:
        paths = [(so_far + follows(path[-1], after), path) for so_far, path in paths]
    return [*max(paths)[1]]


def _best_of_all(
    scores: NDArray[np.float32],
    transitions: TagTransitions,
    before: int | None = None,
    after: int | None = None,
) -> list[int]:
    """The best sequence of all there are: the same recursion, on arrays."""
    best = (transitions.starts if before is None else transitions.scores[before]) + scores[0]
    pointers = []
    for row in scores[1:]:
        paths = best[:, None] + transitions.scores
        pointers.append(paths.argmax(0))
        best = paths.max(0) + row
    if after is not None:
        best = best + transitions.scores[:, after]
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
