"""How words are said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import helper, numpy_helper

from device_profiles import SessionSettings
from edge import limits
from edge.bundle.bundle import Bundle
from edge.errors import BundleFormatError, UsageError
from edge.session import make_session
from edge.voice.alphabet import spell
from edge.voice.phones import PHONES
from edge.voice.pronunciation import LONGEST, WORDS, Pronouncer
from export.bundle_writer import graph_entry
from tests.edge.tiny_bundle import HERE, write_small_bundle

SETTINGS = SessionSettings(1, False, False, "extended")


def letter_by_letter(words: int = WORDS) -> bytes:
    """A graph in which a letter says its own label, then nothing."""
    twos = numpy_helper.from_array(np.array([words, 2 * LONGEST]), "shape")
    column = numpy_helper.from_array(np.array([2]), "axis")
    zero = numpy_helper.from_array(np.array(0), "zero")
    nodes = [
        helper.make_node("Unsqueeze", ["letters", "axis"], ["column"]),
        helper.make_node("Mul", ["column", "zero"], ["nothing"]),
        helper.make_node("Concat", ["column", "nothing"], ["pairs"], axis=2),
        helper.make_node("Reshape", ["pairs", "shape"], ["phones"]),
    ]
    graph = helper.make_graph(
        nodes,
        "letters",
        [helper.make_tensor_value_info("letters", onnx.TensorProto.INT64, [words, LONGEST])],
        [helper.make_tensor_value_info("phones", onnx.TensorProto.INT64, [words, 2 * LONGEST])],
        [twos, column, zero],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    data: bytes = model.SerializeToString()
    return data


def session(graph: bytes) -> onnxruntime.InferenceSession:
    return make_session(graph, "float", SETTINGS)


def said(word: str) -> tuple[int, ...]:
    return tuple(spell(word))


@pytest.fixture
def pronouncer() -> Pronouncer:
    return Pronouncer(session(letter_by_letter()), {"one": (1, 2, 3)})


def test_a_text_is_the_sounds_of_its_words(pronouncer: Pronouncer) -> None:
    assert pronouncer.of_texts(["lamp on", "on", ""]) == [said("lamp") + said("on"), said("on"), ()]


def test_a_letter_twice_is_said_twice(pronouncer: Pronouncer) -> None:
    assert pronouncer.of_texts(["off"]) == [said("off")]


def test_what_is_listed_is_said_as_it_is_listed(pronouncer: Pronouncer) -> None:
    assert pronouncer.of_texts(["one lamp"]) == [(1, 2, 3, *said("lamp"))]


def test_any_number_of_words_and_any_length(pronouncer: Pronouncer) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [letters[at:] + letters[:at] for at in range(26)] + [3 * letters + "abc"]
    assert pronouncer.of_texts(words) == [said(word) for word in words]


def test_words_are_read_once(monkeypatch: pytest.MonkeyPatch, pronouncer: Pronouncer) -> None:
    before = pronouncer.of_texts(["lamp on"])
    monkeypatch.setattr(pronouncer, "_session", None)
    assert pronouncer.of_texts(["on", "lamp on"]) == [said("on"), *before]


def test_no_more_words_are_remembered_than_allowed(
    monkeypatch: pytest.MonkeyPatch, pronouncer: Pronouncer
) -> None:
    monkeypatch.setattr(limits, "SPEECH_PRONUNCIATIONS", 2)
    for word in ("a", "b", "c", "d", "e"):
        assert pronouncer.of_texts([word]) == [said(word)]
    assert len(pronouncer._known) <= 3


def test_a_character_that_is_no_letter_is_an_error(pronouncer: Pronouncer) -> None:
    with pytest.raises(UsageError, match="'é'"):
        pronouncer.of_texts(["café"])


def test_another_graph_is_an_error() -> None:
    with pytest.raises(BundleFormatError, match="the graph has"):
        Pronouncer(session(letter_by_letter(WORDS + 1)), {})


def bundle(
    folder: Path, task: dict[str, Any], listed: bytes = b"{}", own: bytes | None = None
) -> Bundle:
    graph = letter_by_letter()
    path = f"variants/{HERE}/pronunciation.onnx"
    entry = graph_entry(
        path, graph, scheme="float", session=SETTINGS, accuracy={}, reasons=["for a test"]
    )
    tasks, files = {"pronunciation": task}, {path: graph, "assets/listed.json": listed}
    graphs = {"pronunciation": entry}
    if own is not None:
        tasks["speech"] = {"assets": {"pronunciations": "assets/own.json"}}
        files["assets/own.json"] = own
        graphs["speech"] = entry
    write_small_bundle(folder, "said", tasks, graphs, files)
    return Bundle.open(folder, HERE)


TASK = {"phones": PHONES, "assets": {"listed": "assets/listed.json"}}


class TestBundle:
    def test_its_list_and_its_graph_are_used(self, tmp_path: Path) -> None:
        listed = json.dumps({"one": [1, 2]}).encode()
        found = Pronouncer.of(bundle(tmp_path / "b.edge", TASK, listed))
        assert found is not None
        assert found.of_texts(["one on"]) == [(1, 2, *said("on"))]

    def test_a_makers_own_words_come_before_it(self, tmp_path: Path) -> None:
        listed, own = (json.dumps(each).encode() for each in ({"a": [1], "b": [2]}, {"b": [3]}))
        found = Pronouncer.of(bundle(tmp_path / "b.edge", TASK, listed, own))
        assert found is not None
        assert found.of_texts(["a b"]) == [(1, 3)]

    def test_other_sounds_are_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(BundleFormatError, match="phones"):
            Pronouncer.of(bundle(tmp_path / "b.edge", TASK | {"phones": "_ A B"}))

    @pytest.mark.parametrize(
        "listed",
        [b"[]", b"{", b'{"on": [0]}', b'{"on": [40]}', b'{"on": "AO"}', b'{"on": [1.5]}'],
    )
    def test_a_list_of_something_else_is_an_error(self, tmp_path: Path, listed: bytes) -> None:
        with pytest.raises(BundleFormatError, match=r"assets/listed\.json"):
            Pronouncer.of(bundle(tmp_path / "b.edge", TASK, listed))
