"""The messages of an ONNX ModelProto: field numbers, encodings, and which are refused.

Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, IR version 10. What is not listed
is unknown to ONNX Runtime 1.21 too, and a graph that has it is refused.
"""

from __future__ import annotations

from typing import Final

from edge.onnx.wire import BYTES, FIXED32, FIXED64, VARINT, Layout

_Field = tuple[int, tuple[int, ...], bool]


def _one(number: int, wire: int = BYTES) -> _Field:
    """A field that appears at most once."""
    return number, (wire,), False


def _many(number: int, *wires: int) -> _Field:
    """A field that may repeat; numbers both packed (in one length-delimited value) and not."""
    return number, wires or (BYTES,), True


MODEL: Final = Layout(
    "ModelProto",
    {
        "ir_version": _one(1, VARINT),
        "producer_name": _one(2),
        "producer_version": _one(3),
        "domain": _one(4),
        "model_version": _one(5, VARINT),
        "doc_string": _one(6),
        "graph": _one(7),
        "opset_import": _many(8),
        "metadata_props": _many(14),
    },
    {20: "training information", 25: "local functions", 26: "a device configuration"},
)
OPSET: Final = Layout("OperatorSetIdProto", {"domain": _one(1), "version": _one(2, VARINT)})
PAIR: Final = Layout("StringStringEntryProto", {"key": _one(1), "value": _one(2)})
GRAPH: Final = Layout(
    "GraphProto",
    {
        "node": _many(1),
        "name": _one(2),
        "initializer": _many(5),
        "doc_string": _one(10),
        "input": _many(11),
        "output": _many(12),
        "value_info": _many(13),
        "quantization_annotation": _many(14),
        "metadata_props": _many(16),
    },
    {15: "sparse initialisers"},
)
ANNOTATION: Final = Layout(
    "TensorAnnotation", {"tensor_name": _one(1), "quant_parameter_tensor_names": _many(2)}
)
NODE: Final = Layout(
    "NodeProto",
    {
        "input": _many(1),
        "output": _many(2),
        "name": _one(3),
        "op_type": _one(4),
        "attribute": _many(5),
        "doc_string": _one(6),
        "domain": _one(7),
        "overload": _one(8),
        "metadata_props": _many(9),
    },
    {10: "a device configuration"},
)
ATTRIBUTE: Final = Layout(
    "AttributeProto",
    {
        "name": _one(1),
        "f": _one(2, FIXED32),
        "i": _one(3, VARINT),
        "s": _one(4),
        "t": _one(5),
        "floats": _many(7, FIXED32, BYTES),
        "ints": _many(8, VARINT, BYTES),
        "strings": _many(9),
        "doc_string": _one(13),
        "type": _one(20, VARINT),
    },
    {
        6: "a subgraph",
        10: "a list of tensors",
        11: "subgraphs",
        14: "a type",
        15: "types",
        21: "a reference to a function's attribute",
        22: "a sparse tensor",
        23: "sparse tensors",
    },
)
TENSOR: Final = Layout(
    "TensorProto",
    {
        "dims": _many(1, VARINT, BYTES),
        "data_type": _one(2, VARINT),
        "float_data": _many(4, FIXED32, BYTES),
        "int32_data": _many(5, VARINT, BYTES),
        "int64_data": _many(7, VARINT, BYTES),
        "name": _one(8),
        "raw_data": _one(9),
        "double_data": _many(10, FIXED64, BYTES),
        "uint64_data": _many(11, VARINT, BYTES),
        "doc_string": _one(12),
        "data_location": _one(14, VARINT),
        "metadata_props": _many(16),
    },
    {3: "a segment of a tensor", 6: "strings as data", 13: "external data"},
)
VALUE: Final = Layout(
    "ValueInfoProto",
    {"name": _one(1), "type": _one(2), "doc_string": _one(3), "metadata_props": _many(4)},
)
TYPE: Final = Layout(
    "TypeProto",
    {"tensor_type": _one(1), "denotation": _one(6)},
    {
        4: "a sequence type",
        5: "a map type",
        7: "an opaque type",
        8: "a sparse tensor type",
        9: "an optional type",
    },
)
TENSOR_TYPE: Final = Layout("TypeProto.Tensor", {"elem_type": _one(1, VARINT), "shape": _one(2)})
SHAPE: Final = Layout("TensorShapeProto", {"dim": _many(1)})
DIMENSION: Final = Layout(
    "TensorShapeProto.Dimension",
    {"value": _one(1, VARINT), "param": _one(2), "denotation": _one(3)},
)
