"""A finished intent run as `edge export` wants it: graph, measures, manifest entry and assets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from device_profiles import SessionSettings
from edge.intent.encoder import split_words
from edge.intent.model import TASK, Frame, IntentModel
from edge.intent.taught_words import ROLE
from edge.limits import GOLDEN_SENTENCES
from edge.session import make_session
from export.corpora import OUT_OF_SCOPE, SlotSpan, Utterance, read
from export.home_files import HOME_FILES, SLOT_SCHEMA
from export.host import ONE_THREAD, host_latency, timed
from export.metrics import (
    Prediction,
    frame_accuracy,
    intent_accuracy,
    out_of_scope_recall,
    slot_f1,
)
from export.quantize import Feed, quantize
from export.recipes.intent import calibration, recipe
from export.recipes.intent.graph import export_student
from export.recipes.intent.misheard import misheard_utterances
from export.recipes.intent.taught_words import FILE as WORDS_FILE

CHECKED_SENTENCES = 25
"""Sentences on which the float graph is compared with torch."""
TIMED_CALLS = 300
MISHEARD_EACH = 4
"""How often each dev sentence is misheard for the thresholds of a student that was taught such."""
GOLDEN_SCORE = 0.93
"""Score from which an answer is sure enough to be the same under every scheme."""
GOLDEN_REFUSALS = 8
"""Golden sentences that are refused, at most; as many that the grammar knows have room, too."""
_NO_COMMAND = 0.1
"""Score below which no command is surely none."""
_UNCALIBRATED = {"bias": 0.0, "intent": 1.0, "tags": 1.0, "threshold": 0.0, "lowest_score": 0.0}


def open_run(folder: Path) -> TrainedIntent:
    """The run in `folder`."""
    return TrainedIntent(folder)


class TrainedIntent:
    """An intent model that has been trained: see `export.recipes.Trained`."""

    task = TASK
    gate = "frame"

    def __init__(self, folder: Path, false_rejects: float = calibration.FALSE_REJECTS) -> None:
        self._folder = folder
        self.false_rejects = false_rejects
        self.run = recipe.load(folder)
        self.name = self.run.corpus
        self._dev = list(read(folder / "dev.jsonl", "jsonl").labelled())
        self._vocabulary = "\n".join(self.run.vocabulary).encode("utf-8")
        learned = self.run.student.transitions()
        self._transitions = None if learned is None else learned.astype("<f2").tobytes()

    def graph(self) -> onnx.ModelProto:
        """The float graph, checked against torch."""
        sentences = [_words(item) for item in self._dev[:CHECKED_SENTENCES]]
        return export_student(self.run.student, self.run.encoder, sentences)

    def quantized(self, graph: onnx.ModelProto, scheme: str) -> onnx.ModelProto:
        """The float graph under `scheme`."""
        return quantize(graph, scheme, self.calibration)

    @cached_property
    def calibration(self) -> Sequence[Feed]:
        """Features of training sentences."""
        encoder = self.run.encoder
        feeds = []
        for item in read(self._folder / "calibration.jsonl", "jsonl").labelled():
            words = _words(item)
            features = np.zeros((1, len(words), encoder.layout.width), np.int32)
            encoder.encode(words, features[0])
            feeds.append({"features": features})
        return feeds

    def measure(self, graph: bytes, scheme: str, settings: SessionSettings) -> dict[str, float]:
        """Intent accuracy, slot F1 and frame accuracy on dev, without rejection, in percent."""
        return measures(self._dev, self._frames(graph, scheme, settings))

    def latency(self, graph: bytes, scheme: str, settings: SessionSettings) -> dict[str, Any]:
        """Microseconds from text to frame on this machine, over dev sentences in turn."""
        model = self._model(graph, scheme, settings, _UNCALIBRATED)
        texts = [item.text for item in self._dev[:50]]
        for text in texts:
            model.read(text)
        return host_latency(timed(lambda call: model.read(texts[call % len(texts)]), TIMED_CALLS))

    def describe(self, graph: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
        """The manifest's `tasks.intent`, and vocabulary, grammar and sample home as assets."""
        model = self._model(graph, "float", ONE_THREAD, _UNCALIBRATED)
        frames = [model.read(item.text) for item in self._dev]
        misheard = [(item, model.read(item.text)) for item in self._misheard()]
        assets = {"vocabulary": "assets/vocabulary.txt"}
        files = {assets["vocabulary"]: self._vocabulary}
        if self._transitions is not None:
            assets["transitions"] = "assets/transitions.bin"
            files[assets["transitions"]] = self._transitions
        for role, name in HOME_FILES.items():
            if (self._folder / name).exists():
                assets[role] = f"assets/{name}"
                files[assets[role]] = (self._folder / name).read_bytes()
        if (words := self._folder / WORDS_FILE).exists():
            assets[ROLE] = f"assets/{WORDS_FILE}"
            files[assets[ROLE]] = words.read_bytes()
        fitted = calibration.fit(self._dev, frames, self.false_rejects, misheard)
        task = self._task(fitted)
        task["assets"] = assets
        schema = self._folder / SLOT_SCHEMA
        if schema.exists():
            task["slot_schema"] = json.loads(schema.read_text("utf-8"))
        return task, files

    def golden(self, bundle: Path, profile: str) -> dict[str, Any]:
        """Sentences of the dev set, also misspelled, and what the runtime answers: of what the
        model reads, of what is refused and of what a home's grammar knows, what is sure, one an
        intent. A board that answers otherwise computes wrongly."""
        from edge.runtime import Runtime

        # A home's own sentences never get as far as its model; misspelled they do.
        misspelled = misheard_utterances(self._dev, self.run.settings.student.seed + 2)
        # What is said of it → its score and itself: of each intent the surest that the model reads.
        found: dict[str, dict[str, tuple[float, dict[str, Any]]]] = {
            group: {} for group in ("refused", "model", "grammar")
        }
        with Runtime.load(bundle, profile=profile) as hub:
            for item in (*self._dev, *misspelled):
                result = hub.understand(item.text).to_dict()
                group = _sure(result)
                if group == "refused" or (group and _is_right(result, item)):
                    what, score = result.get("code") or result["intent"], result["score"]
                    before = found[group].get(what)
                    if before is None or (group == "model" and score > before[0]):
                        answer = {"text": item.text, "result": _stable(result)}
                        found[group][what] = score, answer
        refused, read, known = (
            [answer for _, (_, answer) in sorted(some.items())] for some in found.values()
        )
        refused = refused[:GOLDEN_REFUSALS]
        read = read[: GOLDEN_SENTENCES - len(refused) - min(len(known), GOLDEN_REFUSALS)]
        return {"golden": (refused + read + known)[:GOLDEN_SENTENCES]}

    @cached_property
    def _layout(self) -> dict[str, int]:
        layout = self.run.encoder.layout
        return {
            "pieces": layout.pieces,
            "trigrams": layout.trigrams,
            "buckets": layout.buckets,
        }

    def _misheard(self) -> list[Utterance]:
        student = self.run.settings.student
        if not student.misheard:
            return []
        # Other errors than those that the run's figures were measured with.
        return misheard_utterances(self._dev, student.seed + 1, MISHEARD_EACH)

    def _task(self, fitted: dict[str, float]) -> dict[str, Any]:
        labels = self.run.labels
        return {
            "intents": list(labels.intents),
            "slot_labels": list(labels.slot_labels),
            "needs_slots": list(labels.needs_slots),
            "out_of_scope": OUT_OF_SCOPE if OUT_OF_SCOPE in labels.intents else None,
            "features": self._layout,
            "calibration": fitted,
        }

    def _model(
        self, graph: bytes, scheme: str, settings: SessionSettings, fitted: dict[str, float]
    ) -> IntentModel:
        session = make_session(graph, scheme, settings)
        return IntentModel(self._task(fitted), self._vocabulary, session, self._transitions)

    def _frames(self, graph: bytes, scheme: str, settings: SessionSettings) -> list[Frame | None]:
        model = self._model(graph, scheme, settings, _UNCALIBRATED)
        return [model.read(item.text) for item in self._dev]


