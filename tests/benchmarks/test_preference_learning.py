"""What is measured of learning, on a bundle whose weights are written down."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from benchmarks.preference import houses, prompts, replay, sets, state
from benchmarks.preference.averages import gain, part, rate
from benchmarks.preference.changes import change, recovered
from benchmarks.preference.houses import Lived
from benchmarks.preference.measures import NOT_RANKED
from edge.runtime import Runtime
from export.corpora.interactions import Event, History, InteractionCorpus, Target
from tests.edge.preference.tiny import make_preference_bundle

MONDAY = date(2024, 1, 8)
_MONDAY = 1_704_672_000.0


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_preference_bundle(tmp_path_factory.mktemp("preference") / "tiny.edge")


def routine(days: int) -> list[Event]:
    """The same three things every morning."""
    return [
        Event(action, day % 7, 7 + minute / 60, _MONDAY + 86_400 * day + 25_200 + 60 * minute)
        for day in range(days)
        for minute, action in enumerate(
            ("light.hall:turn_on", "cover.hall:open", "light.hall:turn_off")
        )
    ]


def test_a_day_begins_at_four() -> None:
    before, after = (Event("x", 0, hour, _MONDAY + 86_400 + 3600 * hour) for hour in (3.9, 4.0))

    assert [houses.day_of(event, MONDAY) for event in (before, after)] == [0, 1]


class Punctual:
    """A household that does the same three things every morning."""

    devices = tuple(replay.device(name) for name in ("light.hall", "cover.hall"))

    def events(self, first_day: date, days: int) -> list[Event]:
        past = (first_day - MONDAY).days
        return [event for event in routine(past + days) if event.time >= _MONDAY + 86_400 * past]


def test_what_is_shown_is_held_against_what_is_done(bundle: Path) -> None:
    rules = {"all": lambda one: True, "none": lambda one: False, "soon": lambda one: one.shown}
    with Runtime.load(bundle) as runtime:
        found = prompts.shown_to(runtime, Punctual(), MONDAY, 21, rules)

    everything, nothing, soon = (found[name] for name in rules)
    times = 7 * (24 * 4 + 3)
    assert len(everything.asked) == times
    assert all(everything.asked)
    assert len(everything.shown) == 3 * times
    # Three things are done; each is near in the two quarters of an hour before it, and no longer.
    assert 7 * 3 * 2 <= sum(everything.shown) <= 7 * 3 * 5
    assert not any(nothing.asked)
    assert not nothing.shown
    assert not any(nothing.done)
    assert len(soon.done) == 21
    assert sum(soon.asked) < times / 10
    assert np.mean(soon.shown) > 5 * np.mean(everything.shown)
    assert sum(soon.done) >= 14


def test_a_runtime_that_learns_foresees_a_routine_and_one_that_forgets_does_not(
    bundle: Path,
) -> None:
    events = routine(10)
    with Runtime.load(bundle) as runtime:
        runtime.home = replay.home_of(event.action for event in events)
        learning = houses.live(runtime, events, MONDAY)
        frozen = houses.live_frozen(runtime, events, MONDAY, window=1)

    assert (
        learning.days.tolist() == frozen.days.tolist() == [day for day in range(10) for _ in "abc"]
    )
    assert part(learning, 5, 10).mean() == 1.0
    assert part(frozen, 5, 10).mean() < 0.5


def test_a_frozen_runtime_answers_alike_every_day(bundle: Path) -> None:
    with Runtime.load(bundle) as runtime:
        runtime.home = replay.home_of(event.action for event in routine(1))
        ranks = houses.live_frozen(runtime, routine(15), MONDAY, window=3).ranks

    week = ranks[3 * 2 : 3 * 7]
    assert ranks[3 * 9 : 3 * 14].tolist() == week.tolist()  # the same weekdays, a week later


def test_histories_are_lived_through_each_from_nothing(bundle: Path) -> None:
    events = tuple(routine(6))
    corpus = InteractionCorpus("toy", generic=True)
    corpus.histories = [History("a", events), History("b", events)]
    targets = [Target(0, 17), Target(0, 16), Target(1, 1), Target(1, 16)]

    with Runtime.load(bundle) as runtime:
        found = {ranked.target: ranked.rank for ranked in replay.live(runtime, corpus, targets)}

    assert set(found) == set(targets)
    assert found[Target(0, 16)] == found[Target(1, 16)] == 1
    assert found[Target(1, 1)] > 1  # what the first household did is forgotten


def test_two_events_of_one_moment_are_told_a_second_apart() -> None:
    events = [Event("a", time=100.0), Event("a", time=100.0), Event("b", time=200.0), Event("c")]

    assert [at for at, _ in replay.timed(events)] == [100.0, 101.0, 200.0, 0.0]


def test_what_is_not_suggested_has_no_rank(bundle: Path) -> None:
    with Runtime.load(bundle) as runtime:
        assert replay.rank(runtime, 0.0, Event("light.nowhere:turn_on")) == NOT_RANKED


def test_a_change_is_over_when_seven_days_in_a_row_are_as_good_as_before() -> None:
    days = np.repeat(np.arange(30), 100)
    share = np.array([50] * 10 + [20, 30, 40] + [50] * 17)  # changed on day 10
    hits = np.concatenate([np.arange(100) < count for count in share]).astype(float)

    # Days 3 to 9 after the change have a mean of 48.6 %; those from 2 on only 45.7 %.
    assert recovered([days], [hits], 10, 0.5) == 6
    assert recovered([days], [hits], 10, 0.5, centred=False) == 9
    assert recovered([days], [hits], 10, 0.6) is None
    assert recovered([days], [hits], 10, 0.1) == 4


def test_a_gain_is_relative_and_its_interval_over_households() -> None:
    ours, other = [np.ones(10), np.zeros(10)], [np.ones(5), np.zeros(15)]

    assert gain(ours, other)["value"] == 1.0
    assert rate([np.ones(4), np.zeros(4)]) == {"value": 0.5, "low": 0.0, "high": 1.0, "count": 8}


def test_a_change_of_a_household_is_measured_from_all_sides(
    bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, days in (("DAYS_BEFORE", 14), ("DAYS_AFTER", 14), ("PROBE_DAYS", 2)):
        monkeypatch.setattr(f"benchmarks.preference.changes.{name}", days)

    found = change(bundle, "evening", 1)

    assert len(found["days"]) == len(found["unchanged_days"]) == 28
    assert found["days"][:14] == found["unchanged_days"][:14]
    assert found["days"][14:] != found["unchanged_days"][14:]
    old = found["old_routines"]
    assert old["all"]["before"]["count"] == old["all"]["after"]["count"]
    assert 0 < old["what was replaced"]["before"]["count"] < old["all"]["before"]["count"]


def test_the_state_of_years_is_weighed(bundle: Path) -> None:
    rows = state.growth(bundle, years=(1, 2), people=(1,), days_of_a_year=5)

    assert [(row["people"], row["years"]) for row in rows] == [(1, 1), (1, 2)]
    assert 0 < rows[0]["bytes"] < rows[1]["bytes"]
    assert all(row["save_ms"] > 0 for row in rows)


def test_windows_that_training_has_seen_are_told_apart() -> None:
    def window(letters: str) -> History:
        return History(letters, tuple(Event(letter, 0, 1.5) for letter in letters))

    corpus = InteractionCorpus("smartthings")
    texts = ["abcdefghij", "abcdefghij", "xxcdefghiz", "klmnopqrst"]
    corpus.histories = [window(text) for text in texts]
    corpus.train = [Target(0, 9)]
    corpus.test = [Target(number, 9) for number in (1, 2, 3)]

    views = sets.views_of("smartthings", corpus, corpus.test)

    assert {name: list(chosen) for name, chosen in views.items()} == {
        "all": [0, 1, 2],
        "no duplicates": [1, 2],
        "new course": [2],  # the second goes on from "fghi", which training has
    }


def _lived(days: list[int], ranks: list[int]) -> Lived:
    return Lived(np.array(days), np.array(ranks))


def test_hits_are_those_of_the_first_places() -> None:
    assert houses.hits(_lived([0, 0, 1], [1, 2, NOT_RANKED]), 2).tolist() == [1, 1, 0]
