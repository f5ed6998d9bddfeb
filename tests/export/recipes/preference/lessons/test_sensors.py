"""What the sensors of a corpus say, learned from its training histories."""

from __future__ import annotations

import pytest

from edge.limits import CONTEXT_SENSORS
from edge.preference.moment import Sensor
from export.corpora.interactions import Event, History, InteractionCorpus, Reading, Target
from export.recipes.preference.lessons.sensors import senses_of
from tests.export.recipes.preference import tiny


def sensors(*contexts: dict[str, Reading]) -> dict[str, Sensor]:
    events = tuple(Event("a", context=context) for context in contexts)
    corpus = InteractionCorpus("c", [History("h", events)], [Target(0, 0)])
    return {sensor.name: sensor for sensor in senses_of(corpus).sensors}


def test_numbers_have_a_scale_and_quartiles() -> None:
    found = sensors(*({"lux": float(value)} for value in range(101)))["lux"]
    assert found.mean == 50
    assert found.scale == pytest.approx(29.15, abs=0.01)
    assert found.edges == (25, 50, 75)
    assert found.choices == ()


def test_a_number_that_never_changes_has_a_scale_all_the_same() -> None:
    found = sensors(*[{"lux": 3.0}] * 5)["lux"]
    assert (found.mean, found.scale, found.edges) == (3, 1, (3,))


def test_one_absurd_reading_is_not_the_scale() -> None:
    usual = [{"lux": float(value)} for value in range(101)]
    found = sensors(*usual, {"lux": 1e11}, *usual)["lux"]
    assert (found.mean, found.scale) == (50, pytest.approx(29.15, abs=0.01))


def test_texts_and_switches_are_choices() -> None:
    found = sensors({"door": "open", "guests": True}, {"door": "closed", "guests": False})
    assert found["door"].choices == ("closed", "open")
    assert found["guests"].choices == ("no", "yes")


def test_what_is_hardly_ever_said_is_not_told_apart() -> None:
    found = sensors(*[{"door": "open"}] * 300, {"door": "ajar"})
    assert found["door"].choices == ("open",)


def test_a_sensor_that_says_both_is_one_of_choices() -> None:
    found = sensors({"mode": "eco"}, {"mode": 3.0}, {"mode": "eco"})
    assert found["mode"].choices == ("eco",)


def test_there_are_only_so_many() -> None:
    assert len(sensors({f"s{n}": float(n) for n in range(2 * CONTEXT_SENSORS)})) == CONTEXT_SENSORS


def test_only_training_histories_are_asked() -> None:
    one, two = (History("h", (Event("a", context={name: 1.0}),)) for name in ("lux", "noise"))
    corpus = InteractionCorpus("c", [one, two], [Target(0, 0)], dev=[Target(1, 0)])
    assert [sensor.name for sensor in senses_of(corpus).sensors] == ["lux"]


def test_moments_have_a_time_where_events_have_one() -> None:
    assert not senses_of(tiny.choices()).timed
    assert senses_of(tiny.choices()).width == 1
    assert senses_of(tiny.rated()).timed


def test_where_items_are_rated_the_rating_is_a_sensor() -> None:
    (found,) = senses_of(tiny.rated()).sensors
    assert found.name == "rating"
    assert 1 < found.mean < 5
