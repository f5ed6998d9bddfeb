"""The acoustic network as it streams: convolutions as matrices, normalisation folded into them.

Nothing in the network is padded in time, so a chunk of audio needs of the past just the last rows
of what each convolution in time has read. Everything is laid out with channels last: then a
convolution is a product of gathered rows with one matrix, and what is kept of the past are whole
rows.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from edge.voice.alphabet import BLANK, LABELS
from edge.voice.phones import PHONES
from edge.voice.posteriors import BLANK_TAKEN
from export.recipes.speech.network.backbone import FEATURES, STRIDE
from export.recipes.speech.network.frontend import HOP, HUSH_PERIOD, WINDOW
from export.recipes.speech.network.network import (
    DETAIL,
    FRAMES_PER_STEP,
    AcousticNetwork,
)

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int32]

CHUNK: Final = HUSH_PERIOD
"""Samples of one call, 160 ms: 16 feature frames, 4 steps, 8 frames of posteriors. Each call adds
the same noise."""
_BANDS: Final = 2
"""Mel bands that are left where the backbone ends."""


class Product(NamedTuple):
    """A matrix product with a bias: rows [n, K] → [n, N]."""

    weight: Floats
    """[K, N]."""
    bias: Floats
    """[N]."""


class Convolution(NamedTuple):
    """A convolution of the backbone, over time, over mel bands, or (the first) over both."""

    time: int
    bands: int
    channels: int
    """Of its input."""
    product: Product
    """Of rows [tap in time, tap in bands, channel]."""


class Pooling(NamedTuple):
    """The largest of neighbours, in time and in mel bands."""

    time: int
    bands: int


class FoldedBlock(NamedTuple):
    """A block without its normalisation."""

    left: int
    right: int
    depthwise: Floats
    """[left + 1 + right, D]."""
    up: Product
    down: Product


class Folded(NamedTuple):
    """An acoustic network as the graph computes it."""

    backbone: tuple[Convolution | Pooling, ...]
    detail: Product
    """Of rows [feature frame, band]."""
    enter: Product
    """Of the backbone's two last bands, one after the other, and the detail."""
    blocks: tuple[FoldedBlock, ...]
    letters: Product
    phones: Product
    future: int
    """Feature frames after its own four that a step looks at."""
    context: int
    """Feature frames that a step looks at."""

    @property
    def early(self) -> int:
        """Frames of posteriors that come out before the first that is about the audio."""
        return self.future * FRAMES_PER_STEP // STRIDE

    @property
    def settle(self) -> int:
        """Chunks after which nothing is left of what the network heard before."""
        return -(-(self.context * HOP + WINDOW) // CHUNK)

    @property
    def task(self) -> dict[str, Any]:
        """What a manifest's `tasks.speech` says of the graph."""
        return {
            "labels": LABELS,
            "phones": PHONES,
            "chunk": CHUNK,
            "early": self.early,
            "settle": self.settle,
        }


def fold(network: AcousticNetwork) -> Folded:
    """The network's weights as matrices, each normalisation folded into what it normalises."""
    network = network.eval()
    backbone: list[Convolution | Pooling] = []
    for layer in network.backbone.layers:
        if isinstance(layer, nn.Conv2d):
            time, bands = (int(size) for size in layer.kernel_size)
            matrix = layer.weight.permute(2, 3, 1, 0).flatten(0, 2)
            product = Product(_floats(matrix), _floats(layer.bias))
            backbone.append(Convolution(time, bands, layer.in_channels, product))
        else:
            backbone.append(Pooling(*layer.kernel_size))
    scale, shift = _affine(network.enter_norm)
    # The network has a channel's two bands side by side, the graph a band's channels.
    known, detailed = (network.enter.weight[:, :, 0].double() * scale[:, None]).split(
        [FEATURES, network.shape.detail], dim=1
    )
    known = known.unflatten(1, (FEATURES // _BANDS, _BANDS)).permute(2, 1, 0).flatten(0, 1)
    return Folded(
        tuple(backbone),
        _folded_detail(network),
        Product(_floats(torch.cat([known, detailed.T])), _floats(shift)),
        tuple(_folded_block(block) for block in network.blocks),
        _folded_head(network.letters),
        _folded_head(network.phones),
        network.future,
        network.context,
    )


def _folded_detail(network: AcousticNetwork) -> Product:
    scale, shift = _affine(network.detail.norm)
    listen = network.detail.listen.weight.double() * scale[:, None, None]
    return Product(_floats(listen.permute(2, 1, 0).flatten(0, 1)), _floats(shift))


def _folded_block(block: nn.Module) -> FoldedBlock:
    scale, shift = _affine(block.norm)
    depthwise = block.depthwise.weight[:, 0].double() * scale[:, None]
    up = block.up.weight[:, :, 0].double()
    # What the first normalisation adds goes through the first product into its bias.
    up_bias = block.up.bias.double() + up @ shift
    out_scale, out_shift = _affine(block.out_norm)
    down = block.down.weight[:, :, 0].double() * out_scale[:, None]
    return FoldedBlock(
        block.left,
        block.right,
        _floats(depthwise.T),
        Product(_floats(up.T), _floats(up_bias)),
        Product(_floats(down.T), _floats(out_shift)),
    )


def _folded_head(head: nn.Conv1d) -> Product:
    assert head.bias is not None
    bias = head.bias.detach().clone()
    bias.view(FRAMES_PER_STEP, -1)[:, BLANK] -= BLANK_TAKEN
    return Product(_floats(head.weight[:, :, 0].T), _floats(bias))


def _affine(norm: nn.Module) -> tuple[torch.Tensor, torch.Tensor]:
    """A normalisation by running statistics as scale and shift, float64."""
    scale = norm.weight.double() / (norm.running_var.double() + norm.eps).sqrt()
    return scale, norm.bias.double() - norm.running_mean.double() * scale


def _floats(tensor: torch.Tensor) -> Floats:
    return np.ascontiguousarray(tensor.detach().float().numpy())


def gathered(layer: Convolution, frames: int, bands: int) -> Indices:
    """The rows [time, band] that each row of a convolution's output reads: [n, taps].

    Args:
        layer: the convolution.
        frames: of its output; its input has `layer.time - 1` more, before them.
        bands: of both. Beside the first and the last there is a row of zeros: the row after all
            others.
    """
    time, band = np.divmod(np.arange(frames * bands), bands)
    taps = np.arange(layer.time * layer.bands)
    row = time[:, None] + taps // layer.bands
    column = band[:, None] + taps % layer.bands - layer.bands // 2
    zeros = (frames + layer.time - 1) * bands
    inside = (column >= 0) & (column < bands)
    return np.where(inside, row * bands + column, zeros).astype(np.int32)


def detailed(steps: int) -> Indices:
    """The feature frames that each step of a call hears in detail: [steps, 16].

    Counted from the first frame that is kept. A step's context ends with its last four new frames,
    so what lies in the middle of it is all in the past.
    """
    return (np.arange(steps)[:, None] * STRIDE + np.arange(DETAIL)).astype(np.int32)


def windows(frames: int) -> tuple[Indices, Indices]:
    """Samples of each feature frame, from its middle forward and from its middle backward.

    [frames, 200] each. Around the middle a window and cosines are even and sines are odd, so
    samples are added, and subtracted, before they are multiplied: half the products.
    """
    middle = np.arange(frames)[:, None] * HOP + WINDOW // 2
    away = np.arange(WINDOW // 2)
    return (middle + away).astype(np.int32), (middle - away).astype(np.int32)
