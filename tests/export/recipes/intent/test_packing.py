"""A finished run as the exporter sees it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from device_profiles import SCHEMES, SessionSettings
from edge.intent.encoder import split_words
from edge.intent.model import Frame, IntentModel
from edge.runtime import Runtime
from edge.session import make_session
from export.bundle_writer import graph_entry, write_bundle
from export.corpora import OUT_OF_SCOPE, Utterance, read
from export.metrics import Prediction
from export.quantize import quantize
from export.recipes.intent import recipe
from export.recipes.intent.judge import StudentReader
from export.recipes.intent.packing import TrainedIntent, as_prediction, measures, open_run
from export.recipes.intent.settings import settings_from
from export.recipes.intent.taught_words import taught_words
from tests.export import tiny

SESSION = SessionSettings(1, False, False, "extended")


@pytest.fixture(scope="module")
def trained(run_folder: Path) -> TrainedIntent:
    return open_run(run_folder)


@pytest.fixture(scope="module")
def graph(trained: TrainedIntent) -> onnx.ModelProto:
    return trained.graph()


def model_of(trained: TrainedIntent, graph: bytes, scheme: str) -> IntentModel:
    """The runtime's model over `graph`, as a bundle would have it."""
    task, files = trained.describe(graph)
    vocabulary = files[task["assets"]["vocabulary"]]
    transitions = files[task["assets"]["transitions"]]
    return IntentModel(task, vocabulary, make_session(graph, scheme, SESSION), transitions)


def same(frame: Frame | None, predicted: Prediction) -> bool:
    """Whether runtime and torch say the same frame."""
    found = as_prediction(frame)
    if OUT_OF_SCOPE in (found.intent, predicted.intent):
        return found.intent == predicted.intent
    return (found.intent, found.slots) == (predicted.intent, predicted.slots)


class TestGraph:
    def test_it_is_the_student(
        self, trained: TrainedIntent, run_folder: Path, graph: onnx.ModelProto
    ) -> None:
        """Every dev sentence, read by torch and by the runtime over the float graph."""
        run = trained.run
        dev = list(read(run_folder / "dev.jsonl", "jsonl").labelled())
        predicted = StudentReader(run.student, run.encoder, run.labels)(dev)
        model = model_of(trained, graph.SerializeToString(), "float")
        for item, expected in zip(dev, predicted, strict=True):
            frame = model.read(item.text)
            assert frame is not None
            assert same(frame, expected)
            assert max(frame.intent_probability, frame.out_of_scope) == pytest.approx(
                expected.score, abs=1e-4
            )


class TestCalibration:
    def test_real_sentences_as_the_runtime_encodes_them(
        self, trained: TrainedIntent, run_folder: Path
    ) -> None:
        sentences = list(read(run_folder / "calibration.jsonl", "jsonl").labelled())
        encoder = trained.run.encoder
        for item, feed in zip(sentences, trained.calibration, strict=True):
            words = [item.text[word.start : word.end] for word in split_words(item.text)]
            assert feed["features"].shape == (1, len(words), encoder.layout.width)
            assert feed["features"][0].tolist() == [encoder.features(word) for word in words]

    def test_punctuation_is_cut_there_too(self, tmp_path: Path, run_folder: Path) -> None:
        shutil.copytree(run_folder, tmp_path / "run", ignore=shutil.ignore_patterns("check*"))
        row = {"text": "turn on the lamp, please!", "intent": "turn_on", "split": "train"}
        (tmp_path / "run" / "calibration.jsonl").write_text(json.dumps(row) + "\n", "utf-8")
        trained = open_run(tmp_path / "run")
        (feed,) = trained.calibration
        assert feed["features"][0, 3].tolist() == trained.run.encoder.features("lamp")


class TestMeasures:
    def test_they_are_those_of_torch(self, trained: TrainedIntent, graph: onnx.ModelProto) -> None:
        found = trained.measure(graph.SerializeToString(), "float", SESSION)
        for name in ("intent", "slot_f1", "frame"):
            assert found[name] == pytest.approx(trained.run.figures["student"][name], abs=1e-3)
        assert found["out_of_scope_recall"] >= 0

    def test_a_sentence_held_for_no_command_has_no_slots(self) -> None:
        frame = Frame("on", (), 0.2, 0.8, 1.0, 0.1)
        assert as_prediction(frame) == Prediction(OUT_OF_SCOPE, (), 0.8)
        assert as_prediction(None).intent == OUT_OF_SCOPE

    def test_without_out_of_scope_sentences_there_is_no_recall(self) -> None:
        frame = Frame("on", (), 0.9, 0.0, 1.0, 0.9)
        found = measures([Utterance("on", "on")], [frame])
        assert found == {"intent": 100.0, "slot_f1": found["slot_f1"], "frame": 100.0}

    def test_latency_is_a_distribution_measured_here(
        self, trained: TrainedIntent, graph: onnx.ModelProto
    ) -> None:
        found = trained.latency(graph.SerializeToString(), "float", SESSION)
        assert found["where"] == "host"
        assert 0 < found["p50_us"] <= found["p90_us"] <= found["p99_us"]


