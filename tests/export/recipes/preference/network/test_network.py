"""The network: causal, indifferent to padding, content with an empty history."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from export.recipes.preference.network.network import Network, NetworkSettings, Sizes, Vectors

SIZES = Sizes(items=7, attributes=3, moment=4, evidence=6, gates=3)
SETTINGS = NetworkSettings(width=16, item=8, layers=2, heads=2, dropout=0.3)
MEMBERSHIP = torch.tensor([[1, 0, 0]] * 3 + [[0, 0.5, 0.5]] * 3 + [[0, 0, 0]]).float()


@pytest.fixture(scope="module")
def network() -> Network:
    torch.manual_seed(3)
    return Network(SETTINGS, SIZES, MEMBERSHIP).eval()


def events(count: int, seed: int = 0) -> Tensor:
    """[1, count, event], all filled."""
    found = torch.randn(1, count, 8 + 4 + 2, generator=torch.Generator().manual_seed(seed))
    found[..., -1] = 1
    return found


def padded(history: Tensor, count: int) -> Tensor:
    return torch.cat([history.new_zeros(1, count, history.shape[2]), history], 1)


class TestStates:
    @pytest.mark.parametrize("changed", [1, 4, 8])
    def test_a_later_event_never_changes_an_earlier_state(
        self, network: Network, changed: int
    ) -> None:
        history = events(9)
        other = history.clone()
        other[:, changed:, :-1] = events(9, seed=1)[:, changed:, :-1]
        one, two = network.states(history), network.states(other)
        torch.testing.assert_close(one[:, :changed], two[:, :changed])
        assert not torch.allclose(one[:, changed], two[:, changed])

    @pytest.mark.parametrize("pad", [1, 7, 60])
    def test_a_window_may_begin_anywhere(self, network: Network, pad: int) -> None:
        history = events(5)
        plain, later = network.states(history), network.states(padded(history, pad))
        torch.testing.assert_close(later[:, pad:], plain, rtol=1e-4, atol=1e-5)
        assert not later[:, :pad].any()

    def test_what_padding_holds_is_not_read(self, network: Network) -> None:
        history = padded(events(5), 3)
        noisy = history.clone()
        noisy[:, :3, :-1] = 7.0
        torch.testing.assert_close(network.states(noisy), network.states(history))

    def test_the_order_of_events_matters(self, network: Network) -> None:
        history = events(3)
        turned = history[:, [1, 0, 2]]
        assert not torch.allclose(network.states(history)[:, -1], network.states(turned)[:, -1])

    def test_an_empty_history_works(self, network: Network) -> None:
        assert not network.states(torch.zeros(1, 6, 14)).any()

    def test_a_batch_is_each_of_its_histories(self, network: Network) -> None:
        one, two = events(6), padded(events(4, seed=1), 2)
        both = network.states(torch.cat([one, two]))
        torch.testing.assert_close(both[:1], network.states(one))
        torch.testing.assert_close(both[1:], network.states(two))

    def test_gradients_of_an_empty_history_are_numbers(self) -> None:
        network = Network(SETTINGS, SIZES, MEMBERSHIP)
        history = torch.zeros(2, 4, 14)
        history[0, -1] = 1
        network.states(history).sum().backward()
        for parameter in network.parameters():
            assert parameter.grad is None or parameter.grad.isfinite().all()


class TestAnswers:
    def test_it_depends_on_history_moment_and_evidence(self, network: Network) -> None:
        state = network.states(events(3))[:, -1]
        moment, evidence = torch.zeros(1, 4), torch.zeros(1, 6)
        query, gates = network.answer(state, moment, evidence)
        now, _ = network.answer(state, moment + 1, evidence)
        same, trusting = network.answer(state, moment, evidence + 1)
        assert not torch.allclose(query, now)
        assert torch.equal(query, same)  # what was counted only moves the gates
        assert not torch.allclose(gates, trusting)

    def test_what_comes_next_is_like_what_was_done_last_to_begin_with(self) -> None:
        torch.manual_seed(0)
        network = Network(replace(SETTINGS, item=8, width=16), SIZES, MEMBERSHIP).eval()
        table = network.vectors.table()
        hits = 0
        for row in range(SIZES.items):
            history = torch.zeros(1, 1, 14)
            history[0, 0, :8], history[0, 0, -1] = table[row], 1
            query, _ = network.answer(
                network.states(history)[:, -1], torch.zeros(1, 4), torch.zeros(1, 6)
            )
            hits += int((query @ table.T).argmax()) == row
        assert hits >= SIZES.items - 2

    def test_scores_of_single_rows(self, network: Network) -> None:
        query = torch.randn(3, 8, generator=torch.Generator().manual_seed(1))
        rows = torch.tensor([4, 0, 6])
        every = query @ network.vectors.table().T + network.vectors.bias
        torch.testing.assert_close(network.rated(query, rows), every[torch.arange(3), rows])


class TestVectors:
    def test_items_share_what_their_kind_has_in_common(self) -> None:
        vectors = Vectors(7, 8, MEMBERSHIP)
        torch.testing.assert_close(vectors.table(), vectors.own.weight)  # not drawn by lot
        vectors.attribute.weight.data[:] = torch.arange(3.0)[:, None]
        moved = (vectors.table() - vectors.own.weight)[:, 0].tolist()
        assert moved == pytest.approx([0, 0, 0, 1.5, 1.5, 1.5, 0])

    def test_without_attributes_each_is_its_own(self) -> None:
        vectors = Vectors(7, 8, torch.zeros(7, 0))
        assert torch.equal(vectors.table(), vectors.own.weight)

    def test_which_item_is_of_which_kind_is_not_learned(self, network: Network) -> None:
        assert not any("membership" in name for name in network.state_dict())
