"""A trained network → ONNX, as the runtime calls it, and its items as a catalogue."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
import torch

from edge.preference.model.catalogue import Catalogue
from export.graph import Signature, check_against_torch, to_onnx
from export.recipes.preference.network.network import Network
from export.recipes.preference.network.one_moment import OneMoment

SIGNATURE = Signature(("history", "moment", "evidence"), ("query", "gates"), {})
CHECKED = 25
"""Inputs on which the float graph is compared with torch."""


def export_network(network: Network, window: int) -> onnx.ModelProto:
    """The float graph for one history and one moment, checked against torch."""
    module = OneMoment(network.eval())
    inputs = examples(network, window, CHECKED)
    first = tuple(torch.from_numpy(array) for array in inputs[-1])
    graph = to_onnx(module, first, SIGNATURE)
    check_against_torch(graph, module, inputs, SIGNATURE)
    return graph


def examples(network: Network, window: int, count: int) -> list[tuple[np.ndarray, ...]]:
    """Histories of every length, the empty one too, of the network's own items."""
    rng = np.random.default_rng(0)
    sizes = network.sizes
    with torch.no_grad():
        table = network.vectors.table().numpy()
    item = table.shape[1]
    found: list[tuple[np.ndarray, ...]] = []
    for number in range(count):
        filled = round(window * number / max(1, count - 1))
        history = np.zeros((1, window, item + sizes.moment + 2), np.float32)
        if filled:
            rows = history[0, -filled:]
            rows[:, :item] = table[rng.integers(0, len(table), filled)]
            rows[:, item:-1] = rng.standard_normal((filled, sizes.moment + 1)) * 0.5
            rows[:, -1] = 1
        moment = (rng.standard_normal((1, sizes.moment)) * 0.5).astype(np.float32)
        evidence = rng.random((1, sizes.evidence)).astype(np.float32)
        found.append((history, moment, evidence))
    return found


def catalogue_of(network: Network, names: Sequence[str], attributes: Sequence[str]) -> Catalogue:
    """The network's items as 8-bit rows, and its attributes as kinds.

    An item never seen is read as the mean of its kind: the attribute's own vector, which is what
    the kind's items have in common, and the mean of their biases.
    """
    vectors = network.vectors
    with torch.no_grad():
        table, bias = vectors.table().numpy(), vectors.bias.numpy()
        shared = vectors.attribute.weight.numpy()
        members = vectors.membership.numpy()
    kinds = {}
    for column, name in enumerate(attributes):
        of_kind = members[:, column] > 0
        kinds[name] = np.append(shared[column], bias[of_kind].mean()).astype(np.float32)
    return Catalogue.quantised(names, table, bias, kinds)
