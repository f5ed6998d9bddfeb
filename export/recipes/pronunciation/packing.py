"""The network as `edge export` wants it: a graph of sixteen words, weights stored in 8 bits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
import onnx
import torch

from device_profiles import SessionSettings
from edge.session import make_session
from edge.voice.phones import COUNT, PHONES
from edge.voice.pronunciation import LONGEST, PER_LETTER, TASK, WORDS, Pronouncer
from export.graph import GraphMismatch
from export.graph_builder import GraphBuilder
from export.host import ONE_THREAD, host_latency, timed
from export.recipes.pronunciation.network import Block, PronunciationNetwork, spelled
from export.recipes.pronunciation.shipped import DEV, EXCEPTIONS, FOLDER, not_whole, shipped

TIMED_CALLS: Final = 100
_AGREEMENT: Final = 0.97
"""Part of the words that rounding must leave as they were."""


class PronunciationModel:
    """Letters → sounds, as it ships: see `export.recipes.Trained`.

    Raises:
        UsageError: the folder that ships is not whole.
    """

    task = TASK
    name = "pronunciation"
    gate = "words"

    def __init__(self) -> None:
        self.false_rejects = 0.0
        self._network = shipped()
        try:
            dev = json.loads((FOLDER / DEV).read_text("utf-8"))
            listed = json.loads((FOLDER / EXCEPTIONS).read_bytes())
        except (OSError, ValueError) as error:
            raise not_whole(error) from error
        self._dev = {word: tuple(labels) for word, labels in dev.items()}
        self.listed = {word: tuple(labels) for word, labels in listed.items()}
        """Words that the network gets wrong, and how they are said."""

    def graph(self) -> onnx.ModelProto:
        """The graph, compared with torch on words that were held out.

        Raises:
            GraphMismatch: rounding its weights has changed too much.
        """
        graph = self._graph
        words = list(self._dev)
        read = _pronouncer(graph.SerializeToString()).of_texts(words)
        same = np.mean([a == b for a, b in zip(read, self._network.pronounce(words), strict=True)])
        if same < _AGREEMENT:
            raise GraphMismatch(f"the graph says {same:.0%} of the words as torch does")
        return graph

    def quantized(self, graph: onnx.ModelProto, scheme: str) -> onnx.ModelProto | None:
        """As it is, whatever the board prefers: its weights have 8 bits, and it runs seldom."""
        return graph if scheme == "float" else None

    def measure(self, graph: bytes, scheme: str, settings: SessionSettings) -> dict[str, float]:
        """Words right of those held out, in percent."""
        read = _pronouncer(graph).of_texts(self._dev)
        right = sum(a == b for a, b in zip(read, self._dev.values(), strict=True))
        return {"words": round(100 * right / len(self._dev), 4)}

    def latency(self, graph: bytes, scheme: str, settings: SessionSettings) -> dict[str, Any]:
        """Microseconds for sixteen words on this machine."""
        session = make_session(graph, scheme, settings)
        rows = spelled(list(self._dev)[:WORDS]).numpy()
        return host_latency(timed(lambda _: session.run(None, {"letters": rows}), TIMED_CALLS))

    def describe(self, graph: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
        """The manifest's `tasks.pronunciation`, and the words that are listed."""
        path = f"assets/{TASK}-{EXCEPTIONS}"
        return {"phones": PHONES, "assets": {"listed": path}}, {path: self._listed_file}

    def golden(self, bundle: Any, profile: str) -> dict[str, Any]:
        """Nothing."""
        return {}

    @property
    def _listed_file(self) -> bytes:
        return json.dumps(self.listed, separators=(",", ":"), sort_keys=True).encode("ascii")

    @cached_property
    def _graph(self) -> onnx.ModelProto:
        return build(self._network)


@torch.no_grad()
def build(network: PronunciationNetwork) -> onnx.ModelProto:
    """`letters` int64 [16, 26] → `phones` int64 [16, 52]; normalisation folded into weights."""
    net = GraphBuilder()
    net.input("letters", "int64", [WORDS, LONGEST])
    table = net.rounded("table", network.letters.weight.numpy(), 0)
    rows = net.add("Gather", [table, "letters"], "read", axis=0)
    x = net.add("Transpose", [rows], "x0", perm=[0, 2, 1])
    for number, block in enumerate(network.blocks):
        assert isinstance(block, Block)
        x = _block(net, block, x, number)
    scores = _convolved(net, x, network.sounds, "sounds")
    scores = net.add("Transpose", [scores], "scores", perm=[0, 2, 1])
    scores = net.reshape(scores, [WORDS, PER_LETTER * LONGEST, COUNT], "frames")
    net.add("ArgMax", [scores], "phones", axis=2, keepdims=0)
    net.output("phones", "int64", [WORDS, PER_LETTER * LONGEST])
    return net.model()


def _block(net: GraphBuilder, block: Block, x: str, number: int) -> str:
    norm = block.norm
    assert norm.running_var is not None
    assert norm.running_mean is not None
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    near = torch.nn.Conv1d(*block.near.weight.shape[1::-1], block.near.kernel_size[0])
    near.weight.copy_(block.near.weight * scale[:, None, None])
    assert near.bias is not None
    near.bias.copy_(norm.bias - norm.running_mean * scale)
    reach = int(block.near.padding[0])
    hidden = _convolved(net, x, near, f"near{number}", pads=[reach, reach])
    hidden = net.add("Relu", [hidden], f"hidden{number}")
    change = _convolved(net, hidden, block.down, f"down{number}")
    return net.add("Add", [x, change], f"x{number + 1}")


def _convolved(
    net: GraphBuilder, x: str, layer: torch.nn.Conv1d, out: str, pads: Sequence[int] = (0, 0)
) -> str:
    weight = net.rounded(f"{out}.weight", layer.weight.detach().numpy(), 0)
    assert layer.bias is not None
    bias = net.constant(f"{out}.bias", layer.bias.detach().numpy())
    return net.add("Conv", [x, weight, bias], out, pads=list(pads))


def pronouncer() -> Pronouncer:
    """How words are said on the device, on the workstation.

    Raises:
        UsageError: the folder that ships is not whole.
    """
    model = PronunciationModel()
    return _pronouncer(model.graph().SerializeToString(), model.listed)


def _pronouncer(graph: bytes, listed: Mapping[str, tuple[int, ...]] | None = None) -> Pronouncer:
    return Pronouncer(make_session(graph, "float", ONE_THREAD), listed or {})
