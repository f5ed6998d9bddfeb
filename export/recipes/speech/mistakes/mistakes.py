"""Which letters an acoustic model writes where others were said, counted where texts are known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from edge.errors import UsageError
from edge.voice.alignment import label_of_frames
from edge.voice.alphabet import FIRST_LETTER, LABELS, spell
from edge.voice.posteriors import letters
from export.recipes.speech.mistakes.wake_scores import Spoken

SHARE: Final = 0.5
"""Of what speaks for a letter in a wake phrase, what other letters say."""
_LEAST: Final = 0.015
"""Shares below are left to the letter itself: they are many, and say next to nothing."""


def mistaken(spoken: Iterable[Spoken], share: float = SHARE) -> tuple[tuple[float, ...], ...]:
    """`edge.voice.wake.spotting.Hearing.mistaken`: each letter speaks for itself, and for a share
    of it what the model writes in its place, as often as it does.

    Args:
        spoken: speech that the model was not trained on.
        share: of others; where nothing was written for a letter, it speaks for itself alone.
    """
    count = len(LABELS) - FIRST_LETTER
    written = np.zeros((count, count))
    for item in spoken:
        heard = letters(item.posteriors)
        try:
            said = label_of_frames(heard, spell(item.text)) - FIRST_LETTER
        except (UsageError, ValueError):
            continue  # said too quickly to be written, or in signs that are not
        np.add.at(written, said[said >= 0], np.exp(heard[said >= 0, FIRST_LETTER:]))
    np.fill_diagonal(written, 0.0)
    total = written.sum(1, keepdims=True)
    found = np.round(share * written / np.maximum(total, np.finfo(float).tiny), 3)
    found[found < _LEAST] = 0.0
    np.fill_diagonal(found, 1.0 - found.sum(1))
    return tuple(tuple(row) for row in found.tolist())
