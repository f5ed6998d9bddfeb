"""What has its hours is shown within them, and when what it follows was just done."""

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
    ("hours", "is_shown"), [(0, True), (1, True), (-1, True), (-4, False), (5, False), (11, False)]
)
def test_it_has_its_hours(preference: Preference, hours: int, is_shown: bool) -> None:
    at = MONDAY + timedelta(days=21, hours=hours)
    assert (LAMP in shown(preference, moment_of(at))) is is_shown


def test_its_score_stays_what_it_is(preference: Preference) -> None:
    night = moment_of(MONDAY + timedelta(days=21, hours=-4))
    (lamp,) = [one for one in preference.suggest(night, 9) if one.action == LAMP]
    assert lamp.score > preference.calibration.threshold
    assert not lamp.shown


def test_what_follows_is_shown_whenever_it_follows(preference: Preference) -> None:
    late = MONDAY + timedelta(days=21, hours=4)
    assert BLIND not in shown(preference, moment_of(late))
    preference.observe(LAMP, moment_of(late))
    assert BLIND in shown(preference, moment_of(late + timedelta(minutes=5)))
    assert BLIND not in shown(preference, moment_of(late + timedelta(hours=3)))


def test_what_is_hardly_known_may_come_at_any_time(tmp_path: Path) -> None:
    preference = tiny_preference(tmp_path, tiny_home())
    for day in range(3):
        preference.observe(LAMP, moment_of(MONDAY + timedelta(days=day)))
    assert LAMP in shown(preference, moment_of(MONDAY + timedelta(days=3, hours=9)))


def test_where_no_time_is_known_there_is_no_hour(preference: Preference) -> None:
    assert LAMP in shown(preference, moment_of(None))
