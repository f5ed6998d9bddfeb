"""What goes with what was chosen, by hand and inside the runtime."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from edge.preference.because import BOOST
from edge.preference.candidates import Items
from edge.preference.experts.boost import REACH, TABLE, Boost, mass
from edge.preference.memory.past import Event
from edge.preference.model.population import Counted, Population, Table
from edge.preference.moment import NEVER
from tests.edge.preference.tiny import ITEMS, choosing

NEAR = Population({TABLE: Table.of({0: {1: 2.0, 9: 1.0}, 5: {1: 1.0, 7: 4.0}})})


def course(*rows: int) -> list[Event]:
    return [Event(row, -1, -1, 0) for row in rows]


class TestMass:
    def test_what_was_chosen_last_counts_most(self) -> None:
        assert mass(course(0, 5), NEAR.after, 0.5) == {1: 1 + 0.5 * 2, 7: 4.0, 9: 0.5 * 1}
        assert mass(course(5, 0), NEAR.after, 0.5) == {1: 2 + 0.5 * 1, 7: 0.5 * 4, 9: 1.0}

    def test_what_nobody_knows_only_takes_its_place(self) -> None:
        assert mass(course(0, -1, 3), NEAR.after, 0.5) == {1: 0.25 * 2, 9: 0.25 * 1}

    def test_only_so_many_are_looked_back(self) -> None:
        seen = mass(course(0, *[3] * (REACH - 1)), NEAR.after, 1.0)
        assert seen == {1: 2.0, 9: 1.0}
        assert mass(course(0, *[3] * REACH), NEAR.after, 1.0) == {}

    def test_only_its_own_table_is_asked(self) -> None:
        def lookup(table: str, context: int) -> Counted:
            assert table == TABLE
            return NEAR.after(table, context)

        assert mass(course(0), lookup, 0.5)


class TestBoost:
    def test_it_is_the_formula(self) -> None:
        boost = Boost(fade=0.5, gain=2.0, steep=3.0, damp=0.3)
        found = boost.of(course(0, 5), NEAR.after)
        total = 2.0 + 4.0 + 0.5
        for row, m in {1: 2.0, 7: 4.0, 9: 0.5}.items():
            assert found[row] == pytest.approx(2 * math.log(1 + 3 * m / (1 + total) ** 0.3))

    def test_where_nothing_was_chosen_nothing_is_added(self) -> None:
        assert Boost().of([], NEAR.after) == {}
        assert Boost().of(course(3, -1), NEAR.after) == {}

    def test_without_gain_nothing_is_moved(self) -> None:
        assert set(Boost(gain=0.0).of(course(0), NEAR.after).values()) == {0.0}


class TestInTheRuntime:
    """Row 0 is often chosen before row 1, and before the last: see `tiny.population`."""

    def test_scores_are_moved_by_just_that(self, tmp_path: Path) -> None:
        preference = choosing(tmp_path)
        preference.observe("item-0", NEVER)
        past = preference.pasts[""]
        foresight = preference.foresee(past, NEVER, len(ITEMS))
        candidates = preference.candidates
        assert isinstance(candidates, Items)
        nothing = np.zeros(preference.model.shape.evidence, np.float32)
        query, _ = preference.model.read(past.history, preference.senses.features(NEVER), nothing)
        scores = candidates.catalogue.scores(query).astype(np.float64)
        for row, added in Boost().of(past.course, population_of(preference).after).items():
            scores[row] += added
        chances = np.exp(scores) / np.exp(scores).sum()
        found = foresight.chances()
        assert set(found) == set(range(len(ITEMS)))
        np.testing.assert_allclose([found[row] for row in sorted(found)], chances, rtol=1e-4)

    def test_what_goes_with_it_comes_before_what_the_model_thinks(self, tmp_path: Path) -> None:
        strong = tmp_path / "strong"
        strong.mkdir()
        preference = choosing(strong)
        preference.candidates.boost = Boost(gain=12.0)
        preference.observe("item-0", NEVER)
        one, two = preference.suggest(NEVER, 2)
        assert [one.action, two.action] == ["item-1", f"item-{len(ITEMS) - 1}"]
        assert (one.source, one.because) == (BOOST, "others often choose it after item-0")

    def test_a_boosted_item_is_found_however_little_the_model_thinks_of_it(
        self, tmp_path: Path
    ) -> None:
        """Even among many, of which only a few are scanned for."""
        names = [f"item-{number}" for number in range(3000)]
        preference = choosing(tmp_path, names=names)
        preference.candidates.boost = Boost(gain=12.0)
        preference.observe("item-0", NEVER)
        assert {s.action for s in preference.suggest(NEVER, 2)} == {"item-1", "item-2999"}


def population_of(preference: object) -> Population:
    found = preference._thinking.population  # type: ignore[attr-defined]
    assert isinstance(found, Population)
    return found
