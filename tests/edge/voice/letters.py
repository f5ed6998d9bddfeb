"""Posteriors as a model of letters would write them: peaks of letters between blanks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edge.voice.alphabet import BLANK, LABELS, LETTERS, spell

Posteriors = NDArray[np.float32]


def taken_for(**others: dict[str, float]) -> tuple[tuple[float, ...], ...]:
    """`Hearing.mistaken`: of the letters named, what others say; all else speaks for itself."""
    rows = []
    for letter in LETTERS:
        said = others.get(letter, {})
        shares = {**said, letter: 1 - sum(said.values())}
        rows.append(tuple(shares.get(other, 0.0) for other in LETTERS))
    return tuple(rows)


def frames(labels: Sequence[int], peak: float = 0.999) -> Posteriors:
    """One frame a label, which has a probability of `peak`; the others share the rest."""
    rest = (1 - peak) / (len(LABELS) - 1)
    rows = np.full((len(labels), len(LABELS)), rest)
    rows[np.arange(len(labels)), list(labels)] = peak
    return np.log(rows).astype(np.float32)


def said(text: str, *, pause: int = 3, before: int = 10, after: int = 10) -> Posteriors:
    """A text in a model's clear hand: each letter for one frame, then `pause` frames of blank."""
    labels = [BLANK] * before
    for letter in spell(text):
        labels += [letter] + [BLANK] * pause
    return frames(labels + [BLANK] * after)


def silence(seconds: float) -> Posteriors:
    """Nothing but blanks."""
    return frames([BLANK] * round(seconds / 0.02))


def mumbled(text: str, generator: np.random.Generator, wrong: float = 0.2) -> Posteriors:
    """A text in an unsure hand: some letters wrong, some missing, none of them certain."""
    labels = [BLANK] * 5
    for letter in spell(text):
        chance = generator.random()
        if chance > wrong / 2:
            labels.append(int(generator.integers(3, len(LABELS))) if chance < wrong else letter)
        labels += [BLANK] * int(generator.integers(1, 5))
    logits = generator.normal(0, 1, (len(labels), len(LABELS)))
    logits[np.arange(len(labels)), labels] += generator.uniform(3, 8, len(labels))
    logits -= np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return logits.astype(np.float32)
