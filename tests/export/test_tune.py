"""What a profile gets: the gate, the budget, the order, the clock, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import onnx
import pytest

import device_profiles
from device_profiles import SCHEMES, Profile, Quantization, SessionSettings
from export.quantize import Feed, quantize
from export.recipes.intent.packing import TrainedIntent
from export.tune import LARGEST_DROP, NothingFits, Tuner


class Trained:
    """A trained model whose graphs are real and whose measures are what a test says they are."""

    task, name, gate, false_rejects = "intent", "said", "frame", 0.01

    def __init__(
        self,
        graph: onnx.ModelProto,
        feeds: Sequence[Feed],
        accuracy: Mapping[str, float],
        latency: Mapping[str, float] | None = None,
    ) -> None:
        self._graph, self._feeds = graph, feeds
        self._accuracy, self._latency = accuracy, latency or {}
        self.measured: list[str] = []

    def graph(self) -> onnx.ModelProto:
        return self._graph

    def quantized(self, graph: onnx.ModelProto, scheme: str) -> onnx.ModelProto:
        return quantize(graph, scheme, self._feeds)

    def measure(self, graph: bytes, scheme: str, settings: SessionSettings) -> dict[str, float]:
        self.measured.append(scheme)
        return {"frame": self._accuracy.get(scheme, 90.0), "intent": 99.0}

    def latency(self, graph: bytes, scheme: str, settings: SessionSettings) -> dict[str, Any]:
        return {"where": "host", "p50_us": self._latency[scheme]}

    def describe(self, graph: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
        return {}, {}

    def golden(self, bundle: Path, profile: str) -> dict[str, Any]:
        return {}


@pytest.fixture(scope="module")
def shared(run_folder: Path) -> tuple[onnx.ModelProto, Sequence[Feed]]:
    trained = TrainedIntent(run_folder)
    return trained.graph(), trained.calibration[:20]


@pytest.fixture
def make(shared: tuple[onnx.ModelProto, Sequence[Feed]]) -> Any:
    """Measures → a tuner over a model that has them."""

    def made(
        accuracy: Mapping[str, float], latency: Mapping[str, float] | None = None, **options: Any
    ) -> tuple[Tuner, Trained]:
        trained = Trained(*shared, accuracy, latency)
        said = options.pop("said", [])
        return Tuner(trained, trained.graph(), say=said.append, **options), trained

    return made


def profile(*schemes: str, here: bool = True, **budgets: float) -> Profile:
    """A board that tries `schemes` in that order; `here`: one that this machine could be."""
    machine = device_profiles.detect()
    other = "aarch64" if machine.architecture != "aarch64" else "x86_64"
    made = device_profiles.load("x86-64-hub")
    return replace(
        made,
        name="board",
        architecture=machine.architecture if here else other,
        features=frozenset(),
        cores=1,
        memory_mb=64,
        quantization=Quantization(schemes or SCHEMES),
        budgets=replace(made.budgets, **budgets),
    )


class TestGate:
    def test_the_first_that_passes_is_taken(self, make: Any) -> None:
        tuner, _ = make({})
        choice = tuner.choose(profile("int8-static", "int8-weights", "float"))
        assert choice.candidate.scheme == "int8-static"
        assert "first that passes in the profile's order" in choice.reasons[0]

    def test_a_scheme_that_costs_too_much_is_refused_and_the_next_is_taken(self, make: Any) -> None:
        tuner, _ = make({"float": 90.0, "int8-static": 89.0, "int8-dynamic": 89.6})
        choice = tuner.choose(profile("int8-static", "int8-dynamic", "float"))
        assert choice.candidate.scheme == "int8-dynamic"
        assert choice.candidate.drop == pytest.approx(0.4)
        (refused,) = (reason for reason in choice.reasons if "refused" in reason)
        assert refused.startswith("int8-static")
        assert "+1.00 points lost" in refused
        assert f"the gate allows {LARGEST_DROP}" in refused

    def test_an_error_is_lost_as_it_grows(self, make: Any) -> None:
        tuner, trained = make({"float": 0.5, "int8-static": 0.51, "int8-dynamic": 0.501})
        trained.gate = "rmse"
        trained.measure = lambda graph, scheme, settings: {"rmse": trained._accuracy[scheme]}
        choice = tuner.choose(profile("int8-static", "int8-dynamic", "float"))
        assert choice.candidate.scheme == "int8-dynamic"
        assert choice.candidate.drop == pytest.approx(0.2)  # percent of what float is off by

    def test_a_drop_of_just_what_is_allowed_passes(self, make: Any) -> None:
        tuner, _ = make({"float": 90.0, "int8-dynamic": 89.5})
        assert tuner.choose(profile("int8-dynamic")).candidate.scheme == "int8-dynamic"

    def test_what_is_allowed_can_be_said(self, make: Any) -> None:
        accuracy = {"float": 90.0, "int8-dynamic": 87.0}
        tuner, _ = make(accuracy, largest_drop=3.0)
        assert tuner.choose(profile("int8-dynamic")).candidate.drop == 3
        tuner, _ = make(accuracy, largest_drop=2.9)
        with pytest.raises(NothingFits):
            tuner.choose(profile("int8-dynamic"))

    def test_what_gains_passes_too(self, make: Any) -> None:
        tuner, _ = make({"float": 90.0, "int8-dynamic": 91.0}, largest_drop=0.0)
        assert tuner.choose(profile("int8-dynamic")).candidate.drop == -1

    def test_float_is_the_measure_even_where_the_board_would_not_have_it(self, make: Any) -> None:
        tuner, trained = make({"float": 95.0, "int8-dynamic": 94.0})
        with pytest.raises(NothingFits):
            tuner.choose(profile("int8-dynamic"))
        assert trained.measured == ["int8-dynamic", "float"]

    def test_when_nothing_passes_it_says_of_each_why(self, make: Any) -> None:
        tuner, _ = make({"float": 90.0, "int8-static": 80.0, "int8-dynamic": 70.0})
        with pytest.raises(NothingFits) as caught:
            tuner.choose(profile("int8-static", "int8-dynamic"))
        for words in ("'board'", "int8-static", "+10.00", "int8-dynamic", "+20.00"):
            assert words in caught.value.what
        assert "--max-drop" in caught.value.hint
        assert caught.value.exit_code == 1


class TestBudget:
    def test_a_graph_too_large_is_refused(self, make: Any) -> None:
        tuner, _ = make({})
        sizes = {s: len(tuner.candidate(s, profile()).graph) for s in SCHEMES}
        room = (sizes["int8-weights"] + 1) / 1024 / 1024
        choice = tuner.choose(profile("float", "int8-weights", bundle_mb=room))
        assert choice.candidate.scheme == "int8-weights"
        (refused,) = (reason for reason in choice.reasons if "refused" in reason)
        assert refused.startswith("float")
        assert "kB are left" in refused

    def test_what_all_variants_share_counts(self, make: Any) -> None:
        tuner, _ = make({}, shared_bytes=2 * 1024 * 1024)
        with pytest.raises(NothingFits, match="kB are left"):
            tuner.choose(profile("int8-weights", bundle_mb=2.0))


class TestClock:
    TIMES: Mapping[str, float] = {"float": 50, "int8-weights": 80, "int8-dynamic": 30}

    def test_on_this_machine_the_fastest_that_passes_is_taken(self, make: Any) -> None:
        tuner, _ = make({"int8-dynamic": 80.0}, self.TIMES, time_it=True)
        choice = tuner.choose(profile("int8-weights", "int8-dynamic", "float"))
        assert choice.candidate.scheme == "float"  # the fastest of all was refused by the gate
        assert "fastest" in choice.reasons[0]
        assert any("80 µs here" in reason for reason in choice.reasons)

    def test_for_another_board_the_order_holds(self, make: Any) -> None:
        """What is quick here need not be quick there."""
        tuner, _ = make({}, self.TIMES, time_it=True)
        choice = tuner.choose(profile("int8-weights", "int8-dynamic", "float", here=False))
        assert choice.candidate.scheme == "int8-weights"
        assert "not timed on this board" in choice.reasons[0]

    def test_nothing_is_timed_unless_asked_for(self, make: Any) -> None:
        tuner, _ = make({}, self.TIMES)
        assert tuner.choose(profile("float")).candidate.latency == {}


class TestWork:
    def test_each_scheme_is_measured_once_however_many_boards(self, make: Any) -> None:
        tuner, trained = make({})
        for _ in range(3):
            tuner.choose(profile())
        assert sorted(trained.measured) == sorted(SCHEMES)

    def test_and_again_for_another_level_of_optimisation(self, make: Any) -> None:
        tuner, trained = make({})
        board = profile("float")
        tuner.choose(board)
        tuner.choose(replace(board, session=replace(board.session, optimization="basic")))
        assert trained.measured == ["float", "float"]

    def test_progress_is_told_a_scheme_a_line(self, make: Any) -> None:
        said: list[str] = []
        tuner, _ = make({}, said=said)
        tuner.choose(profile("float", "int8-weights"))
        assert [line.split(":")[0] for line in said] == ["float", "int8-weights"]

    def test_the_graph_is_that_of_the_scheme(self, make: Any, shared: Any) -> None:
        tuner, _ = make({})
        found = tuner.candidate("int8-weights", profile())
        assert found.graph == quantize(shared[0], "int8-weights", shared[1]).SerializeToString()

    def test_drops_of_every_measure(self, make: Any) -> None:
        tuner, _ = make({"float": 90.0, "int8-weights": 89.75})
        found = tuner.drops(tuner.candidate("int8-weights", profile()))
        assert found == {"frame_drop": 0.25, "intent_drop": 0.0}


class TestOneGraph:
    """What ships small has one graph of each model, whichever board it is for."""

    ORDER = ("int8-dynamic", "int8-static", "int8-weights", "float")

    def test_schemes_that_would_need_another_are_passed_over(self, make: Any) -> None:
        tuner, trained = make({}, one_graph=True)
        assert tuner.choose(profile(*self.ORDER)).candidate.scheme == "int8-weights"
        assert trained.measured == ["int8-weights", "float"]

    def test_that_it_had_no_other_choice_is_a_reason(self, make: Any) -> None:
        tuner, _ = make({}, one_graph=True)
        choice = tuner.choose(profile(*self.ORDER))
        assert "of the schemes with the graph that all boards share" in choice.reasons[0]
        (passed_over,) = (reason for reason in choice.reasons if "not tried" in reason)
        assert passed_over.startswith("int8-dynamic, int8-static: ")
        assert "all boards share one graph" in passed_over
        first = tuner.choose(profile("int8-weights", "float"))
        assert not any("share" in reason for reason in first.reasons)

    def test_a_scheme_that_runs_the_same_graph_is_taken_where_a_board_likes_it(
        self, make: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            Trained,
            "quantized",
            lambda self, graph, scheme: (
                None if scheme == "int8-dynamic" else quantize(graph, _stored(scheme), self._feeds)
            ),
        )
        tuner, _ = make({}, one_graph=True)
        quick = tuner.choose(profile(*self.ORDER)).candidate
        frugal = tuner.choose(profile("int8-weights", "int8-static")).candidate
        assert (quick.scheme, frugal.scheme) == ("int8-static", "int8-weights")
        assert quick.graph == frugal.graph

    def test_where_it_does_not_pass_there_is_float(self, make: Any) -> None:
        tuner, _ = make({"float": 90.0, "int8-weights": 80.0}, one_graph=True)
        assert tuner.choose(profile(*self.ORDER)).candidate.scheme == "float"


def _stored(scheme: str) -> str:
    """Speech has one graph for both: see `export.recipes.speech.packing`."""
    return "int8-weights" if scheme == "int8-static" else scheme
