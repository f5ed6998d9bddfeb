"""Finished runs as the exporter sees them, and the bundles they become."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch

import device_profiles
from device_profiles import SCHEMES, SessionSettings
from edge.bundle.bundle import Bundle
from edge.bundle.verify import verify
from edge.cli import main
from edge.doctor.golden_answers import wrong_suggestions
from edge.preference.experts.boost import Boost
from edge.preference.experts.personal import NAMES
from edge.preference.experts.ratings import Ratings
from edge.preference.loading import preference_of
from edge.preference.model.catalogue import Catalogue
from edge.runtime import Runtime
from export.build import build
from export.quantize import quantize
from export.recipes import open_run
from export.recipes.preference.network.graph import catalogue_of, examples, export_network
from export.recipes.preference.packing import TrainedPreference
from tests.export.recipes.preference import tiny

SESSION = SessionSettings(1, False, False, "extended")
KINDS = ("household_run", "once_run", "ratings_run")
CREATED = "2026-01-02T03:04:05Z"

Run = Callable[[str], Path]


@pytest.fixture(scope="module")
def run_of(request: pytest.FixtureRequest) -> Run:
    """The finished run of a kind."""
    return request.getfixturevalue


@pytest.fixture(scope="module", params=KINDS)
def run(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def bundle(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `edge export` makes of it. Tiny students may lose more by rounding than the gate has."""
    target = tmp_path_factory.mktemp("bundles") / "tiny.edge"
    options = ("--profiles", f"raspberry-pi-4,{tiny.PROFILE}", "--max-drop", "100")
    assert main(["export", str(run), "--out", str(target), *options]) == 0
    return target


