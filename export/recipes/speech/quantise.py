"""Ranges of the acoustic graph's activations, seen while it streams real recordings.

The state is carried from chunk to chunk as it is on the device: what a convolution reads of the
past has the range that it has there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper

from device_profiles import SessionSettings
from edge.session import make_session
from export.recipes.speech.arithmetic import Range
from export.recipes.speech.graph import float_graph, int8_graph
from export.recipes.speech.streaming import CHUNK, Folded

_EVERY: Final = 7
"""One in so many values is looked at: no number of channels is a multiple of it."""
_OUTSIDE: Final = 0.01
"""Percent of the values that may lie beyond either end of a range: a few are far from the rest."""
_SESSION: Final = SessionSettings(1, False, False, "extended")

Samples = npt.NDArray[np.int16]


def quantised(folded: Folded, recordings: Iterable[Samples]) -> onnx.ModelProto:
    """The graph in 8-bit integers, its ranges from `recordings`: int16, 16 kHz."""
    return int8_graph(folded, ranges(folded, recordings))


def ranges(folded: Folded, recordings: Iterable[Samples]) -> dict[str, Range]:
    """Place → its range, where the model hears `recordings`.

    Raises:
        ValueError: they are all shorter than a chunk.
    """
    graph, places = float_graph(folded)
    graph.graph.output.extend(helper.make_empty_tensor_value_info(place) for place in places)
    session = make_session(graph.SerializeToString(), "float", _SESSION)
    names = [output.name for output in session.get_outputs()]
    start = {
        value.name: np.zeros(value.shape, np.int16 if "int16" in value.type else np.float32)
        for value in session.get_inputs()
        if value.name != "pcm"
    }
    silence = np.zeros(folded.settle * CHUNK, np.int16)
    seen: dict[str, list[npt.NDArray[np.float32]]] = {place: [] for place in places}
    for recording in recordings:
        state, sound = start, np.concatenate([silence, recording])
        for first in range(0, len(sound) - CHUNK + 1, CHUNK):
            feed = {"pcm": sound[first : first + CHUNK], **state}
            found = dict(zip(names, session.run(None, feed), strict=True))
            state = {name: found[f"next_{name}"] for name in start}
            if first >= len(silence):
                for place in places:
                    seen[place].append(found[place].ravel()[::_EVERY].copy())
    if not seen[places[0]]:
        raise ValueError("no recording of a chunk or more to calibrate with")
    return {place: _range(np.concatenate(values)) for place, values in seen.items()}


def _range(values: npt.NDArray[np.float32]) -> Range:
    low, high = (float(v) for v in np.percentile(values, [_OUTSIDE, 100 - _OUTSIDE]))
    return min(low, 0.0), max(high, 0.0)
