"""What other households did next: the chains of contexts, by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.preference.experts.others import (
    NAMES,
    OTHERS,
    TABLES,
    WELL_KNOWN,
    Opinion,
    contexts,
    everybody,
    others,
    slot_of,
)
from edge.preference.memory.past import Event, Past
from edge.preference.model.model import Shape
from edge.preference.model.population import Counted
from edge.preference.moment import NEVER, Moment, moment_of

MORNING = moment_of(datetime(2024, 1, 8, 7))  # a Monday
LAST = Event(4, 0, 2, 0)


def opinions(
    tables: dict[str, dict[int, float]],
    spread: Any = lambda row: (row,),
    at: Moment = MORNING,
    events: int = 1,
) -> dict[str, Opinion | None]:
    """What the experts say where each table says just this, whatever the context."""

    def lookup(table: str, context: int) -> Counted:
        counts = tables.get(table, {})
        return Counted(
            np.array(list(counts), np.int32), np.array(list(counts.values()), np.float16)
        )

    past = Past(Shape(4, 2, 1, 1, 1), 1)
    past.course = [LAST]
    past.memory.events = events
    return dict(zip(NAMES, others(past, at, lookup, spread), strict=True))


def test_of_somebody_who_is_well_known_they_say_nothing() -> None:
    tables = {"often": {0: 6.0, 1: 2.0}}
    assert any(opinions(tables, events=WELL_KNOWN - 1).values())
    assert set(opinions(tables, events=WELL_KNOWN).values()) == {None}


def test_everybody_does_what_was_done_most_whatever_the_moment() -> None:
    counts = Counted(np.array([3, 5], np.int32), np.array([3, 1], np.float16))
    asked: list[tuple[str, int]] = []

    def lookup(table: str, context: int) -> Counted:
        asked.append((table, context))
        return counts

    assert everybody(lookup, lambda row: (row, row + 10) if row == 3 else (row,)) == {
        3: 0.375,
        13: 0.375,
        5: 0.25,
    }
    assert asked == [("often", 0)]
    assert everybody(lambda table, context: counts, lambda row: None) == {}


class TestWittenBell:
    def test_one_context(self) -> None:
        found = opinions({"often": {0: 6.0, 1: 2.0}})["others at this hour"]
        assert found is not None
        assert found.chances == pytest.approx({0: 0.75, 1: 0.25})
        assert found.evidence == 8

    def test_a_narrow_one_leaves_to_the_wider_what_it_is_not_sure_of(self) -> None:
        """Seen once, followed by one thing: it is as sure of it as of all else together."""
        found = opinions({"often": {0: 6.0, 1: 2.0}, "slot": {1: 1.0}})["others at this hour"]
        assert found is not None
        narrow, left = 1 / (1 + 1), 1 / (1 + 1)
        wide = {0: left * 6 / (8 + 2), 1: left * 2 / (8 + 2)}
        total = narrow + wide[0] + wide[1]  # what the widest leaves is shared out
        expected = {0: wide[0] / total, 1: (narrow + wide[1]) / total}
        assert found.chances == pytest.approx(expected)
        assert found.evidence == 1

    def test_more_is_believed_of_what_was_seen_more_often(self) -> None:
        sure = [
            opinions({"often": {0: 8.0}, "slot": {1: seen}})["others at this hour"]
            for seen in (1.0, 3.0, 30.0)
        ]
        chances = [one.chances[1] for one in sure if one is not None]
        assert chances == sorted(chances)
        assert chances[-1] > 0.95

    def test_a_table_that_says_nothing_is_passed_over(self) -> None:
        with_gap = opinions({"often": {0: 1.0}, "after gap": {1: 3.0}})["others after"]
        assert with_gap is not None
        assert with_gap.chances == pytest.approx({1: (3 / 4) / (7 / 8), 0: (1 / 8) / (7 / 8)})

    def test_where_nobody_did_anything_all_abstain(self) -> None:
        assert set(opinions({}).values()) == {None}


class TestSpreading:
    def test_actions_of_one_row_share_its_chance(self) -> None:
        stand_for = {0: (10, 11), 1: (12,)}
        found = opinions({"often": {0: 2.0, 1: 1.0}}, stand_for.get)["others at this hour"]
        assert found is not None
        assert found.chances == pytest.approx({10: 1 / 3, 11: 1 / 3, 12: 1 / 3})

    def test_what_the_household_has_nothing_for_is_shared_out(self) -> None:
        found = opinions({"often": {0: 6.0, 1: 2.0, 2: 2.0}}, {1: (7,), 2: (8,)}.get)
        told = found["others at this hour"]
        assert told is not None
        assert told.chances == pytest.approx({7: 0.5, 8: 0.5})

    def test_where_it_has_nothing_at_all_they_abstain(self) -> None:
        assert set(opinions({"often": {0: 6.0}}, {}.get).values()) == {None}


class TestContexts:
    def test_all_tables_have_one_where_all_is_known(self) -> None:
        course = [Event(row, 0, 2, 0) for row in range(4)]
        assert set(contexts(course, 0, 2)) == set(TABLES)
        assert set(TABLES) == {table for chain in OTHERS.values() for table in chain}

    def test_without_a_clock_there_are_those_of_the_actions_alone(self) -> None:
        course = [Event(row, -1, -1, 0) for row in range(4)]
        assert set(contexts(course, -1, -1)) == {"often", "after", "after two", "after three"}
        assert contexts([], -1, -1) == {"often": 0}

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ((LAST, 0, 2), (LAST, 0, 2), True),
            ((LAST, 0, 3), (LAST, 0, 4), False),  # one slot later, or two
            ((LAST, 0, 5), (LAST, 0, 6), True),  # later the same day
            ((LAST, 1, 2), (LAST, 2, 2), False),  # a day later to the slot, or two
            ((LAST, 2, 2), (LAST, 5, 1), True),
            ((LAST._replace(row=5), 0, 2), (LAST, 0, 2), False),
        ],
    )
    def test_how_long_ago_is_told_apart_coarsely(
        self, one: tuple[Event, int, int], other: tuple[Event, int, int], same: bool
    ) -> None:
        keys = [
            contexts([event], weekday, slot)["after gap"] for event, weekday, slot in (one, other)
        ]
        assert (keys[0] == keys[1]) is same

    def test_a_course_knows_what_was_set(self) -> None:
        plain, set_ = (contexts([LAST._replace(value=value)], 0, 2) for value in (0, 21))
        assert plain["course 1"] != set_["course 1"]
        assert plain["after gap slot"] == set_["after gap slot"]

    @given(st.lists(st.tuples(st.integers(-1, 9), st.integers(-1, 6), st.integers(-1, 7))))
    def test_only_the_last_four_events_matter(self, events: list[tuple[int, int, int]]) -> None:
        course = [Event(*event, 0) for event in events]
        assert contexts(course, 3, 5) == contexts(course[-4:], 3, 5)
        assert all(0 <= key < 2**63 for table, key in contexts(course, 3, 5).items()
                   if table != "after")  # fmt: skip


@pytest.mark.parametrize(
    ("hour", "slot"), [(-1.0, -1), (0.0, 0), (2.99, 0), (3.0, 1), (23.99, 7), (NEVER.hour, -1)]
)
def test_slots_are_three_hours(hour: float, slot: int) -> None:
    assert slot_of(hour) == slot
