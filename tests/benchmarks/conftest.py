"""A bundle small enough to be made for every run: a real graph with seeded random weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import device_profiles
from export.bundle_writer import graph_entry, write_bundle

INTENTS = ["off", "on", "out_of_scope"]
SLOTS = ["name"]
WIDTH = 8
PIECES, TRIGRAMS, BUCKETS = 2, 4, 32
VOCABULARY = ["turn", "the", "lamp"]


def graph() -> bytes:
    """features [1, words, ids] → log-probabilities: intent [intents], tags [words, tags]."""
    generator = np.random.default_rng(0)

    def constant(name: str, *shape: int) -> onnx.TensorProto:
        return numpy_helper.from_array(generator.normal(size=shape).astype(np.float32), name)

    table = constant("table", len(VOCABULARY) + 2 + BUCKETS, WIDTH)
    tag_count = 1 + 2 * len(SLOTS)
    nodes = [
        helper.make_node("Gather", ["table", "features"], ["looked_up"]),
        helper.make_node("ReduceMean", ["looked_up"], ["words"], axes=[0, 2], keepdims=0),
        helper.make_node("ReduceMean", ["words"], ["sentence"], axes=[0], keepdims=0),
        helper.make_node("MatMul", ["sentence", "to_intent"], ["intent_logits"]),
        helper.make_node("LogSoftmax", ["intent_logits"], ["intent"], axis=0),
        helper.make_node("MatMul", ["words", "to_tags"], ["tag_logits"]),
        helper.make_node("LogSoftmax", ["tag_logits"], ["tags"], axis=1),
    ]
    made = helper.make_graph(
        nodes,
        "intent",
        [helper.make_tensor_value_info("features", TensorProto.INT32, [1, "words", 6])],
        [
            helper.make_tensor_value_info("intent", TensorProto.FLOAT, [len(INTENTS)]),
            helper.make_tensor_value_info("tags", TensorProto.FLOAT, ["words", tag_count]),
        ],
        [table, constant("to_intent", WIDTH, len(INTENTS)), constant("to_tags", WIDTH, tag_count)],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    machine = device_profiles.detect()
    try:
        profile = device_profiles.closest(machine, device_profiles.available())
    except device_profiles.ProfileError as error:
        pytest.skip(f"no profile fits this machine: {error}")
    data = graph()
    path = f"variants/{profile}/intent.onnx"
    session = device_profiles.load(profile).session
    task = {
        "assets": {"vocabulary": "assets/vocabulary.txt"},
        "features": {"pieces": PIECES, "trigrams": TRIGRAMS, "buckets": BUCKETS},
        "intents": INTENTS,
        "slot_labels": SLOTS,
        "out_of_scope": "out_of_scope",
        "calibration": {
            "bias": 0.0,
            "intent": 1.0,
            "tags": 1.0,
            "threshold": 0.0,
            "lowest_score": 0.0,
        },
    }
    entry = graph_entry(path, data, scheme="float", session=session)
    return write_bundle(
        tmp_path_factory.mktemp("bundle") / "tiny.edge",
        name="tiny",
        version="1",
        sequence=1,
        created="2025-01-31T12:00:00Z",
        tasks={"intent": task},
        variants=[{"profile": profile, "graphs": {"intent": entry}}],
        files={path: data, "assets/vocabulary.txt": "\n".join(VOCABULARY).encode()},
    )
