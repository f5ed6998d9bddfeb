"""Writes an ONNX graph node by node: what is exported is what was meant, and nothing besides."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import helper, numpy_helper

from export.graph import OPSET, clean

Attribute = int | float | Sequence[int]
_LARGEST = 127
"""Weight of 8 bits that is only stored."""


class GraphBuilder:
    """Collects nodes, constants, inputs and outputs. Every name is defined once.

    Methods return the name of what they make, so that they can be put into one another.
    """

    def __init__(self) -> None:
        """An empty graph."""
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, dtype: str, shape: Sequence[int]) -> str:
        """An input of the graph; `dtype` as numpy names it."""
        self._inputs.append(_value(name, dtype, shape))
        return name

    def output(self, name: str, dtype: str, shape: Sequence[int]) -> None:
        """Makes a tensor an output of the graph."""
        self._outputs.append(_value(name, dtype, shape))

    def add(self, operator: str, inputs: Sequence[str], out: str, **settings: Attribute) -> str:
        """A node with one output."""
        return self.several(operator, inputs, [out], **settings)[0]

    def several(
        self, operator: str, inputs: Sequence[str], outs: list[str], **settings: Attribute
    ) -> list[str]:
        """A node with several outputs."""
        self._nodes.append(helper.make_node(operator, inputs, outs, **settings))
        return outs

    def constant(self, name: str, value: np.ndarray | np.generic | Sequence[int]) -> str:
        """A stored tensor; the same name again is the same tensor."""
        # Made contiguous, a single number would be a vector.
        array = np.ascontiguousarray(value).reshape(np.shape(value))
        self._constants[name] = numpy_helper.from_array(array, name)
        return name

    def weight(self, name: str, value: np.ndarray) -> str:
        """Stored in 16 bits; ONNX Runtime widens it once, when it makes the session."""
        stored = self.constant(f"{name}.16", value.astype(np.float16))
        return self.add("Cast", [stored], name, to=onnx.TensorProto.FLOAT)

    def rounded(self, name: str, values: np.ndarray, axis: int) -> str:
        """Stored in 8 bits with a scale for each place of an `axis`; widened at load."""
        whole, scales = rounded(values, _LARGEST, axis)
        stored = self.constant(f"{name}.int8", whole)
        cast = self.add("Cast", [stored], f"{name}.whole", to=onnx.TensorProto.FLOAT)
        return self.add("Mul", [cast, self.constant(f"{name}.scales", scales)], name)

    def indices(self, name: str, value: np.ndarray) -> str:
        """Whole numbers below 32,768: stored in half the bytes, widened at load."""
        stored = self.constant(f"{name}.short", value.astype(np.int16))
        return self.add("Cast", [stored], name, to=onnx.TensorProto.INT32)

    def reshape(self, name: str, shape: Sequence[int], out: str) -> str:
        """`name` with other dimensions."""
        return self.add("Reshape", [name, self.constant(f"{out}.shape", list(shape))], out)

    def rows(self, name: str, start: int, stop: int, out: str) -> str:
        """Rows `start` to `stop` of a tensor."""
        bounds = [self.constant(f"row{at}", np.array([at], np.int64)) for at in (start, stop)]
        return self.add("Slice", [name, *bounds, self.constant("row0", np.zeros(1, np.int64))], out)

    def concat(self, names: Sequence[str], out: str) -> str:
        """Tensors one after the other along their first dimension."""
        return self.add("Concat", names, out, axis=0)

    def model(self) -> onnx.ModelProto:
        """The finished graph, checked by ONNX."""
        graph = helper.make_graph(
            self._nodes, "graph", self._inputs, self._outputs, list(self._constants.values())
        )
        return clean(helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)]))


def rounded(values: np.ndarray, largest: int, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers up to `largest`, and the scales that take them back, one a place of `axis`."""
    peaks = np.abs(values).max(tuple(other for other in range(values.ndim) if other != axis))
    scales = np.where(peaks > 0, peaks / largest, 1).astype(np.float32)
    scales = scales.reshape(-1, *[1] * (values.ndim - 1 - axis))
    return np.clip(np.rint(values / scales), -largest, largest).astype(np.int8), scales


def _value(name: str, dtype: str, shape: Sequence[int]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(
        name, helper.np_dtype_to_tensor_dtype(np.dtype(dtype)), list(shape)
    )
