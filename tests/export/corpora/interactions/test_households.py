"""Made-up households: the same for a seed, and plausible."""

from __future__ import annotations

import hashlib
import os
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.errors import UsageError
from edge.preference.actions import device_of, generic
from export.corpora.interactions import Event, Settings, detect, read, simulate
from export.corpora.interactions.devices import GENERIC_ACTIONS, SETS
from export.corpora.interactions.households import households

ROOT = Path(__file__).parents[4]
SAMPLE = ROOT / "export" / "samples" / "household"
STEADY = Settings(noise=0, drift=0, replacements=0, guests=0, holidays=0, missing=0)
SUMMER, WINTER = date(2024, 7, 8), date(2024, 1, 8)
SEEDS = range(100, 120)


def digest(events: Iterable[Event]) -> str:
    return hashlib.sha256(repr(list(events)).encode()).hexdigest()


def year(seed: int, first_day: date, days: int, how: Settings = STEADY) -> list[Event]:
    return simulate(how, seed).events(first_day, days)


# --- the same for a seed -------------------------------------------------------------------------


def test_a_seed_gives_the_same_events_in_every_process() -> None:
    code = (
        "import datetime, hashlib\nfrom export.corpora.interactions import Settings, simulate\n"
        "events = simulate(Settings(), 7).events(datetime.date(2024, 1, 8), 30)\n"
        "print(hashlib.sha256(repr(list(events)).encode()).hexdigest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )

    assert done.stdout.strip() == digest(simulate(Settings(), 7).events(WINTER, 30))
    assert done.stdout.strip() != digest(simulate(Settings(), 8).events(WINTER, 30))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 20), st.integers(0, 20))
