"""How the acoustic graph computes: in 32-bit floats, or its blocks in 8-bit integers.

The blocks hold nine tenths of the weights, and rounding what goes between them costs next to
nothing. The backbone under them is another matter: twenty layers in a row, with activations up to
sixty times what they are as a rule. Rounded to 8 bits they lose ten times as much as the blocks do,
so of the backbone only the weights are stored in 8 bits, and widened when the graph is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

import numpy as np
from onnx import TensorProto

from export.graph_builder import GraphBuilder, rounded
from export.quantize import SMALLEST
from export.recipes.speech.graph.streaming import Floats, Product

Range = tuple[float, float]
"""Least and largest value; zero is between them."""
_LARGEST_FACTOR: Final = 63
"""Weight that is multiplied as an integer. Seven bits: processors with AVX2 and no more add two
products of 8-bit numbers in 16 bits, and what does not fit is cut off."""


class Arithmetic(Protocol):
    """What the graph is written with. Tensors are rows [n, channels].

    A *place* is a tensor that has a range: it is called after its name in the graph of floats.
    """

    def stored(self, name: str, values: Floats) -> str:
        """Numbers of the graph that are used as floats."""

    def matrix(self, name: str, values: Floats) -> str:
        """The same, [K, N], where there are many and columns have sizes of their own."""

    def take(self, rows: str) -> str:
        """Floats on their way into a product; their name is the place."""

    def rectified(self, rows: str, place: str, product: Product, out: str) -> str:
        """Rows of `place` times a matrix, on their way into the next; below zero they are zero."""

    def floats(self, rows: str, place: str, product: Product, out: str) -> str:
        """Rows of `place` times a matrix, as floats."""


class FloatArithmetic:
    """32-bit floats throughout."""

    def __init__(self, net: GraphBuilder) -> None:
        """Writes into `net`."""
        self._net = net
        self.places: list[str] = []
        """All that have a range."""

    def stored(self, name: str, values: Floats) -> str:
        """See `Arithmetic`."""
        return self._net.constant(name, values)

    def matrix(self, name: str, values: Floats) -> str:
        """See `Arithmetic`."""
        return self._net.constant(name, values)

    def take(self, rows: str) -> str:
        """See `Arithmetic`."""
        self.places.append(rows)
        return rows

    def rectified(self, rows: str, place: str, product: Product, out: str) -> str:
        """See `Arithmetic`."""
        self.places.append(out)
        return self._net.add("Relu", [self.floats(rows, place, product, f"{out}.sum")], out)

    def floats(self, rows: str, place: str, product: Product, out: str) -> str:
        """See `Arithmetic`."""
        return gemm(self._net, self, rows, product, out)


class Int8Arithmetic:
    """8-bit integers: signed weights with a scale a column, unsigned activations with a zero point.

    Written with QuantizeLinear and DequantizeLinear around float operators (QDQ), which ONNX
    Runtime turns into integer products when it loads the graph. Signed activations it would turn
    into unsigned ones on x86, some and not others, and miss half of the products.
    """

    def __init__(self, net: GraphBuilder, ranges: Mapping[str, Range]) -> None:
        """Writes into `net`, with `ranges` by place."""
        self._net, self._ranges = net, ranges

    def stored(self, name: str, values: Floats) -> str:
        """See `Arithmetic`. In 16 bits, widened when the graph is loaded."""
        half = self._net.constant(f"{name}.half", values.astype(np.float16))
        return self._net.add("Cast", [half], name, to=TensorProto.FLOAT)

    def matrix(self, name: str, values: Floats) -> str:
        """See `Arithmetic`. In 8 bits, widened when the graph is loaded.

        Not the first of all, which has nine weights a column: to round these costs as much as to
        round all others.
        """
        if values.size < SMALLEST:
            return self._net.constant(name, values)
        return self._net.rounded(name, values, 1)

    def take(self, rows: str) -> str:
        """See `Arithmetic`."""
        return self._net.add("QuantizeLinear", [rows, *self._parts(rows)], f"{rows}.int8")

    def rectified(self, rows: str, place: str, product: Product, out: str) -> str:
        """See `Arithmetic`. The least number is zero, which is all that rectifying takes."""
        wide = self.floats(rows, place, product, f"{out}.wide")
        return self._net.add("QuantizeLinear", [wide, *self._parts(out)], f"{out}.int8")

    def floats(self, rows: str, place: str, product: Product, out: str) -> str:
        """See `Arithmetic`."""
        net = self._net
        scale, zero = self._parts(place)
        whole, scales = rounded(product.weight, _LARGEST_FACTOR, 1)
        units = scales.astype(np.float64) * self._scale(place)
        columns = len(scales)
        scales_of = net.constant(f"{out}.scales", scales)
        parts = [
            net.constant(f"{out}.weight", whole),
            scales_of,
            net.constant(f"zero_points{columns}", np.zeros(columns, np.int8)),
        ]
        weight = net.add("DequantizeLinear", parts, f"{out}.weight.wide", axis=1)
        added = net.constant(f"{out}.bias", np.rint(product.bias / units).astype(np.int32))
        parts = [added, net.add("Mul", [scales_of, scale], f"{out}.units")]
        bias = net.add("DequantizeLinear", parts, f"{out}.bias.wide", axis=0)
        wide = net.add("DequantizeLinear", [rows, scale, zero], f"{out}.in")
        return net.add("Gemm", [wide, weight, bias], out)

    def _scale(self, place: str) -> np.float32:
        low, high = self._ranges[place]
        return np.float32(max(high - low, 1e-6) / 255)

    def _parts(self, place: str) -> list[str]:
        """Scale and zero point: the least value is 0, the largest 255."""
        scale = self._scale(place)
        zero = np.uint8(np.clip(np.rint(-self._ranges[place][0] / scale), 0, 255))
        net = self._net
        return [net.constant(f"{place}.scale", scale), net.constant(f"{place}.zero", zero)]


def gemm(net: GraphBuilder, arithmetic: Arithmetic, rows: str, product: Product, out: str) -> str:
    """Rows times a matrix plus a bias, in floats whatever the arithmetic."""
    weight = arithmetic.matrix(f"{out}.weight", product.weight)
    return net.add("Gemm", [rows, weight, net.constant(f"{out}.bias", product.bias)], out)
