"""The graph reader agrees with the onnx package on what is good and refuses the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from edge import limits
from edge.errors import BundleFormatError, ForbiddenGraph
from edge.onnx.layout import ATTRIBUTE, DIMENSION, GRAPH, MODEL, NODE, OPSET, TENSOR, VALUE
from edge.onnx.operators import ALLOWED, SIZED_BY
from edge.onnx.scan import TensorSpec, scan
from edge.onnx.wire import Layout
from tests.edge.attacks import graphs

GOOD = graphs.good()


def test_a_good_graph_is_summarised() -> None:
    summary = scan(GOOD)
    assert (summary.opset, summary.ir_version, summary.nodes) == (17, 8, 3)
    assert summary.operators == {"Add": 1, "MatMul": 1, "Softmax": 1}
    assert summary.inputs == (TensorSpec("x", "float32", (1, 4)),)
    assert summary.outputs == (TensorSpec("y", "float32", (1, 4)),)
    assert (summary.parameters, summary.parameter_bytes) == (20, 80)


def test_operators_of_the_runtime_keep_their_domain() -> None:
    node = helper.make_node("Gelu", ["x"], ["y"], domain="com.microsoft")
    made = graphs.model([node], domains=["com.microsoft"])
    assert scan(made.SerializeToString()).operators == {"com.microsoft.Gelu": 1}


def test_sizes_known_only_when_it_runs_keep_their_names() -> None:
    made = graphs.model([helper.make_node("Relu", ["x"], ["y"])], shape=("batch", 4))
    assert scan(made.SerializeToString()).inputs[0].shape == ("batch", 4)


def test_initialisers_among_the_inputs_are_not_fed() -> None:
    """Graphs of IR version 3 list every initialiser among the inputs."""
    made = onnx.load_from_string(GOOD)
    made.graph.input.append(helper.make_tensor_value_info("w", TensorProto.FLOAT, [4, 4]))
    assert [tensor.name for tensor in scan(made.SerializeToString()).inputs] == ["x"]


def test_what_onnxruntime_writes_is_taken(tmp_path: Path) -> None:
    """An optimised graph imports every domain ONNX Runtime knows and uses its fused operators."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    onnxruntime.InferenceSession(GOOD, options, providers=["CPUExecutionProvider"])
    data = (tmp_path / "optimised.onnx").read_bytes()
    assert len(onnx.load_from_string(data).opset_import) > 2
    assert scan(data).parameters == 20


@pytest.mark.parametrize("build", graphs.FORBIDDEN.values(), ids=graphs.FORBIDDEN)
def test_what_is_forbidden(build: Callable[[], bytes]) -> None:
    with pytest.raises(ForbiddenGraph) as caught:
        scan(build(), "intent.onnx")
    assert caught.value.where.startswith("intent.onnx")
    assert caught.value.allowed


@pytest.mark.parametrize("build", graphs.MALFORMED.values(), ids=graphs.MALFORMED)
def test_what_can_be_read_in_two_ways(build: Callable[[], bytes]) -> None:
    onnx.load_from_string(build())  # other readers take it
    with pytest.raises(BundleFormatError):
        scan(build(), "intent.onnx")


def test_the_format_trick_works_on_onnxruntime() -> None:
    """Why it is refused: to one reader these bytes are a good graph, to the other no graph."""
    data = graphs.two_formats_at_once()
    onnx.checker.check_model(onnx.load_from_string(data))
    with pytest.raises(Exception, match="ORT model"):
        onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])


