"""The graph that the self-test runs."""

from __future__ import annotations

import numpy as np
import pytest

from edge.doctor import golden
from edge.onnx.scan import scan


def test_its_bytes_are_what_the_onnx_package_writes() -> None:
    onnx = pytest.importorskip("onnx")
    helper, floats, ints = onnx.helper, onnx.TensorProto.FLOAT, onnx.TensorProto.INT32
    weights = np.arange(-16, 16, dtype=np.int8).reshape(8, 4)
    graph = helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "w"], ["y"]),
            helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "scale", "zero"]),
            helper.make_node("MatMulInteger", ["q", "w8", "zero"], ["z"]),
        ],
        "golden",
        [helper.make_tensor_value_info("x", floats, [1, 8])],
        [
            helper.make_tensor_value_info("y", floats, [1, 4]),
            helper.make_tensor_value_info("z", ints, [1, 4]),
        ],
        [
            onnx.numpy_helper.from_array(weights.astype(np.float32) / 8, "w"),
            onnx.numpy_helper.from_array(weights, "w8"),
        ],
    )
    opset = helper.make_opsetid("", 13)
    model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    onnx.checker.check_model(model)
    assert model.SerializeToString() == golden.GRAPH


def test_it_is_computed_rightly_here() -> None:
    assert golden.problems() == []


def test_a_wrong_product_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    # The weights in the graph are altered, as a broken kernel would alter the product.
    weight = np.float32(1.875).tobytes()
    assert golden.GRAPH.count(weight) == 1
    altered = golden.GRAPH.replace(weight, np.float32(-1.875).tobytes())
    monkeypatch.setattr(golden, "GRAPH", altered)
    (problem,) = golden.problems()
    assert problem.startswith("the float product is")


def test_the_runtime_would_accept_it_from_a_bundle() -> None:
    summary = scan(golden.GRAPH)
    assert dict(summary.operators) == {
        "MatMul": 1,
        "DynamicQuantizeLinear": 1,
        "MatMulInteger": 1,
    }
