"""Shares of recordings, and letters that are wrong, with their 95 % intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from benchmarks.speech.names import OVER
from edge.voice.search.hypothesis import edit_distance
from export.metrics import Rate, wilson

_DRAWS = 1000
_FEWEST = 10
"""People; of fewer it is not known how much they differ."""


class Letters(NamedTuple):
    """How one transcript differs from what was said."""

    wrong: int
    """Letters to put in, take out or change; a space is a letter too."""
    said: int

    @classmethod
    def of(cls, heard: str, said: str) -> Letters:
        """The difference of two texts."""
        return cls(edit_distance(heard, said), len(said))


def share(hits: Iterable[bool], speakers: Sequence[str]) -> dict[str, Any]:
    """The share of recordings that are hits.

    Its interval is over people, as that of `letter_errors` is; else Wilson's. Where all are hits,
    or none, no draw differs from another: then it is Wilson's of as many trials as there are
    people.
    """
    found = np.array(list(hits), float)
    right = int(found.sum())
    value = wilson(right, len(found))
    owner = _owners(speakers)
    if owner is None:
        return {**value.to_dict(), OVER: "recordings"}
    people = int(owner.max()) + 1
    if right in (0, len(found)):
        bounds = wilson(people if right else 0, people)
        low, high = bounds.low, bounds.high
    else:
        low, high = _drawn(found, np.ones(len(found)), owner)
    return {**Rate(value.value, low, high, len(found)).to_dict(), OVER: "people"}


def letter_errors(found: Sequence[Letters], speakers: Sequence[str]) -> dict[str, Any]:
    """The character error rate of all recordings together.

    Its interval is a bootstrap over speakers where there are ten or more and all are known, else
    over recordings: what one person says goes together, but three of them say nothing about a
    fourth.
    """
    wrong = np.array([item.wrong for item in found], float)
    said = np.array([item.said for item in found], float)
    if not said.sum():
        return Rate(0.0, 0.0, 1.0, 0).to_dict()
    owner = _owners(speakers)
    over = "recordings" if owner is None else "people"
    low, high = _drawn(wrong, said, np.arange(len(found)) if owner is None else owner)
    rate = Rate(float(wrong.sum() / said.sum()), low, high, int(said.sum()))
    return {**rate.to_dict(), OVER: over}


def _owners(speakers: Sequence[str]) -> np.ndarray | None:
    """A number for whoever says each recording; None where too few are known."""
    names, owner = np.unique(np.array(speakers, str), return_inverse=True)
    return None if len(names) < _FEWEST or "" in speakers else owner


def _drawn(hits: np.ndarray, of: np.ndarray, owner: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of `hits` / `of`, owners drawn with all that is theirs; seeded."""
    hits, of = np.bincount(owner, hits), np.bincount(owner, of)
    drawn = np.random.default_rng(0).integers(0, len(of), (_DRAWS, len(of)))
    low, high = np.percentile(hits[drawn].sum(1) / of[drawn].sum(1), (2.5, 97.5))
    return float(low), float(high)
