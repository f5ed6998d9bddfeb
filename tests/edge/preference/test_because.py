"""Reasons, in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from edge.preference.moment import moment_of
from edge.preference.preference import Preference
from tests.edge.preference.tiny import tiny_home, tiny_preference

MONDAY = datetime(2024, 1, 8, 18, 10)


@pytest.fixture
def preference(tmp_path: Path) -> Preference:
    return tiny_preference(tmp_path, tiny_home())


def reasons(preference: Preference, at: datetime, context: dict[str, str]) -> dict[str, str]:
    found = preference.suggest(moment_of(at, context), 20)
    return {suggestion.action: suggestion.because for suggestion in found}


def test_usual_times_are_told_with_their_days(preference: Preference) -> None:
    for day in range(21):
        at = MONDAY + timedelta(days=day, minutes=2 * day)
        hour = timedelta(hours=-12 if at.weekday() >= 5 else 0)
        preference.observe(f"scene.number_{day}:activate", moment_of(at - timedelta(hours=2)))
        preference.observe("porch:turn_on", moment_of(at + hour))
    found = reasons(preference, MONDAY + timedelta(days=21), {})
    assert "usually between 18:00 and 19:00 on weekdays" in found["porch:turn_on"]
    weekend = reasons(preference, MONDAY + timedelta(days=19, hours=-12), {})
    assert "at weekends" in weekend["porch:turn_on"]


def test_what_has_just_changed_is_told(preference: Preference) -> None:
    for day in range(15):
        for minute, door in enumerate(("closed", "open")):
            at = MONDAY + timedelta(hours=37 * day, minutes=minute)
            action = "porch:turn_on" if door == "open" else f"scene.number_{day}:activate"
            preference.observe(action, moment_of(at, {"door": door}))
        at += timedelta(hours=3)
        preference.observe(f"fan.number_{day}:turn_on", moment_of(at, {"door": "closed"}))
    found = reasons(preference, MONDAY + timedelta(days=25), {"door": "open"})
    assert "door is open" in found["porch:turn_on"]


def test_nothing_is_told_twice(preference: Preference) -> None:
    for day in range(10):
        for step, action in enumerate(("porch:turn_on", "cover.bedroom:open", "fan.a:turn_on")):
            preference.observe(action, moment_of(MONDAY + timedelta(days=day, minutes=step)))
    for because in reasons(preference, MONDAY + timedelta(days=10), {}).values():
        parts = because.split("; ")
        assert len(set(parts)) == len(parts) <= 2
        assert sum(part.startswith("often after") for part in parts) <= 1


def test_there_is_always_a_reason(preference: Preference) -> None:
    for context in ({}, {"door": "open"}):
        assert all(reasons(preference, MONDAY, context).values())


def test_of_all_together_each_part_is_a_reason(preference: Preference) -> None:
    for day in range(20):
        at = MONDAY + timedelta(days=day)
        preference.observe("cover.bedroom:close", moment_of(at))
        preference.observe("porch:turn_on", moment_of(at + timedelta(minutes=1)))
        preference.observe(f"scene.number_{day}:activate", moment_of(at + timedelta(hours=5)))
    at = MONDAY + timedelta(days=21)
    preference.observe("cover.bedroom:close", moment_of(at))
    found = preference.suggest(moment_of(at + timedelta(minutes=1)), 1)[0]
    assert (found.action, found.source) == ("porch:turn_on", "all together")
    assert found.because.startswith("often after close Blind")
    assert found.because.endswith("usually between 18:00 and 18:30 on weekdays")


@pytest.mark.parametrize(("days", "often"), [(1, "once"), (2, "twice"), (4, "often")])
def test_what_was_done_once_is_not_said_to_be_usual(
    preference: Preference, days: int, often: str
) -> None:
    for day in range(days):
        for step, action in enumerate(("cover.bedroom:close", "porch:turn_on")):
            preference.observe(action, moment_of(MONDAY + timedelta(days=day, minutes=step)))
    preference.observe("cover.bedroom:close", moment_of(MONDAY + timedelta(days=days)))
    found = reasons(preference, MONDAY + timedelta(days=days, minutes=1), {})
    assert f"{often} after close Blind" in found["porch:turn_on"]
    usually = "usually" if often == "often" else often
    assert f"{usually} between 18:00 and 18:30" in found["porch:turn_on"]


@pytest.mark.parametrize("minutes", [-35, 0, 35])
def test_the_usual_time_is_when_it_is_done_not_when_it_is_asked(
    preference: Preference, minutes: int
) -> None:
    for day in range(5):
        preference.observe("porch:turn_on", moment_of(MONDAY + timedelta(days=day)))
        preference.observe(
            f"scene.{day}:activate", moment_of(MONDAY + timedelta(days=day, hours=5))
        )
    found = reasons(preference, MONDAY + timedelta(days=7, minutes=minutes), {})
    assert "usually between 18:00 and 18:30 on weekdays" in found["porch:turn_on"]


def test_a_day_on_which_alone_it_is_done_is_told(preference: Preference) -> None:
    for week in range(6):
        preference.observe("porch:turn_on", moment_of(MONDAY + timedelta(weeks=week)))
        for day in range(1, 5):
            at = MONDAY + timedelta(weeks=week, days=day, hours=4)
            preference.observe(f"scene.number_{week}_{day}:activate", moment_of(at))
    found = reasons(preference, MONDAY + timedelta(weeks=6, days=1), {})
    assert "on Mondays" in found["porch:turn_on"]


def test_half_of_the_times_is_often_and_less_than_usual(preference: Preference) -> None:
    for day in range(12):
        hours = -9 if day % 3 else 0
        preference.observe("porch:turn_on", moment_of(MONDAY + timedelta(days=day, hours=hours)))
        preference.observe(
            f"scene.{day}:activate", moment_of(MONDAY + timedelta(days=day, hours=5))
        )
    found = reasons(preference, MONDAY + timedelta(days=14), {})
    assert "usually between 18:00" not in found["porch:turn_on"]
