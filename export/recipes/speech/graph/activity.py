"""Silero's voice activity network → a graph for the bundle: a third of the bytes, the same answers.

The network (https://github.com/snakers4/silero-vad, MIT) is taken from the package `silero-vad`,
which has it in several forms of 1.2 MB and more, all with something that a bundle may not have:
control flow, or sizes left open. Its weights are put into a graph written out here:

- the basis of its short-time Fourier transform, a quarter of the file, is computed from its formula
  when the graph is loaded; samples are folded around a window's middle first, which halves it;
- convolution taps that only ever meet padding are left out, and the others are matrices, which take
  half the time at four steps a call;
- weights are stored in 16 bits and widened at load (8 bits were seen to move probabilities by up to
  0.13);
- audio goes in as it comes, and what is kept between calls is one tensor.

    pcm    int16   [512]    the next samples, 16 kHz
    state  float32 [320]    zeros at first, then the last `next_state`
    probability  float32 [1]    that somebody speaks
    next_state   float32 [320]  64 samples of context, then the LSTM's output and cell
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from edge.errors import BundleError, MissingExtra
from edge.voice.activity import CONTEXT, STATE
from edge.voice.gate import FRAME
from export.graph import GraphMismatch
from export.graph_builder import GraphBuilder

Weights = Mapping[str, np.ndarray]

_PACKAGE = "silero-vad"
_FILE = "silero_vad_16k_op15.onnx"
_ENCODER = "model.encoder.{}.reparam_conv"
_CHANNELS = (129, 128, 64, 64, 128)
_LSTM, _HEAD = "model.decoder.rnn", "model.decoder.decoder.2"
_SHAPES: dict[str, tuple[int, ...]] = {
    **{f"{_ENCODER.format(i)}.weight": (_CHANNELS[i + 1], _CHANNELS[i], 3) for i in range(4)},
    **{f"{_ENCODER.format(i)}.bias": (_CHANNELS[i + 1],) for i in range(4)},
    **{f"{_LSTM}.weight_{of}": (512, 128) for of in ("ih", "hh")},
    **{f"{_LSTM}.bias_{of}": (512,) for of in ("ih", "hh")},
    f"{_HEAD}.weight": (1, 128, 1),
    f"{_HEAD}.bias": (1,),
}
"""The network's layers: other sizes are another network."""
_WINDOW, _HOP, _BINS, _HIDDEN = 256, 128, 129, 128
_STEPS = 4
"""Windows of one call: 64 samples of context, 512 new ones, 64 more as if in a mirror."""
TOLERANCE = 0.01
"""Largest difference of a probability that storing weights in 16 bits explains."""


def activity_graph() -> onnx.ModelProto:
    """The graph, checked against the original on sounds made here. Same bytes each time.

    Raises:
        MissingExtra: the package `silero-vad` is not installed.
        BundleError: it is, and has another network than the one known here.
        GraphMismatch: the graph gives other probabilities than the original.
    """
    original = original_graph()
    graph = build(weights_of(original))
    check(graph, original)
    return graph


def original_graph() -> onnx.ModelProto:
    """The network as its makers publish it for 16 kHz. The package itself is not imported."""
    found = importlib.util.find_spec("silero_vad")
    if found is None or not found.submodule_search_locations:
        raise MissingExtra(
            f"the package {_PACKAGE} is not installed: voice activity comes from it",
            hint="pip install 'hearth-edge[export]'",
        )
    path = Path(found.submodule_search_locations[0], "data", _FILE)
    if not path.is_file():
        raise _another_network(f"it has no {_FILE}")
    return onnx.load(path)


def weights_of(original: onnx.ModelProto) -> Weights:
    """The layers of the original, float32, by the names they have there.

    Raises:
        BundleError: they are not those known here.
    """
    stored = {tensor.name: tensor for tensor in original.graph.initializer}
    for name, shape in _SHAPES.items():
        if name not in stored or tuple(stored[name].dims) != shape:
            raise _another_network(f"it has no layer {name} of shape {shape}")
    return {name: numpy_helper.to_array(stored[name]).astype(np.float32) for name in _SHAPES}


