"""Small real ONNX graphs, good ones and hostile ones, as bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT


def model(
    nodes: Sequence[NodeProto],
    initializers: Sequence[TensorProto] = (),
    *,
    shape: Sequence[int | str] = (1, 4),
    output: str = "y",
    opset: int = 17,
    ir_version: int = 8,
    domains: Sequence[str] = (),
) -> ModelProto:
    """A model of one float input `x` and one float output."""
    graph = helper.make_graph(
        list(nodes),
        "graph",
        [helper.make_tensor_value_info("x", FLOAT, list(shape))],
        [helper.make_tensor_value_info(output, FLOAT, list(shape))],
        list(initializers),
    )
    imports = [helper.make_opsetid("", opset)]
    imports += [helper.make_opsetid(domain, 1) for domain in domains]
    return helper.make_model(graph, opset_imports=imports, ir_version=ir_version)


def good(bias: float = 0.0) -> bytes:
    """softmax(x · W + b): x and y are float32 [1, 4], 20 parameters."""
    weights = numpy_helper.from_array(np.eye(4, dtype=np.float32), "w")
    offsets = numpy_helper.from_array(np.full(4, bias, dtype=np.float32), "b")
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"]),
        helper.make_node("Add", ["h", "b"], ["s"]),
        helper.make_node("Softmax", ["s"], ["y"], axis=-1),
    ]
    return model(nodes, [weights, offsets]).SerializeToString()


def _relu() -> NodeProto:
    return helper.make_node("Relu", ["x"], ["y"])


def _add(tensor: TensorProto, *, attribute: bool = False) -> bytes:
    """x + tensor, the tensor an initialiser or an attribute of a Constant."""
    add = helper.make_node("Add", ["x", tensor.name], ["y"])
    if not attribute:
        return model([add], [tensor]).SerializeToString()
    constant = helper.make_node("Constant", [], [tensor.name], value=tensor)
    return model([constant, add]).SerializeToString()


def _external() -> TensorProto:
    tensor = TensorProto(name="w", data_type=FLOAT, dims=[4])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    return tensor


def external_tensor() -> bytes:
    return _add(_external())


def external_tensor_in_an_attribute() -> bytes:
    return _add(_external(), attribute=True)


def external_data_without_saying_so() -> bytes:
    tensor = _external()
    tensor.data_location = TensorProto.DEFAULT
    return _add(tensor)


def foreign_operator() -> bytes:
    node = helper.make_node("RunShell", ["x"], ["y"])
    return model([node]).SerializeToString()


def foreign_domain() -> bytes:
    node = helper.make_node("Relu", ["x"], ["y"], domain="com.example.ops")
    return model([node], domains=["com.example.ops"]).SerializeToString()


def foreign_operator_of_a_known_domain() -> bytes:
    """EPContext makes ONNX Runtime open another file."""
    node = helper.make_node("EPContext", ["x"], ["y"], domain="com.microsoft")
    return model([node], domains=["com.microsoft"]).SerializeToString()


def ten_billion_elements() -> bytes:
    return _add(TensorProto(name="w", data_type=FLOAT, dims=[100_000, 100_000], raw_data=b"\0" * 4))


def ten_billion_elements_of_input() -> bytes:
    return model([_relu()], shape=(100_000, 100_000)).SerializeToString()


def ten_billion_elements_inside() -> bytes:
    made = model([helper.make_node("Relu", ["x"], ["h"]), helper.make_node("Relu", ["h"], ["y"])])
    made.graph.value_info.append(helper.make_tensor_value_info("h", FLOAT, [10**10]))
    return made.SerializeToString()


def overflowing_shape() -> bytes:
    """2^32 · 2^32 is 0 in 64 bits, which is as many bytes as there are."""
    return _add(TensorProto(name="w", data_type=FLOAT, dims=[2**32, 2**32]))


def negative_shape() -> bytes:
    return _add(TensorProto(name="w", data_type=FLOAT, dims=[-1, -4], raw_data=bytes(16)))


def more_shape_than_bytes() -> bytes:
    return _add(TensorProto(name="w", data_type=FLOAT, dims=[64, 64], raw_data=bytes(16)))


def more_bytes_than_shape() -> bytes:
    return _add(TensorProto(name="w", data_type=FLOAT, dims=[4], raw_data=bytes(64)))


def more_shape_than_numbers() -> bytes:
    return _add(TensorProto(name="w", data_type=FLOAT, dims=[64], float_data=[1.0] * 4))


def strings() -> bytes:
    return _add(TensorProto(name="w", data_type=TensorProto.STRING, dims=[1], string_data=[b"x"]))


def control_flow() -> bytes:
    branch = helper.make_graph(
        [_relu()], "branch", [], [helper.make_tensor_value_info("y", FLOAT, [1, 4])]
    )
    node = helper.make_node("If", ["x"], ["y"], then_branch=branch, else_branch=branch)
    return model([node]).SerializeToString()


def subgraph_of_a_harmless_operator() -> bytes:
    node = _relu()
    branch = helper.make_graph(
        [_relu()], "branch", [], [helper.make_tensor_value_info("y", FLOAT, [1, 4])]
    )
    node.attribute.append(helper.make_attribute("body", branch))
    return model([node]).SerializeToString()


def local_function() -> bytes:
    made = model([_relu()])
    made.functions.append(
        helper.make_function("local", "F", ["a"], ["b"], [], [helper.make_opsetid("", 17)])
    )
    return made.SerializeToString()


def sparse_initializer() -> bytes:
    made = model([_relu()])
    values = helper.make_tensor("v", FLOAT, [1], [1.0])
    indices = helper.make_tensor("i", TensorProto.INT64, [1], [10**9])
    made.graph.sparse_initializer.append(
        helper.make_sparse_tensor(values, indices, [100_000, 100_000])
    )
    return made.SerializeToString()


def training_information() -> bytes:
    made = model([_relu()])
    made.training_info.add()
    return made.SerializeToString()


def _shape(values: Sequence[int]) -> TensorProto:
    return numpy_helper.from_array(np.array(values, dtype=np.int64), "n")


def huge_constant_of_shape() -> bytes:
    node = helper.make_node("ConstantOfShape", ["n"], ["y"])
    return model([node], [_shape([100_000, 100_000])]).SerializeToString()


def huge_expand_by_a_constant_node() -> bytes:
    nodes = [
        helper.make_node("Constant", [], ["n"], value_ints=[100_000, 100_000]),
        helper.make_node("Expand", ["x", "n"], ["y"]),
    ]
    return model(nodes).SerializeToString()


def huge_tile() -> bytes:
    node = helper.make_node("Tile", ["x", "n"], ["y"])
    return model([node], [_shape([1, 10**9])]).SerializeToString()


def huge_range() -> bytes:
    numbers = [
        numpy_helper.from_array(np.array(value, dtype=np.int64), name)
        for name, value in (("a", 0), ("b", 10**10), ("c", 1))
    ]
    return model([helper.make_node("Range", ["a", "b", "c"], ["y"])], numbers).SerializeToString()


def huge_padding() -> bytes:
    node = helper.make_node("Pad", ["x", "n"], ["y"])
    return model([node], [_shape([0, 0, 0, 10**9])]).SerializeToString()


def huge_padding_of_a_pooling() -> bytes:
    node = helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[10**9, 10**9], pads=[10**8] * 4)
    return model([node], shape=(1, 1, 4, 4)).SerializeToString()


def computed_size() -> bytes:
    nodes = [
        helper.make_node("Cast", ["x"], ["n"], to=TensorProto.INT64),
        helper.make_node("ConstantOfShape", ["n"], ["y"]),
    ]
    return model(nodes, shape=(4,)).SerializeToString()


def _constant_of(*parts: str | int) -> bytes:
    """ConstantOfShape of the concatenation of shapes ("x") and constants."""
    nodes, names = [], []
    for index, part in enumerate(parts):
        name = f"p{index}"
        if isinstance(part, int):
            nodes.append(helper.make_node("Constant", [], [name], value_ints=[part]))
        else:
            nodes.append(helper.make_node("Shape", [part], [name]))
        names.append(name)
    nodes.append(helper.make_node("Concat", names, ["n"], axis=0))
    nodes.append(helper.make_node("ConstantOfShape", ["n"], ["y"]))
    return model(nodes, shape=("words", 4)).SerializeToString()


def size_of_many_shapes() -> bytes:
    return _constant_of("x", "x", "x")


def size_of_a_shape_and_a_huge_constant() -> bytes:
    return _constant_of("x", 10**9)


def size_with_a_zero_left_behind() -> bytes:
    """0 · 10^9 is nothing, until the 10^9 is picked out of it."""
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Constant", [], ["c"], value_ints=[0, 10**9]),
        helper.make_node("Concat", ["s", "c"], ["all"], axis=0),
        helper.make_node("Constant", [], ["at"], value_ints=[3]),
        helper.make_node("Gather", ["all", "at"], ["n"], axis=0),
        helper.make_node("ConstantOfShape", ["n"], ["y"]),
    ]
    return model(nodes, shape=("words", 4)).SerializeToString()


def size_of_one_dimension_many_times() -> bytes:
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Constant", [], ["at"], value_ints=[0] * 8),
        helper.make_node("Gather", ["s", "at"], ["n"], axis=0),
        helper.make_node("ConstantOfShape", ["n"], ["y"]),
    ]
    return model(nodes, shape=("words", 4)).SerializeToString()


def size_of_multiplied_dimensions() -> bytes:
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Mul", ["s", "s"], ["n"]),
        helper.make_node("ConstantOfShape", ["n"], ["y"]),
    ]
    return model(nodes, shape=("words", 4)).SerializeToString()


def size_defined_twice() -> bytes:
    """A small constant for whoever checks, a large one for whoever runs."""
    node = helper.make_node("ConstantOfShape", ["n"], ["y"])
    return model([node], [_shape([100_000, 100_000]), _shape([1, 4])]).SerializeToString()


def newer_opset() -> bytes:
    return model([_relu()], opset=25).SerializeToString()


def newer_ir() -> bytes:
    return model([_relu()], ir_version=12).SerializeToString()


def session_options() -> bytes:
    made = model([_relu()])
    made.metadata_props.add(key="ort_config", value='{"session_options": {}}')
    return made.SerializeToString()


def two_formats_at_once() -> bytes:
    """A valid ONNX file whose bytes 4 to 7 make ONNX Runtime take it for its own format."""
    return b"\x12\x84\x80\x00ORTM" + good()


def graph_twice() -> bytes:
    """A protobuf library merges the two: nodes of the second run in the graph of the first."""
    other = model([_relu()])
    other.ClearField("opset_import")
    other.ClearField("ir_version")
    return good() + other.SerializeToString()


def unknown_field() -> bytes:
    return good() + b"\xfa\x3f\x04evil"


FORBIDDEN: dict[str, Callable[[], bytes]] = {
    build.__name__: build
    for build in (
        external_tensor,
        external_tensor_in_an_attribute,
        external_data_without_saying_so,
        foreign_operator,
        foreign_domain,
        foreign_operator_of_a_known_domain,
        ten_billion_elements,
        ten_billion_elements_of_input,
        ten_billion_elements_inside,
        overflowing_shape,
        negative_shape,
        more_shape_than_bytes,
        more_bytes_than_shape,
        more_shape_than_numbers,
        strings,
        control_flow,
        subgraph_of_a_harmless_operator,
        local_function,
        sparse_initializer,
        training_information,
        huge_constant_of_shape,
        huge_expand_by_a_constant_node,
        huge_tile,
        huge_range,
        huge_padding,
        huge_padding_of_a_pooling,
        computed_size,
        size_of_many_shapes,
        size_of_a_shape_and_a_huge_constant,
        size_with_a_zero_left_behind,
        size_of_one_dimension_many_times,
        size_of_multiplied_dimensions,
        newer_opset,
        newer_ir,
        session_options,
        two_formats_at_once,
    )
}
"""Well-formed graphs that ask for something that is refused."""

MALFORMED: dict[str, Callable[[], bytes]] = {
    build.__name__: build for build in (size_defined_twice, graph_twice, unknown_field)
}
"""Bytes that two readers could read as two graphs."""
