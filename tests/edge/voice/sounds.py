"""Sounds as an acoustic model would hear them, and a dictionary of a few words: for tests."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from edge.voice.phones import COUNT, numbers
from edge.voice.pronunciation import Pronouncer
from tests.edge.voice.frames import log_softmax

WORDS = {"bit": "B IH T", "bat": "B AE T", "write": "R AY T", "right": "R AY T"}


class Dictionary(Pronouncer):
    """Says what a list says."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def of_texts(self, texts: Iterable[str]) -> list[tuple[int, ...]]:
        texts = list(texts)
        self.asked += texts
        return [
            tuple(label for word in text.split() for label in numbers(WORDS[word].split()))
            for text in texts
        ]


def sounds(names: str, frames: int) -> npt.NDArray[np.float32]:
    """[frames, 40]: each sound once, evenly."""
    labels = numbers(names.split())
    logits = np.zeros((frames, COUNT))
    logits[:, 0] = 8.0
    for label, at in zip(labels, np.linspace(1, frames - 2, len(labels)).astype(int), strict=True):
        logits[at, label] = 16.0
    return log_softmax(logits)
