"""A speech run as the exporter sees it, and the bundle it becomes."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

import device_profiles
from device_profiles import Quantization, SessionSettings
from edge.bundle.bundle import Bundle
from edge.bundle.verify import verify
from edge.errors import UsageError
from edge.voice.acoustic import AcousticModel
from edge.voice.activity import VoiceActivity
from export.build import Built, build
from export.graph import GraphMismatch
from export.recipes import open_models, open_run
from export.recipes.speech import packing, recipe
from export.recipes.speech.graph.streaming import Folded
from export.recipes.speech.packing import TrainedSpeech
from export.recipes.speech.settings import SpeechSettings
from tests.export.recipes.speech import tiny

CREATED = "2026-01-02T03:04:05Z"
PI, HUB, FLOAT = "raspberry-pi-4", "x86-64-hub", "floats"
SESSION = SessionSettings(1, False, False, "extended")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder as `edge train speech` leaves it, of a network that learned nothing."""
    folder = tmp_path_factory.mktemp("runs") / "speech"
    folder.mkdir()
    recipe.write_network(tiny.network(), folder / "network.safetensors")
    waves = {f"pcm_{n}": (tiny.wave(n, 1.2) * 32767).astype(np.int16) for n in range(4)}
    np.savez_compressed(folder / "dev.npz", **waves)  # type: ignore[arg-type]
    (folder / "dev.json").write_text(json.dumps(tiny.TEXTS))
    described = {
        "family": "speech",
        "name": "tiny",
        "settings": asdict(SpeechSettings(width=8)),
        "figures": {},
    }
    (folder / "run.json").write_text(json.dumps(described))
    return folder


@pytest.fixture(scope="module")
def trained(run: Path) -> TrainedSpeech:
    return TrainedSpeech(run)


@pytest.fixture(scope="module")
def built(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    hub = device_profiles.load(HUB)
    floats = replace(hub, name=FLOAT, quantization=Quantization(("float",)))
    boards = [device_profiles.load(PI), hub, floats]
    target = tmp_path_factory.mktemp("bundles") / "speech.edge"
    # A network that learned nothing may lose more letters by rounding than the gate allows.
    return build([run], target, boards, created=CREATED, largest_drop=100.0, say=lambda line: None)


@pytest.fixture(scope="module")
def manifest(built: Built) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((built.path / "manifest.json").read_text("utf-8"))
    return found


def test_a_run_is_two_models(run: Path) -> None:
    assert [model.task for model in open_models(run)] == ["speech", "activity", "pronunciation"]
    assert open_run(run).task == "speech"


def test_the_bundle_is_whole(built: Built) -> None:
    assert verify(built.path).ok


def test_boards_that_round_share_one_graph(manifest: dict[str, Any]) -> None:
    graphs = {variant["profile"]: variant["graphs"] for variant in manifest["variants"]}
    assert graphs[PI]["speech"]["scheme"] == "int8-weights"
    assert graphs[HUB]["speech"]["scheme"] == "int8-static"
    assert graphs[FLOAT]["speech"]["scheme"] == "float"
    assert graphs[PI]["speech"]["path"] == graphs[HUB]["speech"]["path"]
    assert graphs[FLOAT]["speech"]["path"] != graphs[HUB]["speech"]["path"]
    assert len({graphs[board]["activity"]["path"] for board in graphs}) == 1
    listed = [entry["path"] for entry in manifest["files"]]
    assert sum(path.endswith("speech.onnx") for path in listed) == 2


def test_the_gate_is_letters(manifest: dict[str, Any]) -> None:
    for variant in manifest["variants"]:
        accuracy = variant["graphs"]["speech"]["accuracy"]
        assert accuracy["gate"] == "letters"
        assert {"letters", "letters_drop"} <= set(accuracy)


@pytest.mark.parametrize("profile", [PI, HUB, FLOAT])
def test_it_hears(built: Built, profile: str) -> None:
    bundle = Bundle.open(built.path, profile)
    stream = AcousticModel.of(bundle).stream()
    sound = (tiny.wave(9, 1.0) * 32767).astype(np.int16)
    rows = np.concatenate([stream.push(sound), stream.flush()])
    assert len(rows) == 50
    expected = AcousticModel.of(Bundle.open(built.path, FLOAT)).stream()
    exact = np.concatenate([expected.push(sound), expected.flush()])
    assert np.abs(np.exp(rows) - np.exp(exact)).mean() < (1e-9 if profile == FLOAT else 0.01)
    assert VoiceActivity.of(bundle).stream().push(np.zeros(512, np.int16)) < 0.5


def test_the_same_run_gives_the_same_bytes(run: Path, trained: TrainedSpeech) -> None:
    again = TrainedSpeech(run)
    first, second = trained.graph(), again.graph()
    assert first.SerializeToString() == second.SerializeToString()
    for scheme in ("int8-static", "int8-weights"):
        one, other = trained.quantized(first, scheme), again.quantized(second, scheme)
        assert one is not None and other is not None
        assert one.SerializeToString() == other.SerializeToString()
    assert trained.quantized(first, "int8-dynamic") is None


def test_integers_multiply_in_the_blocks(trained: TrainedSpeech) -> None:
    rounded = trained.quantized(trained.graph(), "int8-static")
    assert rounded is not None
    kinds = [node.op_type for node in rounded.graph.node]
    assert kinds.count("QuantizeLinear") == 13  # two a block, and one before the letters
    stored = {tensor.name: tensor.data_type for tensor in rounded.graph.initializer}
    assert stored["block0.up.wide.weight"] == onnx.TensorProto.INT8
    assert stored["conv5.sum.weight.int8"] == onnx.TensorProto.INT8
    assert stored["conv0.sum.weight"] == onnx.TensorProto.FLOAT


def test_a_graph_that_says_something_else_is_not_exported(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(folded: Folded) -> Any:
        bias = folded.letters.bias.copy()
        bias[3] += 0.1
        return whole(folded._replace(letters=folded.letters._replace(bias=bias)))

    whole = packing.float_graph
    monkeypatch.setattr(packing, "float_graph", wrong)
    with pytest.raises(GraphMismatch, match="differs from torch"):
        TrainedSpeech(run).graph()


def test_a_chunk_is_timed(trained: TrainedSpeech) -> None:
    graph = trained.graph().SerializeToString()
    latency = trained.latency(graph, "float", SESSION)
    assert 0 < latency["p50_us"] <= latency["p90_us"] <= latency["p99_us"]


@pytest.mark.parametrize("missing", ["dev.npz", "dev.json"])
def test_a_run_without_recordings(run: Path, tmp_path: Path, missing: str) -> None:
    for path in run.iterdir():
        if path.name != missing:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    with pytest.raises(UsageError, match="dev recordings cannot be read"):
        TrainedSpeech(tmp_path)
