"""Samples as the rest of the package wants them: 16 kHz, one channel, int16.

What a caller has may be bytes, whole numbers or fractions, one channel or several. It is checked
here, once; nothing behind this module looks at a sample's type again.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from edge.errors import UsageError, shown
from edge.limits import AUDIO_CHANNELS, AUDIO_PUSH_SAMPLES

SAMPLE_RATE: Final = 16_000
"""Samples a second of all audio inside the package."""

Samples = NDArray[np.int16]
"""int16[n]: mono, full scale ±32768."""

_ACCEPTED: Final = (
    "bytes of int16 little endian, or an array of int16 or of floats in [-1, 1], "
    "shaped [n] or [n, channels]"
)
_BYTE_FORMATS: Final = {"B", "b", "c", "h", "<h", "=h"}
"""What the items of a buffer may be: bytes, or 16-bit numbers (struct's letters)."""


def as_samples(data: object) -> Samples:
    """Checked samples: int16[n]. They may share memory with `data`, and are not to be written to.

    Channels of an array are averaged; fractions outside [-1, 1] are clipped. Bytes are one channel
    of int16, little endian; for a stream whose pieces may end inside a sample see `PcmBytes`.

    Raises:
        UsageError: `data` is of another kind, ends inside a sample, has a value that is not a
            finite number, or is longer than `edge.limits.AUDIO_PUSH_SAMPLES`.
    """
    if isinstance(data, np.ndarray):
        return _from_array(data)
    raw = _buffer(data)
    if len(raw) % 2:
        raise UsageError(
            f"{len(raw)} bytes do not make whole samples",
            where="audio",
            allowed="an even number of bytes: a sample has two",
            hint="keep the last byte for the next piece, as edge.voice.pcm.PcmBytes does",
        )
    _check_size(len(raw) // 2)
    return np.frombuffer(raw, "<i2").astype(np.int16, copy=False)


def mix_down(samples: NDArray[Any]) -> NDArray[Any]:
    """[n, channels] → [n]: the mean of the channels; int16 is rounded to even."""
    if samples.shape[1] == 1:
        return samples[:, 0]
    # float64 holds the sum of 16-bit numbers exactly, so the result is the same everywhere.
    mean: NDArray[np.float64] = samples.mean(axis=1, dtype=np.float64)
    if samples.dtype != np.int16:
        return mean
    rounded: Samples = np.rint(mean).astype(np.int16)
    return rounded


class PcmBytes:
    """Bytes of a stream → samples, whatever the pieces they come in.

    Args:
        channels: how many take turns in the bytes.

    Raises:
        UsageError: `channels` is not from 1 to `edge.limits.AUDIO_CHANNELS`.
    """

    def __init__(self, channels: int = 1) -> None:
        if not 1 <= channels <= AUDIO_CHANNELS:
            raise UsageError(
                f"audio cannot have {channels} channels", allowed=f"1 to {AUDIO_CHANNELS}"
            )
        self._channels = channels
        self._held = b""

    @property
    def held(self) -> int:
        """Bytes that wait for the rest of their sample, of all channels."""
        return len(self._held)

    def push(self, data: object) -> Samples:
        """The samples that `data` completes: int16[n], n ≥ 0, mixed down.

        Raises:
            UsageError: `data` is not bytes, or too many of them.
        """
        raw = self._held + bytes(_buffer(data))
        whole = len(raw) - len(raw) % (2 * self._channels)
        _check_size(whole // 2)
        self._held = raw[whole:]
        samples = np.frombuffer(raw, "<i2", count=whole // 2).astype(np.int16, copy=False)
        return mix_down(samples.reshape(-1, self._channels))

    def finish(self) -> int:
        """Ends the stream; how many bytes of an incomplete sample were dropped."""
        dropped = len(self._held)
        self._held = b""
        return dropped


def _buffer(data: object) -> memoryview:
    """The bytes of `data`, not copied."""
    try:
        view = memoryview(data)  # type: ignore[arg-type]
    except TypeError:
        raise _refused(f"audio cannot be {_kind(data)}") from None
    if view.format not in _BYTE_FORMATS or view.ndim != 1 or not view.c_contiguous:
        shape = list(view.shape or [])
        raise _refused(f"audio cannot be a buffer of format {shown(view.format)}, shape {shape}")
    # A view with no items cannot always be cast.
    return view.cast("B") if view.nbytes else memoryview(b"")


def _from_array(data: NDArray[Any]) -> Samples:
    whole = data.dtype.kind == "i" and data.dtype.itemsize == 2
    if not whole and data.dtype.kind != "f":
        raise _refused(f"audio cannot be an array of {data.dtype}")
    if data.ndim not in (1, 2):
        raise _refused(f"audio cannot be an array of {data.ndim} dimensions")
    if data.ndim == 2 and not 1 <= data.shape[1] <= AUDIO_CHANNELS:
        raise UsageError(
            f"audio of shape {list(data.shape)} has {data.shape[1]} channels",
            where="audio",
            allowed=f"[n, channels], with 1 to {AUDIO_CHANNELS} channels",
            hint="transpose it" if 1 <= data.shape[0] <= AUDIO_CHANNELS else "",
        )
    _check_size(data.size)
    if not whole:
        _check_finite(data)
        # Clipped before the mean: a channel beyond full scale must not drown the others.
        data = np.clip(data, -1.0, 1.0)
    elif not data.dtype.isnative:
        data = data.astype(np.int16)
    if data.ndim == 2:
        data = mix_down(data)
    if not whole:
        return np.clip(np.rint(data * np.float64(32768)), -32768, 32767).astype(np.int16)
    return np.ascontiguousarray(data)


def _check_finite(data: NDArray[Any]) -> None:
    finite = np.isfinite(data)
    if finite.all():
        return
    first = tuple(int(i) for i in np.argwhere(~finite)[0])
    channel = f", channel {first[1]}" if len(first) == 2 else ""
    raise UsageError(
        f"sample {first[0]}{channel} is {data[first]}",
        where="audio",
        allowed="finite numbers",
        hint="the fault is in what made the audio; put 0 where a sample is missing",
    )


def _check_size(samples: int) -> None:
    if samples > AUDIO_PUSH_SAMPLES:
        raise UsageError(
            f"{samples:,} samples are too many at once",
            where="audio",
            allowed=f"{AUDIO_PUSH_SAMPLES:,}",
            hint="push them in pieces",
        )


def _refused(what: str) -> UsageError:
    return UsageError(what, where="audio", allowed=_ACCEPTED)


def _kind(data: object) -> str:
    return "None" if data is None else f"of the type {type(data).__name__!r}"
