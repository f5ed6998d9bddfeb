"""How well a wake phrase's sounds fit the stretch of speech in which letters have found it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from edge.voice.phones import COUNT
from edge.voice.search.rescoring import pronounced

if TYPE_CHECKING:
    from edge.voice.posteriors import Posteriors
    from edge.voice.pronunciation import Pronouncer

_BEFORE: Final = 8
"""Frames before the first letter in which the first sound may be."""
_AFTER: Final = 6
"""Frames after the last letter in which the last sound may be."""
_KEPT: Final = 1000
"""Frames that are remembered at least, 20 s: no phrase said at a usual pace is longer."""


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
        self._rows = np.empty((2 * _KEPT, COUNT), np.float32)
        self._first = 0  # the frame of the first row
        self._end = 0  # rows that are filled

    def push(self, phones: Posteriors) -> None:
        """Goes on with more frames: [frames, 40], log posteriors of sounds."""
        if self._end + len(phones) > len(self._rows):
            kept = self._rows[max(0, self._end - _KEPT) : self._end]
            self._first += self._end - len(kept)
            rows = np.empty((max(2 * _KEPT, len(kept) + len(phones)), COUNT), np.float32)
            rows[: len(kept)] = kept
            self._rows, self._end = rows, len(kept)
        self._rows[self._end : self._end + len(phones)] = phones
        self._end += len(phones)

    def score(self, spelling: int, start: int, end: int, now: int) -> float:
        """Nats a sound that a spelling is behind the likeliest sounds; 0 where nothing is known.

        Args:
            spelling: its number.
            start: frame of its first letter.
            end: frame after its last one.
            now: frame after the last that may be looked at: what comes later may be known or not.
        """
        first = max(0, start - _BEFORE - self._first)
        last = min(end + _AFTER, now) - self._first
        rows = self._rows[first : max(0, min(last, self._end))]
        if not len(rows):
            return 0.0
        return pronounced(rows, [self._said[spelling]])[1][0]
