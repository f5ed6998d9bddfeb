"""Look through an ONNX graph before ONNX Runtime is allowed to see it.

`scan` reads the bytes with a small bounded reader of its own (the `onnx` package is not on the
device), refuses everything that docs/bundle-format.md forbids, and says what the graph is made of.
Nothing is allocated for what the file only *claims* to hold: weights are skipped, not copied.

Source of the structure: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from edge import limits
from edge.errors import shown
from edge.onnx.growth import FOLLOWED, Copied, Known, check_attribute, check_growth, follow
from edge.onnx.layout import (
    ANNOTATION,
    ATTRIBUTE,
    DIMENSION,
    GRAPH,
    MODEL,
    NODE,
    OPSET,
    PAIR,
    SHAPE,
    TENSOR_TYPE,
    TYPE,
    VALUE,
)
from edge.onnx.operators import ALLOWED, IMPORTABLE, SIZED_BY
from edge.onnx.summary import GraphSummary, TensorSpec
from edge.onnx.tensor import DTYPES, Constant, check_pairs, check_shape, read_tensor
from edge.onnx.wire import Span, WireReader, signed

__all__ = ["GraphSummary", "TensorSpec", "scan"]

_ORT_FORMAT_MARK: Final = b"ORTM"

# Compared as bytes: decoding a few thousand names to compare them would cost more than the scan.
_DOMAINS: Final = {b"": "", b"ai.onnx": "", b"com.microsoft": "com.microsoft"}
_OPERATORS: Final = {
    domain: {operator.encode(): operator for operator in operators}
    for domain, operators in ALLOWED.items()
}
_SIZED_BY: Final = {operator.encode(): positions for operator, positions in SIZED_BY.items()}


def scan(data: bytes, where: str = "graph") -> GraphSummary:
    """Check the ONNX graph in `data` and summarise it.

    Args:
        data: a serialised ModelProto, whole.
        where: what errors call it, a file's path as a rule.

    Raises:
        BundleFormatError: `data` is not a well-formed ModelProto.
        ForbiddenGraph: it is, and asks for something that is refused.
    """
    reader = WireReader(data, where)
    # ONNX Runtime takes any bytes with this mark for its own flatbuffer format and would run
    # another graph than the one read here: the same bytes can be both.
    if data[4:8] == _ORT_FORMAT_MARK:
        raise reader.forbidden("is (also) in ONNX Runtime's ORT format", "ONNX protobuf only")
    try:
        return _Scan(reader).model()
    except IndexError:
        raise reader.malformed("is cut off") from None


class _Scan:
    """One pass over one model."""

    def __init__(self, reader: WireReader) -> None:
        self.reader = reader
        self.constants: dict[bytes, Constant] = {}
        self.copied: dict[bytes, Copied] = {}
        self.operators: dict[str, int] = {}
        self.defined: set[bytes] = set()
        self.parameters = 0
        self.parameter_bytes = 0

    def model(self) -> GraphSummary:
        reader = self.reader
        fields = reader.message((0, len(reader.data)), MODEL)
        ir_version = fields.get("ir_version", 0)
        if not limits.GRAPH_IR_MIN <= ir_version <= limits.GRAPH_IR_MAX:
            raise reader.forbidden(
                f"has ONNX IR version {ir_version}",
                f"{limits.GRAPH_IR_MIN} to {limits.GRAPH_IR_MAX}, which ONNX Runtime 1.21 reads",
            )
        opset = self.opset(fields.get("opset_import", []))
        for pair in fields.get("metadata_props", []):
            # With ORT_LOAD_CONFIG_FROM_MODEL set, ONNX Runtime takes session options from this key.
            if reader.name(reader.message(pair, PAIR).get("key")) == b"ort_config":
                raise reader.forbidden(
                    "carries session options (metadata 'ort_config')",
                    "session options in the manifest only",
                )
        if "graph" not in fields:
            raise reader.malformed("has no graph")
        inputs, outputs = self.graph(fields["graph"])
        return GraphSummary(
            ir_version,
            opset,
            MappingProxyType(dict(sorted(self.operators.items()))),
            inputs,
            outputs,
            self.parameters,
            self.parameter_bytes,
        )

    def opset(self, imports: list[Span]) -> int:
        reader = self.reader
        versions: dict[str, int] = {}
        for span in imports:
            fields = reader.message(span, OPSET)
            domain = reader.text(fields.get("domain"))
            domain = "" if domain == "ai.onnx" else domain
            if domain not in IMPORTABLE:
                raise reader.forbidden(
                    f"imports the operator domain {shown(domain)}",
                    ", ".join(sorted(shown(name) for name in ALLOWED)),
                )
            if domain in versions:
                raise reader.malformed(f"imports the operator domain {shown(domain)} twice")
            versions[domain] = fields.get("version", 0)
        opset = versions.get("", 0)
        if not limits.GRAPH_OPSET_MIN <= opset <= limits.GRAPH_OPSET_MAX:
            raise reader.forbidden(
                f"has opset {opset}", f"{limits.GRAPH_OPSET_MIN} to {limits.GRAPH_OPSET_MAX}"
            )
        return opset

    def graph(self, span: Span) -> tuple[tuple[TensorSpec, ...], tuple[TensorSpec, ...]]:
        reader = self.reader
        fields = reader.message(span, GRAPH)
        nodes: list[Span] = fields.get("node", [])
        if len(nodes) > limits.GRAPH_NODES:
            raise reader.forbidden(f"has {len(nodes)} nodes", f"at most {limits.GRAPH_NODES}")
        for tensor in fields.get("initializer", []):
            constant = self.tensor(tensor, "an initializer")
            self.define(constant.name)
            self.constants[constant.name] = constant
        for annotation in fields.get("quantization_annotation", []):
            note = reader.message(annotation, ANNOTATION)
            check_pairs(reader, note.get("quant_parameter_tensor_names", ()))
        check_pairs(reader, fields.get("metadata_props", ()))
        inputs = [self.value(value, True) for value in fields.get("input", [])]
        outputs = [self.value(value, True) for value in fields.get("output", [])]
        for value in fields.get("value_info", []):
            self.value(value, False)
        for index, node in enumerate(nodes):
            self.node(node, index)
        if not outputs:
            raise reader.malformed("has no outputs")
        # Before IR version 4 every initialiser was listed among the inputs too; those are not fed.
        fed = [spec for spec in inputs if spec.name.encode() not in self.constants]
        for kind, specs in (("input", fed), ("output", outputs)):
            if len({spec.name for spec in specs}) != len(specs):
                raise reader.malformed(f"has two {kind}s of one name")
        return tuple(fed), tuple(outputs)

    def define(self, name: bytes) -> None:
        """A value is defined once: else the size checked could be another than the size used."""
        if name in self.defined:
            raise self.reader.malformed(f"defines {shown(name)} twice")
        self.defined.add(name)

    def tensor(self, span: Span, place: str) -> Constant:
        constant = read_tensor(self.reader, span, place)
        self.parameters += constant.elements
        self.parameter_bytes += constant.size
        return constant

    def value(self, span: Span, ranked: bool) -> TensorSpec:
        """A ValueInfoProto: a tensor of bounded size; its rank must be known where `ranked`."""
        reader = self.reader
        fields = reader.message(span, VALUE)
        check_pairs(reader, fields.get("metadata_props", ()))
        name = reader.text(fields.get("name"))
        place = f"tensor {shown(name)}"
        if "type" not in fields:
            raise reader.malformed(f"{place} has no type")
        tensor = reader.message(
            reader.message(fields["type"], TYPE).get("tensor_type", (0, 0)), TENSOR_TYPE
        )
        dtype = DTYPES.get(tensor.get("elem_type", 0))
        if dtype is None:
            raise reader.forbidden(
                f"has element type {tensor.get('elem_type', 0)}",
                ", ".join(sorted({name for name, _ in DTYPES.values()})),
                place,
            )
        if "shape" in tensor:
            return TensorSpec(name, dtype[0], self.shape(tensor["shape"], place))
        if ranked:
            raise reader.forbidden("has no shape", "inputs and outputs of a known rank", place)
        return TensorSpec(name, dtype[0], ())

    def shape(self, span: Span, place: str) -> tuple[int | str, ...]:
        reader = self.reader
        dims: list[Span] = reader.message(span, SHAPE).get("dim", [])
        if len(dims) > limits.GRAPH_TENSOR_RANK:
            raise reader.forbidden(
                f"has {len(dims)} dimensions", f"at most {limits.GRAPH_TENSOR_RANK}", place
            )
        shape: list[int | str] = []
        for dim in dims:
            fields = reader.message(dim, DIMENSION)
            if "value" in fields:
                shape.append(signed(fields["value"]))
            else:
                shape.append(reader.text(fields.get("param")) or "?")
        known = [size for size in shape if isinstance(size, int)]
        check_shape(reader, known, place)
        return tuple(shape)

    def node(self, span: Span, index: int) -> None:
        reader = self.reader
        fields = reader.message(span, NODE)
        check_pairs(reader, fields.get("metadata_props", ()))
        operator = reader.name(fields.get("op_type"))
        domain = reader.name(fields.get("domain"))
        family = _DOMAINS.get(domain)
        name = None if family is None else _OPERATORS[family].get(operator)
        if name is None or fields.get("overload", (0, 0)) != (0, 0):
            full = shown(domain + b"." + operator if domain else operator)
            raise reader.forbidden(
                f"uses the operator {full}",
                "the operators listed in edge/onnx/operators.py",
                self.place(fields, index),
            )
        key = f"{family}.{name}" if family else name
        self.operators[key] = self.operators.get(key, 0) + 1
        outputs = [reader.name(output) for output in fields.get("output", ())]
        for output in outputs:
            if output:  # an output that is left out has an empty name
                self.define(output)
        for attribute in fields.get("attribute", ()):
            self.attribute(attribute, name, outputs, self.place(fields, index))
        positions = _SIZED_BY.get(operator)
        if positions is not None:
            known = self.known(fields)
            sizes = [known[at] if at < len(known) else None for at in positions]
            check_growth(reader, name, sizes, self.place(fields, index))
        elif name in FOLLOWED and outputs:
            copied = follow(name, self.known(fields))
            if copied is not None:
                self.copied[outputs[0]] = copied

    def known(self, fields: dict[str, Any]) -> list[Known]:
        """What is known of the values of a node's inputs."""
        names = [self.reader.name(value) for value in fields.get("input", ())]
        return [self.constants.get(name) or self.copied.get(name) for name in names]

    def attribute(self, span: Span, operator: str, outputs: list[bytes], place: str) -> None:
        reader = self.reader
        fields = reader.message(span, ATTRIBUTE)
        name = reader.name(fields.get("name"))
        if "t" in fields:
            constant = self.tensor(fields["t"], f"{place}, tensor")
        elif operator == "Constant" and ("i" in fields or "ints" in fields):
            chunks = fields.get("ints") or [fields["i"]]
            count = reader.count_varints(chunks)
            small = count <= 2 * limits.GRAPH_TENSOR_RANK
            values = tuple(reader.numbers(chunks, count)) if small else None
            constant = Constant(name, count, 8 * count, values)
        else:
            if "ints" in fields:
                reader.count_varints(fields["ints"])  # for being well formed
                check_attribute(reader, name, fields["ints"], place)
            for chunk in fields.get("floats", ()):
                if not isinstance(chunk, int) and (chunk[1] - chunk[0]) % 4:
                    raise reader.malformed(f"{place} holds a part of a number")
            return
        if operator == "Constant" and outputs:
            self.constants[outputs[0]] = constant

    def place(self, fields: dict[str, Any], index: int) -> str:
        return f"node {index} {shown(self.reader.name(fields.get('name')))}"
