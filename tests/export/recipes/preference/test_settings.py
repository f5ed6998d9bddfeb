"""Settings: what is left out, and errors that name the key."""

from __future__ import annotations

from typing import Any

import pytest

from edge.errors import UsageError
from export.recipes.preference.network.network import NetworkSettings
from export.recipes.preference.settings import TEACHER, PreferenceSettings, settings_from


def test_what_is_left_out_has_its_default() -> None:
    assert settings_from({}) == PreferenceSettings()
    found = settings_from({"window": 4, "student": {"item": 64}})
    assert (found.window, found.student.item) == (4, 64)
    assert found.teacher == TEACHER


def test_doubt_is_of_both_kinds() -> None:
    assert settings_from({"doubt_lately": 6}).doubt == (6, 0.5)
    assert settings_from({"doubt_new": 0}).doubt == (0, 0)


def test_a_teacher_is_larger_unless_told_otherwise() -> None:
    found = settings_from({"teacher": {"epochs": 3}}).teacher
    assert (found.epochs, found.width, found.layers) == (3, TEACHER.width, TEACHER.layers)
    assert settings_from({"student": {"epochs": 3}}).student.width == NetworkSettings().width


def test_it_survives_its_own_plain_data() -> None:
    from dataclasses import asdict

    chosen = settings_from({"window": 4, "teacher": {"width": 64}, "student": {"item": 64}})
    assert settings_from(asdict(chosen)) == chosen


def test_a_teacher_as_small_as_a_student_survives_too() -> None:
    assert settings_from({"teacher": {"width": NetworkSettings().width}}).teacher.width == 64


@pytest.mark.parametrize(
    ("data", "where", "allowed"),
    [
        ({"colour": 1}, "settings: colour", "fast_days, first_position"),
        ({"teacher": {"colour": 1}}, "settings: teacher.colour", "alone_weight"),
        ({"teecher": {}}, "settings: teecher", "window, [student], [teacher]"),
        ({"teacher": 3}, "settings: teacher", "a table"),
        ({"window": 0}, "settings: window", "from 1 to 512"),
        ({"window": 513}, "settings: window", "from 1 to 512"),
        ({"window": True}, "settings: window", "a whole number"),
        ({"fast_days": 0}, "settings: fast_days", "from 0.1"),
        ({"slow_days": float("inf")}, "settings: slow_days", "a number"),
        ({"fresh_starts": -1}, "settings: fresh_starts", "from 0"),
        ({"first_position": -2}, "settings: first_position", "from -1"),
        ({"rare_contexts": 1}, "settings: rare_contexts", "true or false"),
        ({"student_alone": "no"}, "settings: student_alone", "true or false"),
        ({"liked": "4"}, "settings: liked", "a number"),
        ({"student": {"epochs": 0}}, "settings: student.epochs", "from 1"),
        ({"student": {"mute": 1}}, "settings: student.mute", "from 0 to 0.99"),
        ({"student": {"dropout": float("nan")}}, "settings: student.dropout", "a number"),
        ({"student": {"item": 1}}, "settings: student.item", "from 2"),
        ({"student": {"teacher_weight": 2}}, "settings: student.teacher_weight", "from 0 to 1"),
        ({"student": {"seed": -1}}, "settings: student.seed", "from 0"),
        ({"student": {"width": 33}}, "settings: student.width", "a multiple of the 2 heads"),
        ({"teacher": {"heads": 5}}, "settings: teacher.width", "a multiple of the 5 heads"),
        ({"measure": 1}, "settings: measure", "a text"),
    ],
)
def test_what_cannot_be_used_is_named(data: dict[str, Any], where: str, allowed: str) -> None:
    with pytest.raises(UsageError) as caught:
        settings_from(data)
    assert caught.value.where == where
    assert allowed in caught.value.allowed
