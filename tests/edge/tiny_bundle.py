"""A bundle small enough to be made by every test, whose model truly reads.

Its weights are written down, not trained: every word has scores for the intents and for the tags,
a word never seen is taken for part of a name, and digits for a number. A little noise on all of
them makes every number of an output worth comparing.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from device_profiles import SessionSettings
from edge.intent.encoder import FeatureLayout
from export.bundle_writer import graph_entry, write_bundle
from export.grammar.compiler import compile_grammar
from export.grammar.templates import read_templates

HERE = "x86-64-hub"
"""The profile of the float variant. Named by tests, so that they run on any machine."""
SMALL = "raspberry-pi-3"
"""The profile of the variant with int8 weights."""

INTENTS = ("SetBrightness", "TurnOff", "TurnOn", "out_of_scope")
SLOTS = ("area", "brightness", "name")
LAYOUT = FeatureLayout(pieces=4, trigrams=6, buckets=32)
THRESHOLD = 0.6

_OUTSIDE, _AREA, _NUMBER, _NAME = 0, 1, 3, 5  # tags: O B-area I-area B-brightness …
_TAGS = 1 + 2 * len(SLOTS)
_WIDTH = len(INTENTS) + _TAGS

_INTENT_OF = {
    "on": ("TurnOn", 6.0),
    "off": ("TurnOff", 6.0),
    "dim": ("SetBrightness", 6.0),
    "set": ("SetBrightness", 4.0),
    "percent": ("SetBrightness", 3.0),
    "weather": ("out_of_scope", 8.0),
    "story": ("out_of_scope", 8.0),
}
_FUNCTION_WORDS = "turn switch set dim on off the to in and then please percent make it now".split()
_QUESTION_WORDS = "what is weather tell me a story".split()
_AREAS = "kitchen bedroom garage".split()
_NAMES = "lamp fan light heater porch reading".split()
VOCABULARY = (
    *_FUNCTION_WORDS,
    *_QUESTION_WORDS,
    *_AREAS,
    *_NAMES,
    *(str(digit) for digit in range(10)),
    *(f"##{digit}" for digit in range(10)),
)

TEMPLATES = """\
language: en
skip_words: [please]
intents:
  TurnOn:
    data:
      - sentences: ["(turn|switch) on [the] {name}", "(turn|switch) [the] {name} on"]
      - sentences: ["(turn|switch) on the lights in the {area}"]
        slots: {kind: light}
  TurnOff:
    data:
      - sentences: ["(turn|switch) off [the] {name}", "(turn|switch) [the] {name} off"]
  SetBrightness:
    data:
      - sentences: ["(set|dim) [the] {name} to {brightness} [percent]"]
        requires_context: {domain: light}
lists:
  brightness:
    range: {from: 0, to: 100, type: percentage}
