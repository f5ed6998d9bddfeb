"""What the acoustic network looks at, and what it gives."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from edge.voice.posteriors import WITH_PHONES, WITHOUT_PHONES
from export.recipes.speech.network.frontend import BANDS
from export.recipes.speech.network.network import AcousticNetwork, Shape, frames
from tests.export.recipes.speech import tiny


@pytest.fixture
def network() -> AcousticNetwork:
    return tiny.network().eval()


def features(count: int) -> Tensor:
    return torch.randn(1, count, BANDS, generator=torch.Generator().manual_seed(2))


@torch.no_grad()
def test_a_step_needs_its_context_and_each_further_one_four_frames(
    network: AcousticNetwork,
) -> None:
    for count, steps in [(network.context, 1), (network.context + 3, 1), (network.context + 4, 2)]:
        found = network(features(count))
        assert found.shape == (1, 2 * steps, WITH_PHONES)
        for part in (found[..., :WITHOUT_PHONES], found[..., WITHOUT_PHONES:]):
            assert torch.allclose(part.exp().sum(-1), torch.ones(1, 2 * steps), atol=1e-5)
    with pytest.raises(RuntimeError):
        network(features(network.context - 1))


def test_an_output_depends_on_the_first_and_the_last_frame_of_its_context_and_no_other(
    network: AcousticNetwork,
) -> None:
    """The middle one of three steps: `past` frames before its own four, `future` after them."""
    x = features(network.context + 8).requires_grad_()
    network(x)[:, 2:4].square().sum().backward()
    assert x.grad is not None
    touched = x.grad.abs().sum((0, 2)) > 0
    assert not touched[:4].any()
    assert not touched[4 + network.context :].any()
    assert touched[4 + network.past - 4 : 4 + network.past + 8].all()
    # Pooling passes on the larger of two frames: at either end, one of the first few is enough.
    assert touched[4:12].any()
    assert touched[network.context - 4 : network.context + 4].any()
    assert network.past + 4 + network.future == network.context


def test_context_of_the_shape_that_ships() -> None:
    shape = Shape()
    assert (shape.left, shape.right) == (40, 8)
    network = AcousticNetwork(Shape(width=8))
    assert network.context == 56 + 4 * 48
    assert network.past == 26 + 4 * 40
    assert network.future == 26 + 4 * 8


@torch.no_grad()
def test_parts_of_a_recording_give_what_the_whole_gives(network: AcousticNetwork) -> None:
    x = features(network.context + 40)
    whole = network(x)
    for step in (0, 5, 10):
        part = network(x[:, 4 * step : 4 * step + network.context])
        assert torch.allclose(part, whole[:, 2 * step : 2 * step + 2], atol=1e-5)


def test_the_two_halves_of_a_step_follow_one_another() -> None:
    steps = torch.arange(12.0).view(1, 6, 2)  # [B, 2 V, S] of three labels and two steps
    assert frames(steps)[0].tolist() == [[0, 2, 4], [6, 8, 10], [1, 3, 5], [7, 9, 11]]
