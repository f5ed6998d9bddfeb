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

from export.recipes.speech.graph.arithmetic import Range
from export.recipes.speech.graph.graph import float_graph, int8_graph
from export.recipes.speech.graph.running import Samples, chunks
from export.recipes.speech.graph.streaming import Folded

_EVERY: Final = 7
"""One in so many values is looked at: no usual number of channels is a multiple of it."""
_OUTSIDE: Final = 0.003
"""Percent of the values that may lie beyond either end of a range: a few are far from the rest.
What posteriors then lose to those of floats on dev, words in quiet and in noise and sentences, is
0.0006 to 0.0010 nats a frame with 0 to 0.01 %, 0.0007 to 0.0010 with 0.03 and 0.0013 to 0.0019 with
0.1. How many letters are right tells no such differences apart."""


def quantised(folded: Folded, recordings: Iterable[Samples]) -> onnx.ModelProto:
    """The graph in 8-bit integers, its ranges from `recordings`: int16, 16 kHz.

    Raises:
        ValueError: they are all shorter than a chunk.
    """
    return int8_graph(folded, ranges(folded, recordings))


def ranges(folded: Folded, recordings: Iterable[Samples]) -> dict[str, Range]:
    """Place → its range, where the model hears `recordings`.

    Raises:
        ValueError: they are all shorter than a chunk.
    """
    graph, places = float_graph(folded)
    graph.graph.output.extend(helper.make_empty_tensor_value_info(place) for place in places)
    seen: dict[str, list[npt.NDArray[np.float32]]] = {place: [] for place in places}
    for found in chunks(graph, folded, recordings):
        for place in places:
            seen[place].append(found[place].ravel()[::_EVERY].copy())
    if not all(seen.values()):
        raise ValueError("no recording of a chunk or more to calibrate with")
    return {place: _range(np.concatenate(values)) for place, values in seen.items()}


def _range(values: npt.NDArray[np.float32]) -> Range:
    low, high = (float(v) for v in np.percentile(values, [_OUTSIDE, 100 - _OUTSIDE]))
    return min(low, 0.0), max(high, 0.0)
