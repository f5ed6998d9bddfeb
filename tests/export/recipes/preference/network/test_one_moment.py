"""What the runtime calls says what the network says of its newest event, with less to work out."""

from __future__ import annotations

import onnx
import pytest
import torch

from export.recipes.preference.network.graph import export_network
from export.recipes.preference.network.network import FAR, Network, NetworkSettings, Sizes
from export.recipes.preference.network.one_moment import OneMoment

SIZES = Sizes(items=7, attributes=0, moment=4, evidence=6, gates=3)
EVENT = 8 + 4 + 2


def network_of(layers: int, heads: int) -> Network:
    """One whose biases, too, say something."""
    torch.manual_seed(3)
    settings = NetworkSettings(width=16, item=8, layers=layers, heads=heads)
    network = Network(settings, SIZES, torch.zeros(7, 0)).eval()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(torch.randn_like(parameter), alpha=0.2)
    return network


def history_of(filled: int, window: int) -> torch.Tensor:
    history = torch.zeros(1, window, EVENT)
    if filled:
        rows = torch.randn(filled, EVENT, generator=torch.Generator().manual_seed(filled))
        history[0, -filled:] = rows
        history[0, -filled:, -1] = 1
    return history


@pytest.mark.parametrize(("layers", "heads"), [(1, 2), (1, 1), (2, 2), (3, 4)])
@pytest.mark.parametrize("filled", [0, 1, 2, 7, FAR + 8])
def test_it_answers_as_the_network_does(layers: int, heads: int, filled: int) -> None:
    network = network_of(layers, heads)
    history, moment = history_of(filled, FAR + 8), torch.randn(1, 4)
    evidence = torch.rand(1, 6)
    query, gates = OneMoment(network)(history, moment, evidence)
    expected = network.answer(network.states(history)[:, -1], moment, evidence)
    torch.testing.assert_close(query, expected[0][0], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(gates, expected[1][0], rtol=1e-4, atol=1e-5)


def test_an_empty_history_works() -> None:
    query, gates = OneMoment(network_of(2, 2))(
        torch.zeros(1, 6, EVENT), torch.ones(1, 4), torch.zeros(1, 6)
    )
    assert query.shape == (8,)
    assert gates.shape == (3,)
    assert query.isfinite().all()
    assert gates.isfinite().all()


def test_what_padding_holds_is_not_read() -> None:
    one = OneMoment(network_of(1, 2))
    history = history_of(5, 8)
    noisy = history.clone()
    noisy[:, :3, :-1] = 7.0
    moment, evidence = torch.zeros(1, 4), torch.zeros(1, 6)
    for plain, other in zip(
        one(history, moment, evidence), one(noisy, moment, evidence), strict=True
    ):
        torch.testing.assert_close(plain, other)


def test_of_one_block_only_the_newest_event_is_worked_out() -> None:
    """Its scores are a row a head, not a square."""
    graph = onnx.shape_inference.infer_shapes(export_network(network_of(1, 2), 24)).graph
    shapes = {
        value.name: [axis.dim_value for axis in value.type.tensor_type.shape.dim]
        for value in graph.value_info
    }
    (softmax,) = [node for node in graph.node if node.op_type == "Softmax"]
    assert shapes[softmax.output[0]] == [2, 24]
