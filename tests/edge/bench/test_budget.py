"""What the figures of a benchmark mean: against float, against the budget, with what doubts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import device_profiles
from device_profiles import SessionSettings
from edge.bench.budget import accuracy, budgets, warnings
from edge.bundle.manifest import Graph
from tests.edge.tiny_bundle import HERE

FIGURES: Mapping[str, Any] = {
    "kind": "host",
    "machine": {"load_1min": 0.1, "cores": 2, "governor": "performance"},
    "bundle": {"profile": HERE},
    "latency": {"answer": {"p99_us": 500.0}},
    "memory": {"rss_mib": 16.0},
    "speech": None,
    "start": {"byte_code": True},
    "bytes": {"device": 1024 * 1024},
}
"""Of a calm machine, within the budget."""


def graph(scheme: str, found: Mapping[str, Any]) -> Graph:
    settings = SessionSettings(1, False, False, "extended")
    return Graph("intent", "", 0, 17, scheme, (), (), settings, found, {}, ())


class TestAccuracy:
    """What the manifest says, chosen beside float."""

    def test_what_quantising_cost(self) -> None:
        said = {"frame": 94.8, "frame_drop": 0.2, "gate": "frame", "intent": 99.0, "dev": True}
        assert accuracy(graph("int8-dynamic", said)) == {
            "float": {"frame": 95.0},
            "chosen": {"frame": 94.8, "intent": 99.0},
            "difference": {"frame": -0.2},
        }

    def test_a_float_graph_is_its_own_measure(self) -> None:
        found = accuracy(graph("float", {"frame": 95.0}))
        assert found["float"] == found["chosen"] == {"frame": 95.0}
        assert found["difference"] == {"frame": 0.0}

    def test_what_it_gained(self) -> None:
        found = accuracy(graph("int8-static", {"frame": 95.1, "frame_drop": -0.1}))
        assert (found["float"], found["difference"]) == ({"frame": 95.0}, {"frame": 0.1})

    def test_a_manifest_that_says_nothing(self) -> None:
        assert accuracy(graph("int8-dynamic", {})) == {"float": {}, "chosen": {}, "difference": {}}


class TestBudget:
    def judged(self, **figures: object) -> list[bool | None]:
        """Latency, memory, bundle: whether each is within the budget of this very machine."""
        here = replace(
            device_profiles.load(HERE),
            architecture=device_profiles.detect().architecture,
            features=frozenset(),
        )
        return [row["within"] for row in budgets({**FIGURES, **figures}, here)]

    def test_within_it(self) -> None:
        at_most = {"latency": {"answer": {"p99_us": 1000}}, "memory": {"rss_mib": 32}}
        assert self.judged() == self.judged(**at_most) == [True, True, True]

    def test_over_it(self) -> None:
        assert self.judged(latency={"answer": {"p99_us": 1001}}) == [False, True, True]
        assert self.judged(memory={"rss_mib": 32.1}) == [True, False, True]
        assert self.judged(bytes={"device": 5 * 1024 * 1024 + 1}) == [True, True, False]

    def test_what_hears_may_take_more_memory(self) -> None:
        heard = {"speech": {"hours": 0.1}, "memory": {"rss_mib": 45}}
        assert self.judged(memory={"rss_mib": 45}) == [True, False, True]
        assert self.judged(**heard) == [True, True, True]

    def test_emulated_times_are_not_judged(self) -> None:
        assert self.judged(kind="emulated") == [None, None, True]

    def test_nor_are_those_of_another_machine(self) -> None:
        architecture = device_profiles.detect().architecture
        board = "raspberry-pi-4" if architecture != "aarch64" else "x86-64-hub"
        rows = budgets(FIGURES, device_profiles.load(board))
        assert [row["within"] for row in rows] == [None, None, True]
        assert "measured on another machine" in rows[0]["why"]

    def test_memory_that_nobody_tells_is_not_judged(self) -> None:
        assert self.judged(memory=None) == [True, None, True]

    def test_what_is_over_by_a_hair_does_not_look_within(self) -> None:
        figures = {**FIGURES, "bytes": {"device": 5 * 1024 * 1024 + 1}}
        row = budgets(figures, device_profiles.load(HERE))[2]
        assert row["measured"] > row["allowed"]


class TestWarnings:
    def told(self, **machine: object) -> list[str]:
        figures = {**FIGURES, "machine": {**FIGURES["machine"], **machine}}
        return warnings(figures, device_profiles.load(HERE))

    def test_a_calm_machine_gives_none(self) -> None:
        assert self.told() == []
        assert self.told(load_1min=None, governor=None) == []

    def test_a_busy_one_is_told(self) -> None:
        (warning,) = self.told(load_1min=2.5)
        assert "load 2.5 on 2 cores" in warning

    def test_so_is_a_clock_that_follows_the_load(self) -> None:
        (warning,) = self.told(governor="ondemand")
        assert "ondemand" in warning

    def test_and_a_package_without_its_byte_code(self) -> None:
        (warning,) = warnings(
            {**FIGURES, "start": {"byte_code": False}}, device_profiles.load(HERE)
        )
        assert "importing it takes two to three times as long" in warning

    def test_a_profile_that_is_not_here_has_no_budget(self) -> None:
        figures = {**FIGURES, "bundle": {"profile": "my-board"}}
        assert budgets(figures, None) == []
        assert warnings(figures, None) == ["no profile 'my-board' here: its budgets are unknown"]
