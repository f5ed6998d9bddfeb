"""Shares of recordings, and letters that are wrong, with their 95 % intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from edge.voice.search.hypothesis import edit_distance
from export.metrics import Rate, wilson

_DRAWS = 1000


class Letters(NamedTuple):
    """How one transcript differs from what was said."""

    wrong: int
    """Letters to put in, take out or change; a space is a letter too."""
    said: int

    @classmethod
    def of(cls, heard: str, said: str) -> Letters:
        """The difference of two texts."""
        return cls(edit_distance(heard, said), len(said))


def share(hits: Iterable[bool]) -> dict[str, Any]:
    """The share of independent trials that are hits, with Wilson's interval."""
    found = list(hits)
    return wilson(sum(found), len(found)).to_dict()


def letter_errors(found: Sequence[Letters], speakers: Sequence[str]) -> dict[str, Any]:
    """The character error rate of all recordings together.

    Its interval is a bootstrap over speakers where there are ten or more, else over recordings:
    what one person says goes together, but three of them say nothing about a fourth.
    """
    wrong = np.array([item.wrong for item in found], float)
    said = np.array([item.said for item in found], float)
    if not said.sum():
        return Rate(0.0, 0.0, 1.0, 0).to_dict()
    _, owner = np.unique(np.array(speakers), return_inverse=True)
    if owner.max(initial=0) + 1 < 10:
        owner = np.arange(len(found))
    wrong, lengths = np.bincount(owner, wrong), np.bincount(owner, said)
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(wrong), (_DRAWS, len(wrong)))
    low, high = np.percentile(wrong[drawn].sum(1) / lengths[drawn].sum(1), (2.5, 97.5))
    value = float(wrong.sum() / lengths.sum())
    return Rate(value, float(low), float(high), int(said.sum())).to_dict()
