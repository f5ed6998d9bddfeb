"""The picture of a week: whole, well-formed, and readable without colour or sight."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest

from edge.preference.week import Seen, last_days, outcome, page

MONDAY = datetime(2024, 1, 8, 7, 30)


def seen(rank: int, days: float = 0, said: str = "turn on <lamp> & co") -> Seen:
    return Seen(MONDAY + timedelta(days=days), said, rank, "open blind", 0.62, "often done here")


def tree(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(
        text.removeprefix("<!DOCTYPE html>")
        .replace('charset="utf-8">', 'charset="utf-8"/>')
        .replace('scale=1">', 'scale=1"/>')
    )


@pytest.mark.parametrize(
    ("rank", "expected"), [(1, "hit"), (2, "near"), (3, "near"), (4, "missed"), (0, "missed")]
)
def test_what_came_of_a_suggestion(rank: int, expected: str) -> None:
    assert outcome(seen(rank)) == expected


def test_only_the_last_seven_days() -> None:
    days = last_days([seen(1, day) for day in (9, 0, 2.6, 3, 8.5, 9.2)])
    assert [day.day for day in days] == [11, 16, 17]
    assert [len(some) for some in days.values()] == [1, 1, 2]
    assert last_days([]) == {}


def test_each_event_has_a_mark_a_title_and_a_row() -> None:
    text = page([seen(1), seen(2, 0.1), seen(0, 0.2), seen(1, 3)], "A week <here>")
    root = tree(text)
    titles = [one.text for one in root.iter("title")]
    assert titles.count("A week <here>") == 2
    assert sum("07:30 turn on <lamp> & co: suggested first" in str(title) for title in titles) == 2
    assert any("First: open blind (62 %), often done here" in str(title) for title in titles)
    svg = root.find(".//figure/svg")
    assert svg is not None
    shapes = {kind: len(list(svg.iter(kind))) for kind in ("circle", "path")}
    assert shapes == {"circle": 2, "path": 2}
    assert len(root.findall(".//tr/td")) == 4 * 6
    assert svg.get("role") == "img"
    assert {svg.get("aria-labelledby")} == {"what how"}


def test_shapes_differ_as_colours_do() -> None:
    marks = {
        re.search(r"<(circle|path)[^>]*>", page([seen(rank)], "x").split("<desc")[1])
        for rank in (1, 2, 0)
    }
    assert len({found[0] for found in marks if found}) == 3


def test_rates_are_told_for_the_week_and_every_day() -> None:
    text = page([seen(1), seen(3, 0.1), seen(0, 1), seen(0, 1.1)], "x")
    assert "4 events of 2 days: 25 % had been suggested first, 50 % among the first three" in text
    assert "50 % first" in text
    assert "0 % first" in text


def test_nothing_needs_the_net_or_a_script() -> None:
    text = page([seen(1)], "x")
    assert "http" not in text
    assert "<script" not in text
    assert "prefers-color-scheme: dark" in text


def test_a_week_in_which_nothing_happened() -> None:
    assert "nothing happened" in page([], "x")
    tree(page([], "x"))


def test_where_nothing_was_suggested() -> None:
    empty = seen(0)._replace(suggested="", score=0.0, because="")
    assert "nothing was suggested" in page([empty], "x")