@pytest.mark.parametrize(
    ("node", "numbers"),
    [
        (helper.make_node("Expand", ["x", "n"], ["y"]), [3, 4]),
        (helper.make_node("Tile", ["x", "n"], ["y"]), [2, 2]),
        (helper.make_node("Pad", ["x", "n"], ["y"]), [0, 1, 0, -1]),
        (helper.make_node("ConstantOfShape", ["n"], ["y"]), [1, 4]),
    ],
)
@pytest.mark.parametrize("raw", [True, False])
def test_growth_by_a_small_constant_is_allowed(
    node: onnx.NodeProto, numbers: list[int], raw: bool
) -> None:
    tensor = numpy_helper.from_array(np.array(numbers, dtype=np.int64), "n")
    if not raw:
        tensor = helper.make_tensor("n", TensorProto.INT64, [len(numbers)], numbers)
    scan(graphs.model([node], [tensor]).SerializeToString())


def test_a_state_for_as_many_steps_as_there_are_words_is_allowed() -> None:
    """What torch writes for the zero state of an LSTM over a sentence of any length."""
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Constant", [], ["at"], value_int=0),
        helper.make_node("Gather", ["shape", "at"], ["words"], axis=0),
        helper.make_node("Constant", [], ["axis"], value_ints=[0]),
        helper.make_node("Unsqueeze", ["words", "axis"], ["steps"]),
        helper.make_node("Constant", [], ["directions"], value_ints=[2]),
        helper.make_node("Constant", [], ["hidden"], value_ints=[88]),
        helper.make_node("Concat", ["directions", "steps", "hidden"], ["size"], axis=0),
        helper.make_node("ConstantOfShape", ["size"], ["y"]),
    ]
    scan(graphs.model(nodes, shape=("words", 4)).SerializeToString())


def test_positions_of_as_many_words_as_there_are_are_allowed() -> None:
    nodes = [
        helper.make_node("Shape", ["x"], ["shape"]),
        helper.make_node("Constant", [], ["zero"], value_int=0),
        helper.make_node("Constant", [], ["one"], value_int=1),
        helper.make_node("Gather", ["shape", "zero"], ["words"], axis=0),
        helper.make_node("Range", ["zero", "words", "one"], ["y"]),
    ]
    scan(graphs.model(nodes, shape=("words", 4)).SerializeToString())


def test_too_many_nodes() -> None:
    node = helper.make_node("Relu", ["x"], ["y"])
    made = graphs.model([node] * (limits.GRAPH_NODES + 1))
    with pytest.raises(ForbiddenGraph, match=f"at most {limits.GRAPH_NODES}"):
        scan(made.SerializeToString())


def test_millions_of_empty_fields_end_soon() -> None:
    """Each takes two bytes: a file of the largest size allowed has 33 million of them."""
    with pytest.raises(BundleFormatError, match="too many fields"):
        scan(b"\x72\x00" * 4_000_000)


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13])
@pytest.mark.parametrize("raw", [True, False])
def test_every_element_type_is_counted(code: int, raw: bool) -> None:
    dtype = helper.tensor_dtype_to_np_dtype(code)
    values = np.arange(6).astype(dtype)
    tensor = helper.make_tensor("w", code, [2, 3], values.tobytes() if raw else values, raw)
    summary = scan(
        graphs.model([helper.make_node("Relu", ["x"], ["y"])], [tensor]).SerializeToString()
    )
    assert (summary.parameters, summary.parameter_bytes) == (6, values.nbytes)


@st.composite
def models(draw: st.DrawFn) -> onnx.ModelProto:
    """Chains of allowed operators of one input, with weights of every kind of shape."""
    operators = draw(st.lists(st.sampled_from(["Relu", "Tanh", "Identity", "Erf"]), max_size=8))
    names = ["x", *(f"h{index}" for index in range(len(operators)))]
    nodes = [
        helper.make_node(operator, [names[index]], [names[index + 1]], name=draw(st.text()))
        for index, operator in enumerate(operators)
    ]
    shapes = draw(st.lists(st.lists(st.integers(0, 5), max_size=4), max_size=5))
    initializers = [
        numpy_helper.from_array(np.zeros(shape, dtype=np.float32), f"w{index}")
        for index, shape in enumerate(shapes)
    ]
    shape = draw(st.lists(st.integers(1, 64) | st.text(min_size=1, max_size=8), max_size=4))
    return graphs.model(nodes, initializers, shape=shape, output=names[-1])


