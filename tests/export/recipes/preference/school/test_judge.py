"""Measures of training: those of the runtime, and by hand."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from device_profiles import SessionSettings
from edge.preference.experts.opinion import Opinion
from edge.preference.experts.ratings import Ratings
from export.recipes.preference.lessons.lessons import Chunk, Collator, chunks
from export.recipes.preference.lessons.replay import Asked, Lived
from export.recipes.preference.network.network import Network, NetworkSettings, Sizes
from export.recipes.preference.packing import TrainedPreference
from export.recipes.preference.school.judge import doubts, likelihood, measures, rated

ITEMS = 5
GATES = 2
"""One expert, and the model."""


def network(bias: list[float], trust: float = 0.0) -> Network:
    """One that likes items by their bias alone, and trusts the expert by `trust`."""
    sizes = Sizes(ITEMS, 0, 1, 3, GATES)
    one = Network(NetworkSettings(width=8, item=4, heads=2), sizes, torch.zeros(ITEMS, 0)).eval()
    for parameter in one.parameters():
        parameter.data.zero_()
    one.vectors.bias.data[:] = torch.tensor(bias)
    one.gates[-1].bias.data[0] = trust
    return one


def chunk(
    seen: list[int], row: int, opinion: Opinion | None = None, candidate: int | None = None
) -> list[Chunk]:
    nothing = np.zeros(1, np.float32)
    place = row if candidate is None else candidate
    given = opinion.chances.get(place, 0.0) if opinion else 0.0
    asked = Asked(
        len(seen), row, nothing, np.zeros(3, "f4"), np.array([given], "f4"),
        np.array([float(opinion is not None)], "f4"), (opinion,), place, math.nan, 0.0,
    )  # fmt: skip
    read = np.zeros((len(seen), 2), np.float32)
    return chunks(Lived(np.array(seen, np.int64), read, (asked,), {}), 16)


def rank(one: Network, some: list[Chunk], once: bool = False) -> tuple[float, float]:
    """The reciprocal rank (mAP), and the likelihood."""
    found = measures(one, some, Collator(ITEMS), once)
    return found["map5"] / 100, found["likelihood"]


BIAS = [math.log(share) for share in (0.4, 0.3, 0.15, 0.1, 0.05)]


class TestRanks:
    def test_the_model_alone(self) -> None:
        found, likelihood = rank(network(BIAS), chunk([0], 1))
        assert found == pytest.approx(1 / 2, abs=1e-3)
        assert likelihood == pytest.approx(math.log(0.3), abs=1e-4)

    def test_with_an_expert_trusted_as_much_as_the_model(self) -> None:
        some = chunk([0], 3, Opinion({3: 0.9, 0: 0.1}, 5.0))
        found, likelihood = rank(network(BIAS), some)
        assert found == 1
        assert likelihood == pytest.approx(math.log(0.5 * 0.9 + 0.5 * 0.1), abs=1e-4)

    def test_ties_go_against_us(self) -> None:
        found, _ = rank(network([0.0] * ITEMS), chunk([0], 0))
        assert found == pytest.approx(1 / ITEMS, abs=1e-3)

    def test_things_chosen_once_are_not_ranked_again(self) -> None:
        assert rank(network(BIAS), chunk([0, 1], 2), once=True)[0] == 1
        assert rank(network(BIAS), chunk([0, 1], 2), once=False)[0] == pytest.approx(
            1 / 3, abs=1e-3
        )

    def test_what_the_catalogue_lacks_hides_nobody(self) -> None:
        last_is_first = BIAS[::-1]
        found, _ = rank(network(last_is_first), chunk([-1], 3), once=True)
        assert found == pytest.approx(1 / 2, abs=1e-3)

    def test_what_the_catalogue_lacks_is_ranked_by_those_who_know_it(self) -> None:
        some = chunk([0], -1, Opinion({7: 1.0}, 2.0), candidate=7)
        assert rank(network(BIAS), some)[0] == 1


def test_the_likelihood_is_the_same_where_only_chances_are_kept() -> None:
    """Of practice no opinions are kept, only what they gave to what happened."""
    opinion = Opinion({3: 0.9, 0: 0.1}, 5.0)
    some = chunk([0], 3, opinion) + chunk([1, 2], 1) + chunk([0, 1], 0, opinion)
    one = network(BIAS, trust=0.7)
    found = likelihood(one, some, Collator(ITEMS))
    assert found == pytest.approx(rank(one, some)[1], abs=1e-4)
    assert likelihood(one, [], Collator(ITEMS)) == 0


def test_ratings_are_foreseen_on_their_scale() -> None:
    scale = Ratings(3.0, 1.0, 1.0, 5.0, 4.0, 1.0)
    nothing = np.zeros(1, np.float32)
    one = network([1.0, -9.0, 0, 0, 0])
    some = []
    for row, given, generous in ((0, 4.5, 0.25), (1, 1.0, 0.0)):
        asked = Asked(
            0, row, nothing, np.zeros(3, "f4"), nothing, nothing, (), row, given, generous
        )
        some += chunks(Lived(np.zeros(0, np.int64), np.zeros((0, 2), "f4"), (asked,), {}), 4)
    found = rated(one, some, Collator(ITEMS), scale)
    # 3 + 1 + 0.25 beside 4.5; and 1, the least there is, beside 1.
    assert found["mae"] == pytest.approx(0.25 / 2)
    # What whoever knows but the mean, 3, is off by.
    assert found["mean_rmse"] == pytest.approx(((1.5**2 + 2**2) / 2) ** 0.5, abs=1e-4)


@pytest.mark.parametrize("kind", ["household_run", "once_run"])
def test_what_training_measured_is_what_the_runtime_does(
    kind: str, request: pytest.FixtureRequest
) -> None:
    """Where the window holds the whole history; items are rounded to 8 bits."""
    folder: Path = request.getfixturevalue(kind)
    trained = TrainedPreference(folder)
    trained.run.boost = trained.run.boost and trained.run.boost._replace(gain=0.0)
    settings = SessionSettings(1, False, False, "extended")
    found = trained.measure(trained.graph().SerializeToString(), "float", settings)
    for name, value in found.items():
        assert value == pytest.approx(trained.run.figures["student"][name], abs=4), name


def test_ratings_foreseen_worse_than_by_their_mean_are_doubted() -> None:
    assert doubts({"hr1": 3.0}) == []
    assert doubts({"rmse": 0.9, "mean_rmse": 0.9}) == []
    (said,) = doubts({"rmse": 0.9214, "mean_rmse": 0.85})
    assert "0.921" in said and "0.850" in said
