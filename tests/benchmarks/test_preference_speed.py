"""Synthetic bundles are real ones, and what is timed is what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.preference import speed, synthetic
from edge.runtime import Runtime
from tests.edge.preference.tiny import make_preference_bundle


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch")
    return synthetic.bundle(tmp_path_factory.mktemp("items") / "items.edge", items=300, window=4)


def test_a_synthetic_bundle_suggests_items_that_were_not_chosen(items: Path) -> None:
    with Runtime.load(items) as runtime:
        runtime.observe("item-7", 0.0)
        found = [one.action for one in runtime.suggest(0.0, k=10, everything=True)]

    assert len(set(found)) == 10
    assert "item-7" not in found


def test_a_catalogue_is_timed_in_turn_with_its_graph(items: Path) -> None:
    suggest, bare = speed.of_items(items, "synthetic catalogue", repeats=5, warm_up=1)

    assert (suggest["group"], suggest["name"]) == ("synthetic catalogue, 300 items", "suggest")
    assert suggest["calls"] == bare["calls"] == 5
    assert suggest["ratio"]["value"] > 1


def test_a_home_is_filled_up_to_so_many_actions(tmp_path: Path) -> None:
    bundle = make_preference_bundle(tmp_path / "tiny.edge")
    home = speed.home_of_actions(bundle, speed.household_of(1), 60)

    with Runtime.load(bundle, home=home) as runtime:
        actions = runtime.export_state()["persons"]["household"]["actions"]
    assert 60 <= len(actions) < 64


def test_a_household_is_timed_and_every_event_observed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speed, "DAYS", 2)
    bundle = make_preference_bundle(tmp_path / "tiny.edge")

    rows = speed.of_household(bundle, (), repeats=3, warm_up=0)

    assert [row["name"] for row in rows] == [
        "suggest",
        "bare session.run of the same graph",
        "observe",
        "observe, by a named person",
        "suggest, for the first time since",
        "observe, after a suggestion",
    ]
    assert {row["group"] for row in rows} == {rows[0]["group"]}
    assert rows[0]["group"].endswith("actions, 2 days of learning")


def test_memory_is_that_over_a_process_that_loads_nothing(items: Path) -> None:
    found = speed.resident(items)

    assert found["resident_mb"] > 1