def build(weights: Weights) -> onnx.ModelProto:
    """The graph described above, of `weights`."""
    net = GraphBuilder()
    net.input("pcm", "int16", [FRAME])
    net.input("state", "float32", [STATE])
    net.add("Cast", ["pcm"], "whole", to=TensorProto.FLOAT)
    net.add("Mul", ["whole", net.constant("unit", np.float32(1 / 32768))], "new")
    sizes = net.constant("sizes", np.array([CONTEXT, _HIDDEN, _HIDDEN]))
    net.several("Split", ["state", sizes], ["context", "hidden", "cell"], axis=0)
    net.add("Concat", ["context", "new"], "heard", axis=0)
    _spectrum(net, "heard", "spectrum")
    _encoder(net, weights, "spectrum", "encoded")
    _decoder(net, weights, "encoded", ("hidden", "cell"))
    bounds = [
        net.constant(n, np.array([at])) for n, at in (("tail", FRAME - CONTEXT), ("end", FRAME))
    ]
    net.add("Slice", ["new", *bounds], "next_context")
    net.add("Concat", ["next_context", "next_hidden", "next_cell"], "next_state", axis=0)
    net.output("probability", "float32", [1])
    net.output("next_state", "float32", [STATE])
    return net.model()


def check(graph: onnx.ModelProto, original: onnx.ModelProto) -> float:
    """The largest difference in probability over three seconds of sound.

    Raises:
        GraphMismatch: it is larger than 16 bits explain.
    """
    import onnxruntime

    cpu = ["CPUExecutionProvider"]
    mine = onnxruntime.InferenceSession(graph.SerializeToString(), providers=cpu)
    theirs = onnxruntime.InferenceSession(original.SerializeToString(), providers=cpu)
    state = np.zeros(STATE, np.float32)
    context: np.ndarray
    context, recurrent = np.zeros(CONTEXT, np.float32), np.zeros((2, 1, _HIDDEN), np.float32)
    largest = 0.0
    for pcm in _sounds().reshape(-1, FRAME):
        found, state = mine.run(None, {"pcm": pcm, "state": state})
        samples = pcm.astype(np.float32) / 32768
        heard = np.concatenate([context, samples])[None]
        expected, recurrent = theirs.run(
            None, {"input": heard, "state": recurrent, "sr": np.array(16000)}
        )
        context = samples[-CONTEXT:]
        largest = max(largest, abs(float(found[0]) - float(expected[0, 0])))
    if not largest <= TOLERANCE:
        raise GraphMismatch(
            f"voice activity differs from the original by {largest:.2g}; {TOLERANCE} is allowed"
        )
    return largest


def _sounds() -> np.ndarray:
    """Noise, then a buzz whose pitch and formants move: the network takes it for a voice."""
    time = np.arange(96 * FRAME) / 16000
    pitch = 2 * np.pi * np.cumsum(120 + 25 * np.sin(14 * time)) / 16000
    first, second = 500 + 250 * np.sin(19 * time), 1500 + 500 * np.cos(9 * time)
    buzz = np.zeros_like(time)
    for harmonic in range(1, 30):
        near_first, near_second = (harmonic * 120 - first) / 150, (harmonic * 120 - second) / 200
        loud = 1 / (1 + near_first**2) + 0.5 / (1 + near_second**2)
        buzz += loud * np.sin(harmonic * pitch)
    noise = np.random.default_rng(0).standard_normal(len(time))
    wave = 4000 * buzz * np.clip(np.sin(7 * time), 0, None) + 60 * noise
    return np.clip(wave, -32768, 32767).astype(np.int16)


def _spectrum(net: GraphBuilder, samples: str, out: str) -> None:
    """Magnitudes [steps, bins] of Hann-windowed spectra.

    A window w and its cosines are even around the window's middle, sines are odd, so samples n and
    256 − n are added (subtracted) before they are multiplied: half the products.
    """
    place = np.arange(_STEPS)[:, None] * _HOP + np.arange(_BINS)
    mirrored = np.arange(_STEPS)[:, None] * _HOP + (-np.arange(_BINS)) % _WINDOW
    last = CONTEXT + FRAME - 1
    for name, index in (("early", place), ("late", mirrored)):
        reflected = np.where(index <= last, index, 2 * last - index).astype(np.int32)
        net.add("Gather", [samples, net.constant(f"{name}_at", reflected)], name, axis=0)
    net.add("Add", ["early", "late"], "even")
    net.add("Sub", ["early", "late"], "odd")
    # The angle of bin k at sample n is that of (k·n mod 256): a table of 256 has all of them.
    sample = np.arange(_BINS, dtype=np.int64)
    column, row = net.constant("samples", sample[:, None]), net.constant("bins", sample[None])
    net.add("Mul", [column, row], "product")
    net.add("Mod", ["product", net.constant("turn", np.int64(_WINDOW))], "angle")
    circle = 2 * np.pi * np.arange(_WINDOW) / _WINDOW
    hann = 0.5 - 0.5 * np.cos(circle[:_BINS])
    hann[-1] /= 2  # the middle is its own mirror image
    net.constant("window", hann.astype(np.float32)[:, None])
    for part, table, side in (
        ("real", np.cos(circle), "even"),
        ("imaginary", np.sin(circle), "odd"),
    ):
        net.constant(f"{part}_table", table.astype(np.float32))
        net.add("Gather", [f"{part}_table", "angle"], f"{part}_wave", axis=0)
        net.add("Mul", [f"{part}_wave", "window"], f"{part}_basis")
        net.add("MatMul", [side, f"{part}_basis"], part)
        net.add("Mul", [part, part], f"{part}_power")
    net.add("Add", ["real_power", "imaginary_power"], "power")
    net.add("Sqrt", ["power"], out)


