"""The benchmark of wake phrases counts what it says it counts."""

from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks.speech.wake import RATES, cost, evaluate
from edge.voice.wake.table import CHARACTERS, WakeTable
from tests.edge.voice.letters import said, silence

TABLE = WakeTable.of(
    {
        "level": [-1.9, 0.0, 0.0],
        "slope": [-0.1, 0.0, 0.0],
        "margin": 0.0,
        "heard_margin": 0.0,
        "misses": [0.0] * 6,
        "letters": [3.0, 24.0],
        "commonness": [-4.0, -2.0],
        "pairs": [[-3.3] * len(CHARACTERS)] * len(CHARACTERS),
        "words": {},
        "hearing": {"floor": -12.0, "best": 0.5, "edge": 2.0, "edge_floor": -6.0, "silence": 10},
    }
)
"""Thresholds of about −1.83: one letter of eight may be wrong, not two."""


def test_misses_and_false_accepts_are_counted_by_the_whole_detector() -> None:
    calls = [said("computer"), said("compuder"), said("gombuder"), said("the weather")]
    background = [
        np.concatenate([said("compuder"), silence(2), said("computed"), silence(176)]),
        np.concatenate([said("nothing here"), silence(178)]),
    ]
    found = evaluate({"computer": calls}, background, TABLE)["computer"]
    assert found.calls == 4
    assert found.hours == pytest.approx(0.1, abs=0.01)
    assert found.at_threshold.misses == 0.5
    assert found.at_threshold.false_accepts == pytest.approx(2 / found.hours)


def test_the_curve_trades_one_for_the_other() -> None:
    calls = [said("computer"), said("compuder"), said("gombuder"), said("the weather")]
    background = [np.concatenate([said("compuder"), silence(1078)])]
    found = evaluate({"computer": calls}, background, TABLE)["computer"]
    assert len(found.curve) == len(RATES)
    accepts = [point.false_accepts for point in found.curve]
    misses = [point.misses for point in found.curve]
    assert accepts == sorted(accepts)
    assert all(at <= rate for at, rate in zip(accepts, RATES, strict=True))
    assert misses == sorted(misses, reverse=True)
    # The first false accept is as good as the second call.
    assert misses[0] == 0.75
    assert 0.25 <= misses[-1] < 0.75


def test_a_threshold_found_elsewhere_is_looked_at_too() -> None:
    calls = {"computer": [said("computer"), said("compuder"), said("the weather")]}
    quiet = evaluate(calls, [silence(60)], TABLE)["computer"]
    assert quiet.fixed.false_accepts == 0
    noisy = [np.concatenate([said("compuder"), silence(1078)])]
    alone = evaluate(calls, noisy, TABLE)["computer"].fixed
    found = evaluate(calls, noisy, TABLE, thresholds={"computer": alone.threshold - 0.5})[
        "computer"
    ]
    assert found.fixed.threshold == alone.threshold - 0.5
    assert found.fixed.false_accepts > 0 == alone.false_accepts
    assert found.fixed.misses < alone.misses


def test_phrases_do_not_disturb_each_other() -> None:
    calls = {"computer": [said("computer")], "hey jarvis": [said("hey jarvis")]}
    found = evaluate(calls, [silence(60)], TABLE)
    alone = evaluate({"computer": calls["computer"]}, [silence(60)], TABLE)
    assert found["computer"] == alone["computer"]


def test_results_are_plain_data_and_cost_is_a_time() -> None:
    found = evaluate({"computer": [said("computer")]}, [silence(60)], TABLE)["computer"]
    assert json.loads(json.dumps(found.to_dict()))["at_threshold"]["misses"] == 0
    assert cost(["computer"], TABLE, repeats=3)["p50_us"] > 0
