"""What a caller may push, and what is said of the rest."""

from __future__ import annotations

import array
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from edge.errors import UsageError
from edge.limits import AUDIO_CHANNELS, AUDIO_PUSH_SAMPLES
from edge.voice.pcm import PcmBytes, as_samples

VALUES = [0, 1, -1, 256, 32767, -32768]


@pytest.mark.parametrize(
    "data",
    [
        np.array(VALUES, "<i2").tobytes(),
        bytearray(np.array(VALUES, "<i2").tobytes()),
        memoryview(np.array(VALUES, "<i2").tobytes()),
        memoryview(np.array(VALUES, np.int16)),
        array.array("h", VALUES),
        np.array(VALUES, "<i2"),
        np.array(VALUES, ">i2"),
        np.repeat(np.array(VALUES, np.int16), 2)[::2],
        np.array(VALUES, np.int16)[:, None],
        np.array(VALUES, np.float64) / 32768,
        np.array(VALUES, np.float32) / 32768,
        np.asfortranarray(np.array([VALUES, VALUES], np.int16).T),
    ],
    ids=[
        "bytes", "bytearray", "memoryview", "memoryview of int16", "array", "int16",
        "big endian", "strided", "one channel", "float64", "float32", "two equal channels",
    ],
)  # fmt: skip
def test_the_same_sound_in_any_dress_is_the_same_samples(data: object) -> None:
    samples = as_samples(data)
    assert samples.dtype == np.int16 and samples.dtype.isnative
    assert samples.flags.c_contiguous
    assert samples.tolist() == VALUES


@pytest.mark.parametrize(
    "data",
    [b"", bytearray(), memoryview(b""), np.zeros(0, np.int16), np.zeros((0, 2), np.float32)],
    ids=["bytes", "bytearray", "memoryview", "samples", "no channels"],
)
def test_no_sound_is_no_samples(data: object) -> None:
    assert as_samples(data).shape == (0,)


def test_channels_are_averaged_and_halves_go_to_even() -> None:
    stereo = np.array([[1, 2], [2, 3], [32767, 32767], [-32768, -32768], [1000, -1000]], np.int16)
    assert as_samples(stereo).tolist() == [2, 2, 32767, -32768, 0]
    assert as_samples(np.array([[0.5, 0.25]])).tolist() == [12288]


def test_fractions_beyond_full_scale_are_clipped_channel_by_channel() -> None:
    assert as_samples(np.array([1.0, -1.0, 7.0, -7.0])).tolist() == [32767, -32768, 32767, -32768]
    assert as_samples(np.array([[9.0, 0.0]])).tolist() == [16384]
    assert as_samples(np.array([60000.0], np.float16)).tolist() == [32767]


@given(arrays.arrays(np.int16, st.integers(0, 50)))
def test_a_fraction_made_of_a_sample_goes_back_to_it(samples: np.ndarray) -> None:
    for kind in (np.float32, np.float64):
        assert np.array_equal(as_samples(samples.astype(kind) / 32768), samples)


def test_nothing_is_copied_that_fits_as_it_is() -> None:
    samples = np.arange(4, dtype=np.int16)
    assert np.shares_memory(as_samples(samples), samples)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x00\x01\x02", "3 bytes do not make whole samples"),
        (np.array([0.0, 0.1, np.nan]), "sample 2 is nan"),
        (np.array([0.0, np.inf]), "sample 1 is inf"),
        (np.array([[0.0, 0.0], [0.0, -np.inf]], np.float32), "sample 1, channel 1 is -inf"),
        (np.zeros(3, np.int32), "an array of int32"),
        (np.zeros(3, np.uint8), "an array of uint8"),
        (np.zeros(3, np.uint16), "an array of uint16"),
        (np.zeros(3, np.complex64), "an array of complex64"),
        (np.zeros(3, bool), "an array of bool"),
        (np.array(["a"]), "an array of <U1"),
        (np.array([None]), "an array of object"),
        (np.zeros((), np.int16), "an array of 0 dimensions"),
        (np.int16(3), r"a buffer of format 'h', shape \[\]"),
        (np.zeros((2, 2, 2), np.int16), "an array of 3 dimensions"),
        (np.zeros((5, 0), np.int16), r"\[5, 0\] has 0 channels"),
        (np.zeros((2, 400), np.int16), r"\[2, 400\] has 400 channels(?s:.*)transpose it"),
        (array.array("f", [0.5]), "a buffer of format 'f'"),
        (memoryview(b"abcdefgh")[::2], "a buffer of format 'B'"),
        ("sound", "of the type 'str'"),
        ([0, 1], "of the type 'list'"),
        (None, "audio cannot be None"),
        (3.5, "of the type 'float'"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_no_sound_is_refused_and_why(data: object, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        as_samples(data)
    assert caught.value.allowed


def test_too_much_at_once_is_refused() -> None:
    # A view of one sample: nothing of that length is allocated.
    longest = np.broadcast_to(np.int16(0), (AUDIO_PUSH_SAMPLES + 1,))
    with pytest.raises(UsageError, match="57,600,001 samples are too many at once"):
        as_samples(longest)


# --- bytes of a stream ----------------------------------------------------------------------------


def pieces_of(data: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(places)]


@given(st.binary(max_size=60), st.lists(st.integers(0, 60)), st.integers(1, 3))
def test_pieces_may_end_inside_a_sample(data: bytes, cuts: list[int], channels: int) -> None:
    stream = PcmBytes(channels)
    heard = [stream.push(piece) for piece in pieces_of(data, cuts)]
    left = len(data) % (2 * channels)
    whole = np.frombuffer(data[: len(data) - left], "<i2").reshape(-1, channels)
    assert np.concatenate(heard).tolist() == as_samples(whole).tolist()
    assert stream.held == left
    assert stream.finish() == left
    assert stream.held == 0


def test_after_the_end_a_new_stream_begins() -> None:
    stream = PcmBytes()
    assert stream.push(b"\x01\x02\x03").tolist() == [0x0201]
    assert stream.finish() == 1
    assert stream.push(b"\x05\x00").tolist() == [5]


@pytest.mark.parametrize("channels", [0, -1, AUDIO_CHANNELS + 1])
def test_a_stream_has_channels(channels: int) -> None:
    with pytest.raises(UsageError, match="allowed: 1 to 32"):
        PcmBytes(channels)


def test_only_bytes_can_be_a_stream_of_bytes() -> None:
    stream: Any = PcmBytes()
    with pytest.raises(UsageError, match="of the type 'str'"):
        stream.push("sound")
