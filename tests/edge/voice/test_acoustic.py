"""The acoustic model over a stream: whole rows from any pieces, and graphs that are refused.

The graph here writes a sample of the chunk before into each row, so what is asserted is exact.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from device_profiles import SessionSettings
from edge.errors import BundleFormatError, UsageError
from edge.session import make_session
from edge.voice.acoustic import FRAME, AcousticModel
from edge.voice.alphabet import LABELS

CHUNK, ROWS, EARLY = 4 * FRAME, 4, 5
TASK: dict[str, Any] = {"labels": LABELS, "chunk": CHUNK, "early": EARLY, "settle": 2}


def graph(*, rows: int = ROWS, chunk: int = CHUNK, forgets: bool = True) -> bytes:
    """Row n of a call: minus the magnitude of sample 320 n of the call before, for every label."""
    real, whole = TensorProto.FLOAT, TensorProto.INT16
    constants = {
        "at": np.arange(rows, dtype=np.int32) * FRAME,
        "shape": np.array([rows, 1], np.int64),
        "labels": np.zeros((1, len(LABELS)), np.float32),
        "sign": np.float32(-1),
    }
    nodes = [
        helper.make_node("Gather", ["last", "at"], ["first"]),
        helper.make_node("Abs", ["first"], ["sizes"]),
        helper.make_node("Mul", ["sizes", "sign"], ["signed"]),
        helper.make_node("Reshape", ["signed", "shape"], ["column"]),
        helper.make_node("Add", ["column", "labels"], ["log_posteriors"]),
        helper.make_node("Cast", ["pcm"], ["wave"], to=real),
    ]
    if forgets:
        nodes.append(helper.make_node("Identity", ["wave"], ["next_last"]))
    else:
        constants["one"] = np.float32(1)
        nodes.append(helper.make_node("Add", ["last", "one"], ["next_last"]))
    value = helper.make_tensor_value_info
    made = helper.make_graph(
        nodes,
        "graph",
        [value("pcm", whole, [chunk]), value("last", real, [chunk])],
        [value("log_posteriors", real, [rows, len(LABELS)]), value("next_last", real, [chunk])],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    data: bytes = model.SerializeToString()
    return data


def model(task: dict[str, Any] | None = None, **options: Any) -> AcousticModel:
    session = make_session(graph(**options), "float", SessionSettings(1, False, False, "basic"))
    return AcousticModel(TASK | (task or {}), session)


@pytest.fixture(scope="module")
def heard() -> AcousticModel:
    return model()


def sound(samples: int) -> np.ndarray:
    return (np.arange(samples) % 30_000 + 1).astype(np.int16)


def rows_of(samples: np.ndarray, count: int) -> np.ndarray:
    """What the graph says: a chunk late, less the rows that come early."""
    late = np.concatenate([np.zeros(CHUNK, np.int16), samples, np.zeros(8 * CHUNK, np.int16)])
    return -late[EARLY * FRAME :: FRAME][:count].astype(np.float32)


@pytest.mark.parametrize("size", [1, 7, FRAME, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 10_000])
def test_pieces_of_any_size(heard: AcousticModel, size: int) -> None:
    samples = sound(9000)
    stream = heard.stream()
    parts = [stream.push(samples[at : at + size]) for at in range(0, len(samples), size)]
    rows = np.concatenate(parts)
    assert rows.dtype == np.float32 and rows.shape[1] == len(LABELS)
    assert stream.frames == len(rows) == 9000 // CHUNK * ROWS - EARLY
    assert np.array_equal(rows[:, 0], rows_of(samples, len(rows)))


@pytest.mark.parametrize("samples", [0, 1, FRAME, FRAME + 1, CHUNK, CHUNK + 1, 9000])
def test_flushing_gives_a_row_for_all_that_was_pushed(heard: AcousticModel, samples: int) -> None:
    stream = heard.stream()
    rows = np.concatenate([stream.push(sound(samples)), stream.flush()])
    assert len(rows) == -(-samples // FRAME)
    assert np.array_equal(rows[:, 0], rows_of(sound(samples), len(rows)))


def test_flushing_ends_the_recording(heard: AcousticModel) -> None:
    stream = heard.stream()
    stream.push(sound(5000))
    stream.flush()
    assert stream.frames == 0
    assert np.array_equal(stream.push(sound(5000)), heard.stream().push(sound(5000)))


def test_a_reset_forgets(heard: AcousticModel) -> None:
    stream = heard.stream()
    stream.push(sound(CHUNK + 3))
    stream.reset()
    assert np.array_equal(stream.push(sound(5000)), heard.stream().push(sound(5000)))


def test_what_was_handed_out_stays_as_it_is(heard: AcousticModel) -> None:
    stream = heard.stream()
    first = stream.push(sound(3 * CHUNK))
    kept = first.copy()
    stream.push(sound(3 * CHUNK)[::-1].copy())
    assert np.array_equal(first, kept)


def test_the_samples_may_be_used_again(heard: AcousticModel) -> None:
    stream, samples = heard.stream(), sound(3 * CHUNK - 5)
    rows = [stream.push(samples)]
    samples[:] = 0
    rows.append(stream.flush())
    assert np.array_equal(np.concatenate(rows)[:, 0], rows_of(sound(3 * CHUNK - 5), 12))


def test_an_empty_push(heard: AcousticModel) -> None:
    assert heard.stream().push(np.empty(0, np.int16)).shape == (0, len(LABELS))


@pytest.mark.parametrize(
    "samples", [np.zeros(4, np.float32), np.zeros((2, 2), np.int16), np.zeros(4, np.uint16)]
)
def test_what_is_no_audio(heard: AcousticModel, samples: np.ndarray) -> None:
    stream = heard.stream()
    with pytest.raises(UsageError, match=r"samples are .*\n *allowed: int16"):
        stream.push(samples)
    assert np.array_equal(stream.push(sound(5000)), heard.stream().push(sound(5000)))


def test_how_late_it_is(heard: AcousticModel) -> None:
    assert heard.lag == pytest.approx((EARLY + 1.5) * 0.02)
    assert heard.frame_seconds == 0.02


@pytest.mark.parametrize(
    ("task", "key"),
    [
        ({"labels": "_ abc"}, "labels"),
        ({"labels": 29}, "labels"),
        ({"chunk": 100}, "chunk"),
        ({"chunk": FRAME + 1}, "chunk"),
        ({"chunk": 10**9}, "chunk"),
        ({"early": -1}, "early"),
        ({"early": True}, "early"),
        ({"early": 10**6}, "early"),
        ({"settle": 0}, "settle"),
        ({"settle": 10**6}, "settle"),
        ({"settle": "2"}, "settle"),
    ],
)
def test_a_manifest_that_says_something_else(task: dict[str, Any], key: str) -> None:
    with pytest.raises(BundleFormatError, match=rf"tasks\.speech\.{key}"):
        model(task)


@pytest.mark.parametrize("key", list(TASK))
def test_a_manifest_that_lacks_a_key(key: str) -> None:
    session = make_session(graph(), "float", SessionSettings(1, False, False, "basic"))
    with pytest.raises(BundleFormatError, match=rf"tasks\.speech\.{key} is missing"):
        AcousticModel({name: value for name, value in TASK.items() if name != key}, session)


def test_a_graph_of_another_size() -> None:
    with pytest.raises(BundleFormatError, match=r"pcm int16 \[2560\]"):
        model({"chunk": 2560})
    with pytest.raises(BundleFormatError, match=r"log_posteriors float32 \[4, 29\]"):
        model(rows=3)


def test_a_state_that_silence_does_not_settle() -> None:
    with pytest.raises(BundleFormatError, match="remembers what came before 2 chunks"):
        model(forgets=False)


def test_an_output_that_is_no_probability() -> None:
    odd = onnx.load_from_string(graph())
    bad = numpy_helper.from_array(np.full((1, len(LABELS)), 5, np.float32), "labels")
    next(c for c in odd.graph.initializer if c.name == "labels").CopyFrom(bad)
    settings = SessionSettings(1, False, False, "basic")
    with pytest.raises(BundleFormatError, match="no logarithm of probabilities"):
        AcousticModel(TASK, make_session(odd.SerializeToString(), "float", settings))
