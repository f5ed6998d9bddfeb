"""A manifest whose `boost` or `ratings` are meant to do harm: refused with the key named.

Written by hand into a bundle that is otherwise good, since the project's own writer would refuse
some of it.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from edge.bundle.bundle import Bundle
from edge.errors import BundleError
from edge.preference.experts.boost import Boost
from edge.preference.experts.ratings import Ratings
from edge.preference.loading import preference_of
from edge.preference.moment import NEVER
from tests.edge.attacks.bundles import edit
from tests.edge.preference.tiny import ITEMS, RATED_SENSES, RATINGS, make_preference_bundle
from tests.edge.tiny_bundle import HERE

BOOST = Boost()._asdict()
HUGE = 10**400
HOSTILE: list[Any] = [
    math.nan,
    math.inf,
    -math.inf,
    1e308,
    -1e308,
    HUGE,
    True,
    "1",
    None,
    [1],
    {"value": 1},
]
GROUPS: list[Any] = [5, "boost", [1, 2, 3, 4], True, {}, {"unknown": 1}]


def spoilt(folder: Path, key: str, value: Any) -> Path:
    path = make_preference_bundle(folder / "films.edge", generic=False, senses=RATED_SENSES)
    return edit(path, lambda manifest: manifest["tasks"]["preference"].update({key: value}))


def refused(path: Path) -> str:
    with pytest.raises(BundleError) as caught:
        preference_of(Bundle.open(path, profile=HERE))
    return str(caught.value)


def where(key: str, name: str, value: Any) -> str:
    """The key; what is no JSON, or no number of it, does not get so far as to have one."""
    is_json = value != HUGE and (not isinstance(value, float) or math.isfinite(value))
    return f"tasks.preference.{key}.{name}" if is_json else "manifest.json"


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:8])
@pytest.mark.parametrize("name", Boost._fields)
def test_a_number_of_boost(tmp_path: Path, name: str, value: Any) -> None:
    words = refused(spoilt(tmp_path, "boost", BOOST | {name: value}))
    assert where("boost", name, value) in words


@pytest.mark.parametrize("value", [-1e-9, -1, 1000.1])
@pytest.mark.parametrize("name", Boost._fields)
def test_a_number_of_boost_that_is_out_of_range(tmp_path: Path, name: str, value: float) -> None:
    words = refused(spoilt(tmp_path, "boost", BOOST | {name: value}))
    assert f"tasks.preference.boost.{name}" in words
    assert "from 0 to 1000" in words


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value)[:8])
@pytest.mark.parametrize("name", Ratings._fields)
def test_a_number_of_ratings(tmp_path: Path, name: str, value: Any) -> None:
    words = refused(spoilt(tmp_path, "ratings", RATINGS | {name: value}))
    assert where("ratings", name, value) in words


@pytest.mark.parametrize(
    "change",
    [
        {"scale": 0},
        {"scale": -1},
        {"spread": 0},
        {"spread": -0.5},
        {"low": 5, "high": 1},
        {"low": 5, "high": 5},
    ],
    ids=str,
)
def test_a_scale_that_is_none(tmp_path: Path, change: dict[str, float]) -> None:
    words = refused(spoilt(tmp_path, "ratings", RATINGS | change))
    assert "tasks.preference.ratings" in words
    assert "above 0" in words


@pytest.mark.parametrize("value", GROUPS, ids=repr)
@pytest.mark.parametrize("key", ["boost", "ratings"])
def test_what_is_no_group(tmp_path: Path, key: str, value: Any) -> None:
    assert f"tasks.preference.{key}" in refused(spoilt(tmp_path, key, value))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("boost", dict.fromkeys(Boost._fields, 1000.0)),
        ("boost", dict.fromkeys(Boost._fields, 0)),
        ("ratings", dict.fromkeys(Ratings._fields, 1e6) | {"low": -1e6, "high": 1e6}),
        ("ratings", RATINGS | {"scale": 1e-300, "spread": 5e-324}),
        ("ratings", RATINGS | {"mean": -1e6, "liked": 1e6}),
    ],
    ids=["strongest", "none", "widest", "narrowest", "far"],
)
def test_the_extremes_that_are_allowed_do_no_harm(tmp_path: Path, key: str, value: Any) -> None:
    preference = preference_of(Bundle.open(spoilt(tmp_path, key, value), profile=HERE))
    for item in ITEMS[:15]:
        preference.observe(item, NEVER, rating=4.5)
    for found in preference.suggest(NEVER, 20):
        assert 0 <= found.score <= 1
    foreseen = preference.rating_of("item-30", NEVER)
    assert foreseen is None or math.isfinite(foreseen)
    json.dumps(preference.to_dict(), allow_nan=False)
