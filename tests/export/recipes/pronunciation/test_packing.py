"""The network that ships, as a graph."""

from __future__ import annotations

import json

import numpy as np
import pytest

from device_profiles import SessionSettings
from edge.session import make_session
from edge.voice.phones import PHONES, numbers
from edge.voice.pronunciation import WORDS
from export.recipes.pronunciation.network import PronunciationNetwork, spelled
from export.recipes.pronunciation.packing import PronunciationModel, build, pronouncer
from export.recipes.pronunciation.shipped import shipped

SETTINGS = SessionSettings(1, False, False, "extended")
_MOST_BYTES = 260_000


@pytest.fixture(scope="module")
def model() -> PronunciationModel:
    return PronunciationModel()


def test_the_graph_says_what_torch_says() -> None:
    network = shipped()
    words = [f"{a}{b}{c}" for a in "bdst" for b in "aio" for c in ("ck", "ll", "ne", "x")]
    session = make_session(build(network).SerializeToString(), "float", SETTINGS)
    same = 0
    for first in range(0, len(words), WORDS):
        rows = spelled(words[first : first + WORDS])
        (found,) = session.run(None, {"letters": rows.numpy()})
        same += int((found == network(rows).argmax(-1).numpy()).all(1).sum())
    assert same >= 0.95 * len(words)


def test_a_network_of_any_weights_can_be_written() -> None:
    network = PronunciationNetwork().eval()
    session = make_session(build(network).SerializeToString(), "float", SETTINGS)
    rows = spelled(["on"] * WORDS)
    (found,) = session.run(None, {"letters": rows.numpy()})
    assert np.mean(found == network(rows).argmax(-1).numpy()) > 0.9


def test_it_is_small(model: PronunciationModel) -> None:
    assert model.graph().ByteSize() < _MOST_BYTES


def test_two_of_three_words_never_seen_are_right(model: PronunciationModel) -> None:
    graph = model.graph().SerializeToString()
    assert model.measure(graph, "float", SETTINGS)["words"] > 60


def test_it_has_one_graph_for_all_boards(model: PronunciationModel) -> None:
    graph = model.graph()
    assert model.quantized(graph, "float") is graph
    assert model.quantized(graph, "int8-static") is None


def test_what_the_manifest_says(model: PronunciationModel) -> None:
    task, files = model.describe(b"")
    assert task["phones"] == PHONES
    assert {*json.loads(files[task["assets"]["listed"]])} == {*model.listed}


def test_common_words_are_said_as_the_dictionary_says() -> None:
    expected = {"one": "W AH N", "right": "R AY T", "eight": "EY T", "kitchen": "K IH CH AH N"}
    found = pronouncer().of_texts(expected)
    assert found == [numbers(said.split()) for said in expected.values()]
