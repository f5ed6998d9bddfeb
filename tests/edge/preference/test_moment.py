"""Moments: clocks that are wrong, sensors that are missing, strange or mad."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import BundleFormatError, UsageError
from edge.limits import CONTEXT_SENSORS, CONTEXT_TEXT_CHARS
from edge.preference.moment import NEVER, Moment, Senses, Sensor, moment_of
from tests.edge.preference.tiny import SENSES

MONDAY = datetime(2024, 1, 8, 7, 30)
NUMBERS = 13  # of the time of day and of the week
EMPTY = Senses([Sensor("temperature", 15.0, 8.0, (0.0, 10.0))])


class TestTime:
    def test_a_datetime_is_the_clock_on_the_wall(self) -> None:
        moment = moment_of(MONDAY)
        assert (moment.weekday, moment.hour) == (0, 7.5)

    def test_a_zone_is_not_converted(self) -> None:
        summer = MONDAY.replace(tzinfo=timezone(timedelta(hours=2)))
        assert moment_of(summer) == moment_of(MONDAY)

    def test_seconds_are_those_of_the_same_clock(self) -> None:
        assert moment_of(MONDAY.replace(tzinfo=UTC).timestamp()) == moment_of(MONDAY)

    @pytest.mark.parametrize(
        "time",
        [0, 0.0, datetime(1970, 1, 1, 3), -1e9, 1e15, 10**400, math.nan, math.inf, -math.inf],
    )
    def test_a_clock_that_was_never_set_is_not_believed(self, time: Any) -> None:
        assert moment_of(time) == NEVER

    @pytest.mark.parametrize("time", ["2024-01-08", b"", True, [], object()])
    def test_what_is_no_time(self, time: Any) -> None:
        with pytest.raises(UsageError, match="a time is"):
            moment_of(time)


class TestContext:
    @pytest.mark.parametrize(
        ("reading", "kept"),
        [
            (21.5, True),
            (True, True),
            ("open", True),
            (math.nan, False),
            (math.inf, False),
            (10**400, False),
            (None, False),
            ([1], False),
            ("x" * (CONTEXT_TEXT_CHARS + 1), False),
            ("\udcff", False),
        ],
    )
    def test_only_what_is_any_good_is_kept(self, reading: Any, kept: bool) -> None:
        found = moment_of(MONDAY, {"sensor": reading, "door": "open"}).context
        assert dict(found) == ({"sensor": reading} if kept else {}) | {"door": "open"}

    def test_names_that_are_none_are_left_out(self) -> None:
        context: Any = {5: 1.0, "x" * (CONTEXT_TEXT_CHARS + 1): 2.0, "\ud800": True, "a": 3.0}
        assert moment_of(None, context).context == {"a": 3.0}

    def test_no_more_sensors_than_are_allowed(self) -> None:
        many = {f"s{number}": 1.0 for number in range(CONTEXT_SENSORS + 5)}
        assert len(moment_of(None, many).context) == CONTEXT_SENSORS

    def test_what_is_no_mapping(self) -> None:
        with pytest.raises(UsageError, match="a context is"):
            moment_of(None, ["open"])  # type: ignore[arg-type]


class TestFeatures:
    def test_an_unknown_moment_is_all_zeros(self) -> None:
        assert not SENSES.features(NEVER).any()

    def test_a_number_far_outside_is_taken_for_the_nearest_end(self) -> None:
        near, far = (EMPTY.features(moment_of(None, {"temperature": t})) for t in (47.0, 1e300 / 2))
        np.testing.assert_array_equal(near, far)
        assert near[NUMBERS] == 4.0

    def test_a_missing_sensor_is_not_the_same_as_an_average_one(self) -> None:
        missing, average = (
            EMPTY.features(moment_of(None, context)) for context in ({}, {"temperature": 15.0})
        )
        assert missing[NUMBERS] == average[NUMBERS]
        assert missing[NUMBERS + 1] != average[NUMBERS + 1]

    def test_a_text_from_a_sensor_of_numbers_counts_for_nothing(self) -> None:
        assert not EMPTY.features(moment_of(None, {"temperature": "warm"})).any()

    def test_a_sensor_nobody_trained_with_changes_no_feature(self) -> None:
        with_it, without = (
            SENSES.features(moment_of(MONDAY, context)) for context in ({"radon": 5.0}, {})
        )
        np.testing.assert_array_equal(with_it, without)

    def test_midnight_is_near_midnight(self) -> None:
        late, early, noon = (
            SENSES.features(Moment(None, 0, hour))[:2] for hour in (23.9, 0.1, 12.0)
        )
        assert np.abs(late - early).max() < 0.1 < np.abs(late - noon).max()

    @given(st.dictionaries(st.text(), st.text() | st.floats() | st.booleans() | st.integers()))
    def test_any_context_gives_finite_features(self, context: dict[str, Any]) -> None:
        moment = moment_of(MONDAY, {**context, "temperature": context.get("a", 1.0)})
        assert np.isfinite(SENSES.features(moment)).all()
        SENSES.keys(moment)


class TestKeys:
    @pytest.mark.parametrize(
        ("reading", "key", "told"),
        [
            (-5.0, "#0", "temperature is at most 0"),
            (5, "#1", "temperature is between 0 and 10"),
            (50.0, "#2", "temperature is above 10"),
        ],
    )
    def test_numbers_are_cut_into_bins(self, reading: float, key: str, told: str) -> None:
        assert EMPTY.keys(moment_of(None, {"temperature": reading})) == {"temperature": key}
        assert EMPTY.told("temperature", key) == told

    def test_texts_and_yes_and_no_are_themselves(self) -> None:
        found = EMPTY.keys(moment_of(None, {"door": "open", "guests": True, "radon": 5.0}))
        assert found == {"door": "open", "guests": "yes"}
        assert EMPTY.told("front_door", "half_open") == "front door is half open"

    def test_a_text_that_looks_like_a_bin_is_a_text(self) -> None:
        assert EMPTY.told("door", "#9") == "door is #9"


class TestManifest:
    def test_there_and_back(self) -> None:
        again = Senses.from_dict(SENSES.to_dict(), "senses")
        assert (again.sensors, again.timed, again.width) == (
            SENSES.sensors,
            SENSES.timed,
            SENSES.width,
        )

    @pytest.mark.parametrize(
        "data",
        [
            None,
            {},
            {"sensors": 5},
            {"sensors": [{}]},
            {"sensors": [None]},
            {"sensors": [{"name": "a", "mean": 0, "scale": 0, "edges": [], "choices": []}]},
            {"sensors": [{"name": "a", "mean": "x", "scale": 1, "edges": [], "choices": []}]},
            {"sensors": [{"name": "a", "mean": 10**400, "scale": 1, "edges": [], "choices": []}]},
            {"sensors": [{"name": "a", "mean": 0, "scale": 1, "edges": [math.nan], "choices": []}]},
            {"sensors": [{"name": "a", "mean": 0, "scale": 1, "edges": 5, "choices": []}]},
        ],
    )
    def test_what_are_no_senses(self, data: Any) -> None:
        with pytest.raises(BundleFormatError, match="senses"):
            Senses.from_dict(data, "senses")


def test_numbers_of_numpy_are_numbers() -> None:
    told = {"lux": np.float32(3.5), "people": np.int64(2), "door": np.bool_(True)}
    moment = moment_of(np.int64(1_704_699_060), told)
    assert moment.time == 1_704_699_060
    assert moment.context == {"lux": 3.5, "people": 2, "door": True}
    assert {type(one) for one in moment.context.values()} == {float, int, bool}
