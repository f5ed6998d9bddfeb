"""A finished speech run as `edge export` wants it: graph, measures, manifest entry, assets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

from device_profiles import SessionSettings
from edge.bundle.bundle import Bundle
from edge.doctor.golden_answers import golden_sounds
from edge.errors import UsageError
from edge.session import make_session
from edge.voice.acoustic import TASK, AcousticModel
from edge.voice.activity import TASK as ACTIVITY
from edge.voice.activity import VoiceActivity
from edge.voice.alphabet import spell
from edge.voice.gate import FRAME
from edge.voice.greedy import greedy_labels
from export.home_files import HOME_FILES
from export.host import host_latency, timed
from export.recipes import Trained
from export.recipes.pronunciation.packing import PronunciationModel
from export.recipes.speech import recipe
from export.recipes.speech.common_words import shipped_words
from export.recipes.speech.graph.activity import activity_graph
from export.recipes.speech.graph.graph import float_graph
from export.recipes.speech.graph.quantise import quantised
from export.recipes.speech.graph.running import check_against_torch
from export.recipes.speech.graph.streaming import CHUNK, Folded, fold
from export.recipes.speech.lessons.sounds import PRONUNCIATIONS
from export.recipes.speech.mistakes.confidence import CONFIDENCE
from export.recipes.speech.mistakes.wake_files import BACKGROUND, TABLE
from export.recipes.speech.school.judge import distance

CALIBRATION_RECORDINGS = 24
CHECKED_RECORDINGS = 4
"""Recordings on which the float graph is compared with torch."""
TIMED_CALLS = 200
OWN_THRESHOLD = 0.1
"""Probability from which a sentence of a maker's own few is taken: who speaks to such a device says
one of them. Of 275 dev orders with sound-alikes and 59 words that are found right, in quiet and in
noise, none is refused up to 0.2, and one word at 0.3; of strangers' one in a hundred with 0.15. Of
300 words that are none of thirty, 157 are taken for one of them with this, 182 with 0.05."""
Samples = npt.NDArray[np.int16]


def open_run(folder: Path) -> TrainedSpeech:
    """The run in `folder`."""
    return TrainedSpeech(folder)


def companions() -> Sequence[Trained]:
    """What every bundle that hears has besides."""
    return [VoiceActivityModel(), PronunciationModel()]


class TrainedSpeech:
    """An acoustic model that has been trained: see `export.recipes.Trained`."""

    task = TASK
    gate = "letters"

    def __init__(self, folder: Path, false_rejects: float = 0.0) -> None:
        self._folder = folder
        self.false_rejects = false_rejects
        self.run = recipe.load(folder)
        self.name = self.run.name
        self._recordings, self._texts = _dev(folder)

    def graph(self) -> onnx.ModelProto:
        """The float graph, checked against torch."""
        graph = float_graph(self._folded)[0]
        for recording in self._recordings[:CHECKED_RECORDINGS]:
            check_against_torch(graph, self.run.network, self._folded, recording)
        return graph

    def quantized(self, graph: onnx.ModelProto, scheme: str) -> onnx.ModelProto | None:
        """The graph under `scheme`; ranges of activations are those of dev recordings.

        `int8-static` and `int8-weights` are one graph, which a bundle then has once: a board that
        is quicker with floats widens the weights of its products when it loads it. There is none
        with ranges found at every call: a chunk is too short to find any in.
        """
        if scheme == "int8-dynamic":
            return None
        return graph if scheme == "float" else self._quantised

    def measure(self, graph: bytes, scheme: str, settings: SessionSettings) -> dict[str, float]:
        """Letters right of what is said on dev, without a grammar, in percent."""
        stream = self._model(graph, scheme, settings).stream()
        wrong = count = 0
        for recording, text in zip(self._recordings, self._texts, strict=True):
            rows = np.concatenate([stream.push(recording), stream.flush()])
            meant = spell(text)
            wrong += distance(meant, greedy_labels(rows))
            count += len(meant)
        return {"letters": round(100 - 100 * wrong / max(count, 1), 4)}

    def latency(self, graph: bytes, scheme: str, settings: SessionSettings) -> dict[str, Any]:
        """Microseconds for a chunk of audio on this machine."""
        stream = self._model(graph, scheme, settings).stream()
        sound = np.concatenate(self._recordings)
        firsts = [call * CHUNK % max(1, len(sound) - CHUNK) for call in range(TIMED_CALLS)]
        chunks = [sound[first : first + CHUNK] for first in firsts]
        return host_latency(timed(lambda call: stream.push(chunks[call]), TIMED_CALLS))

    def describe(self, graph: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
        """The manifest's `tasks.speech`; common words, a maker's grammar and home as assets."""
        task: dict[str, Any] = dict(self._folded.task)
        assets: dict[str, str] = {"words": "assets/speech-words.bin"}
        files: dict[str, bytes] = {assets["words"]: shipped_words()}
        for role, name in HOME_FILES.items():
            if (self._folder / name).exists():
                assets[role] = f"assets/speech-{name}"
                files[assets[role]] = (self._folder / name).read_bytes()
        if (self._folder / PRONUNCIATIONS).exists():
            assets["pronunciations"] = f"assets/speech-{PRONUNCIATIONS}"
            said = (self._folder / PRONUNCIATIONS).read_bytes()
            files[assets["pronunciations"]] = said
        if (self._folder / CONFIDENCE).exists():
            task["confidence"] = json.loads((self._folder / CONFIDENCE).read_text("utf-8"))
        if "grammar" in assets:
            task["confidence"] = task.get("confidence", {}) | {"threshold": OWN_THRESHOLD}
        if (self._folder / TABLE).exists():
            task["wake"] = json.loads((self._folder / TABLE).read_text("utf-8"))
            assets["background"] = "assets/speech-background.bin"
            files[assets["background"]] = (self._folder / BACKGROUND).read_bytes()
        return task | {"assets": assets}, files

    def golden(self, bundle: Path, profile: str) -> dict[str, Any]:
        """What is heard in a made-up voice."""
        return {"golden": golden_sounds(Bundle.open(bundle, profile))}

    @cached_property
    def _folded(self) -> Folded:
        return fold(self.run.network)

    @cached_property
    def _quantised(self) -> onnx.ModelProto:
        some = self._recordings[:: max(1, len(self._recordings) // CALIBRATION_RECORDINGS)]
        return quantised(self._folded, some[:CALIBRATION_RECORDINGS])

    def _model(self, graph: bytes, scheme: str, settings: SessionSettings) -> AcousticModel:
        return AcousticModel(self._folded.task, make_session(graph, scheme, settings))


class VoiceActivityModel:
    """Silero's network, which is not ours to train: see `export.recipes.Trained`."""

    task = ACTIVITY
    name = "voice-activity"
    gate = "agreement"

    def __init__(self) -> None:
        self.false_rejects = 0.0

    def graph(self) -> onnx.ModelProto:
        """The graph, checked against the published one."""
        return activity_graph()

    def quantized(self, graph: onnx.ModelProto, scheme: str) -> onnx.ModelProto | None:
        """As it is, whatever the board prefers: in 8 bits it was measured to be worse."""
        return graph if scheme == "float" else None

    def measure(self, graph: bytes, scheme: str, settings: SessionSettings) -> dict[str, float]:
        """It was compared with the published one when it was made: no less can come here."""
        return {"agreement": 100.0}

    def latency(self, graph: bytes, scheme: str, settings: SessionSettings) -> dict[str, Any]:
        """Microseconds for a frame of 32 ms on this machine."""
        stream = VoiceActivity(make_session(graph, scheme, settings)).stream(gated=False)
        noise = np.random.default_rng(0).normal(0, 800, FRAME).astype(np.int16)
        return host_latency(timed(lambda _: stream.push(noise), TIMED_CALLS))

    def describe(self, graph: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
        """The manifest's `tasks.activity`."""
        return {}, {}

    def golden(self, bundle: Path, profile: str) -> dict[str, Any]:
        """Nothing."""
        return {}


def _dev(folder: Path) -> tuple[list[Samples], list[str]]:
    """The recordings that the run folder keeps, and what is said in them.

    Raises:
        UsageError: they are not there.
    """
    try:
        texts = json.loads((folder / "dev.json").read_text("utf-8"))
        with np.load(folder / "dev.npz", allow_pickle=False) as waves:
            return [waves[f"pcm_{index}"] for index in range(len(texts))], texts
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(
            f"its dev recordings cannot be read: {error}",
            where=str(folder / "dev.npz"),
            allowed="a run folder of `edge train speech`",
            hint="train again",
        ) from error