"""

HOME: Mapping[str, Any] = {
    "areas": [
        {"id": "kitchen", "name": "Kitchen"},
        {"id": "bedroom", "name": "Bedroom"},
        {"id": "garage", "name": "Garage"},
    ],
    "devices": [
        {"id": "light.porch", "name": "Porch light", "kind": "light"},
        {"id": "light.reading", "name": "Reading lamp", "area": "bedroom", "kind": "light"},
        {"id": "fan.kitchen", "name": "Fan", "area": "kitchen", "kind": "fan"},
        {"id": "heater.kitchen", "name": "Heater", "area": "kitchen", "kind": "climate"},
        {"id": "heater.garage", "name": "Heater", "area": "garage", "kind": "climate"},
    ],
}
"""Two of its devices have one name."""

GOLDEN = (
    {"text": "turn on the porch light", "result": {"intent": "TurnOn", "source": "grammar"}},
    {"text": "dim the reading lamp to 40 percent", "result": {"targets": ["light.reading"]}},
    {"text": "the fan off now", "result": {"intent": "TurnOff", "source": "model"}},
    {"text": "turn on the zebra lamp", "result": {"code": "unknown_name"}},
    {"text": "tell me a story", "result": {"code": "out_of_scope"}},
)


def make_tiny_bundle(
    folder: Path, with_grammar: bool = True, task: Mapping[str, Any] | None = None
) -> Path:
    """Write the bundle at `folder`, with two variants, and return `folder`.

    Args:
        with_grammar: also with the home's sentences, and golden sentences.
        task: keys of the manifest's `tasks.intent` to add or to replace.
    """
    grammar = compiled_grammar(folder.parent) if with_grammar else None
    assets = {"vocabulary": "assets/vocabulary.txt", "home": "assets/home.json"}
    settings = {
        "assets": assets,
        "features": {
            "pieces": LAYOUT.pieces,
            "trigrams": LAYOUT.trigrams,
            "buckets": LAYOUT.buckets,
        },
        "intents": list(INTENTS),
        "slot_labels": list(SLOTS),
        "out_of_scope": "out_of_scope",
        "calibration": {
            "bias": 4.0,
            "intent": 1.0,
            "tags": 0.5,
            "threshold": THRESHOLD,
            "lowest_score": 0.0,
        },
        "slot_schema": SCHEMA,
    }
    files = {
        "assets/vocabulary.txt": "\n".join(VOCABULARY).encode(),
        "assets/home.json": json.dumps(HOME).encode(),
    }
    if grammar is not None:
        assets["grammar"] = "assets/grammar.bin"
        files["assets/grammar.bin"] = grammar
        settings["golden"] = [dict(entry) for entry in GOLDEN]
    float_accuracy = {"intent": 99.0, "slot_f1": 97.0, "frame": 95.0}
    small_accuracy = {"intent": 98.9, "slot_f1": 97.1, "frame": 94.8, "frame_drop": 0.2}
    variants = []
    for profile, scheme, data, accuracy in (
        (HERE, "float", float_graph(), float_accuracy),
        (SMALL, "int8-weights", int8_graph(), small_accuracy),
    ):
        path = f"variants/{profile}/intent.onnx"
        files[path] = data
        entry = graph_entry(
            path,
            data,
            scheme=scheme,
            session=SessionSettings(1, False, False, "extended"),
            accuracy=accuracy,
            reasons=["the only scheme that was tried"],
        )
        variants.append({"profile": profile, "graphs": {"intent": entry}})
    return write_bundle(
        folder,
        name="tiny",
        version="1.0",
        sequence=1,
        created="2025-01-31T12:00:00Z",
        tasks={"intent": {**settings, **(task or {})}},
        variants=variants,
        files=files,
    )


SCHEMA: Mapping[str, Any] = {
    "TurnOn": {"name": {"kind": "device"}, "area": {"kind": "area"}},
    "TurnOff": {"name": {"kind": "device"}, "area": {"kind": "area"}},
    "SetBrightness": {
        "name": {"kind": "device", "device_kinds": ["light"]},
        "area": {"kind": "area"},
        "brightness": {"kind": "percent", "low": 0, "high": 100},
    },
}


def write_small_bundle(
    folder: Path,
    name: str,
    tasks: dict[str, Any],
    graphs: dict[str, Any],
    files: dict[str, bytes],
) -> Path:
    """Write a bundle with a variant for this machine alone at `folder`, and return `folder`."""
    return write_bundle(
        folder,
        name=name,
        version="1.0",
        sequence=1,
        created="2025-01-31T12:00:00Z",
        tasks=tasks,
        variants=[{"profile": HERE, "graphs": graphs}],
        files=files,
    )


def compiled_grammar(folder: Path) -> bytes:
    """`TEMPLATES` as `edge.grammar.grammar` reads them; `folder` takes a file for a moment."""
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / "sentences.yaml"
    page.write_text(TEMPLATES, encoding="utf-8")
    try:
        compiled = compile_grammar(read_templates(page))
    finally:
        page.unlink()
    assert compiled.problems == (), compiled.problems
    return compiled.data


def float_graph() -> bytes:
    """features int32 [1, words, ids] → log-probabilities: intent [intents], tags [words, tags]."""
    return _graph([numpy_helper.from_array(_mixing(), "mixing")], [])


def int8_graph() -> bytes:
    """The same with one matrix as int8, widened by a DequantizeLinear."""
    mixing = _mixing()
    scale = np.abs(mixing).max() / 127
    return _graph(
        [
            numpy_helper.from_array(np.rint(mixing / scale).astype(np.int8), "mixing.int8"),
            numpy_helper.from_array(np.float32(scale), "mixing.scale"),
        ],
        [helper.make_node("DequantizeLinear", ["mixing.int8", "mixing.scale"], ["mixing"])],
    )


def _graph(mixing: list[TensorProto], first: list[onnx.NodeProto]) -> bytes:
    def constant(name: str, values: NDArray[Any]) -> TensorProto:
        return numpy_helper.from_array(values, name)

    # A sentence without any word that tells is no command.
    bias = np.array([0.0, 0.0, 0.0, 2.0], np.float32)
    nodes = [
        *first,
        helper.make_node("Gather", ["embeddings", "features"], ["pieces"]),
        helper.make_node("ReduceSum", ["pieces", "ids_axis"], ["words_of_one"], keepdims=0),
        helper.make_node("Squeeze", ["words_of_one", "batch_axis"], ["words"]),
        helper.make_node("MatMul", ["words", "mixing"], ["mixed"]),
        helper.make_node("Split", ["mixed", "sizes"], ["intents_of_words", "tag_scores"], axis=1),
        helper.make_node("ReduceSum", ["intents_of_words", "words_axis"], ["evidence"], keepdims=0),
        helper.make_node("Add", ["evidence", "bias"], ["intent_scores"]),
        helper.make_node("LogSoftmax", ["intent_scores"], ["intent"], axis=0),
        helper.make_node("LogSoftmax", ["tag_scores"], ["tags"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("features", TensorProto.INT32, [1, "words", LAYOUT.width])],
        [
            helper.make_tensor_value_info("intent", TensorProto.FLOAT, [len(INTENTS)]),
            helper.make_tensor_value_info("tags", TensorProto.FLOAT, ["words", _TAGS]),
        ],
        [
            constant("embeddings", _embeddings()),
            *mixing,
            constant("bias", bias),
            constant("ids_axis", np.array([2], np.int64)),
            constant("batch_axis", np.array([0], np.int64)),
            constant("words_axis", np.array([0], np.int64)),
            constant("sizes", np.array([len(INTENTS), _TAGS], np.int64)),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    data: bytes = model.SerializeToString()
    return data


def _embeddings() -> NDArray[np.float32]:
    """[ids, intents + tags]: what each feature says for each intent and tag."""
    rows = len(VOCABULARY) + 2 + LAYOUT.buckets
    table = _noise("embeddings", rows, _WIDTH, 0.02)
    table[0] = 0  # padding
    tags = len(INTENTS)
    # Letters of no known word: one more letter of a name, and a doubt whether this is a command.
    table[1, tags + _NAME] += 1.0
    table[1, tags + _NAME + 1] += 1.1
    table[1, len(INTENTS) - 1] += 0.15
    for index, piece in enumerate(VOCABULARY, start=2):
        row = table[index]
        intent, score = _INTENT_OF.get(piece, ("", 0.0))
        if intent:
            row[INTENTS.index(intent)] += score
        if piece.removeprefix("##").isdigit():
            row[tags + _NUMBER] += 5
        elif piece in _AREAS:
            row[tags + _AREA] += 6
        elif piece in _NAMES:
            # Inside a name likelier than at its beginning: the rules of BIO have to decide.
            row[tags + _NAME : tags + _NAME + 2] += (5.0, 5.5)
        else:
            row[tags + _OUTSIDE] += 6
    return table


def _mixing() -> NDArray[np.float32]:
    return np.eye(_WIDTH, dtype=np.float32) + _noise("mixing", _WIDTH, _WIDTH, 0.01)


def _noise(name: str, rows: int, columns: int, size: float) -> NDArray[np.float32]:
    """[rows, columns], within ±`size`: the same with every version of numpy."""
    values = [zlib.crc32(f"{name} {index}".encode()) / 2**32 for index in range(rows * columns)]
    return (size * (2 * np.array(values) - 1)).astype(np.float32).reshape(rows, columns)
