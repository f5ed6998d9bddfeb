"""8–48 kHz → 16 kHz, as it comes.

A polyphase windowed-sinc filter (Crochiere and Rabiner, "Multirate Digital Signal Processing",
1983, section 2.3; the window is Kaiser's). All coefficients are multiples of 2⁻²², so every product
and every sum of them is exact in float64: the output does not depend on how the input was cut into
pieces, nor on the order in which a processor adds, bit for bit.
"""

from __future__ import annotations

from functools import lru_cache
from math import gcd
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from edge.errors import UsageError, shown
from edge.limits import AUDIO_RATE_MAX, AUDIO_RATE_MIN
from edge.voice.pcm import SAMPLE_RATE, Samples

_CROSSINGS: Final = 40
"""Half the filter's length, in samples of the slower rate: 2.5 ms, or 5 ms from 8 kHz."""
_PASSED: Final = 15 / 16
"""Where the filter is at half, as a part of the band: flat to 7/8 of it, closed at its end."""
_KAISER_BETA: Final = 8.0
"""Stop band at −81 dB (Kaiser's formula, A = β / 0.1102 + 8.7)."""
_UNIT: Final = 2.0**22
"""Coefficients are whole multiples of 1 / _UNIT: a sample's 16 bits leave room in 53."""
_MOST_PHASES: Final = 2048
"""Rates that need more take the nearest phase: an error of −78 dB at 7 kHz."""
_BLOCK: Final = 512
"""Outputs at a time: what they are made of stays in a small processor's cache."""


class Resampler:
    """Brings one stream of int16 samples to 16 kHz.

    Output k belongs to the moment k / 16,000 s of the input, without delay; it can be had `latency`
    seconds after that moment.

    Args:
        from_rate: samples a second of the input, any whole number from 8,000 to 48,000.

    Raises:
        UsageError: it is not.
    """

    def __init__(self, from_rate: int) -> None:
        if not isinstance(from_rate, int) or not AUDIO_RATE_MIN <= from_rate <= AUDIO_RATE_MAX:
            raise UsageError(
                f"audio of {shown(from_rate)} samples a second cannot be used",
                allowed=f"a whole number from {AUDIO_RATE_MIN:,} to {AUDIO_RATE_MAX:,}",
                hint="convert it first: sox in.wav -r 16000 out.wav",
            )
        self.from_rate = from_rate
        common = gcd(from_rate, SAMPLE_RATE)
        # Output k lies at k * _step / _parts samples of the input.
        self._parts = SAMPLE_RATE // common
        self._step = from_rate // common
        self._half = -(-_CROSSINGS * from_rate // min(from_rate, SAMPLE_RATE))
        self._table = _coefficients(self._parts, self._half, from_rate)
        self.reset()

    @property
    def latency(self) -> float:
        """Seconds of audio after a moment that its output needs; 0.0 where nothing is done."""
        return 0.0 if self.from_rate == SAMPLE_RATE else self._half / self.from_rate

    def reset(self) -> None:
        """Forgets the stream: what comes next begins a new one."""
        # Silence before the beginning fills the first windows.
        self._buffer = np.zeros(self._half - 1, np.float64)
        self._next = 0  # where the next window begins, in parts of a sample, within the buffer

    def push(self, samples: Samples) -> Samples:
        """The outputs that `samples`, int16[n], complete: int16[m], m ≥ 0."""
        if self.from_rate == SAMPLE_RATE:
            return samples
        self._buffer = np.concatenate((self._buffer, samples))
        taps = 2 * self._half
        windows_end = (len(self._buffer) - taps + 1) * self._parts
        count = max(0, -(-(windows_end - self._next) // self._step))
        output = np.empty(count, np.int16)
        for first in range(0, count, _BLOCK):
            part = output[first : first + _BLOCK]
            part[:] = self._filtered(self._next + self._step * np.arange(first, first + len(part)))
        self._next += count * self._step
        done = min(self._next // self._parts, len(self._buffer))
        self._buffer = self._buffer[done:]
        self._next -= done * self._parts
        return output

    def flush(self) -> Samples:
        """Ends the stream as if silence followed: the outputs up to its last sample. Resets."""
        if self.from_rate == SAMPLE_RATE:
            return np.empty(0, np.int16)
        output = self.push(np.zeros(self._half, np.int16))
        self.reset()
        return output

    def _filtered(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        """Outputs whose windows begin at `places`: float64[m], whole numbers within int16."""
        starts, phases = np.divmod(places, self._parts)
        windows = sliding_window_view(self._buffer, 2 * self._half)[starts]
        if self._parts == 1:
            sums = windows @ self._table[0]
        else:
            rows = self._table[phases * len(self._table) // self._parts]
            sums = np.einsum("nt,nt->n", windows, rows)
        rounded: NDArray[np.float64] = np.rint(sums / _UNIT)
        return rounded.clip(-32768, 32767)


@lru_cache(maxsize=4)
def _coefficients(parts: int, half: int, from_rate: int) -> NDArray[np.float64]:
    """float64[phases, 2 * half]: whole numbers, which stand for as many 1 / `_UNIT`."""
    phases = min(parts, _MOST_PHASES)
    # Of an output behind the sample before it; where one row serves several, the middle of them.
    offsets = (np.arange(phases)[:, None] + (0.5 if phases < parts else 0.0)) / phases
    times = np.arange(1 - half, half + 1) - offsets
    band = min(1.0, SAMPLE_RATE / from_rate) * _PASSED
    inside = np.clip(1.0 - (times / half) ** 2, 0.0, None)
    table: NDArray[np.float64] = np.sinc(band * times) * np.i0(_KAISER_BETA * np.sqrt(inside))
    table = np.rint(table * (_UNIT / table.sum(axis=1, keepdims=True)))
    table.setflags(write=False)
    return table
