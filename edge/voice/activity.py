"""Voice activity: how likely it is that somebody speaks, every 32 ms, from Silero's network.

The network's graph is made by `export.recipes.speech.graph.activity`; a cheap gate before it (see
`edge.voice.gate`) keeps it from running while the room just sounds as it did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import onnxruntime

from edge.bundle.bundle import Bundle
from edge.errors import BundleFormatError, UsageError, shown
from edge.session import make_session
from edge.voice.gate import FRAME, Gate

if TYPE_CHECKING:
    from numpy.typing import NDArray

TASK: Final = "activity"
CONTEXT: Final = 64
"""Samples of the frame before that the network looks at again."""
STATE: Final = CONTEXT + 2 * 128
"""Numbers that the network keeps between frames: the context, and an LSTM's output and cell."""
_REPLAYED: Final = 8
"""Frames before the gate's opening, a quarter of a second, that the network is shown then."""
_INPUTS: Final = {"pcm": ("tensor(int16)", [FRAME]), "state": ("tensor(float)", [STATE])}
_OUTPUTS: Final = {"probability": ("tensor(float)", [1]), "next_state": ("tensor(float)", [STATE])}


class VoiceActivity:
    """The network, loaded and ready; any number of streams share it, each in a thread of its own.

    Args:
        session: over the graph.

    Raises:
        BundleFormatError: the graph has other inputs or outputs than `pcm` int16 [512] and `state`
            float32 [320] → `probability` float32 [1] and `next_state` float32 [320].
    """

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self.session = session
        for found, expected in (
            (session.get_inputs(), _INPUTS),
            (session.get_outputs(), _OUTPUTS),
        ):
            has = {tensor.name: (tensor.type, tensor.shape) for tensor in found}
            if has != expected:
                raise BundleFormatError(
                    f"the graph has {shown(has, 200)}",
                    where=f"manifest.json: tasks.{TASK}",
                    allowed=f"{expected}",
                )
        self.stream()._warm_up()

    @classmethod
    def of(cls, bundle: Bundle) -> VoiceActivity:
        """That of `bundle`'s chosen variant.

        Raises:
            BundleError: the bundle has none, or one that cannot be run.
        """
        graph = bundle.graph(TASK)
        return cls(make_session(bundle.graph_bytes(TASK), graph.scheme, graph.session))

    def stream(self, *, gated: bool = True) -> ActivityStream:
        """The network over one stream of audio.

        Args:
            gated: do not run it while the background stays what it was.
        """
        return ActivityStream(self.session, Gate() if gated else None)


class ActivityStream:
    """One stream of audio, in frames of 512 samples; made by `VoiceActivity.stream`.

    Not safe for use by several threads at once: it writes into its own buffers.

    Attributes:
        frames: frames pushed since the beginning or the last `reset`.
        looked_at: how many times the network ran meanwhile.
    """

    __slots__ = (
        "_bindings",
        "_gate",
        "_kept",
        "_pcm",
        "_probability",
        "_session",
        "_skipped",
        "_states",
        "_turn",
        "frames",
        "looked_at",
    )

    def __init__(self, session: onnxruntime.InferenceSession, gate: Gate | None) -> None:
        self._session = session
        self._gate = gate
        self._kept = np.zeros((_REPLAYED, FRAME), np.int16)
        self._pcm = np.zeros(FRAME, np.int16)
        self._states = np.zeros((2, STATE), np.float32)
        self._probability = np.zeros(1, np.float32)
        # The state of one run is written where that of the next is read: two buffers in turn,
        # bound beforehand, since handing arrays over costs a tenth of a run.
        self._bindings = [self._bind(self._states[turn], self._states[1 - turn]) for turn in (0, 1)]
        self.reset()

    def reset(self) -> None:
        """Forgets all that was heard: what comes next is another recording."""
        self._turn = 0
        self._states[:] = 0
        self._skipped = 0
        self.frames = 0
        self.looked_at = 0
        if self._gate is not None:
            self._gate.reset()

    def push(self, frame: NDArray[np.int16]) -> float:
        """The probability that somebody speaks in `frame`, int16 [512].

        It is 0 while the gate is closed. When it opens, the network is first shown what it missed,
        as far as it would remember: its answer is as if it had listened all the time.

        Raises:
            UsageError: `frame` has another shape or kind.
        """
        if frame.shape != (FRAME,) or frame.dtype != np.int16:
            raise UsageError(f"a frame is {frame.dtype} {list(frame.shape)}", allowed="int16 [512]")
        self.frames += 1
        if self._gate is None:
            return self._look(frame)
        if not self._gate.push(frame):
            self._kept[self._skipped % _REPLAYED] = frame
            self._skipped += 1
            return 0.0
        if self._skipped:
            self._catch_up()
        probability = self._look(frame)
        self._gate.heard(probability)
        return probability

    def _look(self, frame: NDArray[np.int16]) -> float:
        self._pcm[:] = frame
        self._session.run_with_iobinding(self._bindings[self._turn])
        self._turn = 1 - self._turn
        self.looked_at += 1
        return self._probability.item()

    def _catch_up(self) -> None:
        missed = min(self._skipped, _REPLAYED)
        for number in range(self._skipped - missed, self._skipped):
            self._look(self._kept[number % _REPLAYED])
        self._skipped = 0

    def _bind(
        self, state: NDArray[np.float32], next_state: NDArray[np.float32]
    ) -> onnxruntime.IOBinding:
        binding = self._session.io_binding()
        for name, array in (("pcm", self._pcm), ("state", state)):
            binding.bind_input(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        for name, array in (("probability", self._probability), ("next_state", next_state)):
            binding.bind_output(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        return binding

    def _warm_up(self) -> None:
        """Runs once, so that the first frame is as quick as the next, and checks the answer."""
        where = f"manifest.json: tasks.{TASK}"
        try:
            probability = self._look(np.zeros(FRAME, np.int16))
        except Exception as error:  # ONNX Runtime's own exceptions share no public base class
            raise BundleFormatError(f"the graph does not run: {error}", where=where) from error
        if not 0 <= probability <= 1:
            raise BundleFormatError(
                f"the graph gives {probability}", where=where, allowed="a probability"
            )
