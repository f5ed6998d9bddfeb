"""What a network makes of recordings, as it will on the device: streaming, in floats."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from edge.session import make_session
from edge.voice.acoustic import AcousticModel
from export.corpora.speech.noise import store
from export.corpora.speech.recording import Recording, read_audio
from export.host import ONE_THREAD
from export.recipes.speech.graph.graph import float_graph
from export.recipes.speech.graph.streaming import fold
from export.recipes.speech.mistakes.wake_scores import Spoken
from export.recipes.speech.network.network import AcousticNetwork


def listened(network: AcousticNetwork, recordings: Iterable[Recording]) -> Iterator[Spoken]:
    """Posteriors of each recording, after silence, with its text.

    Raises:
        UsageError: one cannot be read as sound.
    """
    folded = fold(network)
    graph = float_graph(folded)[0].SerializeToString()
    stream = AcousticModel(folded.task, make_session(graph, "float", ONE_THREAD)).stream()
    for recording in recordings:
        wave = store(read_audio(recording.audio))
        rows = np.concatenate([stream.push(wave), stream.flush()])
        yield Spoken(rows, recording.text)
