"""How well a wake phrase's sounds fit the stretch of speech in which letters have found it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from edge.voice.phones import COUNT
from edge.voice.rescoring import pronounced

if TYPE_CHECKING:
    from edge.voice.posteriors import Posteriors
    from edge.voice.pronunciation import Pronouncer

_BEFORE: Final = 8
"""Frames before the first letter in which the first sound may be."""
_AFTER: Final = 6
"""Frames after the last letter in which the last sound may be."""
_KEPT: Final = 1000
"""Frames that are remembered, 20 s: no phrase that is said at a usual pace is longer."""


class PhraseSounds:
    """The last frames of a stream, and how well spellings fit them.

    Args:
        spellings: what is listened for.
        pronouncer: says how they are said.
    """

    def __init__(self, spellings: Sequence[str], pronouncer: Pronouncer) -> None:
        self._said = pronouncer.of_texts(spellings)
        self.reset()

    def reset(self) -> None:
        """Forgets what was heard; the next frame is frame 0."""
        self._rows: Posteriors = np.zeros((0, COUNT), np.float32)
        self._first = 0

    def push(self, phones: Posteriors) -> None:
        """Goes on with more frames: [frames, 40], log posteriors of sounds."""
        rows = np.concatenate([self._rows, phones])
        kept = max(_KEPT, len(phones))
        self._first += max(0, len(rows) - kept)
        self._rows = rows[-kept:]

    def score(self, spelling: int, start: int, end: int, now: int) -> float:
        """Nats a sound that a spelling is behind the likeliest sounds; 0 where nothing is known.

        Args:
            spelling: its number.
            start: frame of its first letter.
            end: frame after its last one.
            now: frame after the last that may be looked at: what comes later may be known or not.
        """
        first = max(0, start - _BEFORE - self._first)
        rows = self._rows[first : max(0, min(end + _AFTER, now) - self._first)]
        if not len(rows):
            return 0.0
        return pronounced(rows, [self._said[spelling]])[1][0]
