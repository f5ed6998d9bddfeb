"""What has its hours is shown within them, and when what it follows has just happened."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from edge.preference.moment import Moment, moment_of
from edge.preference.preference import Preference
from tests.edge.preference.tiny import tiny_home, tiny_preference

MONDAY = datetime(2024, 1, 8, 6, 45)
LAMP, BLIND = "porch:turn_on", "cover.bedroom:open"


@pytest.fixture
def preference(tmp_path: Path) -> Preference:
    """Three weeks of working days: the lamp at a quarter to seven, then the blind."""
    found = tiny_preference(tmp_path, tiny_home())
    for day in (day for day in range(21) if day % 7 < 5):
        at = MONDAY + timedelta(days=day)
        found.observe(LAMP, moment_of(at, {"door": "closed"}))
        found.observe(BLIND, moment_of(at + timedelta(minutes=5), {"door": "closed"}))
        found.observe("fan.attic:turn_on", moment_of(at + timedelta(hours=14), {"door": "closed"}))
    return found


def shown(preference: Preference, moment: Moment) -> set[str]:
    return {one.action for one in preference.suggest(moment, 5) if one.shown}


@pytest.mark.parametrize(
    ("minutes", "is_shown"),
    [(0, True), (-20, True), (-90, False), (120, False), (-240, False), (660, False)],
)
def test_it_has_its_hours(preference: Preference, minutes: int, is_shown: bool) -> None:
    at = MONDAY + timedelta(days=21, minutes=minutes)
    assert (LAMP in shown(preference, moment_of(at))) is is_shown


def test_its_score_stays_what_it_is(preference: Preference) -> None:
    night = moment_of(MONDAY + timedelta(days=21, hours=-4))
    (lamp,) = [one for one in preference.suggest(night, 9) if one.action == LAMP]
    assert lamp.score > preference.calibration.threshold
    assert lamp.soon is not None
    assert lamp.soon < 0.1
    assert not lamp.shown


def test_what_follows_is_shown_whenever_it_follows(preference: Preference) -> None:
    late = MONDAY + timedelta(days=21, hours=4)
    assert BLIND not in shown(preference, moment_of(late))
    preference.observe(LAMP, moment_of(late))
    assert BLIND in shown(preference, moment_of(late + timedelta(minutes=5)))
    assert BLIND not in shown(preference, moment_of(late + timedelta(hours=3)))


def test_what_a_sensor_says_calls_for_it_while_it_is_news(tmp_path: Path) -> None:
    preference = tiny_preference(tmp_path, tiny_home())
    for day in range(12):  # at no hour of its own
        at = MONDAY + timedelta(days=day, hours=5 * day % 17)
        preference.observe("fan.attic:turn_on", moment_of(at, {"door": "closed"}))
        preference.observe(LAMP, moment_of(at + timedelta(hours=1), {"door": "open"}))
    at = MONDAY + timedelta(days=13)
    preference.observe("fan.attic:turn_on", moment_of(at, {"door": "closed"}))
    opened = at + timedelta(hours=3)
    assert LAMP in shown(preference, moment_of(opened, {"door": "open"}))
    assert LAMP in shown(preference, moment_of(opened + timedelta(minutes=2), {"door": "open"}))
    assert LAMP not in shown(preference, moment_of(opened + timedelta(hours=2), {"door": "open"}))


def test_a_habit_of_one_day_is_none_of_others(tmp_path: Path) -> None:
    preference = tiny_preference(tmp_path, tiny_home())
    for week in range(8):
        for day in range(5):
            at = MONDAY + timedelta(days=7 * week + day)
            preference.observe(LAMP if day == 0 else BLIND, moment_of(at))
    monday = MONDAY + timedelta(days=56)
    assert LAMP in shown(preference, moment_of(monday))
    assert LAMP not in shown(preference, moment_of(monday + timedelta(days=1)))


def test_who_does_not_want_it_is_not_shown_it(preference: Preference) -> None:
    at = moment_of(MONDAY + timedelta(days=21))
    for _ in range(6):
        preference.feedback(LAMP, "dismissed")
    assert LAMP not in shown(preference, at)


def test_two_days_are_a_beginning(tmp_path: Path) -> None:
    preference = tiny_preference(tmp_path, tiny_home())
    for day in range(2):
        preference.observe(LAMP, moment_of(MONDAY + timedelta(days=day)))
    (first, *_) = preference.suggest(moment_of(MONDAY + timedelta(days=2, minutes=-10)), 5)
    assert (first.action, first.shown) == (LAMP, True)


def test_where_no_time_is_known_the_score_decides(preference: Preference) -> None:
    for one in preference.suggest(moment_of(None), 5):
        assert one.soon is None
        assert one.shown is (one.score >= preference.calibration.threshold)
    assert LAMP in shown(preference, moment_of(None))


@pytest.mark.parametrize(
    ("first", "habit", "eves"),
    [
        (MONDAY, range(5), {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday"}),
        (MONDAY, range(5, 7), {"Friday", "Saturday"}),
    ],
)
def test_what_is_done_after_midnight_is_of_the_day_that_begins(
    tmp_path: Path, first: datetime, habit: range, eves: set[str]
) -> None:
    preference = tiny_preference(tmp_path, tiny_home())
    midnight = first.replace(hour=0, minute=0)
    for day in range(28):
        at = midnight + timedelta(days=day)
        if at.weekday() in habit:
            preference.observe(LAMP, moment_of(at + timedelta(minutes=10)))
        preference.observe(BLIND, moment_of(at + timedelta(hours=14)))
    asked = {
        at.strftime("%A"): preference.suggest(moment_of(at), 5)
        for at in (midnight + timedelta(days=28 + day, hours=23, minutes=50) for day in range(7))
    }
    found = {
        day: lamp
        for day, some in asked.items()
        for lamp in some
        if lamp.action == LAMP and lamp.shown
    }
    assert found.keys() == eves
    kind = "weekdays" if 0 in habit else "weekends"
    assert all(
        f"0:30 {'on' if 0 in habit else 'at'} {kind}" in str(one.because) for one in found.values()
    )


def test_times_of_tomorrow_are_of_as_many_days_as_there_are_of_its_kind(tmp_path: Path) -> None:
    preference = tiny_preference(tmp_path, tiny_home())
    midnight = MONDAY.replace(hour=0, minute=0)
    for day in range(56):
        at = midnight + timedelta(days=day)
        if at.weekday() >= 5:
            preference.observe(LAMP, moment_of(at + timedelta(minutes=20)))
        preference.observe(BLIND, moment_of(at + timedelta(hours=14)))
    friday = midnight + timedelta(days=60, hours=23, minutes=59)
    soon = {
        at.weekday(): lamp.soon
        for at in (friday, friday + timedelta(days=1))
        for lamp in preference.suggest(moment_of(at), 5)
        if lamp.action == LAMP
    }
    assert soon[4] == pytest.approx(soon[5], abs=0.02)  # the next days are alike, if these are not
