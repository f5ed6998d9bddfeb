"""Many tries of letters in a few flat arrays, built together without a step for each letter.

A trie holds everything that may be said in one place: the one word of a template, the names of all
devices, the numbers of a range. Phrases are sorted, so that one begins a new branch where it parts
from the phrase before it; branches are found for all phrases at once, letter by letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from edge.errors import UsageError
from edge.limits import SPEECH_LETTERS, SPEECH_SENTENCES
from edge.voice.alphabet import LABELS

if TYPE_CHECKING:
    import numpy.typing as npt

RESERVED: Final = 3
"""Nodes below this belong to no trie; see `edge.voice.search.automaton`."""

_NONE: Final = 255
_LABEL_OF: Final = bytes(
    LABELS.index(chr(code)) if code and chr(code) in LABELS[1:] else _NONE for code in range(256)
)


class Tries(NamedTuple):
    """Nodes of all tries. The children of a node follow one another, in the order of their letters.

    Each field has one entry a node.
    """

    first: memoryview
    """The first child (int32)."""
    children: bytes
    """How many children there are."""
    letter: bytes
    """The label that leads to the node."""
    ends: bytes
    """1 where a phrase ends, else 0."""
    roots: list[int]
    """The root of each trie."""


def labels_of(text: str) -> bytes | None:
    """The labels that spell `text`, a byte each; None where it is empty or cannot be spelled."""
    labels = text.encode("latin-1", "replace").translate(_LABEL_OF)
    return None if not labels or _NONE in labels else labels


def build(phrases: Sequence[tuple[int, bytes]], tries: int) -> Tries:
    """Build tries.

    Args:
        phrases: number of the trie and labels of each phrase, in any order, repeated or not.
        tries: how many there are; one without a phrase has a root without children.

    Raises:
        UsageError: more phrases or letters than `edge.limits` allows.
    """
    letters = sum(len(labels) for _, labels in phrases)
    if len(phrases) > SPEECH_SENTENCES or letters > SPEECH_LETTERS:
        raise UsageError(
            f"{len(phrases)} words, names and sentences of {letters} letters",
            where="search graph",
            allowed=f"at most {SPEECH_SENTENCES} with {SPEECH_LETTERS} letters",
            hint="use templates with lists in place of whole sentences, or fewer names",
        )
    rows = sorted(set(phrases))
    flat = np.frombuffer(b"".join(labels for _, labels in rows), dtype=np.uint8)
    lengths = np.array([len(labels) for _, labels in rows], dtype=np.int64)
    starts = np.cumsum(lengths) - lengths
    owner = np.array([number for number, _ in rows], dtype=np.int64)
    count = RESERVED + tries
    parents: list[npt.NDArray[np.int64]] = []
    labels_by_depth: list[npt.NDArray[np.uint8]] = []
    ended: list[npt.NDArray[np.int64]] = []
    alive = np.arange(len(rows))  # phrases longer than `depth`
    at = RESERVED + owner  # the node each of them has come to
    depth = 0
    while alive.size:
        here = flat[starts[alive] + depth]
        # Sorted: who shares node and letter with the phrase before it shares the branch with it.
        fresh = np.ones(alive.size, dtype=bool)
        fresh[1:] = (at[1:] != at[:-1]) | (here[1:] != here[:-1])
        parents.append(at[fresh])
        labels_by_depth.append(here[fresh])
        at = count - 1 + np.cumsum(fresh)
        count += int(fresh.sum())
        depth += 1
        done = lengths[alive] == depth
        ended.append(at[done])
        alive, at = alive[~done], at[~done]
    parent = np.concatenate([np.zeros(0, dtype=np.int64), *parents])
    base = RESERVED + tries
    children = np.bincount(parent, minlength=count)
    # Nodes are numbered depth by depth in the order of their parents, so children are in a row.
    first = np.zeros(count, dtype=np.int32)
    opens = np.ones(parent.size, dtype=bool)
    opens[1:] = parent[1:] != parent[:-1]
    first[parent[opens]] = base + np.flatnonzero(opens)
    letter = np.zeros(count, dtype=np.uint8)
    letter[base:] = np.concatenate([np.zeros(0, dtype=np.uint8), *labels_by_depth])
    ends = np.zeros(count, dtype=np.uint8)
    ends[np.concatenate([np.zeros(0, dtype=np.int64), *ended])] = 1
    return Tries(
        memoryview(first.tobytes()).cast("i"),
        children.astype(np.uint8).tobytes(),
        letter.tobytes(),
        ends.tobytes(),
        list(range(RESERVED, base)),
    )
