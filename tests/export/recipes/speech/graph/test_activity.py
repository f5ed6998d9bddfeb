"""Silero's network as the bundle has it: small, allowed, and the same answers."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper

from device_profiles import SessionSettings
from device_profiles.profile import OPTIMIZATION_LEVELS
from edge.errors import BundleError, MissingExtra
from edge.onnx.scan import scan
from edge.session import make_session
from edge.voice.activity import VoiceActivity
from edge.voice.endpoint import Endpointer
from edge.voice.gate import FRAME
from export.graph import GraphMismatch
from export.recipes.speech.graph import activity as recipe

SETTINGS = SessionSettings(1, False, False, "extended")


@pytest.fixture(scope="module")
def original() -> onnx.ModelProto:
    return recipe.original_graph()


@pytest.fixture(scope="module")
def graph() -> bytes:
    return bytes(recipe.activity_graph().SerializeToString())


@pytest.fixture(scope="module")
def activity(graph: bytes) -> VoiceActivity:
    return VoiceActivity(make_session(graph, "float", SETTINGS))


class TestTheGraph:
    def test_a_bundle_may_have_it(self, graph: bytes) -> None:
        summary = scan(graph)
        assert [(t.name, t.dtype, t.shape) for t in summary.inputs] == [
            ("pcm", "int16", (512,)),
            ("state", "float32", (320,)),
        ]
        assert [(t.name, t.dtype, t.shape) for t in summary.outputs] == [
            ("probability", "float32", (1,)),
            ("next_state", "float32", (320,)),
        ]

    def test_it_is_small_and_the_same_each_time(self, graph: bytes) -> None:
        assert len(graph) < 470_000
        assert recipe.activity_graph().SerializeToString() == graph

    def test_with_weights_of_32_bits_it_is_the_original(
        self, original: onnx.ModelProto, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            recipe.GraphBuilder, "weight", lambda net, name, value: net.constant(name, value)
        )
        assert recipe.check(recipe.build(recipe.weights_of(original)), original) < 1e-5

    def test_it_is_checked_on_sounds_from_no_speech_to_surely_speech(
        self, activity: VoiceActivity
    ) -> None:
        stream = activity.stream(gated=False)
        found = [stream.push(frame) for frame in recipe._sounds().reshape(-1, FRAME)]
        assert min(found) < 0.05
        assert max(found) > 0.9

    @pytest.mark.parametrize("level", OPTIMIZATION_LEVELS)
    def test_how_much_it_is_optimised_changes_nothing(
        self, graph: bytes, activity: VoiceActivity, level: str
    ) -> None:
        settings = SessionSettings(1, False, False, level)
        stream = VoiceActivity(make_session(graph, "float", settings)).stream(gated=False)
        other = activity.stream(gated=False)
        for frame in recipe._sounds().reshape(-1, FRAME):
            assert stream.push(frame) == pytest.approx(other.push(frame), abs=1e-4)


class TestWhatIsRefused:
    def test_a_network_with_other_weights_is_found_out(self, original: onnx.ModelProto) -> None:
        weights = dict(recipe.weights_of(original))
        weights["model.encoder.1.reparam_conv.bias"] = (
            weights["model.encoder.1.reparam_conv.bias"] + 0.5
        )
        with pytest.raises(GraphMismatch, match="voice activity differs"):
            recipe.check(recipe.build(weights), original)

    def test_a_network_of_other_sizes_is_named_as_such(self, original: onnx.ModelProto) -> None:
        other = onnx.ModelProto()
        other.CopyFrom(original)
        for tensor in other.graph.initializer:
            if tensor.name == "model.decoder.decoder.2.bias":
                tensor.CopyFrom(numpy_helper.from_array(np.zeros(2, np.float32), tensor.name))
        with pytest.raises(BundleError, match=r"another network .*decoder\.2\.bias"):
            recipe.weights_of(other)

    def test_without_the_package_it_says_what_to_install(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
        with pytest.raises(MissingExtra, match=r"hearth-edge\[export\]"):
            recipe.activity_graph()


SOUNDS = {
    "silence": np.zeros(5 * 16000),
    "offset": np.full(5 * 16000, 12000.0),
    "hiss": np.random.default_rng(0).normal(0, 1000, 5 * 16000),
    "clipped hiss": np.random.default_rng(1).normal(0, 1e6, 5 * 16000),
    "tone": 8000 * np.sin(2 * np.pi * 440 * np.arange(5 * 16000) / 16000),
    "clipped tone": 1e6 * np.sin(2 * np.pi * 440 * np.arange(5 * 16000) / 16000),
    "hum": 3000 * np.sin(2 * np.pi * 50 * np.arange(5 * 16000) / 16000),
}


@pytest.mark.parametrize("name", SOUNDS)
def test_no_speech_is_found_where_there_is_none(activity: VoiceActivity, name: str) -> None:
    found = _utterances(activity, _frames(SOUNDS[name]), gated=True)
    assert found == []


@pytest.mark.data
@pytest.mark.skipif("EDGE_DATA" not in os.environ, reason="EDGE_DATA names no folder of corpora")
class TestRealSpeech:
    """Ten sentences of somebody, with pauses, as they are, faint, and beside noise."""

    @pytest.mark.parametrize("gain_db", [0, -30])
    @pytest.mark.parametrize("noise", [0.0, 3.0, 60.0])
    def test_the_gate_loses_nothing(
        self, activity: VoiceActivity, gain_db: float, noise: float
    ) -> None:
        wave = _session() * 10 ** (gain_db / 20)
        wave += np.random.default_rng(0).normal(0, 1, len(wave)) * noise * 10 ** (gain_db / 20)
        frames = _frames(wave)
        alone = _utterances(activity, frames, gated=False)
        gated = _utterances(activity, frames, gated=True)
        assert len(alone) >= 10
        for start, end in alone:
            overlap = [one for one in gated if one[0] < end and one[1] > start]
            assert overlap, f"speech at {start / 16000:.2f} s is lost"
            # Not having listened to the noise, the network is quicker to hear a voice.
            assert overlap[0][0] - start <= 2 * FRAME
            assert abs(overlap[-1][1] - end) <= 0.5 * 16000

    def test_the_pauses_are_hardly_looked_at(self, activity: VoiceActivity) -> None:
        wave = _session() + np.random.default_rng(0).normal(0, 3, len(_session()))
        stream = activity.stream()
        spoken = sum(stream.push(frame) > 0.5 for frame in _frames(wave))
        assert 0.2 < spoken / stream.frames < 0.6
        assert stream.looked_at < spoken + 0.4 * stream.frames


def _session() -> NDArray[np.float64]:
    import soundfile

    folder = Path(os.environ["EDGE_DATA"], "speech", "kathleen")
    lines = (folder / "manifest.jsonl").read_text("utf-8").splitlines()
    pause = np.zeros(4 * 16000)
    parts = [pause]
    for line in lines[:10]:
        samples, rate = soundfile.read(folder / json.loads(line)["audio"], dtype="int16")
        assert rate == 16000
        parts += [samples.astype(np.float64), pause]
    return np.concatenate(parts)


def _frames(wave: NDArray[np.float64]) -> NDArray[np.int16]:
    whole = np.clip(np.rint(wave), -32768, 32767).astype(np.int16)
    return whole[: len(whole) // FRAME * FRAME].reshape(-1, FRAME)


def _utterances(
    activity: VoiceActivity, frames: NDArray[np.int16], *, gated: bool
) -> list[tuple[int, int]]:
    stream, endpointer, found = activity.stream(gated=gated), Endpointer(), []
    for frame in frames:
        if endpointer.push(stream.push(frame)) == "end":
            found.append((endpointer.start, endpointer.end))
    if endpointer.finish():
        found.append((endpointer.start, endpointer.end))
    return found
