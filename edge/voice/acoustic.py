"""The acoustic model: samples in, log posteriors of letters and sounds out, as they come.

The graph takes chunks of fixed size and hands its state out again;
`export.recipes.speech.graph.graph` writes it. What is pushed is collected
to whole chunks, so how audio is cut changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import onnxruntime

from edge import limits
from edge.bundle.bundle import Bundle
from edge.bundle.keypath import Table
from edge.errors import BundleFormatError, UsageError, shown
from edge.session import make_session
from edge.voice.alphabet import LABELS
from edge.voice.pcm import SAMPLE_RATE
from edge.voice.phones import PHONES
from edge.voice.posteriors import WITH_PHONES, WITHOUT_PHONES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    State = dict[str, NDArray[Any]]
    """Input of the graph → what it is to be."""

TASK: Final = "speech"
FRAME: Final = 320
"""Samples of a row of posteriors: 20 ms."""
_WHERE: Final = f"manifest.json: tasks.{TASK}"
_DTYPES: Final = {
    "tensor(int16)": np.int16,
    "tensor(uint8)": np.uint8,
    "tensor(int8)": np.int8,
    "tensor(float)": np.float32,
}
_PCM, _OUT, _NEXT = "pcm", "log_posteriors", "next_"


class AcousticModel:
    """The network, loaded and ready; any number of streams share it, each in a thread of its own.

    Args:
        task: the manifest's `tasks.speech`.
        session: over the graph.

    Raises:
        BundleFormatError: `task`, or the graph, is not what docs/bundle-format.md says.
    """

    frame_seconds: Final = FRAME / SAMPLE_RATE
    """Of a row of posteriors."""

    def __init__(self, task: Mapping[str, Any], session: onnxruntime.InferenceSession) -> None:
        keys = Table(dict(task), f"tasks.{TASK}")
        if keys.text("labels", limits.NAME_CHARS) != LABELS:
            raise keys.wrong("labels", "are not those of this runtime", repr(LABELS))
        self.columns = WITHOUT_PHONES
        """Of a row of posteriors: 29 letters, and 40 sounds where it hears those, too."""
        if "phones" in task:
            if keys.text("phones", limits.SPEECH_LABEL_CHARS) != PHONES:
                raise keys.wrong("phones", "are not those of this runtime", repr(PHONES))
            self.columns = WITH_PHONES
        self.chunk = keys.whole("chunk", FRAME, limits.SPEECH_CHUNK)
        """Samples that the graph takes at a time."""
        if self.chunk % FRAME:
            raise keys.wrong("chunk", "is not whole frames", f"a multiple of {FRAME}")
        self.early = keys.whole("early", 0, limits.SPEECH_EARLY)
        """Rows that come out before the first that is about the audio."""
        self.lag = (self.early + 1.5) * self.frame_seconds
        """Seconds of audio after a row's middle that its letter depends on. It comes out with the
        chunk in which they end."""
        self.session = session
        self._check()
        self._silence = self._settled(keys.whole("settle", 1, limits.SPEECH_SETTLE))

    @classmethod
    def of(cls, bundle: Bundle) -> AcousticModel:
        """That of `bundle`'s chosen variant.

        Raises:
            BundleError: the bundle has none, or one that cannot be run.
        """
        graph = bundle.graph(TASK)
        session = make_session(bundle.graph_bytes(TASK), graph.scheme, graph.session)
        return cls(bundle.tasks[TASK], session)

    def stream(self) -> AcousticStream:
        """The network over one stream of audio, as if there had been silence before."""
        return AcousticStream(self, self._silence)

    def _check(self) -> None:
        """The graph keeps what it gives: each state has an output of the same kind and size."""
        inputs = {each.name: (each.type, each.shape) for each in self.session.get_inputs()}
        outputs = {each.name: (each.type, each.shape) for each in self.session.get_outputs()}
        expected = {
            _OUT: ("tensor(float)", [self.chunk // FRAME, self.columns]),
            **{_NEXT + name: kind for name, kind in inputs.items() if name != _PCM},
        }
        states = [(kind, shape) for name, (kind, shape) in inputs.items() if name != _PCM]
        sizes = [size for _, shape in states for size in shape]
        if (
            inputs.get(_PCM) != ("tensor(int16)", [self.chunk])
            or outputs != expected
            or not all(kind in _DTYPES for kind, _ in states)
            or not all(isinstance(size, int) and size > 0 for size in sizes)
        ):
            raise BundleFormatError(
                f"the graph has inputs {shown(inputs, 200)} and outputs {shown(outputs, 200)}",
                where=_WHERE,
                allowed=f"{_PCM} int16 [{self.chunk}], {_OUT} float32 [{self.chunk // FRAME}, "
                f"{self.columns}], and states of fixed size with an output {_NEXT}… for each",
            )
        self._states = {
            name: (shape, _DTYPES[kind]) for name, (kind, shape) in inputs.items() if name != _PCM
        }

    def _settled(self, chunks: int) -> State:
        """The state after a long silence, which is where every stream begins.

        Also the first runs, so that the first chunk of a stream is as quick as the next.
        """
        zeros = {name: np.zeros(shape, kind) for name, (shape, kind) in self._states.items()}
        stream = AcousticStream(self, zeros)
        try:
            for _ in range(chunks):
                stream.run(np.zeros(self.chunk, np.int16))
            settled = stream.state()
            rows = stream.run(np.zeros(self.chunk, np.int16))
        except Exception as error:  # ONNX Runtime's own exceptions share no public base class
            raise BundleFormatError(f"the graph does not run: {error}", where=_WHERE) from error
        again = stream.state()
        if not all(np.array_equal(settled[name], again[name]) for name in settled):
            raise BundleFormatError(
                f"the graph remembers what came before {chunks} chunks of silence",
                where=f"{_WHERE}.settle",
                allowed="chunks of silence after which its state stays as it is",
            )
        if not (np.isfinite(rows).all() and rows.max() <= 1e-3):
            raise BundleFormatError(
                "the graph's output is no logarithm of probabilities", where=_WHERE
            )
        return settled


class AcousticStream:
    """One stream of audio; made by `AcousticModel.stream`. Row *n* is about samples 320 *n* and on.

    Not safe for use by several threads at once: it writes into its own buffers.

    Args:
        model: the network.
        silence: the state to begin with.
    """

    __slots__ = (
        "_bindings",
        "_buffers",
        "_early",
        "_filled",
        "_out",
        "_pcm",
        "_rows",
        "_samples",
        "_session",
        "_silence",
        "_turn",
    )

    def __init__(self, model: AcousticModel, silence: State) -> None:
        self._session = model.session
        self._early = model.early
        self._silence = silence
        self._pcm = np.zeros(model.chunk, np.int16)
        self._out = np.zeros((model.chunk // FRAME, model.columns), np.float32)
        # The state of one run is written where that of the next is read: two buffers in turn,
        # bound beforehand. Nothing is copied or allocated between two runs.
        self._buffers = [{name: array.copy() for name, array in silence.items()} for _ in range(2)]
        self._bindings = [self._bind(*self._buffers), self._bind(*self._buffers[::-1])]
        self.reset()

    def reset(self) -> None:
        """Forgets all that was heard: what comes next is another recording, after silence."""
        self._turn = self._filled = self._samples = 0
        self._rows = -self._early
        for name, array in self._silence.items():
            self._buffers[0][name][...] = array

    @property
    def frames(self) -> int:
        """Rows that were handed out since the beginning or the last `reset`."""
        return max(0, self._rows)

    def push(self, samples: NDArray[np.int16]) -> NDArray[np.float32]:
        """The rows that are complete now: float32 [n, columns], natural logarithms, n ≥ 0.

        Args:
            samples: int16 [any], 16 kHz.

        Raises:
            UsageError: `samples` has another shape or kind.
        """
        if samples.ndim != 1 or samples.dtype != np.int16:
            raise UsageError(
                f"samples are {samples.dtype} {list(samples.shape)}", allowed="int16 [any]"
            )
        self._samples += len(samples)
        return self._push(samples)

    def flush(self, rows: int | None = None) -> NDArray[np.float32]:
        """The rows of all that was pushed and not given yet, as if silence followed.

        The recording ends with it: the next push begins another one.

        Args:
            rows: of the recording, from its beginning, after which nobody is interested any more.
        """
        there = -(-self._samples // FRAME)
        lacking = max(0, (there if rows is None else min(rows, there)) - self.frames)
        runs = -(-(lacking - min(0, self._rows)) // len(self._out)) if lacking else 0
        silent = max(0, runs * len(self._pcm) - self._filled)
        last = self._push(np.zeros(silent, np.int16))[:lacking]
        self.reset()
        return last

    def _push(self, samples: NDArray[np.int16]) -> NDArray[np.float32]:
        chunk, per_chunk = len(self._pcm), len(self._out)
        runs = (self._filled + len(samples)) // chunk
        rows = np.empty((runs * per_chunk, self._out.shape[1]), np.float32)
        taken = 0
        for number in range(runs):
            until = taken + chunk - self._filled
            self._pcm[self._filled :] = samples[taken:until]
            taken, self._filled = until, 0
            self._run()
            rows[number * per_chunk : (number + 1) * per_chunk] = self._out
        rest = len(samples) - taken
        self._pcm[self._filled : self._filled + rest] = samples[taken:]
        self._filled += rest
        about_nothing = min(len(rows), max(0, -self._rows))
        self._rows += len(rows)
        return rows[about_nothing:]

    def _run(self) -> None:
        self._session.run_with_iobinding(self._bindings[self._turn])
        self._turn = 1 - self._turn

    def run(self, pcm: NDArray[np.int16]) -> NDArray[np.float32]:
        """One run of the graph as it is, early rows and all: a view, valid until the next."""
        self._pcm[:] = pcm
        self._run()
        return self._out

    def state(self) -> State:
        """A copy of the state after the last run."""
        return {name: array.copy() for name, array in self._buffers[self._turn].items()}

    def _bind(self, state: State, next_state: State) -> onnxruntime.IOBinding:
        binding = self._session.io_binding()
        for name, array in {_PCM: self._pcm, **state}.items():
            binding.bind_input(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        outputs = {_NEXT + name: array for name, array in next_state.items()}
        for name, array in {_OUT: self._out, **outputs}.items():
            binding.bind_output(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        return binding
