"""What each expert on this household's own past says, by hand."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from edge.preference.experts.opinion import Opinion
from edge.preference.experts.personal import (
    EVIDENCE,
    NAMES,
    PERSONAL,
    context_of,
    features,
    personal,
)
from edge.preference.moment import NEVER, Moment, moment_of
from edge.preference.preference import Preference
from tests.edge.preference.tiny import SENSES, tiny_preference

MONDAY = datetime(2024, 1, 8, 7, 10)
A, B, C = "light.a:turn_on", "light.b:turn_on", "fan.c:turn_on"


@pytest.fixture
def preference(tmp_path: Path) -> Preference:
    return tiny_preference(tmp_path)


def do(preference: Preference, *actions: str, at: Moment = NEVER) -> None:
    for action in actions:
        preference.observe(action, at)


def opinions(preference: Preference, at: Moment = NEVER) -> dict[str, Opinion | None]:
    past = preference.pasts[""]
    found = personal(past, context_of(at, SENSES.keys(at), past))
    return dict(zip(PERSONAL, found, strict=True))


def said(preference: Preference, expert: str, at: Moment = NEVER) -> dict[str, float]:
    """Action → probability, by name."""
    opinion = opinions(preference, at)[expert]
    assert opinion is not None
    assert sum(opinion.chances.values()) == pytest.approx(1)
    names = preference.pasts[""].memory.actions
    return {names[candidate]: chance for candidate, chance in opinion.chances.items()}


def test_where_nothing_was_done_all_abstain(preference: Preference) -> None:
    assert set(opinions(preference, moment_of(MONDAY, {"door": "open"})).values()) == {None}


class TestLately:
    @pytest.mark.parametrize(("expert", "fade"), [("recent", 0.8), ("just now", 0.4)])
    def test_each_event_counts_less_than_the_one_after_it(
        self, preference: Preference, expert: str, fade: float
    ) -> None:
        do(preference, A, B, A)
        total = 1 + fade + fade**2
        assert said(preference, expert) == pytest.approx(
            {A: (1 + fade**2) / total, B: fade / total}
        )

    def test_in_turn_is_what_was_done_two_and_three_events_ago(
        self, preference: Preference
    ) -> None:
        do(preference, A, B)
        assert opinions(preference)["in turn"] is None
        do(preference, C)
        assert said(preference, "in turn") == {B: 0.5, A: 0.5}

    def test_of_two_things_in_turn_it_is_sure(self, preference: Preference) -> None:
        do(preference, A, A, B)
        assert said(preference, "in turn") == {A: 1.0}


class TestCounted:
    def test_after_the_last_and_after_the_last_two(self, preference: Preference) -> None:
        do(preference, A, B, C, B, A, B)
        assert said(preference, "after") == pytest.approx({C: 0.5, A: 0.5})
        assert said(preference, "after two") == pytest.approx({C: 1.0})  # A, B, then C
        assert said(preference, "often") == pytest.approx({A: 2 / 6, B: 3 / 6, C: 1 / 6})

    def test_at_this_hour_on_days_like_it(self, preference: Preference) -> None:
        do(preference, A, at=moment_of(MONDAY))
        do(preference, B, at=moment_of(MONDAY + timedelta(minutes=30)))
        do(preference, C, at=moment_of(MONDAY + timedelta(days=5)))  # a Saturday
        # The next half-hour counts half.
        tuesday = moment_of(MONDAY + timedelta(days=1))
        assert said(preference, "hour", tuesday) == pytest.approx({A: 2 / 3, B: 1 / 3}, abs=0.01)
        sunday = moment_of(MONDAY + timedelta(days=6))
        assert said(preference, "hour", sunday) == {C: 1.0}

    def test_at_this_time_of_this_day_of_the_week(self, preference: Preference) -> None:
        do(preference, A, at=moment_of(MONDAY))
        do(preference, B, at=moment_of(MONDAY + timedelta(days=1)))
        assert said(preference, "weekday", moment_of(MONDAY + timedelta(days=7))) == {A: 1.0}

    def test_what_followed_a_change_lately_weighs_more_in_the_quick_counts(
        self, preference: Preference
    ) -> None:
        for day in range(60):
            do(preference, A if day < 50 else B, at=moment_of(MONDAY + timedelta(days=day)))
        now = moment_of(MONDAY + timedelta(days=60))
        assert said(preference, "often", now)[A] > 0.7
        half_lives = 10 / preference.pasts[""].memory.pace.fast
        lately = said(preference, "often, lately", now)[B]
        assert lately == pytest.approx(1 - 2**-half_lives, abs=0.01)
        assert lately > 0.6

    def test_when_a_sensor_has_just_said_something_else(self, preference: Preference) -> None:
        shut, open_ = (NEVER._replace(context={"door": text}) for text in ("closed", "open"))
        do(preference, A, at=shut)
        do(preference, B, at=open_)
        do(preference, C, at=open_)
        assert opinions(preference, open_)["change"] is None
        do(preference, A, at=shut)
        assert said(preference, "change", open_) == {B: 1.0}

    def test_what_is_not_known_of_a_moment_is_not_asked_about(self, preference: Preference) -> None:
        do(preference, A, at=moment_of(MONDAY, {"door": "open"}))
        found = opinions(preference)
        for expert in ("hour", "hour, lately", "weekday", "change"):
            assert found[expert] is None


def test_what_the_gates_are_told() -> None:
    told = features([None, Opinion({1: 0.25, 2: 0.75}, 7.0)])
    assert told == pytest.approx([0, 0, 0, 1, math.log(8) / 5, 0.75])
    assert len(told) == 2 * EVIDENCE
    assert len(set(NAMES)) == len(NAMES)
