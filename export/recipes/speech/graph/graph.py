"""The acoustic network as a graph that streams: samples in, log posteriors out, state kept outside.

    pcm      int16   [2560]     the next 160 ms, 16 kHz
    samples  int16   [560]      the last samples before them
    frames   float32 [n]        what the backbone's convolutions in time have read last
    bands    float32 [k, 42]    the last feature frames
    steps    float32 [m, D]     the same of the blocks on top
    log_posteriors  float32 [8, 69]    of 29 letters, then of 40 sounds
    next_samples, next_frames, next_bands, next_steps    the state after it

All of it is whole and of fixed size. A state of zeros is none that silence leads to; zeros pushed
for `settle` calls lead there exactly, since nothing is remembered for longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Final

import numpy as np
import onnx

from edge.voice.phones import COUNT
from edge.voice.posteriors import WITH_PHONES, WITHOUT_PHONES
from export.graph_builder import GraphBuilder
from export.recipes.speech.graph.arithmetic import (
    Arithmetic,
    FloatArithmetic,
    Int8Arithmetic,
    Range,
    gemm,
)
from export.recipes.speech.graph.streaming import (
    CHUNK,
    Convolution,
    Folded,
    FoldedBlock,
    Pooling,
    detailed,
    gathered,
    windows,
)
from export.recipes.speech.network.backbone import CONTEXT, LEAK, LEAST, STRIDE
from export.recipes.speech.network.frontend import (
    BANDS,
    FAINTER,
    HOP,
    MELS,
    WINDOW,
    hush,
    mel_filters,
)
from export.recipes.speech.network.network import DETAIL, FRAMES_PER_STEP

_NEW: Final = CHUNK // HOP
"""Feature frames of a call."""
_STEPS: Final = _NEW // STRIDE
_AGAIN: Final = 2
"""Feature frames that are computed a second time: cheaper than keeping them."""
KEPT: Final = WINDOW - HOP + _AGAIN * HOP
"""Samples that are kept."""
_PAST: Final = (CONTEXT + DETAIL) // 2 - STRIDE
"""Feature frames that are kept: from the first that is heard in detail to the last old one."""


def float_graph(folded: Folded) -> tuple[onnx.ModelProto, list[str]]:
    """The graph in floats, and the tensors in it that have ranges in the graph of integers."""
    net = GraphBuilder()
    arithmetic = FloatArithmetic(net)
    _write(net, arithmetic, folded)
    return net.model(), arithmetic.places


def int8_graph(folded: Folded, ranges: Mapping[str, Range]) -> onnx.ModelProto:
    """The graph with its blocks in 8-bit integers; see `export.recipes.speech.graph.arithmetic`."""
    net = GraphBuilder()
    _write(net, Int8Arithmetic(net, ranges), folded)
    return net.model()


def _write(net: GraphBuilder, arithmetic: Arithmetic, folded: Folded) -> None:
    net.input("pcm", "int16", [CHUNK])
    net.input("samples", "int16", [KEPT])
    features = _features(net, arithmetic)
    detail = _detail(net, arithmetic, folded, features)
    bounds = {"band0": 0, f"band{MELS}": MELS, "band_axis": 1}
    sides = [net.constant(name, np.array([value])) for name, value in bounds.items()]
    low = net.add("Slice", [features, *sides], "low")
    rows = net.reshape(low, [(_NEW + _AGAIN) * MELS, 1], "low_rows")
    rows = _backbone(net, arithmetic, folded, rows)
    rows = net.reshape(rows, [_STEPS, -1], "embeddings")
    rows = net.add("Concat", [rows, detail], "heard", axis=1)
    rows = net.add("Relu", [gemm(net, arithmetic, rows, folded.enter, "entered")], "step0")
    rows = _blocks(net, arithmetic, folded, rows)
    _heads(net, arithmetic, folded, rows)
    net.output("next_samples", "int16", [KEPT])
    net.output("next_frames", "float32", [sum(_frames_kept(folded).values())])
    net.output("next_bands", "float32", [_PAST, BANDS])
    net.output("next_steps", "float32", [sum(map(_kept, folded.blocks)), _width(folded)])


def _features(net: GraphBuilder, arithmetic: Arithmetic) -> str:
    """Log mel features [18, 42] of two frames once more and of 16 new ones (`frontend.in_a_room`).

    The basis of the Fourier transform is computed from its formula when the graph is loaded.
    """
    filters = mel_filters().T.astype(np.float32)
    bins = np.flatnonzero(filters.any(axis=1))
    transform = 2 * (len(filters) - 1)
    sound = net.concat(["samples", "pcm"], "sound")
    net.rows(sound, CHUNK, CHUNK + KEPT, "next_samples")
    plain = net.add("Cast", [sound], "plain", to=onnx.TensorProto.FLOAT)
    noise = net.constant("hush", hush(-KEPT, KEPT + CHUNK).astype(np.int8))
    noise = net.add("Cast", [noise], "noise", to=onnx.TensorProto.FLOAT)
    wave = net.add("Add", [plain, noise], "wave")
    forward, backward = windows(_NEW + _AGAIN)
    parts = [
        net.add("Gather", [wave, net.indices(f"{name}_at", index)], name, axis=0)
        for name, index in (("forward", forward), ("backward", backward))
    ]
    away = np.arange(WINDOW // 2, dtype=np.int64)
    window = np.hanning(WINDOW + 1)[WINDOW // 2 : WINDOW].astype(np.float32)
    window[0] /= 2  # the middle is its own mirror image
    net.constant("window", np.float32(FAINTER) * window[:, None])
    turns = [net.constant("away", away[:, None]), net.constant("bins", bins[None])]
    net.add("Mul", turns, "turns")
    net.add("Mod", ["turns", net.constant("turn", np.int64(transform))], "angle")
    circle = 2 * np.pi * np.arange(transform) / transform
    powers = []
    for name, operator, wave_of in (("real", "Add", np.cos), ("imaginary", "Sub", np.sin)):
        table = net.constant(f"{name}.table", wave_of(circle).astype(np.float32))
        waves = net.add("Gather", [table, "angle"], f"{name}.waves", axis=0)
        basis = net.add("Mul", [waves, "window"], f"{name}.basis")
        folded = net.add(operator, parts, f"{name}.folded")
        part = net.add("MatMul", [folded, basis], name)
        powers.append(net.add("Mul", [part, part], f"{name}.power"))
    power = net.add("Add", powers, "power")
    energy = net.add("MatMul", [power, arithmetic.stored("filters", filters[bins])], "energy")
    least = net.constant("least_energy", np.float32(1e-10))
    logarithm = net.add("Log", [net.add("Clip", [energy, least], "energies")], "logarithm")
    per_ten = net.constant("per_ten", np.float32(1 / np.log(10)))
    scaled = net.add("Mul", [logarithm, per_ten], "bels")
    return net.add("Add", [scaled, net.constant("two", np.float32(2))], "features")


def _detail(net: GraphBuilder, arithmetic: Arithmetic, folded: Folded, features: str) -> str:
    """Rows [4, D] of what is heard in detail."""
    net.input("bands", "float32", [_PAST, BANDS])
    new = net.rows(features, _AGAIN, _AGAIN + _NEW, "new_bands")
    known = net.concat(["bands", new], "known_bands")
    net.rows(known, _NEW, _NEW + _PAST, "next_bands")
    near = net.add("Gather", [known, net.indices("detail_at", detailed(_STEPS))], "near", axis=0)
    near = net.reshape(near, [_STEPS, DETAIL * BANDS], "near_rows")
    return net.add("Relu", [gemm(net, arithmetic, near, folded.detail, "detail.sum")], "detail")


def _backbone(net: GraphBuilder, arithmetic: Arithmetic, folded: Folded, rows: str) -> str:
    """Rows [8, 96] of steps and bands."""
    kept = _frames_kept(folded)
    net.input("frames", "float32", [sum(kept.values())])
    sizes = net.constant("frames_kept", np.array(list(kept.values()), np.int64))
    before = dict(
        zip(
            kept,
            net.several("Split", ["frames", sizes], [f"{n}.before" for n in kept]),
            strict=True,
        )
    )
    after = []
    frames, bands = _NEW, MELS
    for number, (layer, following) in enumerate(pairwise([*folded.backbone, None])):
        if isinstance(layer, Pooling):
            frames, bands = frames // layer.time, bands // layer.bands
            continue
        assert layer is not None
        name = f"conv{number}"
        if name in before:
            state = net.reshape(before[name], [-1, layer.channels], f"{name}.past")
            rows = net.concat([state, rows], f"{name}.all")
            start, stop = frames * bands, (frames + layer.time - 1) * bands
            last = net.rows(rows, start, stop, f"{name}.last")
            after.append(net.reshape(last, [-1], f"{name}.after"))
        if layer.bands > 1:
            zeros = np.zeros((1, layer.channels), np.float32)
            rows = net.concat(
                [rows, net.constant(f"zeros{layer.channels}", zeros)], f"{name}.padded"
            )
        taps = net.indices(f"{name}.taps", gathered(layer, frames, bands))
        rows = net.add("Gather", [rows, taps], f"{name}.windows", axis=0)
        rows = net.reshape(rows, [frames * bands, -1], f"{name}.rows")
        rows = gemm(net, arithmetic, rows, layer.product, f"{name}.sum")
        if isinstance(following, Pooling):
            rows = _pooled(net, rows, (frames, bands), following, layer, name)
        # Both activation and pooling are monotone: pooled first, there is less to activate.
        least = net.constant("least_sum", np.float32(LEAST / LEAK))
        rows = net.add("Clip", [rows, least], f"{name}.bounded")
        rows = net.add("LeakyRelu", [rows], name, alpha=LEAK)
    net.concat(after, "next_frames")
    return rows


def _pooled(
    net: GraphBuilder,
    rows: str,
    size: tuple[int, int],
    pooling: Pooling,
    layer: Convolution,
    name: str,
) -> str:
    channels = layer.product.weight.shape[1]
    image = net.reshape(rows, [1, 1, *size, channels], f"{name}.image")
    kernel = [pooling.time, pooling.bands, 1]
    pooled = net.add("MaxPool", [image], f"{name}.pooled", kernel_shape=kernel, strides=kernel)
    return net.reshape(pooled, [-1, channels], f"{name}.largest")


def _blocks(net: GraphBuilder, arithmetic: Arithmetic, folded: Folded, rows: str) -> str:
    """Rows [4, D], as floats: the residual path is one."""
    width, kept = _width(folded), [_kept(block) for block in folded.blocks]
    net.input("steps", "float32", [sum(kept), width])
    kept_of = net.constant("steps_kept", np.array(kept, np.int64))
    names = [f"block{number}" for number in range(len(kept))]
    before = net.several("Split", ["steps", kept_of], [f"{name}.before" for name in names], axis=0)
    after = []
    for number, (name, block, past) in enumerate(zip(names, folded.blocks, before, strict=True)):
        whole = net.concat([past, rows], f"{name}.all")
        after.append(net.rows(whole, _STEPS, _STEPS + _kept(block), f"{name}.after"))
        taps = np.arange(_STEPS)[:, None] + np.arange(_kept(block) + 1)
        index = net.indices(f"{name}.taps", taps)
        near = net.add("Gather", [whole, index], f"{name}.windows", axis=0)
        weighted = [near, arithmetic.stored(f"{name}.depthwise", block.depthwise)]
        near = net.add("Mul", weighted, f"{name}.weighted")
        axis = net.constant("taps_axis", np.array([1], np.int64))
        mixed = net.add("ReduceSum", [near, axis], f"{name}.mixed", keepdims=0)
        up = f"{name}.up"
        hidden = arithmetic.rectified(arithmetic.take(mixed), mixed, block.up, up)
        change = arithmetic.floats(hidden, up, block.down, f"{name}.down")
        own = net.rows(whole, block.left, block.left + _STEPS, f"{name}.own")
        rows = net.add("Add", [own, change], f"step{number + 1}")
    net.concat(after, "next_steps")
    return rows


def _heads(net: GraphBuilder, arithmetic: Arithmetic, folded: Folded, rows: str) -> None:
    """Log posteriors of letters, and of sounds beside them."""
    taken, parts = arithmetic.take(rows), []
    heads = {"letters": (folded.letters, WITHOUT_PHONES), "phones": (folded.phones, COUNT)}
    for name, (product, columns) in heads.items():
        scores = arithmetic.floats(taken, rows, product, name)
        shape = [_STEPS * FRAMES_PER_STEP, columns]
        logits = net.reshape(scores, shape, f"{name}.logits")
        parts.append(net.add("LogSoftmax", [logits], f"{name}.log_posteriors", axis=1))
    net.add("Concat", parts, "log_posteriors", axis=1)
    net.output("log_posteriors", "float32", [_STEPS * FRAMES_PER_STEP, WITH_PHONES])


def _kept(block: FoldedBlock) -> int:
    """Steps of the past that a block needs."""
    return block.left + block.right


def _width(folded: Folded) -> int:
    return folded.enter.weight.shape[1]


def _frames_kept(folded: Folded) -> dict[str, int]:
    """Convolution in time → how many numbers are kept for it; of the first, samples are."""
    kept = {}
    bands = MELS
    for number, layer in enumerate(folded.backbone):
        if isinstance(layer, Pooling):
            bands //= layer.bands
        elif number and layer.time > 1:
            kept[f"conv{number}"] = (layer.time - 1) * bands * layer.channels
    return kept
