"""Observing, suggesting and being told: also with clocks and sensors that are wrong."""

from __future__ import annotations

import math
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edge.errors import UsageError
from edge.limits import BLOCKED_ACTIONS, ITEM_CHARS, MEMORY_ACTIONS, PERSONS, SUGGESTIONS
from edge.preference.experts.others import WELL_KNOWN
from edge.preference.experts.personal import NAMES
from edge.preference.moment import NEVER, moment_of
from edge.preference.preference import Preference
from tests.edge.preference.tiny import ITEMS, tiny_home, tiny_preference

MONDAY = datetime(2024, 1, 8, 7)
ROUTINE = ("light.kitchen:turn_on", "cover.bedroom:open", "light.kitchen:turn_off")


def mornings(preference: Preference, days: int = 10, person: str = "") -> None:
    for day in range(days):
        for step, action in enumerate(ROUTINE):
            at = MONDAY + timedelta(days=day, minutes=20 * step)
            preference.observe(action, moment_of(at, {"door": "closed"}), person)


@pytest.fixture
def preference(tmp_path: Path) -> Preference:
    return tiny_preference(tmp_path, tiny_home())


class TestSuggesting:
    def test_an_empty_history_has_suggestions_all_the_same(self, preference: Preference) -> None:
        found = preference.suggest(moment_of(MONDAY), 5)
        assert len(found) == 5
        assert all(s.because and s.source in NAMES for s in found)
        # Nothing was done: no reason may speak of what was done before.
        assert not any("after" in s.because for s in found)

    def test_without_a_home_there_is_nothing_to_suggest_yet(self, tmp_path: Path) -> None:
        assert tiny_preference(tmp_path).suggest(moment_of(MONDAY)) == []

    def test_and_not_much_before_it_is_known_what_can_be_done(self, tmp_path: Path) -> None:
        """All that may come next was done once: so anything else may."""
        preference = tiny_preference(tmp_path)
        preference.observe(ROUTINE[0], moment_of(MONDAY))
        (only,) = preference.suggest(moment_of(MONDAY + timedelta(minutes=20)))
        assert 0 < only.score < 0.1
        assert not only.shown
        mornings(preference, days=2)
        found = preference.suggest(moment_of(MONDAY + timedelta(days=2)))
        assert found[0].score > 0.3

    def test_what_was_done_is_suggested_in_its_turn(self, preference: Preference) -> None:
        mornings(preference)
        for step, action in enumerate(ROUTINE):
            moment = moment_of(MONDAY + timedelta(days=10, minutes=20 * step))
            first = preference.suggest(moment)[0]
            assert first.action == action
            assert first.score > 0.5
            assert first.shown
            preference.observe(action, moment)

    def test_what_is_kept_from_one_moment_to_the_next_changes_nothing(
        self, preference: Preference
    ) -> None:
        """The past says the same at every moment until something is done, and is asked once."""
        rng, at = random.Random(4), MONDAY
        past = preference.pasts[""]
        for number in range(WELL_KNOWN + 20):
            for _ in range(2):
                at += timedelta(minutes=rng.choice((1, 40, 200)))
                moment = moment_of(at, {"door": rng.choice(("open", "closed"))})
                kept = preference.foresee(past, moment, 5).chances()
                past.lasting = past.others = past.usual = past.scored = None
                assert preference.foresee(past, moment, 5).chances() == kept
            action = rng.choice(ROUTINE) if rng.random() < 0.9 else f"fan.{number}:turn_on"
            preference.observe(action, moment)

    def test_a_device_never_seen_in_training_is_learned(self, preference: Preference) -> None:
        for day in range(5):
            preference.observe("teleporter.hall:engage", moment_of(MONDAY + timedelta(days=day)))
        found = preference.suggest(moment_of(MONDAY + timedelta(days=5)))
        assert found[0].action == "teleporter.hall:engage"

    def test_probabilities_are_that_and_in_order(self, preference: Preference) -> None:
        mornings(preference)
        foresight = preference.foresee(preference.pasts[""], moment_of(MONDAY), 5)
        assert sum(foresight.chances().values()) == pytest.approx(1, abs=1e-5)
        scores = [s.score for s in preference.suggest(moment_of(MONDAY), 5)]
        assert scores == sorted(scores, reverse=True)
        assert all(0 < score < 1 for score in scores)

    @pytest.mark.parametrize("k", [0, -1, SUGGESTIONS + 1, True, 2.0, "3"])
    def test_a_count_that_is_none(self, preference: Preference, k: Any) -> None:
        with pytest.raises(UsageError, match="k is"):
            preference.suggest(NEVER, k)

    def test_items_are_suggested_from_the_whole_catalogue(self, tmp_path: Path) -> None:
        preference = tiny_preference(tmp_path, generic=False)
        preference.observe("item-3", NEVER)
        preference.observe("nobody ever heard of it", NEVER)
        found = preference.suggest(NEVER, len(ITEMS))
        assert {"item-7", "item-39"} <= {s.action for s in found}

    def test_the_reason_is_in_words(self, preference: Preference) -> None:
        mornings(preference)
        found = preference.suggest(moment_of(MONDAY + timedelta(days=10)))[0]
        assert "often after turn off Kitchen light (Kitchen)" in found.because


