"""The streaming graph computes what the network does, whole or in pieces, in floats or integers."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch

from device_profiles import SessionSettings
from edge.errors import BundleFormatError
from edge.session import make_session
from edge.voice.acoustic import AcousticModel
from edge.voice.posteriors import WITHOUT_PHONES
from export.quantize import quantize
from export.recipes.speech.graph.graph import float_graph
from export.recipes.speech.graph.quantise import quantised
from export.recipes.speech.graph.streaming import CHUNK, Folded, fold
from export.recipes.speech.network.backbone import STRIDE
from export.recipes.speech.network.frontend import HOP, WINDOW, MelFrontEnd, in_a_room
from export.recipes.speech.network.network import AcousticNetwork, Shape

SESSION = SessionSettings(1, False, False, "extended")
SECONDS = 3


@pytest.fixture(scope="module")
def network() -> AcousticNetwork:
    torch.manual_seed(0)
    network = AcousticNetwork(Shape(width=16, blocks=((3, 1), (2, 0))))
    with torch.no_grad():  # a normalisation that does nothing would hide that it is left out
        for module in network.modules():
            if isinstance(module, torch.nn.BatchNorm1d):
                module.running_mean.normal_(0, 0.3)
                module.running_var.uniform_(0.5, 2)
                module.bias.normal_(0, 0.3)
    return network.eval()


@pytest.fixture(scope="module")
def folded(network: AcousticNetwork) -> Folded:
    return fold(network)


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    rng = np.random.default_rng(1)
    loud = np.repeat(rng.uniform(50, 4000, 30), SECONDS * 16_000 // 30)
    return (rng.normal(0, 1, SECONDS * 16_000) * loud).clip(-32768, 32767).astype(np.int16)


def task(folded: Folded) -> dict[str, object]:
    return folded.task


def model(folded: Folded, graph: onnx.ModelProto, scheme: str = "float") -> AcousticModel:
    return AcousticModel(task(folded), make_session(graph.SerializeToString(), scheme, SESSION))


@pytest.fixture(scope="module")
def heard(folded: Folded) -> AcousticModel:
    return model(folded, float_graph(folded)[0])


def whole(network: AcousticNetwork, folded: Folded, sound: np.ndarray) -> np.ndarray:
    """What torch says of the recording with silence around it: rows from its beginning on."""
    # The first step is the one that ends with the first four windows of the recording.
    before = WINDOW - HOP + (network.context - STRIDE) * HOP
    samples = np.concatenate([np.zeros(before, np.int16), sound, np.zeros(CHUNK * 16, np.int16)])
    with torch.no_grad():
        features = MelFrontEnd()(torch.from_numpy(in_a_room(samples, -before))[None])
        return network(features)[0].numpy()[folded.early :]


def test_a_recording_pushed_whole_is_what_torch_says(
    network: AcousticNetwork, folded: Folded, heard: AcousticModel, sound: np.ndarray
) -> None:
    stream = heard.stream()
    rows = np.concatenate([stream.push(sound), stream.flush()])
    assert len(rows) == -(-len(sound) // 320)
    assert np.abs(rows - whole(network, folded, sound)[: len(rows)]).max() < 2e-3


@pytest.mark.parametrize("size", [1, 160, 777, 2560, 10_000])
def test_pieces_of_any_size_give_the_same_rows(
    heard: AcousticModel, sound: np.ndarray, size: int
) -> None:
    sound = sound[: 16_000 if size == 1 else len(sound)]
    stream = heard.stream()
    at_once = np.concatenate([stream.push(sound), stream.flush()])
    pieces = [stream.push(sound[at : at + size]) for at in range(0, len(sound), size)]
    assert np.array_equal(np.concatenate([*pieces, stream.flush()]), at_once)


def test_no_more_rows_are_flushed_than_wanted(heard: AcousticModel, sound: np.ndarray) -> None:
    stream = heard.stream()
    whole = np.concatenate([stream.push(sound), stream.flush()])
    for wanted in (len(whole) - 12, len(whole) + 12, 3):
        rows = stream.push(sound)
        last = stream.flush(wanted)
        given = max(len(rows), min(wanted, len(whole)))
        assert np.array_equal(np.concatenate([rows, last]), whole[:given])
        assert stream.frames == 0


def test_a_stream_that_was_reset_has_heard_nothing(heard: AcousticModel, sound: np.ndarray) -> None:
    stream = heard.stream()
    fresh = np.concatenate([stream.push(sound), stream.flush()])
    stream.push(sound[::-1].copy())
    stream.reset()
    assert stream.frames == 0
    assert np.array_equal(np.concatenate([stream.push(sound), stream.flush()]), fresh)


def test_streams_do_not_disturb_each_other(heard: AcousticModel, sound: np.ndarray) -> None:
    alone = heard.stream().push(sound)
    one, other = heard.stream(), heard.stream()
    rows = []
    for at in range(0, len(sound), 4000):
        rows.append(one.push(sound[at : at + 4000]))
        other.push(sound[::-1][at : at + 4000].copy())
    assert np.array_equal(np.concatenate(rows), alone)


def test_rows_are_logarithms_of_probabilities(heard: AcousticModel, sound: np.ndarray) -> None:
    rows = heard.stream().push(sound)
    for part in (rows[:, :WITHOUT_PHONES], rows[:, WITHOUT_PHONES:]):
        assert np.allclose(np.exp(part.astype(np.float64)).sum(1), 1, atol=1e-4)


@pytest.mark.parametrize("scheme", ["int8-weights", "int8-static"])
def test_eight_bits_say_nearly_the_same(
    folded: Folded, heard: AcousticModel, sound: np.ndarray, scheme: str
) -> None:
    if scheme == "int8-static":
        graph = quantised(folded, [sound])
    else:
        graph = quantize(float_graph(folded)[0], scheme, [])
    exact, rounded = heard.stream().push(sound), model(folded, graph, scheme).stream().push(sound)
    assert 0 < np.abs(np.exp(exact) - np.exp(rounded)).mean() < 0.02


def test_a_state_that_has_not_settled_is_refused(folded: Folded) -> None:
    session = make_session(float_graph(folded)[0].SerializeToString(), "float", SESSION)
    with pytest.raises(BundleFormatError, match="remembers"):
        AcousticModel(task(folded) | {"settle": 1}, session)


def test_labels_of_another_alphabet_are_refused(folded: Folded) -> None:
    session = make_session(float_graph(folded)[0].SerializeToString(), "float", SESSION)
    with pytest.raises(BundleFormatError, match="labels"):
        AcousticModel(task(folded) | {"labels": "_abc"}, session)


def test_what_a_step_waits_for_is_what_the_task_says(
    network: AcousticNetwork, folded: Folded
) -> None:
    assert folded.early == 2 * network.future // STRIDE
    assert folded.settle * CHUNK >= network.context * HOP + WINDOW
