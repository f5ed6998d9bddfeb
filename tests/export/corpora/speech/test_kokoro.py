"""The neural synthesiser, with a small graph in the place of the model."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from edge.errors import UsageError
from export.corpora.speech import kokoro
from export.corpora.speech.plan import plan
from export.corpora.speech.synthesis import synthesise
from export.corpora.speech.voices import Voice, installed_voices

NEEDS_ESPEAK = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"
)


def write_model(path: Path) -> None:
    """A graph that gives 2,400 samples a symbol, all as large as the style's first number."""
    inputs = [
        helper.make_tensor_value_info("tokens", TensorProto.INT64, [1, None]),
        helper.make_tensor_value_info("style", TensorProto.FLOAT, [1, 256]),
        helper.make_tensor_value_info("speed", TensorProto.FLOAT, [1]),
    ]
    constants = [
        helper.make_tensor("zero", TensorProto.INT64, [1], [0]),
        helper.make_tensor("one", TensorProto.INT64, [1], [1]),
        helper.make_tensor("many", TensorProto.INT64, [1], [2400]),
    ]
    nodes = [
        helper.make_node("Size", ["tokens"], ["count"]),
        helper.make_node("Mul", ["count", "many"], ["length"]),
        helper.make_node("Slice", ["style", "zero", "one", "one"], ["first"]),
        helper.make_node("Mul", ["first", "speed"], ["level"]),
        helper.make_node("Reshape", ["level", "one"], ["flat"]),
        helper.make_node("Expand", ["flat", "length"], ["audio"]),
    ]
    outputs = [helper.make_tensor_value_info("audio", TensorProto.FLOAT, [None])]
    graph = helper.make_graph(nodes, "graph", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "kokoro"
    (folder / "voices").mkdir(parents=True)
    write_model(folder / "model.onnx")
    vocabulary = {symbol: number for number, symbol in enumerate("abcdefghijklmnopqrstuvwxyz .", 1)}
    (folder / "vocab.json").write_text(json.dumps({"model": {"vocab": vocabulary}}))
    for number, name in enumerate(("af_anna", "af_bea", "bm_carl", "zf_dora"), 1):
        np.full((510, 256), number / 10, np.float32).tofile(folder / "voices" / f"{name}.bin")
    monkeypatch.setenv(kokoro.FOLDER, str(folder))
    return folder


def test_only_english_voices_are_asked_for(place: Path) -> None:
    assert kokoro.english_voices(place) == ["af_anna", "af_bea", "bm_carl"]
    assert [kokoro.british(name) for name in kokoro.english_voices(place)] == [False, False, True]


@NEEDS_ESPEAK
def test_they_are_among_the_installed_ones_where_the_folder_is_named(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Voice("kokoro", "af_anna") in installed_voices()
    monkeypatch.delenv(kokoro.FOLDER)
    assert not any(voice.engine == "kokoro" for voice in installed_voices())


@NEEDS_ESPEAK
def test_a_folder_that_lacks_a_file_is_an_error(place: Path) -> None:
    (place / "model.onnx").unlink()
    with pytest.raises(UsageError, match=r"model\.onnx is missing"):
        installed_voices()


@pytest.mark.parametrize("name", ["model.onnx", "vocab.json", "voices/af_anna.bin"])
def test_a_folder_of_something_else_is_an_error(place: Path, name: str) -> None:
    (place / name).write_bytes(b"nothing")
    with pytest.raises(UsageError, match="no Kokoro model"):
        kokoro.Kokoro(place)


def test_a_voice_speaks_alone_or_mixed_with_one_of_its_sex(place: Path) -> None:
    model = kokoro.Kokoro(place)
    levels = {round(float(model.say("go on", "af_anna", 1.0, seed)[0]), 4) for seed in range(60)}
    assert 0.1 in levels
    assert len(levels) > 10
    assert max(levels) < 0.1 + 0.7 * 0.3 + 1e-4  # dora's part is never more than 0.7
    alone = {float(model.say("go on", "bm_carl", 1.0, seed)[0]) for seed in range(20)}
    assert alone == {np.float32(0.3)}


def test_speed_and_length_are_handed_on(place: Path) -> None:
    model = kokoro.Kokoro(place)
    short, long = model.say("go", "bm_carl", 1.0, 0), model.say("go on", "bm_carl", 2.0, 0)
    assert (len(short), len(long)) == (4 * 2400, 7 * 2400)
    assert long[0] == 2 * short[0]


def test_a_sentence_without_end_is_cut(place: Path) -> None:
    assert len(kokoro.Kokoro(place).say("a" * 2000, "bm_carl", 1.0, 0)) == 510 * 2400


def test_what_the_model_does_not_know_is_left_out(place: Path) -> None:
    model = kokoro.Kokoro(place)
    assert len(model.say("g§o", "bm_carl", 1.0, 0)) == len(model.say("go", "bm_carl", 1.0, 0))


@pytest.mark.parametrize(
    ("ipa", "american", "symbols"),
    [
        ("tˈɜːn ɔn ðə lˈa^ɪts", True, "tˈɜɹn ɔn ðə lˈIts."),
        ("tˈɜːn ɒn ðə lˈa^ɪts", False, "tˈɜːn ɒn ðə lˈIts."),
        ("nˈo^ʊ  nˈə^ʊ", True, "nˈO nˈQ."),
        ("tˈɛmpɹɪt^ʃɚ", True, "tˈɛmpɹɪʧəɹ."),
        ("d^ʒˈɔ^ɪn", True, "ʤˈYn."),
        ("", True, "."),
    ],
)
def test_symbols_of_sounds(ipa: str, american: bool, symbols: str) -> None:
    assert kokoro.symbols(ipa, not american) == symbols


@NEEDS_ESPEAK
def test_every_text_has_one_line_of_symbols() -> None:
    found = kokoro.phonemes_of(["turn on the light", "stop", "no"], british=False)
    assert len(found) == 3
    assert found[2] == "nˈO."


@NEEDS_ESPEAK
def test_sentences_are_said_by_all_its_voices(place: Path, tmp_path: Path) -> None:
    requests = plan(["turn on the light", "stop it"], 12, 0, {"kokoro": 1.0})
    found = synthesise(requests, tmp_path / "said")
    assert len(found) == 12
    assert {item.speaker for item in found} == {
        "kokoro:af_anna", "kokoro:af_bea", "kokoro:bm_carl"
    }  # fmt: skip