class TestFeedback:
    def test_what_was_dismissed_and_is_done_all_the_same_comes_back(
        self, preference: Preference
    ) -> None:
        mornings(preference)
        at = moment_of(MONDAY + timedelta(days=10))
        before = {one.action: one.score for one in preference.suggest(at, 9)}
        for _ in range(6):
            preference.feedback(ROUTINE[0], "dismissed")
        dismissed = {one.action: one.score for one in preference.suggest(at, 9)}
        mornings(preference, 30)
        later = {one.action: one.score for one in preference.suggest(at, 9)}
        assert dismissed[ROUTINE[0]] < later[ROUTINE[0]]
        assert later[ROUTINE[0]] > 0.5 * before[ROUTINE[0]]

    def test_feedback_on_a_name_mistyped_makes_no_candidate(self, preference: Preference) -> None:
        preference.observe("porch:turn_on", moment_of(MONDAY))
        preference.feedback("light.ghost:turn_off", "dismissed")
        found = preference.suggest(moment_of(MONDAY), SUGGESTIONS)
        assert "light.ghost:turn_off" not in {one.action for one in found}
        assert preference.stats["feedback on what is not known"] == 1

    def test_what_was_dismissed_comes_later(self, preference: Preference) -> None:
        mornings(preference)
        moment = moment_of(MONDAY + timedelta(days=10))
        first, second = preference.suggest(moment, 2)
        for _ in range(30):
            preference.feedback(first.action, "dismissed")
        after = preference.suggest(moment, 6)
        assert after[0].action == second.action
        assert after[0].score == pytest.approx(second.score)
        assert first.action in {s.action for s in after}

    def test_what_was_accepted_makes_up_for_it(self, preference: Preference) -> None:
        mornings(preference)
        moment = moment_of(MONDAY + timedelta(days=10))
        first = preference.suggest(moment)[0]
        preference.feedback(first.action, "dismissed")
        low = preference.suggest(moment, 6)
        for _ in range(10):
            preference.feedback(first.action, "accepted")
        high = preference.suggest(moment, 6)
        scores = [next(s.score for s in each if s.action == first.action) for each in (low, high)]
        assert scores[0] < scores[1] < first.score

    def test_a_blocked_action_never_returns(self, preference: Preference) -> None:
        mornings(preference)
        moment = moment_of(MONDAY + timedelta(days=10))
        preference.feedback(ROUTINE[0], "never")
        mornings(preference, 3)
        preference.feedback(ROUTINE[0], "accepted")
        for person in ("", "anna"):
            assert ROUTINE[0] not in {s.action for s in preference.suggest(moment, 6, person)}
        preference.unblock(ROUTINE[0])
        preference.unblock("never blocked")
        assert preference.suggest(moment)[0].action == ROUTINE[0]

    def test_what_is_no_verdict(self, preference: Preference) -> None:
        with pytest.raises(UsageError, match="accepted, dismissed, never"):
            preference.feedback("fan:turn_on", "perhaps")  # type: ignore[arg-type]

    def test_blocking_is_bounded(self, preference: Preference) -> None:
        for number in range(BLOCKED_ACTIONS):
            preference.feedback(f"action {number}", "never")
        preference.feedback("action 0", "never")
        with pytest.raises(UsageError, match="too many"):
            preference.feedback("one more", "never")
        assert preference.suggest(NEVER, 1)


