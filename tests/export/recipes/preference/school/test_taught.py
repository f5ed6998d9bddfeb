"""What the loss asks of a network."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from edge.preference.experts.personal import EVIDENCE
from edge.preference.experts.ratings import Ratings
from export.recipes.preference.lessons.lessons import Collator
from export.recipes.preference.network.network import Network, NetworkSettings, Sizes
from export.recipes.preference.prepare import prepare
from export.recipes.preference.school import taught
from export.recipes.preference.school.taught import Taught, answer, scores
from export.recipes.preference.settings import settings_from
from tests.export.recipes.preference import tiny

ITEMS, EXPERTS = 6, 2
SIZES = Sizes(ITEMS, 0, 2, EVIDENCE * EXPERTS, EXPERTS + 1)


def network(**changes: object) -> Network:
    torch.manual_seed(0)
    settings = NetworkSettings(width=8, item=4, heads=2, dropout=0.0, **changes)  # type: ignore[arg-type]
    return Network(settings, SIZES, torch.zeros(ITEMS, 0)).eval()


def batch(targets: list[int], **changes: Tensor) -> dict[str, Tensor]:
    """One event each, and what came after it."""
    count = len(targets)
    features = torch.zeros(count, 1, 4)
    features[..., -1] = 1
    return {
        "rows": torch.arange(count)[:, None] % ITEMS,
        "features": features,
        "places": torch.arange(count),
        "moment": torch.zeros(count, 2),
        "evidence": torch.zeros(count, EVIDENCE * EXPERTS),
        "chances": torch.zeros(count, EXPERTS),
        "speaks": torch.zeros(count, EXPERTS),
        "target": torch.tensor(targets),
        "rating": torch.full((count,), math.nan),
        "generosity": torch.zeros(count),
    } | changes


def learnt(*given: Any, **more: Any) -> Taught:
    """With nothing left to chance."""
    return Taught(*given, **more).eval()


def asked(one: Network, given: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    names = ("rows", "features", "places", "moment", "evidence")
    with torch.no_grad():
        return answer(one, *(given[name] for name in names))


class TestMixture:
    def test_it_is_the_likelihood_of_all_together(self) -> None:
        one = network()
        given = batch([2], chances=torch.tensor([[0.5, 0.25]]), speaks=torch.tensor([[1.0, 1.0]]))
        query, gates = asked(one, given)
        shares = torch.softmax(gates, -1)[0]
        model = torch.softmax(scores(one, query, None), -1)[0, 2]
        expected = -torch.log(shares[0] * 0.5 + shares[1] * 0.25 + shares[2] * model)
        assert float(learnt(one)(**given)["mixture"].detach()) == pytest.approx(
            float(expected), rel=1e-5
        )

    def test_who_does_not_speak_has_no_share(self) -> None:
        """However sure it would have been."""
        given = batch([2], chances=torch.tensor([[1.0, 1.0]]), speaks=torch.tensor([[0.0, 0.0]]))
        one = network()
        query, _ = asked(one, given)
        model = torch.log_softmax(scores(one, query, None), -1)[0, 2]
        assert float(learnt(one)(**given)["mixture"].detach()) == pytest.approx(
            -float(model), rel=1e-5
        )

    def test_no_gate_learns_to_trust_who_does_not_speak(self) -> None:
        one = network()
        speaks = torch.tensor([[1.0, 0.0]])
        learnt(one)(**batch([2], chances=torch.tensor([[0.9, 1.0]]), speaks=speaks))[
            "mixture"
        ].backward()
        last = one.gates[-1].bias.grad
        assert last[0] < 0  # trusted more from now on
        assert last[1] == 0

    def test_muting_takes_evidence_and_voice_away_together(self) -> None:
        one = network(mute=0.99)
        seen: list[Tensor] = []
        original = taught.answer

        def spy(network: Network, *inputs: Tensor) -> tuple[Tensor, Tensor]:
            seen.append(inputs[-1])
            return original(network, *inputs)

        given = batch(
            [2] * 50,
            evidence=torch.ones(50, EVIDENCE * EXPERTS),
            chances=torch.ones(50, EXPERTS),
            speaks=torch.ones(50, EXPERTS),
        )
        teaching = Taught(one)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(taught, "answer", spy)
            torch.manual_seed(1)
            muted = teaching.train()(**given)["mixture"]
            spoken = teaching.eval()(**given)["mixture"]
        by_expert = seen[0].view(50, EXPERTS, EVIDENCE)
        assert (by_expert == by_expert[..., :1]).all()  # all of an expert's, or none
        assert by_expert.mean() < 0.1
        assert seen[1].all()
        assert muted > spoken  # nobody left to be right

    def test_what_the_catalogue_lacks_is_left_to_the_others(self) -> None:
        one = network()
        given = batch([-1], chances=torch.tensor([[0.5, 0.0]]), speaks=torch.tensor([[1.0, 0.0]]))
        found = learnt(one)(**given)
        _, gates = asked(one, given)
        share = torch.softmax(gates[:, [0, 2]], -1)[0, 0]
        assert float(found["mixture"]) == pytest.approx(-math.log(0.5 * float(share)), rel=1e-4)
        found["loss"].backward()
        assert all(p.grad is None or p.grad.isfinite().all() for p in one.parameters())


class TestCrowd:
    def test_a_row_that_the_household_has_nothing_for_has_no_chance(self) -> None:
        one = network()
        crowd = torch.tensor([[1.0, 0, 1, 0, 0, 0]])
        query, _ = asked(one, batch([2]))
        logs = torch.log_softmax(scores(one, query, crowd), -1)[0]
        assert float(logs[[0, 2]].exp().sum()) == pytest.approx(1, abs=1e-5)
        found = learnt(one)(**batch([2]), crowd=crowd)["mixture"]
        assert float(found) == pytest.approx(-float(logs[2]), rel=1e-5)

    def test_the_actions_of_a_row_share_its_chance(self) -> None:
        one = network()
        alone, shared = torch.ones(1, ITEMS), torch.ones(1, ITEMS)
        shared[0, 2] = 4
        first, second = (
            float(learnt(one)(**batch([2]), crowd=crowd)["mixture"]) for crowd in (alone, shared)
        )
        assert second - first == pytest.approx(math.log(4), rel=1e-5)


class TestTeacher:
    def test_who_ranks_as_the_teacher_does_has_nothing_to_learn(self) -> None:
        one, two = network(), network()
        given = batch([0, 1, 2])
        (plain,) = [learnt(one)(**given)["loss"]]
        settings_alone = one.settings.alone_weight
        taught_ = learnt(one, two)(**given)
        entropy = _entropy(two, given)
        alone = (plain - taught_["mixture"]) / settings_alone
        expected = taught_["mixture"] + settings_alone * (0.5 * alone + 0.5 * entropy)
        assert float(taught_["loss"]) == pytest.approx(float(expected), rel=1e-4)

    def test_a_teacher_that_ranks_otherwise_is_followed(self) -> None:
        one, other = network(teacher_weight=1.0, alone_weight=100.0), network()
        other.vectors.bias.data[:] = torch.tensor([0.0, 0, 0, 0, 0, 9])
        given = batch([0, 1, 2])
        optimizer = torch.optim.Adam(one.parameters(), 0.05)
        for _ in range(60):
            optimizer.zero_grad()
            learnt(one, other)(**given)["loss"].backward()
            optimizer.step()
        query, _ = asked(one, given)
        assert scores(one, query, None).argmax(1).tolist() == [5, 5, 5]

    def test_a_teacher_is_read_not_trained(self) -> None:
        one, two = network(), network()
        module = Taught(one, two)
        assert len(list(module.parameters())) == len(list(one.parameters()))
        module(**batch([0, 1]))["loss"].backward()
        assert all(parameter.grad is None for parameter in two.parameters())


def _entropy(network: Network, given: dict[str, Tensor]) -> Tensor:
    query, _ = asked(network, given)
    logs = torch.log_softmax(scores(network, query, None), -1)
    return -(logs.exp() * logs).sum(-1).mean()


class TestRatings:
    scale = Ratings(3.0, 0.5, 1.0, 5.0, 4.0, 0.5)

    def test_the_error_is_in_standard_deviations(self) -> None:
        one = network()
        given = batch(
            [2, 4], rating=torch.tensor([4.0, math.nan]), generosity=torch.tensor([0.5, 0])
        )
        query, _ = asked(one, given)
        mine = one.rated(query, torch.tensor([2, 4]))[0]
        expected = float((mine - ((4.0 - 3.0) / 0.5 - 0.5)) ** 2)
        found = learnt(one, ratings=self.scale)(**given)["loss"]
        assert float(found) == pytest.approx(expected, rel=1e-5)

    def test_a_teacher_that_foresees_the_same_asks_for_nothing_else(self) -> None:
        given = batch([2], rating=torch.tensor([4.0]))
        alone = learnt(network(), ratings=self.scale)(**given)["loss"]
        both = learnt(network(), network(), self.scale)(**given)["loss"]
        assert float(both) == pytest.approx(0.5 * float(alone), rel=1e-5)


class TestLargeCatalogues:
    def test_sampling_estimates_the_whole_softmax(self, monkeypatch: pytest.MonkeyPatch) -> None:
        torch.manual_seed(0)
        settings = NetworkSettings(width=8, item=4, heads=2)
        one = Network(settings, replace(SIZES, items=300), torch.zeros(300, 0)).eval()
        query, target = torch.randn(3, 4), torch.tensor([1, 2, 3])
        exact = torch.log_softmax(scores(one, query, None), -1).gather(1, target[:, None])[:, 0]
        monkeypatch.setattr(taught, "NEGATIVES", 20_000)
        torch.manual_seed(0)
        found = taught._sampled(one, query, target)
        torch.testing.assert_close(found, exact, rtol=0.05, atol=0.05)

    def test_it_is_used_beyond_some_size(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(taught, "FULL_SOFTMAX", 5)
        torch.manual_seed(0)
        found = learnt(network())(**batch([1, 2]))["loss"]
        assert found.isfinite()


def test_the_loss_falls_on_a_toy_corpus() -> None:
    """What comes next in `tiny.choices` can be learned: far below chance after a few steps."""
    corpus = tiny.choices(users=16, clusters=2)
    school = prepare(corpus, settings_from(tiny.settings())).school
    one = school.network(settings_from(tiny.settings(dropout=0.0, mute=0.0)).student)
    given = Collator(len(corpus.catalogue))(school.train)
    optimizer = torch.optim.Adam(one.parameters(), 0.02)
    losses = []
    for _ in range(40):
        optimizer.zero_grad()
        found = learnt(one)(**given)
        found["loss"].backward()
        optimizer.step()
        losses.append(float(found["mixture"].detach()))
    assert losses[0] == pytest.approx(np.log(12), abs=0.5)  # about chance
    assert losses[-1] < 0.7 * losses[0]
