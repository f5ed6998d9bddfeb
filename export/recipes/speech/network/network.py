"""The acoustic model: features in, log posteriors out, causal but for a look-ahead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import torch
from torch import Tensor, nn

from edge.voice.alphabet import BLANK, LABELS
from edge.voice.phones import COUNT
from edge.voice.posteriors import BLANK_TAKEN
from export.recipes.speech.network.backbone import CONTEXT, FEATURES, STRIDE, Backbone
from export.recipes.speech.network.frontend import BANDS, MELS

FRAMES_PER_STEP: Final = 2
"""Posterior frames a step of the backbone: 20 ms each. At 40 ms, quick speech has more letters,
with the blanks between doubled ones, than frames."""


@dataclass(frozen=True)
class Shape:
    """What an acoustic model looks like."""

    width: int = 320
    detail: int = 96
    """Channels of what is heard beside the pretrained embedding."""
    expansion: int = 2
    blocks: tuple[tuple[int, int], ...] = field(
        default=((6, 2), (6, 2), (7, 1), (7, 1), (7, 1), (7, 1))
    )
    """A block's steps of 40 ms to the left and to the right of its own."""

    @property
    def left(self) -> int:
        """Steps before its own that an output step looks at."""
        return sum(left for left, _ in self.blocks)

    @property
    def right(self) -> int:
        """Steps after its own that an output step looks at."""
        return sum(right for _, right in self.blocks)


DETAIL: Final = 16
"""Feature frames in the middle of a step's context that are heard in detail."""
_BEFORE_DETAIL: Final = (CONTEXT - DETAIL) // 2


class Detail(nn.Module):
    """All bands of the middle 160 ms of a step's context: [B, T, 42] → [B, D, (T - 56) // 4 + 1].

    The pretrained embedding hears nothing above 3.8 kHz, where "s", "f" and "th" differ, and was
    made to tell whole words apart.
    """

    def __init__(self, channels: int) -> None:
        """Random weights."""
        super().__init__()
        self.listen = nn.Conv1d(BANDS, channels, DETAIL, stride=STRIDE, bias=False)
        self.norm = nn.BatchNorm1d(channels)

    def forward(self, features: Tensor) -> Tensor:
        """See the class."""
        middle = features[:, _BEFORE_DETAIL : features.shape[1] - _BEFORE_DETAIL]
        return torch.relu(self.norm(self.listen(middle.transpose(1, 2))))


class Block(nn.Module):
    """A separable convolution in time with a residual path: [B, T, D] → [B, T - left - right, D].

    Depthwise, then two pointwise layers (Liu et al. 2022, ConvNeXt), with batch in place of layer
    normalisation: it folds into the weights, so nothing of it is left on the device.
    """

    def __init__(self, width: int, expansion: int, left: int, right: int) -> None:
        """A block that sees `left` steps before and `right` steps after each."""
        super().__init__()
        self.left, self.right = left, right
        self.depthwise = nn.Conv1d(width, width, left + right + 1, groups=width, bias=False)
        self.norm = nn.BatchNorm1d(width)
        self.up = nn.Conv1d(width, expansion * width, 1)
        self.down = nn.Conv1d(expansion * width, width, 1, bias=False)
        self.out_norm = nn.BatchNorm1d(width)
        nn.init.constant_(self.out_norm.weight, 0.3)

    def forward(self, x: Tensor) -> Tensor:
        """See the class; channels are the middle axis here."""
        y = self.norm(self.depthwise(x))
        y = self.out_norm(self.down(torch.relu(self.up(y))))
        return x[:, :, self.left : x.shape[2] - self.right] + y


class AcousticNetwork(nn.Module):
    """Features [B, T, 42] → log posteriors [B, 2 S, 69], S = (T - 56) // 4 + 1 - left - right.

    The first 29 columns are letters, the other 40 sounds; see `edge.voice.posteriors`. Both are
    read off the same block: what has to be known of one helps the other (Krishna et al. 2018,
    "Hierarchical multitask learning for CTC-based speech recognition", arXiv 1807.06234).

    Nothing is padded: what comes before and after the recording is the caller's to say.
    """

    def __init__(self, shape: Shape | None = None, dropout: float = 0.1) -> None:
        """Random weights."""
        super().__init__()
        self.shape = shape or Shape()
        width = self.shape.width
        self.backbone = Backbone()
        self.detail = Detail(self.shape.detail)
        self.enter = nn.Conv1d(FEATURES + self.shape.detail, width, 1, bias=False)
        self.enter_norm = nn.BatchNorm1d(width)
        self.blocks = nn.ModuleList(
            Block(width, self.shape.expansion, left, right) for left, right in self.shape.blocks
        )
        self.dropout = nn.Dropout(dropout)
        self.letters = nn.Conv1d(width, FRAMES_PER_STEP * len(LABELS), 1)
        self.phones = nn.Conv1d(width, FRAMES_PER_STEP * COUNT, 1)

    def hidden(self, features: Tensor) -> Tensor:
        """The last block's output, [B, D, S]."""
        known = self.backbone(features[:, :, :MELS]).transpose(1, 2)
        x = torch.cat([known, self.detail(features)], dim=1)
        x = torch.relu(self.enter_norm(self.enter(x)))
        for block in self.blocks:
            x = block(self.dropout(x))
        return x

    def forward(self, features: Tensor) -> Tensor:
        """See the class; once trained, with what the blanks have too much taken off."""
        hidden = self.dropout(self.hidden(features))
        parts = [frames(head(hidden)) for head in (self.letters, self.phones)]
        if not self.training:
            for scores in parts:
                scores[..., BLANK] -= BLANK_TAKEN
        return torch.cat([scores.log_softmax(dim=-1) for scores in parts], dim=-1)

    @property
    def context(self) -> int:
        """Feature frames that an output step looks at."""
        return CONTEXT + STRIDE * (self.shape.left + self.shape.right)

    @property
    def past(self) -> int:
        """Feature frames before the first of its own four that an output step looks at."""
        return (CONTEXT - STRIDE) // 2 + STRIDE * self.shape.left

    @property
    def future(self) -> int:
        """Feature frames after the last of its own four that an output step looks at."""
        return self.context - self.past - STRIDE


def frames(steps: Tensor) -> Tensor:
    """[B, 2 V, S] → [B, 2 S, V]: the two halves of a step, one after the other."""
    batch, channels, count = steps.shape
    halves = steps.view(batch, FRAMES_PER_STEP, channels // FRAMES_PER_STEP, count)
    return halves.permute(0, 3, 1, 2).flatten(1, 2)
