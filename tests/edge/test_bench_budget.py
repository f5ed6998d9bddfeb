"""What the figures of a benchmark mean: against float, against the budget, with what doubts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import device_profiles
from device_profiles import SessionSettings
from edge.bench_budget import accuracy, budgets, warnings
from edge.manifest import Graph
from tests.edge.tiny_bundle import HERE

FIGURES: Mapping[str, Any] = {
    "kind": "host",
    "machine": {"load_1min": 0.1, "cores": 2, "governor": "performance"},
    "bundle": {"profile": HERE},
    "latency": {"answer": {"p99_us": 500.0}},
    "memory": {"rss_mib": 16.0},
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
        said = {"frame": 94.8, "intent": 99.0, "float": {"frame": 95.0}, "note": "dev", "n": True}
        assert accuracy(graph("int8-dynamic", said)) == {
            "float": {"frame": 95.0},
            "chosen": {"frame": 94.8, "intent": 99.0},
            "difference": {"frame": -0.2},
        }

    def test_a_float_graph_is_its_own_measure(self) -> None:
        found = accuracy(graph("float", {"frame": 95.0}))
        assert found["float"] == found["chosen"] == {"frame": 95.0}
        assert found["difference"] == {"frame": 0.0}

    def test_a_manifest_that_says_nothing(self) -> None:
        assert accuracy(graph("int8-dynamic", {})) == {"float": {}, "chosen": {}, "difference": {}}


class TestBudget:
    def measured(
        self, document: Mapping[str, Any], *, p99_us: float, rss_mib: float, kind: str = "host"
    ) -> list[bool | None]:
        profile = replace(
            device_profiles.load(HERE),
            architecture=device_profiles.detect().architecture,
            features=frozenset(),
        )
        made = json.loads(json.dumps(document))
        made["kind"] = kind
        made["latency"]["answer"]["p99_us"] = p99_us
        made["memory"] = {"rss_mib": rss_mib}
        return [row["within"] for row in budgets(made, profile)]

    def test_within_it(self, document: Mapping[str, Any]) -> None:
        assert self.measured(document, p99_us=1000, rss_mib=32) == [True, True, True]

    def test_over_it(self, document: Mapping[str, Any]) -> None:
        assert self.measured(document, p99_us=1001, rss_mib=32.1) == [False, False, True]

    def test_emulated_times_are_not_judged(self, document: Mapping[str, Any]) -> None:
        found = self.measured(document, p99_us=1, rss_mib=1, kind="emulated")
        assert found == [None, None, True]

    def test_nor_are_those_of_another_machine(self, document: Mapping[str, Any]) -> None:
        architecture = device_profiles.detect().architecture
        board = "raspberry-pi-4" if architecture != "aarch64" else "x86-64-hub"
        rows = budgets(document, device_profiles.load(board))
        assert [row["within"] for row in rows] == [None, None, True]
        assert "measured on another machine" in rows[0]["why"]

    def test_memory_that_nobody_tells_is_not_judged(self, document: Mapping[str, Any]) -> None:
        rows = budgets({**document, "memory": None}, device_profiles.load(HERE))
        assert (rows[1]["measured"], rows[1]["within"]) == (None, None)
        assert "memory: this system does not tell" in describe({**document, "memory": None})


class TestWarnings:
    def told(self, document: Mapping[str, Any], **changes: object) -> list[str]:
        calm = {"load_1min": 0.1, "cores": 2, "governor": "performance"}
        made = {
            **document,
            "kind": "host",
            "start": {"byte_code": True},
            "machine": {**document["machine"], **calm, **changes},
        }
        return warnings(made, device_profiles.load(HERE))

    def test_a_calm_machine_gives_none(self, document: Mapping[str, Any]) -> None:
        assert self.told(document) == []
        assert self.told(document, load_1min=None, governor=None) == []

    def test_a_busy_one_is_told(self, document: Mapping[str, Any]) -> None:
        (warning,) = self.told(document, load_1min=2.5)
        assert "load 2.5 on 2 cores" in warning

    def test_so_is_a_clock_that_follows_the_load(self, document: Mapping[str, Any]) -> None:
        (warning,) = self.told(document, governor="ondemand")
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