class TestPersons:
    def test_each_has_ways_of_their_own(self, preference: Preference) -> None:
        for day in range(60):
            at = moment_of(MONDAY + timedelta(days=day))
            preference.observe("light.kitchen:turn_on", at, "anna")
            later = moment_of(MONDAY + timedelta(days=day, minutes=1))
            preference.observe("cover.bedroom:open", later, "ben")
        moment = moment_of(MONDAY + timedelta(days=60, minutes=2))
        assert preference.suggest(moment, 1, "anna")[0].action == "light.kitchen:turn_on"
        assert preference.suggest(moment, 1, "ben")[0].action == "cover.bedroom:open"
        # Of somebody new nothing is known but what the household does.
        assert preference.suggest(moment, 3, "carla") == preference.suggest(moment, 3)

    def test_whoever_only_judges_is_not_one_of_them(self, preference: Preference) -> None:
        preference.feedback("porch:turn_on", "dismissed", "a typing mistake")
        assert set(preference.pasts) == {""}

    def test_one_may_be_called_as_all_are(self, preference: Preference) -> None:
        preference.observe("porch:turn_on", NEVER)
        preference.observe("porch:turn_on", NEVER, "household")
        persons = preference.to_dict()["persons"]
        assert {name: one["events"] for name, one in persons.items()} == {
            "household": 1,
            "the household": 2,
        }

    def test_there_are_only_so_many(self, preference: Preference) -> None:
        for number in range(PERSONS + 3):
            preference.observe("porch:turn_on", NEVER, f"person {number}")
        assert len(preference.pasts) == PERSONS
        assert preference.stats["persons beyond limit"] == 4
        assert preference.pasts[""].memory.events == PERSONS + 3

    def test_one_can_be_forgotten(self, preference: Preference) -> None:
        mornings(preference, 3, "anna")
        mornings(preference, 3, "ben")
        preference.forget("anna")
        assert set(preference.pasts) == {"", "ben"}
        assert "anna" not in str(preference.to_dict())
        assert preference.pasts[""].memory.events > 0

    def test_the_last_takes_the_households_counts_along(self, preference: Preference) -> None:
        mornings(preference, 3, "anna")
        preference.feedback("porch:turn_on", "never")
        preference.forget("anna")
        assert len(preference.pasts[""].memory) == 0
        assert preference.blocked == {"porch:turn_on"}

    def test_forgetting_a_stranger_costs_nothing(self, preference: Preference) -> None:
        mornings(preference, 3)
        before = preference.to_dict()
        preference.forget("nobody")
        assert preference.to_dict() == before

    def test_all_can_be_forgotten(self, preference: Preference, tmp_path: Path) -> None:
        mornings(preference, 3, "anna")
        preference.feedback("porch:turn_on", "never")
        preference.forget()
        fresh = tiny_preference(tmp_path / "fresh", tiny_home())
        assert preference.to_dict() == fresh.to_dict()
        assert preference.suggest(moment_of(MONDAY)) == fresh.suggest(moment_of(MONDAY))


def test_what_is_known_can_be_taken_along(preference: Preference) -> None:
    mornings(preference, 2, "anna")
    anna = preference.to_dict()["persons"]["anna"]
    assert anna["events"] == 6
    assert anna["recent"] == [*ROUTINE, *ROUTINE]
    assert anna["sensors"] == {"door": "closed"}
    assert anna["counts"][f"after {ROUTINE[0]}"] == {ROUTINE[1]: pytest.approx(2, abs=0.1)}


