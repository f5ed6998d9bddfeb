"""The numbers on the format page are those of the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edge import limits
from edge.bundle.paths import _PART

PAGE = (Path(__file__).parents[3] / "docs" / "bundle-format.md").read_text("utf-8")
TABLE = dict(re.findall(r"^\| ([A-Z_]+) \| (\d+) \|$", PAGE, re.MULTILINE))


@pytest.mark.parametrize("name", TABLE)
def test_a_limit_is_what_the_page_says(name: str) -> None:
    assert getattr(limits, name) == int(TABLE[name])


def test_every_limit_the_page_speaks_of_is_in_its_table() -> None:
    spoken = {word for word in re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", PAGE)}
    assert spoken <= TABLE.keys()
    assert len(TABLE) > 30


def test_the_pattern_of_a_path_is_what_the_page_says() -> None:
    assert _PART.pattern.replace("(?:", "(") in PAGE