class TestDescription:
    def test_labels_features_and_thresholds(
        self, trained: TrainedIntent, graph: onnx.ModelProto
    ) -> None:
        task, files = trained.describe(graph.SerializeToString())
        assert task["intents"][-1] == task["out_of_scope"] == OUT_OF_SCOPE
        assert task["slot_labels"] == ["artist", "brightness", "name"]
        assert task["features"] == {"pieces": 4, "trigrams": 10, "buckets": 128}
        assert 0 <= task["calibration"]["threshold"] <= 1
        assert task["assets"] == {
            "vocabulary": "assets/vocabulary.txt",
            "transitions": "assets/transitions.bin",
        }
        assert files["assets/vocabulary.txt"].decode().split("\n") == trained.run.vocabulary
        json.dumps(task, allow_nan=False)

    def test_more_may_be_rejected_when_that_is_asked_for(
        self, run_folder: Path, graph: onnx.ModelProto
    ) -> None:
        few, many = (TrainedIntent(run_folder, share) for share in (0.0, 0.5))
        data = graph.SerializeToString()
        low, high = (t.describe(data)[0]["calibration"]["threshold"] for t in (few, many))
        assert low < high


class TestGolden:
    def test_what_the_runtime_answers_for_sure(
        self, trained: TrainedIntent, graph: onnx.ModelProto, tmp_path: Path
    ) -> None:
        data = graph.SerializeToString()
        task, files = trained.describe(data)
        path = "variants/x86-64-hub/intent.onnx"
        write_bundle(
            tmp_path / "draft.edge",
            name="draft",
            version="0.1.0",
            sequence=0,
            created="2026-01-01T00:00:00Z",
            tasks={"intent": task},
            variants=[
                {
                    "profile": "x86-64-hub",
                    "graphs": {"intent": graph_entry(path, data, scheme="float", session=SESSION)},
                }
            ],
            files=files | {path: data},
        )
        golden = trained.golden(tmp_path / "draft.edge", "x86-64-hub")["golden"]
        kinds = [entry["result"].get("intent", entry["result"].get("code")) for entry in golden]
        assert len(set(kinds)) == len(kinds)  # one of each, at most
        with Runtime.load(tmp_path / "draft.edge", profile="x86-64-hub") as hub:
            for entry in golden:
                result = hub.understand(entry["text"]).to_dict()
                assert entry["result"].items() <= result.items()


class TestOpening:
    def test_what_is_opened_is_named_after_its_corpus(self, trained: TrainedIntent) -> None:
        assert (trained.name, trained.task, trained.gate) == ("corpus", "intent", "frame")

    def test_the_bundle_holds_a_homes_files_where_there_are_any(
        self, run_folder: Path, graph: onnx.ModelProto, tmp_path: Path
    ) -> None:
        shutil.copytree(run_folder, tmp_path / "run", ignore=shutil.ignore_patterns("check*"))
        from export.recipes.intent.command import compile_home, write_home_files

        home = tiny.write_home(tmp_path / "home")
        write_home_files(compile_home(home), home, tmp_path / "run")
        task, files = open_run(tmp_path / "run").describe(graph.SerializeToString())
        assert set(task["assets"]) == {"vocabulary", "transitions", "grammar", "home"}
        assert set(files) == set(task["assets"].values())
        assert task["slot_schema"]

    def test_so_it_does_the_words_that_it_was_taught(
        self, run_folder: Path, graph: onnx.ModelProto, tmp_path: Path
    ) -> None:
        shutil.copytree(run_folder, tmp_path / "run", ignore=shutil.ignore_patterns("check*"))
        (tmp_path / "run" / "words.json").write_text(taught_words("en", [], []))
        task, files = open_run(tmp_path / "run").describe(graph.SerializeToString())
        assert b'"language":"en"' in files[task["assets"]["words"]]


@pytest.mark.data
@pytest.mark.skipif("EDGE_DATA" not in os.environ, reason="EDGE_DATA names no folder of corpora")
def test_the_runtime_reads_real_sentences_as_torch_does(tmp_path: Path) -> None:
    """Whatever a student learnt of 300 sentences of SNIPS, the int8 graphs say the same."""
    corpus = read(Path(os.environ["EDGE_DATA"]) / "snips", "snips")
    corpus.train, corpus.dev = corpus.train[:300], corpus.dev[:50]
    words = {word for item in corpus.train for word in item.text.lower().split()}
    encoder = tiny.write_encoder(tmp_path / "encoder", sorted(words))
    # The student learns from the labels: a teacher of one epoch and no pretraining knows nothing.
    data = tiny.settings(encoder, epochs=12, batch_size=16, learning_rate=1.5e-2, hard_weight=1.0)
    data["student"] |= {"augmented": 100, "width": 64, "embedding": 32}
    data["teacher"] |= {"epochs": 1, "batch_size": 16}
    torch.set_num_threads(1)
    recipe.train(corpus, settings_from(data), tmp_path, quiet=True, say=lambda line: None)
    trained = open_run(tmp_path)
    run, sentences = trained.run, corpus.train
    expected = StudentReader(run.student, run.encoder, run.labels)(sentences)
    assert recipe.measures(sentences, expected)["frame"] > 80  # so there is something to say
    graph = trained.graph()
    for scheme in SCHEMES:
        made = quantize(graph, scheme, trained.calibration).SerializeToString()
        model = model_of(trained, made, scheme)
        agree = [
            same(model.read(item.text), found)
            for item, found in zip(sentences, expected, strict=True)
        ]
        assert np.mean(agree) >= (1.0 if scheme == "float" else 0.97), scheme
