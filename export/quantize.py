"""Quantisation schemes: a float graph in, a smaller one out.

| scheme         | weights stored as | arithmetic                                          |
|----------------|-------------------|-----------------------------------------------------|
| `float`        | float32           | float32                                             |
| `int8-weights` | int8              | float32: weights are widened once, at load          |
| `int8-dynamic` | int8              | int8, activations' ranges found at every call       |
| `int8-static`  | int8 (LSTM float) | int8, activations' ranges calibrated beforehand     |

Weights are signed and symmetric: ONNX Runtime's Arm kernels are fastest so. An embedding table is
int8 with one scale a column under every int8 scheme, since looking up needs no arithmetic.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.graph import clean

Feed = dict[str, np.ndarray]
SMALLEST = 1024
"""Weights with fewer elements stay float: nothing is saved by quantising them."""


def quantize(model: onnx.ModelProto, scheme: str, calibration: Sequence[Feed]) -> onnx.ModelProto:
    """`model` under `scheme`; the input graph is left as it is.

    Args:
        model: a float graph.
        scheme: one of `SCHEMES`.
        calibration: real inputs, for `int8-static`.

    Raises:
        KeyError: there is no such scheme.
    """
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    return clean(SCHEMES[scheme](copy, calibration))


def _float(model: onnx.ModelProto, calibration: Sequence[Feed]) -> onnx.ModelProto:
    return model


def _int8_weights(model: onnx.ModelProto, calibration: Sequence[Feed]) -> onnx.ModelProto:
    _shrink_embeddings(model)
    graph = model.graph
    consumers = {name: node for node in graph.node for name in node.input}
    nodes = []
    for tensor in list(graph.initializer):
        node = consumers.get(tensor.name)
        if tensor.data_type != TensorProto.FLOAT or node is None:
            continue
        weights = numpy_helper.to_array(tensor)
        if weights.size < SMALLEST or node.op_type not in ("MatMul", "Gemm", "LSTM"):
            continue
        # One scale an output channel: the last axis of MatMul, the first of Gemm (transposed B)
        # and, within each direction, the second of LSTM; a matrix has one such axis only, so the
        # LSTM's directions share their scales.
        axis = {"MatMul": weights.ndim - 1, "Gemm": 0, "LSTM": 1}[node.op_type]
        others = tuple(i for i in range(weights.ndim) if i != axis)
        scale = _scale(np.abs(weights).max(others))
        shape = [-1 if i == axis else 1 for i in range(weights.ndim)]
        stored = np.clip(np.rint(weights / scale.reshape(shape)), -127, 127).astype(np.int8)
        graph.initializer.remove(tensor)
        graph.initializer.extend(
            [
                numpy_helper.from_array(stored, tensor.name + ".int8"),
                numpy_helper.from_array(scale, tensor.name + ".scale"),
                numpy_helper.from_array(np.zeros(len(scale), np.int8), tensor.name + ".zero"),
            ]
        )
        parts = [tensor.name + suffix for suffix in (".int8", ".scale", ".zero")]
        nodes.append(helper.make_node("DequantizeLinear", parts, [tensor.name], axis=axis))
    for position, node in enumerate(nodes):
        graph.node.insert(position, node)
    return model


def _int8_dynamic(model: onnx.ModelProto, calibration: Sequence[Feed]) -> onnx.ModelProto:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    _shrink_embeddings(model)

    def run(source: Path, target: Path) -> None:
        quantize_dynamic(
            source,
            target,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm", "LSTM"],
            per_channel=False,
            reduce_range=False,
        )

    return _through_files(model, run)


def _int8_static(model: onnx.ModelProto, calibration: Sequence[Feed]) -> onnx.ModelProto:
    from onnxruntime.quantization import (
        CalibrationDataReader,
        QuantFormat,
        QuantType,
        quantize_static,
    )

    _shrink_embeddings(model)

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def __init__(self) -> None:
            self._feeds: Iterator[Feed] = iter(calibration)

        def get_next(self) -> Feed | None:
            return next(self._feeds, None)

    def run(source: Path, target: Path) -> None:
        quantize_static(
            source,
            target,
            Reader(),
            quant_format=QuantFormat.QDQ,
            activation_type=QuantType.QInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=False,
            op_types_to_quantize=["MatMul", "Gemm", "Conv"],
        )

    return _through_files(model, run)


SCHEMES: dict[str, Callable[[onnx.ModelProto, Sequence[Feed]], onnx.ModelProto]] = {
    "float": _float,
    "int8-weights": _int8_weights,
    "int8-dynamic": _int8_dynamic,
    "int8-static": _int8_static,
}


def _shrink_embeddings(model: onnx.ModelProto) -> None:
    """Tables looked up by Gather, weighted or not, and then summed become int8.

    Their scale is applied after the sum, once a word and not once an id.
    """
    graph = model.graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    users: dict[str, list[onnx.NodeProto]] = {}
    for node in graph.node:
        for name in node.input:
            users.setdefault(name, []).append(node)
    for gather in [node for node in graph.node if node.op_type == "Gather"]:
        tensor = tensors.get(gather.input[0])
        if tensor is None or tensor.data_type != TensorProto.FLOAT or len(tensor.dims) != 2:
            continue
        reader, total = gather, _only_user(gather, users)
        if total is not None and total.op_type == "Mul":
            reader, total = total, _only_user(total, users)
        if total is None or total.op_type != "ReduceSum":
            continue
        table = numpy_helper.to_array(tensor)
        scale = _scale(np.abs(table).max(0))
        stored = np.clip(np.rint(table / scale), -127, 127).astype(np.int8)
        looked_up = gather.output[0]
        cast = helper.make_node("Cast", [looked_up], [looked_up + ".float"], to=1)
        consumer = total if reader is gather else reader
        at = list(consumer.input).index(looked_up)
        consumer.input[at] = cast.output[0]
        summed = total.output[0]
        total.output[0] = summed + ".int8"
        rescale = helper.make_node("Mul", [total.output[0], tensor.name + ".scale"], [summed])
        nodes = list(graph.node)
        nodes.insert(nodes.index(gather) + 1, cast)
        nodes.insert(nodes.index(total) + 1, rescale)
        del graph.node[:]
        graph.node.extend(nodes)
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(stored, tensor.name))
        graph.initializer.append(numpy_helper.from_array(scale, tensor.name + ".scale"))


def _only_user(
    node: onnx.NodeProto, users: dict[str, list[onnx.NodeProto]]
) -> onnx.NodeProto | None:
    """The node that reads `node`'s output, where there is just one."""
    readers = users.get(node.output[0], [])
    return readers[0] if len(readers) == 1 else None


def _scale(peaks: np.ndarray) -> np.ndarray:
    """Symmetric int8 scales; 1 where there is nothing but zeros."""
    scale: np.ndarray = np.where(peaks > 0, peaks / 127, 1).astype(np.float32)
    return scale


def _through_files(model: onnx.ModelProto, run: Callable[[Path, Path], Any]) -> onnx.ModelProto:
    """ONNX Runtime's quantisers read and write files."""
    import logging

    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)  # they advise on the root logger, at length
    try:
        with tempfile.TemporaryDirectory() as folder:
            source, target = Path(folder, "float.onnx"), Path(folder, "quantised.onnx")
            onnx.save(model, source)
            run(source, target)
            return onnx.load(target)
    finally:
        root.setLevel(level)
