"""The stream over the network: buffers, the gate before it, what it is shown when that opens."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from device_profiles import SessionSettings
from edge.errors import BundleFormatError, UsageError
from edge.session import make_session
from edge.voice.activity import STATE, ActivityStream, VoiceActivity
from edge.voice.gate import FRAME

SETTINGS = SessionSettings(1, False, False, "extended")
Frames = NDArray[np.int16]


def graph(state: int = STATE, bias: float = 0.0, pcm: int = TensorProto.INT16) -> bytes:
    """A stand-in: what is loud now, and some of what was, is speech."""
    make = helper.make_node
    value = helper.make_tensor_value_info
    constants = {
        "begin": np.array([0]),
        "end": np.array([state]),
        "half": np.float32(0.5),
        "unit": np.float32(0.01),
        "bias": np.array([bias], np.float32),
    }
    nodes = [
        make("Cast", ["pcm"], ["wave"], to=TensorProto.FLOAT),
        make("Abs", ["wave"], ["size"]),
        make("Mul", ["size", "unit"], ["loud"]),
        make("Slice", ["loud", "begin", "end"], ["part"]),
        make("Mul", ["state", "half"], ["faded"]),
        make("Add", ["part", "faded"], ["next_state"]),
        make("ReduceMean", ["next_state"], ["mean"], axes=[0], keepdims=1),
        make("Tanh", ["mean"], ["squashed"]),
        make("Add", ["squashed", "bias"], ["probability"]),
    ]
    model = helper.make_model(
        helper.make_graph(
            nodes,
            "loudness",
            [value("pcm", pcm, [FRAME]), value("state", TensorProto.FLOAT, [state])],
            [
                value("probability", TensorProto.FLOAT, [1]),
                value("next_state", TensorProto.FLOAT, [state]),
            ],
            [numpy_helper.from_array(array, name) for name, array in constants.items()],
        ),
        opset_imports=[helper.make_opsetid("", 17)],
        ir_version=8,
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


@pytest.fixture(scope="module")
def activity() -> VoiceActivity:
    return VoiceActivity(make_session(graph(), "float", SETTINGS))


def noise(count: int, rms: float, seed: int = 0) -> Frames:
    wave = np.random.default_rng(seed).normal(0, rms, (count, FRAME))
    return np.clip(np.rint(wave), -32768, 32767).astype(np.int16)


def expected(activity: VoiceActivity, frames: Frames) -> list[float]:
    """What the session itself says, one plain call a frame."""
    state = np.zeros(STATE, np.float32)
    found = []
    for frame in frames:
        probability, state = activity.session.run(
            ["probability", "next_state"], {"pcm": frame, "state": state}
        )
        found.append(float(probability[0]))
    return found


def push(stream: ActivityStream, frames: Frames) -> list[float]:
    return [stream.push(frame) for frame in frames]


class TestWithoutTheGate:
    def test_it_says_what_plain_calls_say(self, activity: VoiceActivity) -> None:
        frames = np.concatenate([noise(20, 5), noise(20, 3000), noise(21, 5)])
        stream = activity.stream(gated=False)
        assert push(stream, frames) == expected(activity, frames)
        assert (stream.frames, stream.looked_at) == (61, 61)

    def test_streams_do_not_disturb_each_other(self, activity: VoiceActivity) -> None:
        loud, soft = noise(30, 3000), noise(30, 5, seed=1)
        first, second = activity.stream(gated=False), activity.stream(gated=False)
        both = [(first.push(a), second.push(b)) for a, b in zip(loud, soft, strict=True)]
        assert [a for a, _ in both] == expected(activity, loud)
        assert [b for _, b in both] == expected(activity, soft)

    def test_a_frame_may_be_changed_once_it_was_pushed(self, activity: VoiceActivity) -> None:
        frames = noise(10, 500)
        stream, buffer, found = activity.stream(gated=False), np.zeros(FRAME, np.int16), []
        for frame in frames:
            buffer[:] = frame
            found.append(stream.push(buffer))
            buffer[:] = 0
        assert found == expected(activity, frames)

    @pytest.mark.parametrize("odd", [1, 3])
    def test_reset_begins_anew(self, activity: VoiceActivity, odd: int) -> None:
        frames = noise(10, 500)
        stream = activity.stream(gated=False)
        push(stream, noise(odd, 8000))
        stream.reset()
        assert (stream.frames, stream.looked_at) == (0, 0)
        assert push(stream, frames) == expected(activity, frames)


class TestWithTheGate:
    def test_silence_is_not_looked_at(self, activity: VoiceActivity) -> None:
        stream = activity.stream()
        found = push(stream, noise(1000, 3))
        assert stream.looked_at < 50
        assert not any(found[50:])
        assert stream.frames == 1000

    def test_short_of_a_quarter_of_a_second_nothing_is_missed(
        self, activity: VoiceActivity
    ) -> None:
        # Until the gate is shut for the fifth frame, then speech.
        quiet = noise(200, 3)
        shut = _frames_until_shut(activity, quiet)
        frames = np.concatenate([quiet[: shut + 5], noise(20, 3000)])
        stream = activity.stream()
        found = push(stream, frames)
        assert found[shut : shut + 5] == [0.0] * 5
        assert found[shut + 5 :] == expected(activity, frames)[shut + 5 :]
        assert stream.looked_at == len(frames)

    def test_after_hours_it_answers_as_if_it_had_listened(self, activity: VoiceActivity) -> None:
        frames = np.concatenate([noise(5000, 3), noise(20, 3000)])
        stream = activity.stream()
        found = push(stream, frames)[-20:]
        np.testing.assert_allclose(found, expected(activity, frames)[-20:], atol=1e-3)
        assert stream.looked_at < 100

    def test_the_first_loud_frame_is_heard(self, activity: VoiceActivity) -> None:
        stream = activity.stream()
        push(stream, noise(300, 3))
        assert stream.push(noise(1, 2000)[0]) > 0.5

    def test_a_reset_forgets_what_was_kept(self, activity: VoiceActivity) -> None:
        frames = np.concatenate([noise(120, 3), noise(20, 3000), noise(120, 3, seed=2)])
        stream = activity.stream()
        push(stream, np.concatenate([noise(300, 40, seed=1), noise(5, 900)]))
        stream.reset()
        assert push(stream, frames) == push(activity.stream(), frames)

    @pytest.mark.parametrize("seed", range(5))
    def test_a_recording_replayed_gives_the_same(self, activity: VoiceActivity, seed: int) -> None:
        rng = np.random.default_rng(seed)
        parts = [noise(int(rng.integers(1, 60)), rng.choice([0, 3, 40, 3000]), i) for i in range(9)]
        frames = np.concatenate(parts)
        assert push(activity.stream(), frames) == push(activity.stream(), frames)


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "frame",
        [
            np.zeros(511, np.int16),
            np.zeros((1, 512), np.int16),
            np.zeros(512, np.float32),
            np.zeros(512, np.int32),
        ],
        ids=lambda frame: f"{frame.dtype}-{frame.shape}",
    )
    def test_other_frames(self, activity: VoiceActivity, frame: Frames) -> None:
        stream = activity.stream()
        with pytest.raises(UsageError, match="a frame is"):
            stream.push(frame)
        assert stream.frames == 0

    @pytest.mark.parametrize(
        "other", [graph(state=300), graph(pcm=TensorProto.INT32)], ids=["state", "pcm"]
    )
    def test_graphs_of_other_sizes_or_kinds(self, other: bytes) -> None:
        with pytest.raises(BundleFormatError, match=r"tasks\.activity: the graph has"):
            VoiceActivity(make_session(other, "float", SETTINGS))

    @pytest.mark.parametrize("bias", [float("nan"), 7.0, -0.5])
    def test_graphs_that_give_no_probability(self, bias: float) -> None:
        with pytest.raises(BundleFormatError, match="a probability"):
            VoiceActivity(make_session(graph(bias=bias), "float", SETTINGS))


def _frames_until_shut(activity: VoiceActivity, frames: Frames) -> int:
    stream = activity.stream()
    for number, frame in enumerate(frames):
        stream.push(frame)
        if stream.looked_at <= number:
            return number
    raise AssertionError("the gate never shut")