@settings(deadline=None)
@given(made=models())
def test_the_summary_is_what_the_onnx_package_says(made: onnx.ModelProto) -> None:
    summary = scan(made.SerializeToString())
    assert summary.nodes == len(made.graph.node)
    assert summary.opset == made.opset_import[0].version
    weights = [numpy_helper.to_array(tensor) for tensor in made.graph.initializer]
    assert summary.parameters == sum(weight.size for weight in weights)
    for specs, values in ((summary.inputs, made.graph.input), (summary.outputs, made.graph.output)):
        expected = tuple(
            TensorSpec(
                value.name,
                "float32",
                tuple(
                    dim.dim_value if dim.HasField("dim_value") else dim.dim_param
                    for dim in value.type.tensor_type.shape.dim
                ),
            )
            for value in values
        )
        assert specs == expected


def survives(data: bytes) -> None:
    """Whatever the bytes: one of two errors, or a summary of the graph that others read in them."""
    try:
        summary = scan(data)
    except (BundleFormatError, ForbiddenGraph) as error:
        assert str(error).isascii() or "…" in str(error)
        return
    made = onnx.load_from_string(data)
    assert summary.nodes == len(made.graph.node)
    assert sum(summary.operators[node.op_type] for node in made.graph.node) >= summary.nodes
    assert summary.parameter_bytes == sum(
        numpy_helper.to_array(tensor).nbytes for tensor in made.graph.initializer
    )
    assert [tensor.name for tensor in summary.outputs] == [o.name for o in made.graph.output]


@settings(max_examples=300, deadline=None)
@given(data=st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    survives(data)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_real_graph_with_bytes_changed(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([GOOD, graphs.huge_tile(), graphs.strings()])))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    survives(bytes(content))


def test_a_real_graph_cut_off_anywhere() -> None:
    for length in range(len(GOOD)):
        survives(GOOD[:length])


def test_every_bit_of_a_real_graph_flipped() -> None:
    for at in range(len(GOOD)):
        for bit in range(8):
            content = bytearray(GOOD)
            content[at] ^= 1 << bit
            survives(bytes(content))


# --- the tables ----------------------------------------------------------------------------------


@pytest.mark.parametrize("operator", sorted(ALLOWED[""] - {"SimplifiedLayerNormalization"}))
def test_allowed_operators_exist_and_are_old_enough(operator: str) -> None:
    schema = onnx.defs.get_schema(operator, limits.GRAPH_OPSET_MAX)
    assert not schema.deprecated
    kinds = {attribute.type for attribute in schema.attributes.values()}
    assert onnx.defs.OpSchema.AttrType.GRAPH not in kinds


def test_sized_operators_are_allowed_ones() -> None:
    assert SIZED_BY.keys() <= ALLOWED[""]


@pytest.mark.parametrize(
    ("layout", "message"),
    [
        (MODEL, onnx.ModelProto),
        (OPSET, onnx.OperatorSetIdProto),
        (GRAPH, onnx.GraphProto),
        (NODE, onnx.NodeProto),
        (ATTRIBUTE, onnx.AttributeProto),
        (TENSOR, onnx.TensorProto),
        (VALUE, onnx.ValueInfoProto),
        (DIMENSION, onnx.TensorShapeProto.Dimension),
    ],
)
def test_the_layouts_are_those_of_onnx(layout: Layout, message: type) -> None:
    """Every number we know is a field of the message, repeated where ours is."""
    fields = message.DESCRIPTOR.fields_by_number  # type: ignore[attr-defined]
    for tag, (_, many) in layout.by_tag.items():
        field = fields[tag >> 3]
        assert many == field.is_repeated
    known = {tag >> 3 for tag in layout.by_tag} | set(layout.forbidden)
    assert known <= set(fields)