class TestBadInput:
    def test_a_clock_that_goes_back(self, preference: Preference) -> None:
        mornings(preference)
        day = preference.pasts[""].memory.day
        preference.observe("porch:turn_on", moment_of(MONDAY - timedelta(days=300)))
        assert preference.stats["clock went back"] == 1
        assert preference.pasts[""].memory.day == day
        moment = moment_of(MONDAY + timedelta(days=10))
        assert preference.suggest(moment)[0].action in ROUTINE

    @pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(hours=1)])
    def test_daylight_saving(self, preference: Preference, jump: timedelta) -> None:
        """The wall clock jumps an hour; what is done at seven is still done at seven."""
        mornings(preference)
        before = preference.pasts[""].memory.day
        preference.observe("porch:turn_on", moment_of(MONDAY + timedelta(days=9, hours=2) + jump))
        assert preference.pasts[""].memory.day - before < 0.15
        moment = moment_of(MONDAY + timedelta(days=10))
        assert ROUTINE[0] in {s.action for s in preference.suggest(moment, 2)}

    @pytest.mark.parametrize("at", [datetime(1970, 1, 1, 0, 5), 0.0, math.nan])
    def test_a_clock_reset_to_1970(self, preference: Preference, at: Any) -> None:
        mornings(preference)
        last, day = preference.pasts[""].memory.last_time, preference.pasts[""].memory.day
        for _ in range(3):
            preference.observe("porch:turn_on", moment_of(at))
        memory = preference.pasts[""].memory
        assert (memory.last_time, memory.day) == (last, day)
        assert preference.stats["clock not set"] == 3
        assert memory.events == 33  # counted, but under no hour
        assert not any(key[0] == "h" for key, action, _ in memory.cells() if action == 3)
        assert preference.suggest(moment_of(at))

    def test_the_same_event_twice_counts_once(self, preference: Preference) -> None:
        for _ in range(5):
            preference.observe("porch:turn_on", moment_of(MONDAY), "anna")
        assert preference.stats["duplicate"] == 4
        assert [past.memory.events for past in preference.pasts.values()] == [1, 1]
        preference.observe("porch:turn_on", moment_of(MONDAY + timedelta(seconds=1)))
        assert preference.pasts[""].memory.events == 2

    def test_unknown_missing_and_mad_sensors(self, preference: Preference) -> None:
        """None of them may change what comes of a moment, nor what is learned of it."""
        mornings(preference)
        at = MONDAY + timedelta(days=10)
        plain = preference.suggest(moment_of(at, {}), 5)
        for context in (
            {"temperature": math.nan},
            {"temperature": math.inf},
            {"temperature": "warm" * 40},
            {"temperature": None},
            {"radon": 12.5},
            {"door": 5.0},
        ):
            found = preference.suggest(moment_of(at, context), 5)  # type: ignore[arg-type]
            assert [(s.action, s.score) for s in found] == [(s.action, s.score) for s in plain]

    def test_values_far_outside_the_range(self, preference: Preference) -> None:
        for reading in (1e299, -1e299, 10**200):
            preference.observe("porch:turn_on", moment_of(MONDAY, {"temperature": reading}))
            preference.observe("porch:turn_off", moment_of(MONDAY, {"temperature": reading}))
        assert np.isfinite(preference.pasts[""].history.rows).all()
        found = preference.suggest(moment_of(MONDAY, {"temperature": 1e299}))
        assert all(0 < s.score < 1 for s in found)

    @pytest.mark.parametrize("action", ["", "a\nb", "x" * (ITEM_CHARS + 1), None, 7, "\udcff"])
    def test_what_is_no_action_is_refused_and_teaches_nothing(
        self, preference: Preference, action: Any
    ) -> None:
        with pytest.raises(UsageError, match="action"):
            preference.observe(action, moment_of(MONDAY))
        with pytest.raises(UsageError, match="action"):
            preference.feedback(action, "dismissed")
        assert preference.pasts[""].memory.events == 0

    def test_who_is_nobody_is_refused_and_teaches_nothing(self, preference: Preference) -> None:
        with pytest.raises(UsageError, match="person"):
            preference.observe("porch:turn_on", moment_of(MONDAY), "a\nb")
        assert preference.pasts[""].memory.events == 0

    def test_more_actions_than_there_is_room_for(self, preference: Preference) -> None:
        for number in range(2 * MEMORY_ACTIONS):
            at = MONDAY + timedelta(minutes=number)
            preference.observe(f"light.l{number}:turn_on", moment_of(at))
            if number % 50 == 0:
                preference.suggest(moment_of(at))
        past = preference.pasts[""]
        assert len(past.memory.actions) == len(past.rows) == len(past.candidate) == MEMORY_ACTIONS
        assert len(past.recent) == past.history.filled
        assert past.action_of == {one: at for at, one in enumerate(past.candidate)}
        preference.restore(preference.state())
        assert preference.suggest(moment_of(MONDAY))
