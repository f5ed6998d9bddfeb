"""Counts of others: exactly those of the others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.preference.experts import boost
from edge.preference.experts.others import TABLES, contexts
from edge.preference.memory.past import Event
from edge.preference.model.population import Counted
from export.recipes.preference.lessons.counting import (
    MOST_NEAR,
    MOST_ROWS,
    NEAR_SPAN,
    Counting,
)

Course = list[Event]


def course(*rows: int) -> Course:
    return [Event(row, at // 8 % 7, at % 8, 0) for at, row in enumerate(rows)]


courses = st.lists(
    st.lists(st.integers(-1, 3), min_size=1, max_size=12).map(lambda rows: course(*rows)),
    min_size=2,
    max_size=4,
)


def told(found: Counted) -> dict[int, float]:
    return dict(zip(found.rows.tolist(), found.weights.tolist(), strict=True))


def every_context(some: list[Course]) -> set[tuple[str, int]]:
    """All that may be asked about these histories."""
    found = {(boost.TABLE, event.row) for one in some for event in one}
    for one in some:
        for at, event in enumerate(one):
            found |= set(contexts(one[max(0, at - 4) : at], event.weekday, event.slot).items())
    return found


class TestLeavingOneOut:
    @pytest.mark.parametrize("once", [False, True])
    @given(some=courses)
    def test_what_is_left_is_what_the_others_alone_have(
        self, once: bool, some: list[Course]
    ) -> None:
        for left_out in range(len(some)):
            rest = [one for at, one in enumerate(some) if at != left_out]
            without = Counting(some, once).without(some[left_out])
            alone = Counting(rest, once).population()
            for table, context in every_context(some):
                one, other = told(without.after(table, context)), told(alone.after(table, context))
                assert one == pytest.approx(other, rel=2e-3), (table, context)

    def test_a_history_learns_nothing_of_itself(self) -> None:
        mine = course(0, 1, 0, 1, 0, 1)
        without = Counting([mine, course(2, 3)], once=False).without(mine)
        for table, context in every_context([mine]):
            assert not {0, 1} & set(told(without.after(table, context)))
        assert told(without.after("often", 0)) == {2: 1, 3: 1}

    def test_with_as_many_rows_as_make_no_difference(self) -> None:
        """More rows than are looked at for each history: the most frequent are right all the
        same."""
        many = [course(row) for row in range(600) for _ in range(1 + (row % 7 == 0))]
        mine = course(7, 14, 3)
        without = Counting([*many, mine], once=False).without(mine).after("often", 0)
        alone = Counting(many, once=False).population().after("often", 0)
        assert len(without.rows) == len(alone.rows) == MOST_ROWS
        assert sorted(without.weights.tolist()) == sorted(alone.weights.tolist())
        assert set(without.weights.tolist()) == {2.0}


class TestHouseholds:
    def test_what_came_next_in_each_context(self) -> None:
        counting = Counting([course(0, 1, 0, 2)], once=False)
        population = counting.population()
        assert told(population.after("often", 0)) == {0: 2, 1: 1, 2: 1}
        assert told(population.after("after", 0)) == {1: 1, 2: 1}
        assert told(population.after("slot", 1)) == {1: 1}
        assert set(population.tables) <= set(TABLES)
        assert counting.counts("after") == {0: {1: 1, 2: 1}, 1: {0: 1}}

    def test_what_the_catalogue_lacks_is_not_foreseen_but_was_there(self) -> None:
        population = Counting([course(0, -1, 2)], once=False).population()
        assert told(population.after("often", 0)) == {0: 1, 2: 1}
        assert told(population.after("after", 0)) == {}
        assert told(population.after("after", -1)) == {2: 1}

    def test_rare_contexts_are_dropped_where_that_is_asked_for(self) -> None:
        usual, odd = course(0, 1), course(5, 6)
        kept = Counting([*[usual] * 3, odd], once=False, rare=True).population()
        dropped = Counting([*[usual] * 3, odd], once=False, rare=False).population()
        (gone,) = {c for t, c in every_context([odd[:2]]) if t == "after gap slot"}
        (stays,) = {c for t, c in every_context([usual]) if t == "after gap slot"}
        assert told(kept.after("after gap slot", gone)) == {6: 1}
        assert told(dropped.after("after gap slot", gone)) == {}
        assert told(dropped.after("after gap slot", stays)) == {1: 3}
        assert told(dropped.after("after", 5)) == {6: 1}  # wide contexts stay, however rare
        assert any(table.startswith("course") for table in kept.tables)
        assert not any(table.startswith("course") for table in dropped.tables)


class TestThingsChosenOnce:
    def test_what_is_near_counts_as_much_as_it_is_near(self) -> None:
        population = Counting([course(0, 1, 2), course(0, 2)], once=True).population()
        assert set(population.tables) == {boost.TABLE}
        assert told(population.after(boost.TABLE, 0)) == {1: 1, 2: 0.5 + 1}
        assert told(population.after(boost.TABLE, 1)) == {2: 1}
        assert told(population.after(boost.TABLE, 2)) == {}

    def test_what_is_far_does_not(self) -> None:
        population = Counting([course(*range(10))], once=True).population()
        assert set(told(population.after(boost.TABLE, 0))) == set(range(1, 1 + NEAR_SPAN))

    def test_the_most_frequent_are_kept(self) -> None:
        some = [course(0, row) for row in range(1, 40) for _ in range(row)]
        kept = told(Counting(some, once=True).population().after(boost.TABLE, 0))
        assert set(kept) == set(range(40 - MOST_NEAR, 40))
        assert kept[39] == 39

    def test_rare_contexts_are_all_there_is(self) -> None:
        assert Counting([course(0, 1)], once=True, rare=False).population().tables


def test_tables_survive_a_file() -> None:
    from edge.preference.model.population import Population

    population = Counting([course(0, 1, 2, 0, 1)], once=False).population()
    again = Population.from_bytes(population.to_bytes(), 3)
    for table, context in every_context([course(0, 1, 2, 0, 1)]):
        np.testing.assert_array_equal(
            again.after(table, context).rows, population.after(table, context).rows
        )