def task_of(bundle: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((bundle / "manifest.json").read_bytes())["tasks"]
    return found["preference"]


class TestGraph:
    def test_it_is_the_network(self, run: Path) -> None:
        """Every length of history, also the empty one, by torch and by ONNX Runtime."""
        from onnxruntime import InferenceSession

        trained = TrainedPreference(run)
        network, window = trained.run.student, trained.run.settings.window
        session = InferenceSession(export_network(network, window).SerializeToString())
        lengths = set()
        for history, moment, evidence in examples(network, window, 9):
            lengths.add(int(history[0, :, -1].sum()))
            found = session.run(
                ["query", "gates"], {"history": history, "moment": moment, "evidence": evidence}
            )
            with torch.no_grad():
                state = network.states(torch.from_numpy(history))[:, -1]
                expected = network.answer(state, *map(torch.from_numpy, (moment, evidence)))
            for one, other in zip(found, expected, strict=True):
                np.testing.assert_allclose(one, other[0].numpy(), atol=1e-4)
        assert {0, window} <= lengths

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_every_scheme_stays_near_it(self, once_run: Path, scheme: str) -> None:
        trained = TrainedPreference(once_run)
        made = quantize(trained.graph(), scheme, trained.calibration)
        found = trained.measure(made.SerializeToString(), scheme, SESSION)
        whole = trained.measure(trained.graph().SerializeToString(), "float", SESSION)
        assert found[trained.gate] == pytest.approx(whole[trained.gate], abs=15)


class TestCatalogue:
    def test_it_has_the_networks_vectors(self, run: Path) -> None:
        found = TrainedPreference(run)
        vectors = found.run.student.vectors
        rows = np.arange(len(found.run.catalogue))
        table = vectors.table().detach().numpy()
        # A row is rounded to 127 steps each way.
        step = np.abs(table).max(1, keepdims=True) / 127
        assert (np.abs(found.catalogue.vectors(rows) - table) <= 0.51 * step).all()
        np.testing.assert_allclose(found.catalogue.biases(rows), vectors.bias.detach().numpy())
        assert tuple(found.catalogue.names) == found.run.catalogue

    def test_a_kind_is_what_its_items_have_in_common(self, household_run: Path) -> None:
        run = TrainedPreference(household_run).run
        kinds = catalogue_of(run.student, run.catalogue, run.attributes).kinds
        assert set(kinds) == set(run.attributes) >= {"light", "turn_on"}
        column = run.attributes.index("light")
        shared = run.student.vectors.attribute.weight.detach().numpy()[column]
        np.testing.assert_allclose(kinds["light"][:-1], shared, rtol=1e-5)
        lights = [at for at, name in enumerate(run.catalogue) if name.startswith("light:")]
        bias = run.student.vectors.bias.detach().numpy()[lights].mean()
        assert kinds["light"][-1] == pytest.approx(bias, rel=1e-5)


class TestDescription:
    def test_what_the_manifest_is_told(self, run: Path) -> None:
        trained = TrainedPreference(run)
        task, files = trained.describe(trained.graph().SerializeToString())
        json.dumps(task, allow_nan=False)
        assert task["experts"] == list(NAMES)
        assert task["events"] == trained.run.settings.window
        assert task["pace"] == {"fast": 2.5, "slow": 120.0}
        assert task["doubt"] == {"lately": 0.0, "new": 0.5}
        assert set(task["calibration"]) == {"bias", "slope", "threshold"}
        assert set(files) == set(task["assets"].values())
        assert len(Catalogue.from_bytes(files["assets/catalogue.bin"])) == len(
            trained.run.catalogue
        )

    def test_each_kind_has_its_own(self, run_of: Run) -> None:
        house, once, rated = (open_run(run_of(kind)) for kind in KINDS)
        tasks = [
            each.describe(each.graph().SerializeToString())[0] for each in (house, once, rated)
        ]
        assert [task["generic"] for task in tasks] == [True, False, False]
        assert [task["boost"] is not None for task in tasks] == [False, True, False]
        assert [task["ratings"] is not None for task in tasks] == [False, False, True]
        assert Boost(**tasks[1]["boost"]).gain >= 0
        assert Ratings(**tasks[2]["ratings"]).low == 1
        assert tasks[2]["calibration"] == {"bias": 0.0, "slope": 1.0, "threshold": 0.5}
        assert [each.gate for each in (house, once, rated)] == ["ndcg10", "ndcg10", "rmse"]

    def test_more_may_be_kept_back_where_that_is_asked_for(self, household_run: Path) -> None:
        few, many = (TrainedPreference(household_run, share) for share in (0.0, 0.6))
        data = few.graph().SerializeToString()
        low, high = (each.describe(data)[0]["calibration"]["threshold"] for each in (few, many))
        assert low < high

    def test_latency_is_a_distribution_measured_here(self, run: Path) -> None:
        trained = TrainedPreference(run)
        found = trained.latency(trained.graph().SerializeToString(), "float", SESSION)
        assert found["where"] == "host"
        assert 0 < found["p50_us"] <= found["p90_us"] <= found["p99_us"]


class TestBundle:
    def test_it_is_whole(self, bundle: Path) -> None:
        assert verify(bundle).ok
        preference_of(Bundle.open(bundle, profile=tiny.PROFILE))

    def test_a_variant_for_every_board(self, bundle: Path) -> None:
        manifest = json.loads((bundle / "manifest.json").read_bytes())
        for variant in manifest["variants"]:
            graph = variant["graphs"]["preference"]
            board = device_profiles.load(variant["profile"])
            assert graph["scheme"] in board.quantization.schemes
            assert graph["accuracy"]["gate"] in graph["accuracy"]
            opset = onnx.load(bundle / graph["path"]).opset_import
            assert opset[0].version == graph["opset"]

    @pytest.mark.parametrize("profile", ["raspberry-pi-4", tiny.PROFILE])
    def test_its_golden_courses_hold_in_it(self, bundle: Path, profile: str) -> None:
        with Runtime.load(bundle, profile=profile) as hub:
            assert wrong_suggestions(task_of(bundle)["golden"], hub) == []

    def test_the_runtime_answers_from_it(self, bundle: Path) -> None:
        with Runtime.load(bundle, profile=tiny.PROFILE) as hub:
            assert hub.tasks == ("preference",)
            for name in ("light.kitchen:turn_on", "item-00", "film-00"):
                hub.observe(name, at=1_704_700_000.0)
            found = hub.suggest(at=1_704_703_600.0, everything=True)
            assert found
            assert all(0 < suggestion.score < 1 for suggestion in found)

    def test_the_same_run_gives_the_same_bytes(self, run: Path, tmp_path: Path) -> None:
        boards = [device_profiles.load(tiny.PROFILE)]
        for name in ("one", "two"):
            build(
                [run], tmp_path / name, boards, created=CREATED, largest_drop=100.0,
                say=lambda line: None,
            )  # fmt: skip
        one, two = (
            {p.relative_to(tmp_path / name): p.read_bytes() for p in (tmp_path / name).rglob("*.*")}
            for name in ("one", "two")
        )
        assert one == two


def test_a_household_has_golden_courses(household_run: Path, tmp_path: Path) -> None:
    boards = [device_profiles.load(tiny.PROFILE)]
    made = build(
        [household_run], tmp_path / "h.edge", boards, created=CREATED, largest_drop=100.0,
        say=lambda line: None,
    )  # fmt: skip
    golden = task_of(made.path)["golden"]
    assert golden
    assert len({entry["action"] for entry in golden}) == len(golden)


def test_two_runs_of_one_task_are_refused(
    household_run: Path, once_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["export", str(household_run), str(once_run), "--out", str(tmp_path / "x.edge")]
    assert main(arguments) == 2
    assert "one run of each task" in capsys.readouterr().err
    assert not (tmp_path / "x.edge").exists()
