"""First values of vectors: what is chosen near each other begins near each other."""

from __future__ import annotations

import pytest
import torch

from edge.preference.experts import boost
from edge.preference.memory.past import Event
from export.recipes.preference.lessons.counting import Counting
from export.recipes.preference.network.affinity import first_vectors
from tests.export.recipes.preference import tiny


def near() -> dict[int, dict[int, float]]:
    corpus = tiny.choices()
    rows = {name: row for row, name in enumerate(corpus.catalogue)}
    courses = [
        [Event(rows[event.action], -1, -1, 0) for event in history.events]
        for history in corpus.histories
    ]
    return Counting(courses, once=True).counts(boost.TABLE)  # type: ignore[return-value]


def test_items_of_one_cluster_lie_together() -> None:
    vectors = first_vectors(near(), 24, 8, seed=0)
    unit = torch.nn.functional.normalize(vectors, dim=1)
    alike = unit @ unit.T
    cluster = torch.arange(24) // tiny.CLUSTER
    same = (cluster[:, None] == cluster[None, :]) & ~torch.eye(24, dtype=torch.bool)
    other = (cluster[:, None] - cluster[None, :]).abs() == 2  # never one after the other
    assert alike[same].mean() > 0.5
    assert alike[other].mean() < 0.2


@pytest.mark.parametrize("width", [4, 8, 40])
def test_they_have_the_length_of_others_drawn_by_lot(width: int) -> None:
    """Also where there are fewer items than numbers in a vector."""
    vectors = first_vectors(near(), 24, width, seed=0)
    assert vectors.shape == (24, width)
    assert vectors.norm(dim=1).mean() == pytest.approx(0.1 * width**0.5, rel=1e-3)


def test_a_seed_gives_the_same() -> None:
    one, two, other = (first_vectors(near(), 24, 8, seed) for seed in (0, 0, 1))
    assert torch.equal(one, two)
    assert not torch.allclose(one, other)


def test_an_item_nothing_is_known_of_begins_nowhere() -> None:
    vectors = first_vectors({0: {1: 3.0}, 2: {3: 5.0}}, 6, 4, seed=0)
    assert vectors.isfinite().all()
    assert vectors[4:].abs().max() < 1e-4


@pytest.mark.parametrize("counts", [{}, {0: {1: 1.0}}])
def test_where_next_to_nothing_is_known_they_are_numbers(
    counts: dict[int, dict[int, float]],
) -> None:
    assert first_vectors(counts, 5, 4, seed=0).isfinite().all()
