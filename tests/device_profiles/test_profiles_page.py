"""What the page on profiles says of keys is what the reader takes."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from device_profiles import ProfileError
from device_profiles.profile import FEATURES
from device_profiles.reader import parse

PAGE = (Path(__file__).parents[2] / "docs" / "profiles.md").read_text("utf-8")
EXAMPLE: dict[str, Any] = tomllib.loads(PAGE.split("```toml\n")[1].split("```")[0])
ROWS = {
    key: allowed
    for key, allowed in re.findall(r"^\| `([a-z_.]+)` \| ([^|]+) \|", PAGE, re.MULTILINE)
}


def as_toml(data: dict[str, Any]) -> str:
    """`data` as inline tables: TOML without a writer of it."""

    def value(one: Any) -> str:
        if isinstance(one, dict):
            return "{" + ", ".join(f"{key} = {value(inner)}" for key, inner in one.items()) + "}"
        return json.dumps(one)

    return "\n".join(f"{key} = {value(one)}" for key, one in data.items())


def changed(key: str, *new: Any) -> dict[str, Any]:
    """The example with another value for a key, or without it."""
    data = copy.deepcopy(EXAMPLE)
    *tables, last = key.split(".")
    inner = data
    for table in tables:
        inner = inner[table]
    inner.pop(last, None)
    if new:
        inner[last] = new[0]
    return data


def refused(data: dict[str, Any]) -> ProfileError:
    with pytest.raises(ProfileError) as caught:
        parse(as_toml(data), "heat-pump")
    return caught.value


def test_the_example_is_a_profile() -> None:
    assert parse(as_toml(EXAMPLE), "heat-pump").session.threads == 1


@pytest.mark.parametrize(
    "table", ["", "budgets.", "budgets.latency_ms.", "session.", "quantization."]
)
def test_it_has_every_key_there_is_and_no_other(table: str) -> None:
    error = refused(changed(f"{table}xyzzy", 1))
    assert error.what == "unknown key"
    keys = {key.removeprefix(table) for key in ROWS if key.startswith(table)}
    assert {key for key in keys if "." not in key} == set(error.allowed.split(", "))


@pytest.mark.parametrize("key", ROWS)
def test_what_is_optional_may_be_left_out_and_nothing_else(key: str) -> None:
    if "optional" in ROWS[key]:
        parse(as_toml(changed(key)), "heat-pump")
    else:
        error = refused(changed(key))
        assert (error.what, error.where) == ("missing", f"heat-pump: {key}")


@pytest.mark.parametrize("key", ROWS)
def test_what_is_allowed_is_what_the_reader_allows(key: str) -> None:
    wrong: Any = 3 if ROWS[key].startswith("a table") else "?"
    if ROWS[key].startswith("text"):
        wrong = ""
    allowed = refused(changed(key, wrong)).allowed
    for number in re.findall(r"\b\d[\d,]*\b", re.sub("`[^`]*`", "", ROWS[key])):
        assert number.replace(",", "") in re.findall(r"\d+", allowed)
    for named in re.findall("`([^`]*)`", ROWS[key]):
        if named in EXAMPLE:  # a bound that is another key's
            assert str(EXAMPLE[named]) in re.findall(r"\d+", allowed)
        elif not named.startswith(">="):
            assert named in re.split(r"[ ,;]+", allowed)
    if key in ("architecture", "session.optimization"):
        assert re.findall("`([^`]*)`", ROWS[key]) == allowed.split(", ")


def test_it_has_every_feature_there_is() -> None:
    for architecture, features in FEATURES.items():
        (row,) = re.findall(rf"^\| `{architecture}` \| (.*) \|$", PAGE, re.MULTILINE)
        assert set(re.findall("`([^`]*)`", row)) == features
