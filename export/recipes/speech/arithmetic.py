"""How the acoustic graph computes: in 32-bit floats, or in 8-bit integers with scales found before.

Between two products nothing but moving and comparing is done to 8-bit numbers, on the numbers as
they are: neither widening nor rounding. A product's bounds do the work of the activation after it:
what is below the least number is that number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

import numpy as np
from onnx import TensorProto

from export.recipes.speech.backbone import LEAK, LEAST
from export.recipes.speech.builder import GraphBuilder
from export.recipes.speech.streaming import Floats, Product

Range = tuple[float, float]
"""Least and largest value; zero is between them."""
LEAST_SUM: Final = LEAST / LEAK
"""What a sum may be cut off at before the backbone's activation, which has no effect below it."""
_LARGEST_WEIGHT: Final = 63
"""Seven bits: processors with AVX2 and no more add two products of 8-bit numbers in 16 bits, and
what does not fit is cut off. Measured, that bit is worth nothing here."""


class Arithmetic(Protocol):
    """What the graph is written with. Tensors are rows [n, channels]; *places* name their ranges.

    A place is the name of the tensor in the graph of floats.
    """

    kind: str
    """Of the tensors between products, as numpy names it."""

    def take(self, rows: str) -> str:
        """Floats, of the place that they are called after."""

    def product(self, rows: str, place: str, product: Product, out: str, relu: bool = False) -> str:
        """Rows of `place` times a matrix; with `relu`, what is below zero is zero."""

    def floats(self, rows: str, place: str, product: Product, out: str) -> str:
        """The same as floats."""

    def leaky(self, rows: str, place: str, out: str) -> str:
        """The backbone's activation of rows of `place`."""

    def zeros(self, place: str, channels: int) -> str:
        """A row of zeros, as rows of `place` have them."""

    def stored(self, name: str, values: Floats) -> str:
        """Numbers of the graph that stay floats."""


class FloatArithmetic:
    """32-bit floats throughout."""

    kind = "float32"

    def __init__(self, net: GraphBuilder) -> None:
        """Writes into `net`."""
        self._net = net
        self.places: list[str] = []
        """All that have a range."""

    def take(self, rows: str) -> str:
        """See `Arithmetic`."""
        self.places.append(rows)
        return rows

    def product(self, rows: str, place: str, product: Product, out: str, relu: bool = False) -> str:
        """See `Arithmetic`."""
        self.places.append(out)
        if not relu:
            return self.floats(rows, place, product, out)
        return self._net.add("Relu", [self.floats(rows, place, product, f"{out}.sum")], out)

    def floats(self, rows: str, place: str, product: Product, out: str) -> str:
        """See `Arithmetic`."""
        return gemm(self._net, rows, product, out)

    def leaky(self, rows: str, place: str, out: str) -> str:
        """See `Arithmetic`."""
        self.places.append(out)
        least = self._net.constant("least_sum", np.float32(LEAST_SUM))
        bounded = self._net.add("Clip", [rows, least], f"{out}.bounded")
        return self._net.add("LeakyRelu", [bounded], out, alpha=LEAK)

    def zeros(self, place: str, channels: int) -> str:
        """See `Arithmetic`."""
        return self._net.constant(f"zeros{channels}", np.zeros((1, channels), np.float32))

    def stored(self, name: str, values: Floats) -> str:
        """See `Arithmetic`."""
        return self._net.constant(name, values)


class Int8Arithmetic:
    """8-bit integers: signed weights with a scale a column, unsigned activations with a zero point.

    Written with QuantizeLinear and DequantizeLinear around float operators (QDQ), which ONNX
    Runtime turns into integer products when it loads the graph. Signed activations it would turn
    into unsigned ones on x86, some and not others, and miss half of the products.
    """

    kind = "uint8"

    def __init__(self, net: GraphBuilder, ranges: Mapping[str, Range]) -> None:
        """Writes into `net`, with `ranges` by place."""
        self._net, self._ranges = net, ranges

    def take(self, rows: str) -> str:
        """See `Arithmetic`."""
        return self._narrowed(rows, rows)

    def product(self, rows: str, place: str, product: Product, out: str, relu: bool = False) -> str:
        """See `Arithmetic`."""
        return self._narrowed(self.floats(rows, place, product, f"{out}.wide"), out)

    def floats(self, rows: str, place: str, product: Product, out: str) -> str:
        """See `Arithmetic`."""
        net = self._net
        scale, _ = self._grid(place)
        peaks = np.abs(product.weight).max(0)
        scales = np.where(peaks > 0, peaks / _LARGEST_WEIGHT, 1).astype(np.float32)
        weight = np.clip(
            np.rint(product.weight / scales), -_LARGEST_WEIGHT, _LARGEST_WEIGHT
        ).astype(np.int8)
        units = scales * scale
        bias = np.rint(product.bias / units.astype(np.float64)).astype(np.int32)
        columns = len(scales)
        parts = [
            net.constant(f"{out}.weight", weight),
            net.constant(f"{out}.scales", scales),
            net.constant(f"zero_points{columns}", np.zeros(columns, np.int8)),
        ]
        widened = net.add("DequantizeLinear", parts, f"{out}.weight.wide", axis=1)
        units_of = net.add("Mul", [parts[1], self._parts(place)[0]], f"{out}.units")
        parts = [net.constant(f"{out}.bias", bias), units_of]
        added = net.add("DequantizeLinear", parts, f"{out}.bias.wide", axis=0)
        inputs = [self._widened(rows, place, f"{out}.in"), widened, added]
        return net.add("Gemm", inputs, out)

    def leaky(self, rows: str, place: str, out: str) -> str:
        """See `Arithmetic`."""
        wide = self._widened(rows, place, f"{out}.in")
        return self._narrowed(self._net.add("LeakyRelu", [wide], f"{out}.wide", alpha=LEAK), out)

    def zeros(self, place: str, channels: int) -> str:
        """See `Arithmetic`."""
        _, zero = self._grid(place)
        return self._net.constant(f"{place}.zeros", np.full((1, channels), zero))

    def stored(self, name: str, values: Floats) -> str:
        """See `Arithmetic`. In 16 bits, widened when the graph is loaded."""
        half = self._net.constant(f"{name}.half", values.astype(np.float16))
        return self._net.add("Cast", [half], name, to=TensorProto.FLOAT)

    def _grid(self, place: str) -> tuple[np.float32, np.uint8]:
        """Scale and zero point of a place: its least value is 0, its largest 255."""
        low, high = self._ranges[place]
        scale = np.float32(max(high - low, 1e-6) / 255)
        return scale, np.uint8(np.clip(np.rint(-low / scale), 0, 255))

    def _parts(self, place: str) -> list[str]:
        scale, zero = self._grid(place)
        net = self._net
        return [net.constant(f"{place}.scale", scale), net.constant(f"{place}.zero", zero)]

    def _narrowed(self, rows: str, place: str) -> str:
        return self._net.add("QuantizeLinear", [rows, *self._parts(place)], f"{place}.int8")

    def _widened(self, rows: str, place: str, out: str) -> str:
        return self._net.add("DequantizeLinear", [rows, *self._parts(place)], out)


def gemm(net: GraphBuilder, rows: str, product: Product, out: str) -> str:
    """Rows times a matrix of floats, plus a bias."""
    weight, bias = (
        net.constant(f"{out}.weight", product.weight),
        net.constant(f"{out}.bias", product.bias),
    )
    return net.add("Gemm", [rows, weight, bias], out)
