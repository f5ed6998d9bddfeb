"""`edge doctor` on bundles with preferences: golden courses of events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge import Runtime
from edge.doctor.doctor import run_child
from edge.doctor.golden_answers import wrong_suggestions
from tests.edge.preference.tiny import GOLDEN, make_preference_bundle
from tests.edge.tiny_bundle import HERE


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    path = make_preference_bundle(tmp_path_factory.mktemp("doctor") / "tiny.edge")
    with Runtime.load(path, profile=HERE) as runtime:
        yield runtime


def test_each_course_begins_with_nothing_known(hub: Runtime) -> None:
    assert wrong_suggestions(list(GOLDEN) * 2, hub) == []


def test_another_suggestion_is_said(hub: Runtime) -> None:
    (wrong,) = wrong_suggestions([{**GOLDEN[0], "action": "fan:turn_on"}], hub)
    assert wrong == ("golden course 0 suggests 'cover.bedroom:open', it should be 'fan:turn_on'")


@pytest.mark.parametrize(
    "entry",
    [
        None,
        {},
        {"events": 5, "at": "2024-01-08", "action": "x"},
        {"events": [{}], "at": "2024-01-08", "action": "x"},
        {"events": [], "at": "soon", "action": "x"},
        {"events": [], "at": "2024-01-08", "context": 5, "action": "x"},
    ],
)
def test_what_is_no_course_is_said(hub: Runtime, entry: Any) -> None:
    (wrong,) = wrong_suggestions([entry], hub)
    assert "golden course 0 is not" in wrong


@pytest.mark.parametrize("golden", ["x", {}, [{}] * 65])
def test_what_is_no_list_of_courses(hub: Runtime, golden: Any) -> None:
    assert "no list" in wrong_suggestions(golden, hub)[0]


@pytest.mark.parametrize(
    ("with_intent", "expected"),
    [
        (False, ": 1 golden suggestions right"),
        (True, ": 5 golden sentences right, 1 golden suggestions right"),
    ],
)
def test_the_child_tries_what_the_bundle_has(
    tmp_path: Path, with_intent: bool, expected: str
) -> None:
    path = make_preference_bundle(tmp_path / "tiny.edge", with_intent=with_intent)
    ended = run_child([str(path), HERE], 60)
    assert ended.events[-1]["ok"], ended
    assert ended.events[-1]["detail"].endswith(expected)


def test_a_bundle_without_golden_suggestions_is_right_too(tmp_path: Path) -> None:
    path = make_preference_bundle(tmp_path / "tiny.edge", task={"golden": []})
    assert run_child([str(path), HERE], 60).events[-1]["ok"]
