"""Explicit ratings: given, foreseen, kept."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge import Runtime
from edge.preference.experts.ratings import DOUBT, Ratings, generosity, usable
from edge.preference.memory.file import from_bytes, to_bytes
from edge.preference.memory.memory import Memory
from edge.preference.moment import NEVER, moment_of
from edge.preference.preference import Preference
from tests.edge.preference.tiny import (
    ITEMS,
    RATED_SENSES,
    RATINGS,
    make_preference_bundle,
    rating,
    tiny_home,
    tiny_preference,
)
from tests.edge.tiny_bundle import HERE

SCALE = Ratings(**RATINGS)
MONDAY = datetime(2024, 1, 8, 7)
NO_RATINGS: list[Any] = [math.nan, math.inf, -math.inf, "five", True, [4], 10**400, None]


@pytest.fixture
def preference(tmp_path: Path) -> Preference:
    return rating(tmp_path)


class TestScale:
    def test_a_score_is_standard_deviations_above_the_mean(self) -> None:
        assert SCALE.rating(0.0) == 3.5
        assert SCALE.rating(-1.0) == pytest.approx(2.7)

    @given(st.floats(allow_nan=False))
    def test_no_rating_is_beyond_the_scale(self, score: float) -> None:
        assert 1 <= SCALE.rating(score) <= 5

    def test_at_what_is_liked_it_is_even(self) -> None:
        even = (4.0 - 3.5) / 0.8
        assert SCALE.chance(even) == pytest.approx(0.5)
        # One standard deviation of the error above it: Φ(1).
        assert SCALE.chance(even + 0.5 / 0.8) == pytest.approx(0.841345, abs=1e-5)

    @given(st.floats(-1e6, 1e6), st.floats(0, 1e6))
    def test_a_higher_score_is_not_less_liked(self, score: float, more: float) -> None:
        assert 0 <= SCALE.chance(score) <= SCALE.chance(score + more) <= 1


class TestGenerosity:
    def test_of_nobody_nothing_is_known(self) -> None:
        assert generosity(Memory()) == 0

    def test_it_is_a_shrunken_mean(self) -> None:
        memory = Memory()
        for action, (usual, stars) in enumerate(((0.0, 4.3), (0.5, 4.3), (-1.0, 3.5))):
            SCALE.learn(memory, memory.admit(str(action)), usual, stars)
        above = [1.0 - 0.0, 1.0 - 0.5, 0.0 + 1.0]
        assert generosity(memory) == pytest.approx(sum(above) / (3 + DOUBT))

    def test_old_ratings_fade(self) -> None:
        """What was given long ago counts less, not as if it had been average."""
        memory = Memory()
        memory.pass_time(moment_of(MONDAY))
        SCALE.learn(memory, memory.admit("old"), 0.0, 4.3)
        fresh = generosity(memory)
        for month in range(1, 9):
            memory.pass_time(moment_of(MONDAY + timedelta(days=30 * month)))
        weight = 2 ** (-240 / memory.pace.slow)
        assert fresh == pytest.approx(1 / (1 + DOUBT))
        assert generosity(memory) == pytest.approx(weight / (weight + DOUBT))

    @pytest.mark.parametrize(("stars", "as_if"), [(100.0, 5.0), (-3.0, 1.0)])
    def test_one_beyond_the_scale_is_taken_for_its_end(self, stars: float, as_if: float) -> None:
        one, two = Memory(), Memory()
        SCALE.learn(one, one.admit("film"), 0.2, stars)
        SCALE.learn(two, two.admit("film"), 0.2, as_if)
        assert generosity(one) == generosity(two)

    def test_a_full_memory_is_not_taken_for_generous(self, tmp_path: Path) -> None:
        """Somebody who always rates a little above the usual, for longer than counts are kept."""
        names = [f"item-{number}" for number in range(450)]
        preference = rating(tmp_path, names=names)
        past = preference.pasts[""]
        for number, name in enumerate(names):
            number_in_memory = preference.candidates.admit(past, name)
            usual = SCALE.rating(past.bias[number_in_memory] + 0.3)
            preference.observe(name, moment_of(MONDAY + timedelta(hours=number)), rating=usual)
        assert 0.2 < generosity(past.memory) < 0.31


class TestForeseeing:
    def test_it_is_the_model_and_the_person(self, preference: Preference) -> None:
        query, _ = preference.model.read(
            preference.pasts[""].history,
            preference.senses.features(NEVER),
            np.zeros(preference.model.shape.evidence, np.float32),
        )
        catalogue = preference.candidates.catalogue  # type: ignore[attr-defined]
        foreseen = [preference.rating_of(item, NEVER) for item in ITEMS]
        assert foreseen == pytest.approx(
            [SCALE.rating(score) for score in catalogue.scores(query).tolist()], abs=1e-5
        )
        assert len(set(foreseen) - {1.0, 5.0}) > len(ITEMS) // 2  # the scale hides few of them

    def test_of_a_generous_person_more_is_foreseen(self, tmp_path: Path) -> None:
        high, low = (rating(tmp_path / name) for name in "ab" if not (tmp_path / name).mkdir())
        for item in ITEMS[:12]:
            high.observe(item, NEVER, rating=5)
            low.observe(item, NEVER, rating=1)
        assert generosity(high.pasts[""].memory) > 0.5
        assert generosity(low.pasts[""].memory) < -0.5
        # The vectors of what was done are the same; only what it was rated differs.
        differences = [
            high.rating_of(item, NEVER) - low.rating_of(item, NEVER)  # type: ignore[operator]
            for item in ITEMS
        ]
        assert np.mean(differences) > 0

    @pytest.mark.parametrize("item", ["nobody ever heard of it", "", "a\nb"])
    def test_what_is_not_known_has_no_rating(self, preference: Preference, item: str) -> None:
        assert preference.rating_of(item, NEVER) is None
        preference.observe("nobody ever heard of it", NEVER, rating=5)
        assert preference.rating_of(item, NEVER) is None

    def test_where_nothing_is_rated_there_is_no_rating(self, tmp_path: Path) -> None:
        one = tiny_preference(tmp_path, tiny_home())
        one.observe("porch:turn_on", NEVER, rating=5)
        assert one.rating_of("porch:turn_on", NEVER) is None
        (tmp_path / "items").mkdir()
        two = tiny_preference(tmp_path / "items", generic=False)
        assert two.rating_of("item-1", NEVER) is None


class TestSuggesting:
    def test_the_best_liked_comes_first(self, preference: Preference) -> None:
        preference.observe("item-3", NEVER, rating=4.5)
        found = preference.suggest(NEVER, len(ITEMS))
        foreseen = [preference.rating_of(s.action, NEVER) for s in found]
        assert len(found) == len(ITEMS) - 1
        assert foreseen == sorted(foreseen, reverse=True)  # type: ignore[type-var]

    def test_its_score_is_how_likely_it_is_to_be_liked(self, tmp_path: Path) -> None:
        (tmp_path / "plain").mkdir()
        preference = rating(tmp_path / "plain")
        preference.calibration = preference.calibration._replace(bias=0.0, slope=1.0)
        for item in ITEMS[:5]:
            preference.observe(item, NEVER, rating=4)
        compared = 0
        for found in preference.suggest(NEVER, len(ITEMS)):
            foreseen = preference.rating_of(found.action, NEVER)
            assert foreseen is not None
            if 1 < foreseen < 5:  # where the scale does not end
                compared += 1
                chance = SCALE.chance((foreseen - SCALE.mean) / SCALE.scale)
                assert found.score == pytest.approx(chance, abs=1e-4)
        assert compared > 5


class TestObserving:
    @pytest.mark.parametrize("stars", NO_RATINGS)
    def test_what_is_no_rating_costs_only_itself(self, tmp_path: Path, stars: Any) -> None:
        plain, odd = (rating(tmp_path / name) for name in "ab" if not (tmp_path / name).mkdir())
        plain.observe("item-3", moment_of(MONDAY))
        odd.observe("item-3", moment_of(MONDAY), rating=stars)
        assert odd.to_dict() == plain.to_dict()
        np.testing.assert_array_equal(odd.pasts[""].history.rows, plain.pasts[""].history.rows)
        assert usable(stars) is None

    def test_the_model_reads_what_it_was_rated(self, preference: Preference) -> None:
        preference.observe("item-3", moment_of(MONDAY), rating=4.5)
        preference.observe("item-4", moment_of(MONDAY + timedelta(hours=1)))
        one, two = preference.pasts[""].history.rows[0, -2:, -4:-2]
        assert one.tolist() == [1.0, 1.0]  # a point above the mean, and that there is one
        assert two.tolist() == [0.0, 0.0]

    def test_a_rating_is_not_known_before_it_is_given(self, preference: Preference) -> None:
        moment = moment_of(MONDAY)
        before = preference.rating_of("item-3", moment)
        assert before == preference.rating_of("item-3", moment)
        preference.observe("item-9", moment, rating=1)
        assert preference.rating_of("item-3", moment) != before

    def test_a_file_keeps_it(self, preference: Preference, tmp_path: Path) -> None:
        for number, item in enumerate(ITEMS[:9]):
            moment = moment_of(MONDAY + timedelta(days=number))
            preference.observe(item, moment, "anna", rating=1 + number % 5)
        data = to_bytes(preference.state(), "tiny")
        (tmp_path / "again").mkdir()
        again = rating(tmp_path / "again")
        again.restore(from_bytes(data, "tiny", "home.state"))
        for name, past in preference.pasts.items():
            kept = generosity(again.pasts[name].memory)
            assert kept == pytest.approx(generosity(past.memory), abs=1e-5)
        for item in ITEMS:
            assert again.rating_of(item, NEVER) == pytest.approx(
                preference.rating_of(item, NEVER), abs=1e-4
            )


def test_through_the_face_of_the_package(tmp_path: Path) -> None:
    path = make_preference_bundle(
        tmp_path / "films.edge", generic=False, task={"ratings": RATINGS}, senses=RATED_SENSES
    )
    with Runtime.load(path, profile=HERE, state=tmp_path / "films.state") as hub:
        for item in ITEMS[:20]:
            hub.observe(item, at=MONDAY, rating=5)
        foreseen = [hub.rating(item, at=MONDAY) for item in ITEMS]
        assert hub.rating("no film") is None
        assert not {s.action for s in hub.suggest(MONDAY, k=20, everything=True)} & set(ITEMS[:20])
    with Runtime.load(path, profile=HERE, state=tmp_path / "films.state") as hub:
        assert [hub.rating(item, at=MONDAY) for item in ITEMS] == pytest.approx(foreseen, abs=1e-4)
        hub.forget()
        assert [hub.rating(item, at=MONDAY) for item in ITEMS] != pytest.approx(foreseen, abs=1e-4)
