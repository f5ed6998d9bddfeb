"""The acoustic graph over whole recordings on the workstation: for its ranges, and to check it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import onnx
import torch

from edge.session import make_session
from export.graph import GraphMismatch
from export.host import ONE_THREAD
from export.recipes.speech.graph.streaming import CHUNK, Folded
from export.recipes.speech.network.frontend import HOP, WINDOW, MelFrontEnd, in_a_room
from export.recipes.speech.network.network import AcousticNetwork

TOLERANCE: Final = 3e-3
"""Largest difference of a log posterior that float arithmetic explains, in a sum over two seconds
of sound and thirty layers: against arithmetic in 64 bits torch was seen to be off by 3e-4, the
graph by 9e-4, in a network trained on a maker's sentences. A wrong graph is off by far more."""

Samples = npt.NDArray[np.int16]


def chunks(
    graph: onnx.ModelProto, folded: Folded, recordings: Iterable[Samples]
) -> Iterator[dict[str, npt.NDArray[Any]]]:
    """All outputs of the graph of floats, chunk by chunk; each recording follows a silence.

    What is left of a recording after its last whole chunk is not heard.
    """
    session = make_session(graph.SerializeToString(), "float", ONE_THREAD)
    names = [output.name for output in session.get_outputs()]
    start = {
        value.name: np.zeros(value.shape, np.int16 if "int16" in value.type else np.float32)
        for value in session.get_inputs()
        if value.name != "pcm"
    }
    silence = np.zeros(folded.settle * CHUNK, np.int16)
    for recording in recordings:
        state, sound = start, np.concatenate([silence, recording])
        for first in range(0, len(sound) - CHUNK + 1, CHUNK):
            feed = {"pcm": sound[first : first + CHUNK], **state}
            found = dict(zip(names, session.run(None, feed), strict=True))
            state = {name: found[f"next_{name}"] for name in start}
            if first >= len(silence):
                yield found


def check_against_torch(
    graph: onnx.ModelProto, network: AcousticNetwork, folded: Folded, recording: Samples
) -> float:
    """The largest difference between the graph, chunk by chunk, and the network over all at once.

    Raises:
        GraphMismatch: it is larger than float arithmetic explains.
    """
    recording = recording[: len(recording) // CHUNK * CHUNK]
    parts = [found["log_posteriors"] for found in chunks(graph, folded, [recording])]
    if not parts:
        return 0.0
    silence = np.zeros(WINDOW - HOP + folded.settle * CHUNK, np.int16)
    samples = in_a_room(np.concatenate([silence, recording]), HOP - WINDOW)
    with torch.no_grad():
        expected = network.eval()(MelFrontEnd()(torch.from_numpy(samples)[None]))[0].numpy()
    streamed = np.concatenate(parts)
    difference = float(np.abs(streamed - expected[-len(streamed) :]).max())
    if not difference <= TOLERANCE:
        raise GraphMismatch(
            f"the graph differs from torch by {difference:.2e}; at most {TOLERANCE} is allowed"
        )
    return difference
