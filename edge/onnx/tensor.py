"""Tensors stored in a graph: what they claim to hold is compared with what is there."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, Final, NamedTuple

from edge import limits
from edge.errors import shown
from edge.onnx.layout import PAIR, TENSOR
from edge.onnx.wire import Span, WireReader

INT32: Final = 6
INT64: Final = 7

DTYPES: Final[dict[int, tuple[str, int]]] = {
    1: ("float32", 32),
    2: ("uint8", 8),
    3: ("int8", 8),
    4: ("uint16", 16),
    5: ("int16", 16),
    INT32: ("int32", 32),
    INT64: ("int64", 64),
    9: ("bool", 8),
    10: ("float16", 16),
    11: ("float64", 64),
    12: ("uint32", 32),
    13: ("uint64", 64),
    21: ("uint4", 4),
    22: ("int4", 4),
}
"""TensorProto.DataType → (name as numpy has it, bits an element). Strings have no size that can be
bounded by a shape and are refused, with complex numbers and the 8-bit floats of accelerators."""

_TYPED: Final[dict[str, tuple[int, ...]]] = {
    "float_data": (1,),
    "int32_data": (2, 3, 4, 5, INT32, 9, 10),
    "int64_data": (INT64,),
    "double_data": (11,),
    "uint64_data": (12, 13),
}
"""Field → the element types whose values it holds, one an entry."""

_SMALL: Final = 2 * limits.GRAPH_TENSOR_RANK
"""Values read of an integer tensor: enough for a shape, and for begins and ends of padding."""


class Constant(NamedTuple):
    """A tensor stored in a graph."""

    name: bytes
    elements: int
    size: int
    """Bytes its elements take in memory."""
    values: tuple[int, ...] | None
    """Its values, of small int32 and int64 tensors only."""


def read_tensor(reader: WireReader, span: Span, place: str) -> Constant:
    """Check the TensorProto at `span`; weights are skipped over, not copied.

    Raises:
        BundleFormatError: not a well-formed TensorProto.
        ForbiddenGraph: external data, an element type that is refused, a shape that is negative or
            too large, or a shape that is not that of the bytes present.
    """
    fields = reader.message(span, TENSOR)
    check_pairs(reader, fields.get("metadata_props", ()))
    name = reader.name(fields.get("name"))
    place = f"{place} {shown(name)}"
    if fields.get("data_location", 0):
        raise reader.forbidden("keeps its data outside the file", "data inside the graph", place)
    code = fields.get("data_type", 0)
    if code not in DTYPES:
        names = ", ".join(dtype for dtype, _ in DTYPES.values())
        raise reader.forbidden(f"has element type {code}", names, place)
    dims = reader.numbers(fields.get("dims", []), limits.GRAPH_TENSOR_RANK)
    check_shape(reader, dims, place)
    elements = prod(dims)
    bits = DTYPES[code][1]
    size = (elements * bits + 7) // 8
    claimed, present = _data(reader, fields, code, size, elements, place)
    if claimed != present:
        unit = "bytes" if "raw_data" in fields else "elements"
        raise reader.forbidden(
            f"claims the shape {list(dims)} of {DTYPES[code][0]}, {claimed} {unit}, "
            f"and holds {present}",
            "as many as the shape says",
            place,
        )
    values = None
    if code in (INT32, INT64) and elements <= _SMALL:
        values = _values(reader, fields, code)
    return Constant(name, elements, size, values)


def check_pairs(reader: WireReader, spans: Sequence[Span]) -> None:
    """Check entries of metadata, which are not interpreted, for being well formed.

    Raises:
        BundleFormatError: one is not.
    """
    for span in spans:
        reader.message(span, PAIR)


def check_shape(reader: WireReader, dims: Sequence[int], place: str) -> None:
    """Refuse a shape with a negative or a huge dimension, or with too many elements in all.

    Raises:
        ForbiddenGraph: as said.
    """
    for size in dims:
        if not 0 <= size <= limits.GRAPH_DIMENSION:
            raise reader.forbidden(
                f"has a dimension of {size}", f"0 to {limits.GRAPH_DIMENSION}", place
            )
    elements = prod(dims)
    if elements > limits.GRAPH_TENSOR_ELEMENTS:
        raise reader.forbidden(
            f"has the shape {list(dims)}, {elements} elements",
            f"at most {limits.GRAPH_TENSOR_ELEMENTS} elements",
            place,
        )


def _data(
    reader: WireReader, fields: dict[str, Any], code: int, size: int, elements: int, place: str
) -> tuple[int, int]:
    """How much the shape claims and how much is there, both in bytes or both in elements."""
    typed = [name for name in _TYPED if name in fields]
    raw: Span | None = fields.get("raw_data")
    if len(typed) + (raw is not None) > 1:
        raise reader.malformed(f"{place} keeps its data in two places")
    if raw is not None:
        return size, raw[1] - raw[0]
    if not typed:
        return elements, 0
    if code not in _TYPED[typed[0]]:
        raise reader.malformed(f"{place} of {DTYPES[code][0]} keeps its data in {typed[0]}")
    chunks: list[int | Span] = fields[typed[0]]
    width = {"float_data": 4, "double_data": 8}.get(typed[0])
    if width is None:
        return elements, reader.count_varints(chunks)
    held = sum(width if isinstance(chunk, int) else chunk[1] - chunk[0] for chunk in chunks)
    if held % width:
        raise reader.malformed(f"{place} holds a part of a number")
    return elements, held // width


def _values(reader: WireReader, fields: dict[str, Any], code: int) -> tuple[int, ...]:
    width = 4 if code == INT32 else 8
    raw: Span | None = fields.get("raw_data")
    if raw is not None:
        data = reader.raw(raw)
        return tuple(
            int.from_bytes(data[start : start + width], "little", signed=True)
            for start in range(0, len(data), width)
        )
    chunks = fields.get("int32_data" if code == INT32 else "int64_data", [])
    numbers = reader.numbers(chunks, _SMALL)
    if code == INT32:  # protobuf keeps the low 32 bits
        numbers = [(number + 2**31) % 2**32 - 2**31 for number in numbers]
    return tuple(numbers)