def test_stretches_of_days_fit_together(seed: int, before: int, after: int) -> None:
    house = simulate(Settings(), seed)
    middle = SUMMER + timedelta(before)

    assert house.events(SUMMER, before + after) == (
        house.events(SUMMER, before) + simulate(Settings(), seed).events(middle, after)
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.dates(date(2001, 1, 1), date(2098, 12, 31)))
def test_events_are_in_order_and_say_their_moment(seed: int, first_day: date) -> None:
    events, labels = simulate(Settings(noise=0.3), seed).labelled(first_day, 8)
    times = [event.time for event in events]

    assert len(labels) == len(events)
    assert len(set(times)) == len(times)
    assert times == sorted(times, key=float)  # type: ignore[arg-type]
    for event in events:
        assert event.time is not None
        assert event.hour is not None
        day = date(1970, 1, 1) + timedelta(event.time // 86_400)
        assert event.weekday == day.weekday()
        assert event.hour == event.time % 86_400 / 3600
        assert generic(event.action) in GENERIC_ACTIONS


# --- plausible -----------------------------------------------------------------------------------


def test_nobody_turns_on_what_is_on() -> None:
    for seed in SEEDS:
        states: dict[str, str] = {}
        day = -1.0
        for event in year(seed, WINTER, 5, Settings(noise=0.3)):
            assert event.time is not None
            if (event.time - 4 * 3600) // 86_400 != day:
                states.clear()
            day = (event.time - 4 * 3600) // 86_400
            device, verb = device_of(event.action), event.action.rpartition(":")[2]
            if verb != "dim" and verb in SETS:
                assert states.get(device) != SETS[verb]
            states[device] = SETS.get(verb, "")


def wake(events: list[Event], weekdays: Iterable[int]) -> float:
    """Mean hour of the first action of the day."""
    firsts: dict[float, float] = {}
    for event in events:
        assert event.time is not None
        assert event.hour is not None
        if event.hour >= 4 and event.weekday in weekdays:
            firsts.setdefault(event.time // 86_400, event.hour)
    return statistics.fmean(firsts.values())


def test_days_off_begin_later_than_working_days() -> None:
    later = 0
    for seed in SEEDS:
        house = simulate(STEADY, seed)
        if all(person.away == frozenset(range(5)) for person in house.people):
            events = house.events(SUMMER, 56)
            later += 1
            assert wake(events, (5, 6)) > wake(events, range(5)) + 0.2
    assert later >= 3


def counts(seeds: Iterable[int], first_day: date) -> Counter[str]:
    return Counter(
        event.action.partition(".")[0] for seed in seeds for event in year(seed, first_day, 14)
    )


def test_winter_is_heated_and_summer_cooled() -> None:
    winter, summer = counts(SEEDS, WINTER), counts(SEEDS, SUMMER)

    assert winter["climate"] > 3 * summer["climate"]
    assert summer["fan"] + summer["air_conditioner"] > 5 * (
        winter["fan"] + winter["air_conditioner"]
    )
    assert summer["valve"] > 0
    assert winter["light"] > summer["light"]


def test_lights_follow_the_sunset() -> None:
    def dusk(first_day: date) -> float:
        hours = []
        for seed in SEEDS:
            events, labels = simulate(STEADY, seed).labelled(first_day, 14)
            hours += [e.hour for e, label in zip(events, labels, strict=True) if "dusk" in label]
        return statistics.median(hour for hour in hours if hour is not None)

    assert 15.5 < dusk(WINTER) < 18
    assert 20 < dusk(SUMMER) < 22


def test_readings_are_what_sensors_give() -> None:
    seen: dict[str, set[type]] = {}
    lux: dict[bool, list[float]] = {True: [], False: []}
    for seed in range(100, 160):
        for event in year(seed, SUMMER, 3):
            for name, reading in event.context.items():
                seen.setdefault(name, set()).add(type(reading))
            if isinstance(bright := event.context.get("lux"), float) and event.hour is not None:
                lux[9 < event.hour < 17].append(bright)

    assert seen == {
        "temperature": {float},
        "lux": {float},
        "presence": {bool},
        "door": {str},
        "activity": {str},
        "heart_rate": {float},
    }
    assert statistics.median(lux[True]) > 5 * statistics.median(lux[False])


def test_noise_is_the_share_asked_for() -> None:
    def share(noise: float) -> float:
        labels = [
            label
            for seed in SEEDS
            for label in simulate(Settings(noise=noise), seed).labelled(SUMMER, 20)[1]
        ]
        return labels.count("noise") / len(labels)

    assert share(0) == 0
    assert 0.05 < share(0.08) < 0.11
    assert 0.2 < share(0.3) < 0.36


def days_of(events: list[Event]) -> set[float]:
    return {(event.time - 4 * 3600) // 86_400 for event in events if event.time is not None}


def test_holidays_leave_the_house_empty_for_days() -> None:
    away = year(100, date(2024, 1, 1), 366, Settings(holidays=3))
    home = year(100, date(2024, 1, 1), 366, Settings(holidays=0))

    assert len(days_of(home)) >= 360
    assert 4 <= len(days_of(home)) - len(days_of(away)) <= 3 * 14
    with_holidays = days_of(away)
    assert [event for event in home if days_of([event]) <= with_holidays] == away


def test_missing_readings_are_the_share_asked_for() -> None:
    def readings(missing: float) -> int:
        how = Settings(missing=missing)
        return sum(len(event.context) for seed in SEEDS for event in year(seed, SUMMER, 7, how))

    assert readings(1) == 0
    assert 0.4 < readings(0.5) / readings(0) < 0.6


# --- change --------------------------------------------------------------------------------------


def swing(drift: float) -> float:
    """Hours between the earliest and the latest month of a person's evenings, in two years."""
    how = Settings(drift=drift, noise=0, replacements=0, guests=0, holidays=0)
    swings = []
    for seed in (101, 104, 107):
        house = simulate(how, seed)
        label = f"evening/{house.people[0].name}#0"
        months: dict[float, list[float]] = {}
        for event, routine in zip(*house.labelled(date(2024, 1, 1), 720), strict=True):
            if routine == label and event.time is not None and event.hour is not None:
                hour = event.hour if event.hour > 4 else event.hour + 24
                months.setdefault((event.time - 4 * 3600) // (30 * 86_400), []).append(hour)
        means = [statistics.fmean(hours) for hours in months.values()]
        swings.append(max(means) - min(means))
    return statistics.fmean(swings)


def test_drift_moves_the_hours_and_keeps_them_in_reach() -> None:
    assert swing(0) < 0.7
    assert 1.5 < swing(30) < 5


def test_replaced_routines_are_counted_in_the_labels() -> None:
    how = Settings(replacements=4, holidays=0)
    _, labels = simulate(how, 100).labelled(date(2024, 1, 1), 365)
    versions: dict[str, list[int]] = {}
    for label in labels:
        if label != "noise":
            name, _, version = label.partition("#")
            versions.setdefault(name, []).append(int(version))

    assert sum(len(set(numbers)) > 1 for numbers in versions.values()) >= len(versions) / 2
    never = simulate(STEADY, 100).labelled(date(2024, 1, 1), 365)[1]
    assert {label.partition("#")[2] for label in never} == {"0"}


def test_a_routine_asked_to_change_does_so_from_that_day_on() -> None:
    house = simulate(STEADY, 101)
    day = SUMMER + timedelta(14)
    other = house.changed(day, routine="evening")

    def evenings(labelled: tuple[list[Event], list[str]]) -> Counter[str]:
        pairs = zip(*labelled, strict=True)
        return Counter(event.action for event, label in pairs if label.startswith("evening"))

    assert other.labelled(SUMMER, 14) == house.labelled(SUMMER, 14)
    assert {label for label in other.labelled(day, 14)[1] if label.startswith("evening")} == {
        f"evening/{person.name}#1" for person in house.people
    }
    before, after = evenings(house.labelled(day, 28)), evenings(other.labelled(day, 28))
    assert sum((before & after).values()) < 0.7 * sum(before.values())
    mornings = {label for label in other.labelled(day, 14)[1] if label.startswith("morning")}
    assert all(label.endswith("#0") for label in mornings)


def test_one_persons_routine_can_be_changed_alone() -> None:
    seed = next(seed for seed in SEEDS if len(simulate(STEADY, seed).people) > 1)
    house = simulate(STEADY, seed)
    first, second, *_ = house.people
    labels = set(house.changed(SUMMER, routine=f"bedtime/{first.name}").labelled(SUMMER, 7)[1])

    assert f"bedtime/{first.name}#1" in labels
    assert f"bedtime/{second.name}#0" in labels


def test_a_season_asked_for_begins_on_that_day() -> None:
    day = SUMMER + timedelta(7)
    climate: Counter[bool] = Counter()
    for seed in SEEDS:
        house = simulate(STEADY, seed)
        colder = house.changed(day, season="winter")
        assert colder.events(SUMMER, 7) == house.events(SUMMER, 7)
        for winter, one in ((True, colder), (False, house)):
            climate[winter] += sum("climate" in event.action for event in one.events(day, 14))
    assert climate[True] > 3 * climate[False]


@pytest.mark.parametrize("asked", [{"season": "monsoon"}, {"routine": "siesta"}])
def test_an_unknown_change_lists_the_known_ones(asked: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="there are"):
        simulate(STEADY, 1).changed(SUMMER, **asked)


# --- the corpus ----------------------------------------------------------------------------------


def test_the_sample_is_told_by_its_file_and_split_by_household() -> None:
    corpus = read(SAMPLE)
    members = [
        {target.history for target in split} for split in (corpus.train, corpus.dev, corpus.test)
    ]

    assert detect(SAMPLE) == detect(SAMPLE / "households.toml") == "households"
    assert [len(part) for part in members] == [48, 6, 6]
    assert len(set.union(*members)) == 60
    assert min(target.position for target in corpus.train) == 1
    assert min(target.position for target in corpus.dev + corpus.test) == 5
    assert 40_000 < len(corpus.train) < 120_000
    assert corpus.generic
    done = {generic(event.action) for item in corpus.histories for event in item.events}
    assert done == set(corpus.catalogue)
    assert corpus.attributes["scene:activate"] == ("scene", "activate")
    assert len({event.weekday for item in corpus.histories for event in item.events}) == 7


def test_the_seed_of_a_split_deals_the_same_households_otherwise() -> None:
    small = Settings(households=20, days=3)
    first, again, other = households(small), households(small), households(small, seed=1)

    assert first == again
    assert first.histories == other.histories
    assert {target.history for target in first.test} != {target.history for target in other.test}


def test_a_household_of_the_corpus_is_the_one_of_its_seed() -> None:
    corpus = households(Settings(households=3, days=4, seed=50, spread=30))

    expected = simulate(Settings(), 52).events(date(2024, 1, 8) + timedelta(20), 4)
    assert corpus.histories[2].household == "household-52"
    assert list(corpus.histories[2].events) == expected


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("households = 0", "households is 0"),
        ("households = true", "households is True"),
        ("days = 1.5", "a whole number from 1 to 36525"),
        ("noise = 0.95", "a number from 0 to 0.9"),
        ("noise = nan", "noise is nan"),
        ('drift = "much"', "drift is 'much'"),
        ("first_day = 1969-01-01", "a date from 2000-01-01 to 2099-12-31"),
        ("first_day = 2024-01-01T00:00:00", "a date from"),
        ("nose = 1", "unknown key 'nose'"),
        ("noise = ", "not TOML"),
    ],
)
def test_settings_that_cannot_be_used_say_what_can(tmp_path: Path, text: str, what: str) -> None:
    (tmp_path / "households.toml").write_text(text, encoding="utf-8")

    with pytest.raises(UsageError) as caught:
        read(tmp_path)
    assert what in str(caught.value)


def test_the_sample_says_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "households.toml").write_text("households = 2\ndays = 2\n", encoding="utf-8")
    text = (SAMPLE / "households.toml").read_text(encoding="utf-8")
    text = text.replace("households = 60", "households = 2").replace("days = 60", "days = 2")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "households.toml").write_text(text, encoding="utf-8")

    assert read(tmp_path).histories == read(tmp_path / "other").histories


def test_the_documentation_has_every_setting_with_its_default() -> None:
    page = (ROOT / "docs" / "interaction-log.md").read_text(encoding="utf-8")
    table = page.partition("## Made-up households")[2]
    for item in fields(Settings):
        row = next(line for line in table.splitlines() if f"`{item.name}`" in line[:28])
        default = f"{item.default:g}" if isinstance(item.default, float) else str(item.default)
        assert default in row.split("|")[2]
