"""A small network that reads a word's letters and says its sounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn

from edge.voice.alphabet import LABELS, collapsed, spell
from edge.voice.phones import COUNT
from edge.voice.pronunciation import LONGEST, PER_LETTER

_WIDTH: Final = 64
_HIDDEN: Final = 128
_REACH: Final = 2
"""Letters to either side that a block looks at."""
_BLOCKS: Final = 4
_BATCH: Final = 512


class Block(nn.Module):
    """A convolution over neighbouring letters on a residual path: [N, D, L] → the same."""

    def __init__(self) -> None:
        """Random weights."""
        super().__init__()
        self.near = nn.Conv1d(_WIDTH, _HIDDEN, 2 * _REACH + 1, padding=_REACH, bias=False)
        self.norm = nn.BatchNorm1d(_HIDDEN)
        self.down = nn.Conv1d(_HIDDEN, _WIDTH, 1)
        self.dropout = nn.Dropout(0.1)

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        down: Tensor = self.down(self.dropout(torch.relu(self.norm(self.near(x)))))
        return x + down


class PronunciationNetwork(nn.Module):
    """Letters [N, 26] → log probabilities of sounds [N, 52, 40], two frames a letter.

    Trained with connectionist temporal classification, as the acoustic model is: a letter may have
    two sounds ("x") or none ("knee"), and all of a word is read at once.
    """

    def __init__(self) -> None:
        """Random weights."""
        super().__init__()
        self.letters = nn.Embedding(len(LABELS), _WIDTH, padding_idx=0)
        self.blocks = nn.ModuleList(Block() for _ in range(_BLOCKS))
        self.sounds = nn.Conv1d(_WIDTH, PER_LETTER * COUNT, 1)

    def forward(self, letters: Tensor) -> Tensor:
        """See the class."""
        x = self.letters(letters).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        scores: Tensor = self.sounds(x).transpose(1, 2)
        return scores.unflatten(2, (PER_LETTER, COUNT)).flatten(1, 2).log_softmax(-1)

    @torch.no_grad()
    def pronounce(self, words: Sequence[str]) -> list[tuple[int, ...]]:
        """The sounds of each word, as labels: of the likeliest path."""
        found = []
        for first in range(0, len(words), _BATCH):
            for row in self(spelled(words[first : first + _BATCH])).argmax(-1):
                found.append(tuple(collapsed(row.tolist())))
        return found


def spelled(words: Sequence[str]) -> Tensor:
    """Words of up to 26 letters as what the network reads: [N, 26], padded with 0."""
    rows = torch.zeros((len(words), LONGEST), dtype=torch.long)
    for row, word in zip(rows, words, strict=True):
        labels = spell(word)
        row[: len(labels)] = torch.tensor(labels)
    return rows