def _words(item: Utterance) -> tuple[str, ...]:
    return tuple(item.text[word.start : word.end] for word in split_words(item.text))


def _sure(result: dict[str, Any]) -> str:
    """Who gave an answer, where every variant will give it; empty where one may not."""
    score = result["score"]
    if result["type"] == "command":
        return str(result["source"]) if score >= GOLDEN_SCORE else ""
    # Words made no command of what was read for sure, or it was surely none.
    sure = score < _NO_COMMAND if result["code"] == "out_of_scope" else score >= GOLDEN_SCORE
    return "refused" if sure else ""


def _is_right(command: dict[str, Any], item: Utterance) -> bool:
    """Whether a command is all that a sentence means, as far as its labels tell."""
    labels = {slot.label for slot in item.slots}
    is_meant = command["intent"] == item.intent and labels <= command["slots"].keys()
    return is_meant and "also" not in command


def _stable(result: dict[str, Any]) -> dict[str, Any]:
    """What every variant and every processor has to agree on."""
    is_command = result["type"] == "command"
    keys = ("type", "intent", "slots", "targets") if is_command else ("type", "code")
    return {key: result[key] for key in keys}


def as_prediction(frame: Frame | None) -> Prediction:
    """What the model says of a sentence, nothing rejected: the published protocols know no
    rejection but that of out-of-scope sentences."""
    if frame is None or frame.out_of_scope > frame.intent_probability:
        return Prediction(OUT_OF_SCOPE, (), frame.out_of_scope if frame else 1.0)
    spans = tuple(SlotSpan(slot.label, slot.start, slot.end) for slot in frame.slots)
    return Prediction(frame.intent, spans, frame.score)


def measures(gold: Sequence[Utterance], frames: Sequence[Frame | None]) -> dict[str, float]:
    """The families' usual measures in percent, of frames as the runtime gives them."""
    predictions = [as_prediction(frame) for frame in frames]
    found = {
        "intent": intent_accuracy(gold, predictions),
        "slot_f1": slot_f1(gold, predictions, resamples=0),
        "frame": frame_accuracy(gold, predictions),
    }
    if any(item.intent == OUT_OF_SCOPE for item in gold):
        found["out_of_scope_recall"] = out_of_scope_recall(gold, predictions)
    return {name: round(100 * rate.value, 3) for name, rate in found.items()}
