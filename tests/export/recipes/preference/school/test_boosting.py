"""How much counts weigh: found by trying, judged as the runtime ranks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from device_profiles import SessionSettings
from edge.preference.experts import boost
from edge.preference.experts.boost import Boost
from edge.preference.model.population import Population, Table
from export.recipes.preference.lessons.lessons import Chunk, Collator, chunks
from export.recipes.preference.lessons.replay import Asked, Lived
from export.recipes.preference.network.network import Network, NetworkSettings, Sizes
from export.recipes.preference.packing import TrainedPreference
from export.recipes.preference.school import boosting
from export.recipes.preference.school.boosting import _gather, _ndcg, fit_boost
from export.recipes.preference.school.ranking import ranking
from export.recipes.preference.trials import trial

ITEMS, EVENTS = 40, 6


def network(scale: float = 0.0) -> Network:
    """One to which all items are about alike: `scale` 0, quite alike."""
    torch.manual_seed(0)
    sizes = Sizes(ITEMS, 0, 1, 3, 2)
    one = Network(NetworkSettings(width=8, item=4, heads=2), sizes, torch.zeros(ITEMS, 0)).eval()
    one.vectors.own.weight.data *= scale
    return one


def held_out(count: int = 60) -> list[Chunk]:
    """Somebody chooses a few items, and then the one that goes with the last."""
    rng = np.random.default_rng(0)
    found = []
    for _ in range(count):
        rows = rng.permutation(ITEMS // 2)[:EVENTS] * 2
        nothing = np.zeros(1, np.float32)
        gold = int(rows[-1]) + 1
        asked = Asked(EVENTS, gold, nothing, np.zeros(3, "f4"), nothing, nothing, (), gold, 0, 0)
        found += chunks(Lived(rows, np.zeros((EVENTS, 2), np.float32), (asked,), {}), 16)
    return found


NEAR = Population(
    {
        boost.TABLE: Table.of(
            {row: {row + 1: 2.0, (row + 5) % ITEMS: 1.0} for row in range(0, ITEMS, 2)}
        )
    }
)
"""What goes with each even item is the one after it."""


class TestFitting:
    def test_an_obvious_boost_is_found(self) -> None:
        found, worth = fit_boost(network(0.3), held_out(), Collator(ITEMS), NEAR.after, seed=0)
        assert worth > 99
        assert found.gain > 0
        assert found.fade in boosting.FADES

    def test_it_is_what_it_is_worth(self) -> None:
        one = network(0.3)
        found, worth = fit_boost(one, held_out(), Collator(ITEMS), NEAR.after, seed=0)
        evidence = _gather(one, held_out(), Collator(ITEMS), NEAR.after, found.fade)
        assert 100 * _ndcg(evidence, found) == pytest.approx(worth, abs=0.5)
        assert worth >= 100 * _ndcg(evidence, Boost(fade=found.fade)) - 1e-6

    def test_where_counts_know_nothing_the_network_ranks(self) -> None:
        one = network(0.3)
        nothing = Population({})
        evidence = _gather(one, held_out(), Collator(ITEMS), nothing.after, 0.5)
        assert _ndcg(evidence, Boost(gain=0)) == _ndcg(evidence, Boost(gain=9))

    def test_a_seed_finds_the_same(self) -> None:
        one, two = (
            fit_boost(network(0.3), held_out(20), Collator(ITEMS), NEAR.after, seed=7)
            for _ in range(2)
        )
        assert one == two

    def test_a_manifest_takes_what_is_found(self) -> None:
        found, _ = fit_boost(network(0.3), held_out(20), Collator(ITEMS), NEAR.after, seed=1)
        assert all(0 <= value <= 1000 for value in found)


class TestRanking:
    def test_ties_go_against_us(self) -> None:
        """All alike, and nothing counted: what was chosen is the last of those looked at."""
        one = network(0.0)
        evidence = _gather(one, held_out(3), Collator(ITEMS), Population({}).after, 0.5)
        looked_at = np.bincount(evidence.target)
        expected = ranking(looked_at.tolist()).ndcg(10)
        assert _ndcg(evidence, Boost()) == pytest.approx(expected)

    def test_what_was_chosen_before_is_not_ranked(self) -> None:
        chunk = held_out(1)[0]
        evidence = _gather(network(0.3), [chunk], Collator(ITEMS), NEAR.after, 0.5)
        assert len(evidence.target) == ITEMS - EVENTS
        assert evidence.is_gold.sum() == 1

    def test_what_the_catalogue_lacks_hides_nobody(self) -> None:
        """A row of −1 is no row: least of all the catalogue's last."""
        chunk = held_out(1)[0]
        chunk.lived.rows[0] = -1
        evidence = _gather(network(0.3), [chunk], Collator(ITEMS), NEAR.after, 0.5)
        assert len(evidence.target) == ITEMS - EVENTS + 1
        assert np.isfinite(evidence.score).all()

    @pytest.mark.parametrize("change", [{}, {"gain": 0.0}, {"gain": 8.0, "steep": 20.0}])
    def test_it_is_the_runtimes_ranking(self, once_run: Path, change: dict[str, Any]) -> None:
        """The same dev set, boosted so, through the runtime itself."""
        trained = TrainedPreference(once_run)
        run = trained.run
        # As the catalogue has them, so that nothing is lost by rounding.
        rows = np.arange(len(run.catalogue))
        student = run.student
        student.vectors.own.weight.data = torch.from_numpy(trained.catalogue.vectors(rows))
        run.boost = Boost()._replace(**change)
        graph = trained.graph().SerializeToString()
        settings = SessionSettings(1, False, False, "extended")
        hub = trial.preference(run, trained.catalogue, graph, "float", settings)
        seen = trial.ranks(trial.live(hub, trained._dev, run.generic))

        from export.recipes.preference.prepare import prepare
        from tests.export.recipes.preference import tiny

        school = prepare(tiny.choices(), run.settings).school
        collate = Collator(len(rows))
        evidence = _gather(student, school.dev, collate, run.population.after, run.boost.fade)
        assert _ndcg(evidence, run.boost) == pytest.approx(ranking(seen).ndcg(10), abs=1e-6)
