"""What all evidence says at once, by hand."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from edge.preference.experts.together import DOUBT, REPEATS, Counts, course_of, together
from edge.preference.memory.keys import AGAIN
from edge.preference.moment import moment_of
from edge.preference.preference import Preference
from tests.edge.preference.experts.test_personal import A, B, C, do, opinions, said
from tests.edge.preference.tiny import tiny_preference

MONDAY = datetime(2024, 1, 8, 7, 10)
OFF = "light.a:turn_off"
NOTHING: Counts = {}


@pytest.fixture
def preference(tmp_path: Path) -> Preference:
    return tiny_preference(tmp_path)


def chances(
    preference: Preference,
    often: Counts,
    after: Counts = NOTHING,
    after_two: Counts = NOTHING,
    when: Sequence[Counts] = (),
    sensors: Sequence[str] = (),
) -> dict[str, float]:
    past = preference.pasts[""]
    course = course_of(past, often, after, after_two)
    assert course is not None
    opinion = together(past, course, when, sensors)
    assert opinion is not None
    assert sum(opinion.chances.values()) == pytest.approx(1)
    return {past.memory.actions[one]: chance for one, chance in opinion.chances.items()}


@pytest.fixture
def knows_three(preference: Preference) -> Preference:
    """Actions 0, 1 and 2, the last of them long ago: nothing is repeated."""
    do(preference, A, B, C)
    preference.pasts[""].recent.clear()
    return preference


def test_where_nothing_is_counted_it_abstains(preference: Preference) -> None:
    assert course_of(preference.pasts[""], {}, {}, {}) is None
    assert opinions(preference)["all together"] is None


def test_what_was_done_before_is_filled_up_by_the_shorter(knows_three: Preference) -> None:
    often = {0: 6.0, 1: 3.0, 2: 1.0}
    after, after_two = {0: 1.0, 1: 3.0}, {1: 1.0}
    short = [(1 + 2 * 0.6) / 6, (3 + 2 * 0.3) / 6, 2 * 0.1 / 6]
    assert chances(knows_three, often, after) == pytest.approx(
        dict(zip((A, B, C), short, strict=True))
    )
    long = [short[0] / 2, (1 + short[1]) / 2, short[2] / 2]
    assert chances(knows_three, often, after, after_two) == pytest.approx(
        dict(zip((A, B, C), long, strict=True))
    )


@pytest.mark.parametrize("place", ["when", "sensors"])
def test_evidence_multiplies(knows_three: Preference, place: str) -> None:
    often = {0: 6.0, 1: 3.0, 2: 1.0}
    seen = {0: 1.0, 1: 2.0}  # three of ten events
    for action, count in seen.items():
        knows_three.pasts[""].memory.count("sdoor=open", action, count)
    if place == "when":
        found = chances(knows_three, often, when=(seen,))
    else:
        found = chances(knows_three, often, sensors=("sdoor=open",))
    factors = [
        (count + DOUBT * 0.3) / (often[action] + DOUBT) / 0.3
        for action, count in ((0, 1.0), (1, 2.0), (2, 0.0))
    ]
    scores = [often[action] * factor for action, factor in enumerate(factors)]
    wanted = [score / sum(scores) for score in scores]
    assert found == pytest.approx(dict(zip((A, B, C), wanted, strict=True)))


def test_evidence_that_was_never_counted_says_nothing(knows_three: Preference) -> None:
    often = {0: 6.0, 1: 3.0, 2: 1.0}
    found = chances(knows_three, often, when=({}, {}), sensors=("sdoor=ajar",))
    assert found == pytest.approx({A: 0.6, B: 0.3, C: 0.1})


def test_what_is_done_by_both_is_likelier_than_by_either(preference: Preference) -> None:
    """After B it is A in the morning and C in the evening; B is done at both times."""
    for day in range(20):
        for hours, then in ((0, A), (12, C)):
            at = MONDAY + timedelta(days=day, hours=hours)
            do(preference, B, at=moment_of(at))
            do(preference, then, at=moment_of(at + timedelta(minutes=2)))
    at = MONDAY + timedelta(days=21)  # a Monday
    do(preference, B, at=moment_of(at))
    now = moment_of(at + timedelta(minutes=2))
    assert said(preference, "after", now)[A] == pytest.approx(0.5, abs=0.03)
    assert said(preference, "hour", now)[A] == pytest.approx(0.5, abs=0.03)
    assert said(preference, "all together", now)[A] > 0.9


def test_nobody_turns_on_what_is_on(preference: Preference) -> None:
    for _ in range(20):
        do(preference, A, B, OFF, C)
    do(preference, A)
    past = preference.pasts[""]
    often = {number: 20.0 for number in range(4)}
    found = chances(preference, often)
    # It is on, and was never turned on twice.
    assert found[A] < 0.1 * found[OFF]
    assert past.memory.counted(AGAIN, past.memory.number_of(A)) == 0


def test_what_is_often_repeated_is_not_ruled_out(preference: Preference) -> None:
    for _ in range(20):
        do(preference, A, B)
    found = said(preference, "all together")
    again = preference.pasts[""].memory.counted(AGAIN, 0)
    assert again == 19
    repeats = (19 + DOUBT * REPEATS) / (20 + DOUBT)
    assert found[A] / found[B] > repeats / REPEATS  # and A comes after B


def test_actions_of_no_device_are_never_repeated(preference: Preference) -> None:
    do(preference, "dance", "dance", "sing")
    assert opinions(preference)["all together"] is not None
    assert preference.pasts[""].memory.counted(AGAIN, 0) == 0


def test_a_pause_that_is_usual_before_an_action_speaks_for_it(preference: Preference) -> None:
    rng, at = random.Random(0), MONDAY
    for _ in range(60):
        minutes, action = rng.choice(((1, A), (100, B)))
        at += timedelta(minutes=minutes)
        do(preference, action, C, at=moment_of(at))
    soon, late = (
        said(preference, "all together", moment_of(at + timedelta(minutes=minutes)))
        for minutes in (1, 100)
    )
    assert soon[A] > 5 * soon[B]
    assert late[B] > 5 * late[A]


def test_a_clock_that_went_back_says_nothing_of_pauses(preference: Preference) -> None:
    do(preference, A, at=moment_of(MONDAY))
    do(preference, B, at=moment_of(MONDAY - timedelta(hours=3)))
    keys = {key for key, _, _ in preference.pasts[""].memory.cells()}
    assert not any(key.startswith("p") for key in keys)
    do(preference, C, at=moment_of(MONDAY + timedelta(seconds=90)))
    keys = {key for key, _, _ in preference.pasts[""].memory.cells()}
    assert "p1" in keys  # a clock that is right again counts from where it was