def _encoder(net: GraphBuilder, weights: Weights, spectrum: str, out: str) -> None:
    """Four convolutions over time, kernels of 3, as matrices: 4 steps → 4 → 2 → 1 → 1."""

    def layer(number: int, rows: str, taps: slice, result: str) -> None:
        name = _ENCODER.format(number)
        kernel = weights[f"{name}.weight"][:, :, taps]  # [out, in, taps]
        matrix = kernel.transpose(2, 1, 0).reshape(-1, len(kernel))
        parts = [rows, net.weight(f"encoder{number}", matrix)]
        bias = net.constant(f"encoder{number}_bias", weights[f"{name}.bias"])
        net.add("Gemm", [*parts, bias], f"{result}_sum")
        net.add("Relu", [f"{result}_sum"], result)

    def cut(rows: str, start: int, stop: int, axis: int, result: str) -> str:
        numbers = [net.constant(f"at{n}", np.array([n])) for n in (start, stop, axis)]
        return net.add("Slice", [rows, *numbers], result)

    nothing = net.constant("no_step", np.zeros((1, _BINS), np.float32))
    net.add("Concat", [nothing, spectrum, nothing], "padded0", axis=0)
    before, after = cut("padded0", 0, 4, 0, "before0"), cut("padded0", 2, 6, 0, "after0")
    net.add("Concat", [before, spectrum, after], "rows0", axis=1)
    layer(0, "rows0", slice(0, 3), "encoded0")
    # Stride 2: of steps −1 … 3 the first three and the last three.
    net.reshape("encoded0", [1, _STEPS * 128], "flat1")
    net.constant("no_step1", np.zeros((1, 128), np.float32))
    net.add("Concat", ["no_step1", "flat1"], "padded1", axis=1)
    first, second = cut("padded1", 0, 384, 1, "first1"), cut("padded1", 256, 640, 1, "second1")
    net.add("Concat", [first, second], "rows1", axis=0)
    layer(1, "rows1", slice(0, 3), "encoded1")
    # Of steps −1, 0, 1 the first is padding; of the last layer's both neighbours are.
    net.reshape("encoded1", [1, 2 * 64], "rows2")
    layer(2, "rows2", slice(1, 3), "encoded2")
    layer(3, "encoded2", slice(1, 2), out)


def _decoder(net: GraphBuilder, weights: Weights, encoded: str, state: tuple[str, str]) -> None:
    """An LSTM of one step, and the probability from its output."""

    def gates(name: str) -> np.ndarray:
        """torch has the gates in the order i f c o, ONNX in the order i o f c."""
        i, f, c, o = np.split(weights[f"{_LSTM}.{name}"], 4)
        return np.concatenate([i, o, f, c])[None]

    inputs = [net.reshape(name, [1, 1, _HIDDEN], f"{name}_step") for name in (encoded, *state)]
    lstm = [net.weight("input_gates", gates("weight_ih"))]
    lstm.append(net.weight("hidden_gates", gates("weight_hh")))
    biases = np.concatenate([gates("bias_ih"), gates("bias_hh")], axis=1)
    lstm.append(net.constant("gate_biases", biases))
    outputs = ["", "hidden_out", "cell_out"]
    net.several("LSTM", [inputs[0], *lstm, "", *inputs[1:]], outputs, hidden_size=_HIDDEN)
    net.reshape("hidden_out", [_HIDDEN], "next_hidden")
    net.reshape("cell_out", [_HIDDEN], "next_cell")
    net.add("Relu", ["hidden_out"], "active")
    net.reshape("active", [1, _HIDDEN], "active_row")
    head = weights[f"{_HEAD}.weight"].reshape(_HIDDEN, 1)
    bias = net.constant("head_bias", weights[f"{_HEAD}.bias"])
    net.add("Gemm", ["active_row", net.constant("head", head), bias], "logit_row")
    net.reshape("logit_row", [1], "logit")
    net.add("Sigmoid", ["logit"], "probability")


def _another_network(what: str) -> BundleError:
    return BundleError(
        f"the installed {_PACKAGE} holds another network than the one known here: {what}",
        hint="pip install 'silero-vad>=6.2,<7'",
    )
