"""A finished preference run as `edge export` wants it: graph, measures, manifest entry, assets."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import onnx

from device_profiles import SessionSettings
from edge.preference.experts.personal import NAMES
from edge.preference.model.catalogue import Catalogue
from edge.preference.model.model import TASK
from export.host import ONE_THREAD, host_latency
from export.quantize import Feed, quantize
from export.recipes.preference import recipe
from export.recipes.preference.network.graph import catalogue_of, examples, export_network
from export.recipes.preference.school.ranking import Ranking, has_pairs, rating_measures
from export.recipes.preference.trials import calibration, trial
from export.recipes.preference.trials.held_out import HeldOut, read_held_out

CALIBRATION_INPUTS = 200
"""Inputs for static quantisation."""
TIMED_CALLS = 300
GOLDEN_HISTORIES = 8


def open_run(folder: Path) -> TrainedPreference:
    """The run in `folder`."""
    return TrainedPreference(folder)


class TrainedPreference:
    """A preference model that has been trained: see `export.recipes.Trained`."""

    task = TASK

    def __init__(self, folder: Path, false_rejects: float = calibration.FALSE_REJECTS) -> None:
        self.false_rejects = false_rejects
        self.run = recipe.load(folder)
        self.name = self.run.corpus
        self._dev: list[HeldOut] = read_held_out(folder / "dev.jsonl")
        self.gate = self._gate() if self.run.ratings else "ndcg10"

    def _gate(self) -> str:
        """The order of what each person rated; their error where nobody has rated two things."""
        known = set(self.run.catalogue)
        ratings = (
            [
                one.history.events[at].rating
                for at in one.positions
                if one.history.events[at].action in known
            ]
            for one in self._dev
        )
        return "order" if has_pairs(ratings) else "rmse"

    def graph(self) -> onnx.ModelProto:
        """The float graph, checked against torch."""
        return export_network(self.run.student, self.run.settings.window)

    def quantized(self, graph: onnx.ModelProto, scheme: str) -> onnx.ModelProto:
        """The float graph under `scheme`."""
        return quantize(graph, scheme, self.calibration)

    @cached_property
    def calibration(self) -> Sequence[Feed]:
        """Inputs made of the network's own items."""
        names = ("history", "moment", "evidence")
        made = examples(self.run.student, self.run.settings.window, CALIBRATION_INPUTS)
        return [dict(zip(names, arrays, strict=True)) for arrays in made]

    def measure(self, graph: bytes, scheme: str, settings: SessionSettings) -> dict[str, float]:
        """Measures on dev of what the runtime suggests, or of the ratings it foresees."""
        if self.run.ratings:
            hub = trial.preference(self.run, self.catalogue, graph, scheme, settings)
            return rating_measures(*trial.rate(hub, self._dev))
        return Ranking(trial.ranks(self._seen(graph, scheme, settings))).measures()

    def seen(self) -> list[trial.Seen]:
        """What the runtime suggests on dev by the float graph."""
        return self._seen(self.graph().SerializeToString(), "float", ONE_THREAD)

    def latency(self, graph: bytes, scheme: str, settings: SessionSettings) -> dict[str, Any]:
        """Microseconds of `suggest` on this machine, over dev targets in turn."""
        hub = trial.preference(self.run, self.catalogue, graph, scheme, settings)
        taken = trial.timed(hub, self._dev, self.run.generic, time.perf_counter_ns, TIMED_CALLS)
        return host_latency(taken)

    def describe(self, graph: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
        """The manifest's `tasks.preference`, and catalogue and counts as assets."""
        run = self.run
        assets = {"catalogue": "assets/catalogue.bin", "population": "assets/population.bin"}
        files = {
            assets["catalogue"]: self.catalogue.to_bytes(),
            assets["population"]: run.population.to_bytes(),
        }
        task = {
            "events": run.settings.window,
            "generic": run.generic,
            "boost": run.boost._asdict() if run.boost else None,
            "experts": list(NAMES),
            "senses": run.senses.to_dict(),
            "ratings": run.ratings._asdict() if run.ratings else None,
            "calibration": self._calibration(graph),
            "doubt": run.settings.doubt._asdict(),
            "pace": {"fast": run.settings.fast_days, "slow": run.settings.slow_days},
            "assets": assets,
        }
        return task, files

    def _calibration(self, graph: bytes) -> dict[str, float]:
        if self.run.ratings:  # what is likelier to be liked than not is shown
            return {"bias": 0.0, "slope": 1.0, "threshold": 0.5}
        return calibration.fit(self._seen(graph, "float", ONE_THREAD), self.false_rejects)

    def golden(self, bundle: Path, profile: str) -> dict[str, Any]:
        """Short histories of the dev set and the sure first suggestion after each."""
        from export.recipes.preference.trials.golden import golden_histories

        return {"golden": golden_histories(bundle, profile, self._dev, GOLDEN_HISTORIES)}

    @cached_property
    def catalogue(self) -> Catalogue:
        """The items, quantised: the same for every variant."""
        return catalogue_of(self.run.student, self.run.catalogue, self.run.attributes)

    def _seen(self, graph: bytes, scheme: str, settings: SessionSettings) -> list[trial.Seen]:
        hub = trial.preference(self.run, self.catalogue, graph, scheme, settings)
        return trial.live(hub, self._dev, self.run.generic)
