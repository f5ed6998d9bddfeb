"""A run folder in, a bundle out."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import device_profiles
from device_profiles import Profile, Quantization
from edge.bundle.bundle import Bundle
from edge.bundle.verify import verify
from edge.errors import UsageError
from edge.runtime import Runtime
from export.build import Built, build
from export.recipes import open_run
from export.tune import NothingFits

CREATED = "2026-01-02T03:04:05Z"
PI, HUB = "raspberry-pi-4", "x86-64-hub"


def profiles(*names: str) -> list[Profile]:
    return [device_profiles.load(name) for name in names or (PI, HUB)]


def make(run: Path, target: Path, **options: Any) -> Built:
    boards = options.pop("boards", profiles())
    usual = {"created": CREATED, "say": lambda line: None}
    return build([run], target, boards, **(usual | options))


def contents(bundle: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(bundle)): path.read_bytes()
        for path in bundle.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def built(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    return make(run_folder, tmp_path_factory.mktemp("bundles") / "one.edge")


@pytest.fixture(scope="module")
def manifest(built: Built) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((built.path / "manifest.json").read_text("utf-8"))
    return found


class TestBundle:
    def test_it_is_whole(self, built: Built) -> None:
        assert verify(built.path).ok

    def test_a_variant_for_every_board(self, manifest: dict[str, Any]) -> None:
        assert [variant["profile"] for variant in manifest["variants"]] == [PI, HUB]
        for variant in manifest["variants"]:
            graph = variant["graphs"]["intent"]
            assert graph["path"] == f"variants/{variant['profile']}/intent.onnx"
            board = device_profiles.load(variant["profile"])
            assert graph["scheme"] in board.quantization.schemes
            assert graph["session"]["threads"] == board.session.threads

    def test_accuracy_and_what_quantising_cost(self, manifest: dict[str, Any]) -> None:
        for variant in manifest["variants"]:
            accuracy = variant["graphs"]["intent"]["accuracy"]
            assert accuracy["gate"] == "frame"
            assert {"frame", "frame_drop", "intent", "slot_f1"} <= set(accuracy)

    def test_the_choice_and_its_reasons(self, built: Built, manifest: dict[str, Any]) -> None:
        for variant, choice in zip(manifest["variants"], built.parts[0].choices, strict=True):
            graph = variant["graphs"]["intent"]
            assert graph["reasons"] == list(choice.reasons)
            assert graph["reasons"][0].startswith(graph["scheme"])
            assert len(graph["reasons"]) == 1 + len(choice.profile.quantization.schemes)

    def test_name_and_version(self, manifest: dict[str, Any], run_folder: Path) -> None:
        assert manifest["name"] == open_run(run_folder).name
        assert (manifest["version"], manifest["sequence"]) == ("0.1.0", 0)
        assert manifest["created"] == CREATED

    @pytest.mark.parametrize("profile", [PI, HUB])
    def test_the_runtime_answers_from_it(self, built: Built, profile: str) -> None:
        with Runtime.load(built.path, profile=profile) as hub:
            found = hub.understand("switch the reading lamp on").to_dict()
        assert found["intent"] == "turn_on"

    def test_its_golden_sentences_are_answered_so_by_every_variant(
        self, built: Built, manifest: dict[str, Any]
    ) -> None:
        golden = manifest["tasks"]["intent"]["golden"]
        for profile in (PI, HUB):
            with Runtime.load(built.path, profile=profile) as hub:
                for entry in golden:
                    assert (
                        entry["result"].items() <= hub.understand(entry["text"]).to_dict().items()
                    )

    def test_for_programs(self, built: Built) -> None:
        found = json.loads(json.dumps(built.to_dict()))
        assert found["bundle"] == str(built.path)
        assert [variant["profile"] for variant in found["tasks"]["intent"]["variants"]] == [PI, HUB]


class TestRepeating:
    def test_the_same_run_gives_the_same_bytes(
        self, built: Built, run_folder: Path, tmp_path: Path
    ) -> None:
        again = make(run_folder, tmp_path / "another-name.edge")
        assert contents(again.path) == contents(built.path)

    def test_a_bundle_there_is_replaced_whole(self, run_folder: Path, tmp_path: Path) -> None:
        target = tmp_path / "home.edge"
        make(run_folder, target, boards=profiles(PI))
        make(run_folder, target, boards=profiles(HUB), sequence=1)
        assert [path.name for path in (target / "variants").iterdir()] == [HUB]
        assert Bundle.open(target, HUB).sequence == 1
        assert [path.name for path in tmp_path.iterdir()] == ["home.edge"]


def test_what_training_doubted_is_said_again(run_folder: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(run_folder, run, ignore=shutil.ignore_patterns("check*"))
    described = json.loads((run / "run.json").read_text("utf-8"))
    assert described["doubts"] == []
    described["doubts"] = ["dev has 3 sentences"]
    (run / "run.json").write_text(json.dumps(described), "utf-8")
    said: list[str] = []
    make(run, tmp_path / "home.edge", boards=profiles(HUB), say=said.append)
    assert said[0] == f"warning: {run}: dev has 3 sentences"


class TestRefusal:
    def test_when_nothing_fits_nothing_is_written(self, run_folder: Path, tmp_path: Path) -> None:
        tight = device_profiles.load(PI)
        tight = replace(tight, budgets=replace(tight.budgets, bundle_mb=0.01))
        with pytest.raises(NothingFits, match="raspberry-pi-4"):
            make(run_folder, tmp_path / "home.edge", boards=[*profiles(HUB), tight])
        assert list(tmp_path.iterdir()) == []

    def test_what_was_there_stays(self, run_folder: Path, tmp_path: Path) -> None:
        make(run_folder, tmp_path / "home.edge", boards=profiles(HUB))
        before = contents(tmp_path / "home.edge")
        board = replace(device_profiles.load(HUB), quantization=Quantization(("int8-weights",)))
        with pytest.raises(NothingFits):
            make(run_folder, tmp_path / "home.edge", boards=[board], largest_drop=-1.0)
        assert contents(tmp_path / "home.edge") == before

    @pytest.mark.parametrize(
        "description", [None, "", "{", "[]", "{}", '{"family": "tea"}', '{"family": ["intent"]}']
    )
    def test_a_folder_that_is_no_finished_run(
        self, tmp_path: Path, description: str | None
    ) -> None:
        (tmp_path / "run").mkdir()
        if description is not None:
            (tmp_path / "run" / "run.json").write_text(description, "utf-8")
        with pytest.raises(UsageError, match="no finished training run") as caught:
            make(tmp_path / "run", tmp_path / "home.edge")
        assert "--resume" in caught.value.hint
        assert not (tmp_path / "home.edge").exists()


class TestThresholds:
    def test_how_many_may_be_rejected_is_asked_for_here(
        self, built: Built, run_folder: Path, tmp_path: Path
    ) -> None:
        strict = make(run_folder, tmp_path / "strict.edge", false_rejects=0.5)
        usual, high = (
            Bundle.open(each.path, HUB).tasks["intent"]["calibration"]["threshold"]
            for each in (built, strict)
        )
        assert usual < high


class TestHome:
    def test_grammar_and_home_come_with_it(self, run_folder: Path, tmp_path: Path) -> None:
        from export.recipes.intent.command import compile_home, write_home_files
        from tests.export import tiny

        shutil.copytree(run_folder, tmp_path / "run", ignore=shutil.ignore_patterns("check*"))
        home = tiny.write_home(tmp_path / "home")
        write_home_files(compile_home(home), home, tmp_path / "run")
        found = make(tmp_path / "run", tmp_path / "home.edge", boards=profiles(HUB))
        with Runtime.load(found.path, profile=HUB) as hub:
            answer = hub.understand("turn on the ceiling fan").to_dict()
        assert (answer["source"], answer["targets"]) == ("grammar", ["fan.ceiling"])
