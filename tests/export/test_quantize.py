"""Float graphs made smaller: what is stored, what it costs, and that the runtime takes it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, numpy_helper
from torch import Tensor, nn

from device_profiles import SCHEMES, SessionSettings
from edge.onnx.scan import scan
from edge.session import make_session
from export.graph import Signature, to_onnx
from export.quantize import SMALLEST, Feed, quantize
from export.recipes.intent.packing import TrainedIntent

SMALL = [scheme for scheme in SCHEMES if scheme != "float"]
SIGNATURE = Signature(("ids",), ("y",), {"ids": {0: "words"}, "y": {0: "words"}})
SESSION = SessionSettings(1, False, False, "extended")


class Net(nn.Module):
    """Every kind of weight there is: a table summed over, matrices, an LSTM, and a small matrix."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.table = nn.Embedding(100, 32)
        self.first = nn.Linear(32, 48)
        self.lstm = nn.LSTM(48, 24, bidirectional=True)
        self.last = nn.Linear(48, 40)
        self.small = nn.Linear(40, 3)

    def forward(self, ids: Tensor) -> tuple[Tensor]:
        words = torch.relu(self.first(self.table(ids).sum(1)[:, None]))
        state, _ = self.lstm(words)
        return (self.small(torch.relu(self.last(state[:, 0]))),)


def feeds(count: int = 40) -> list[Feed]:
    rng = np.random.default_rng(0)
    return [{"ids": rng.integers(0, 100, (1 + i % 9, 3), np.int32)} for i in range(count)]


@pytest.fixture(scope="module")
def graph() -> onnx.ModelProto:
    return to_onnx(Net(), (torch.zeros(4, 3, dtype=torch.int32),), SIGNATURE)


@pytest.fixture(scope="module")
def made(graph: onnx.ModelProto) -> dict[str, onnx.ModelProto]:
    """The graph under every scheme."""
    return {scheme: quantize(graph, scheme, feeds()) for scheme in SCHEMES}


def run(model: onnx.ModelProto, scheme: str, inputs: Sequence[Feed]) -> list[np.ndarray]:
    session = make_session(model.SerializeToString(), scheme, SESSION)
    return [session.run(None, feed)[0] for feed in inputs]


def stored(model: onnx.ModelProto) -> dict[str, np.ndarray]:
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


class TestSchemes:
    def test_float_is_the_graph_itself(
        self, graph: onnx.ModelProto, made: dict[str, onnx.ModelProto]
    ) -> None:
        assert made["float"].SerializeToString() == graph.SerializeToString()

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_only_operators_the_runtime_allows(
        self, made: dict[str, onnx.ModelProto], scheme: str
    ) -> None:
        scan(made[scheme].SerializeToString(), scheme)

    @pytest.mark.parametrize("scheme", SMALL)
    def test_it_is_smaller(self, made: dict[str, onnx.ModelProto], scheme: str) -> None:
        assert made[scheme].ByteSize() < 0.85 * made["float"].ByteSize()

    @pytest.mark.parametrize("scheme", SMALL)
    def test_outputs_are_close_to_those_of_float(
        self, made: dict[str, onnx.ModelProto], scheme: str
    ) -> None:
        expected = np.concatenate(run(made["float"], "float", feeds()))
        found = np.concatenate(run(made[scheme], scheme, feeds()))
        assert np.abs(found - expected).max() < 0.1 * np.ptp(expected)

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_the_same_bytes_each_time(
        self, graph: onnx.ModelProto, made: dict[str, onnx.ModelProto], scheme: str
    ) -> None:
        again = quantize(graph, scheme, feeds())
        assert again.SerializeToString() == made[scheme].SerializeToString()

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_the_graph_given_is_left_as_it_is(self, graph: onnx.ModelProto, scheme: str) -> None:
        before = graph.SerializeToString()
        quantize(graph, scheme, feeds())
        assert graph.SerializeToString() == before

    def test_another_scheme_there_is_not(self, graph: onnx.ModelProto) -> None:
        with pytest.raises(KeyError, match="int4"):
            quantize(graph, "int4", feeds())

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_nobody_elses_logging_is_changed(self, graph: onnx.ModelProto, scheme: str) -> None:
        root = logging.getLogger()
        before = root.level
        root.setLevel(logging.INFO)
        try:
            quantize(graph, scheme, feeds(3))
            assert root.level == logging.INFO
        finally:
            root.setLevel(before)


class TestWhatIsStored:
    def test_int8_weights_keep_no_large_float(self, made: dict[str, onnx.ModelProto]) -> None:
        for name, values in stored(made["int8-weights"]).items():
            assert values.dtype != np.float32 or values.size < SMALLEST, name

    def test_small_weights_stay_as_they_are(
        self, graph: onnx.ModelProto, made: dict[str, onnx.ModelProto]
    ) -> None:
        small = {n: v for n, v in stored(graph).items() if v.size < SMALLEST and v.ndim}
        found = stored(made["int8-weights"])
        assert small
        for name, values in small.items():
            np.testing.assert_array_equal(found[name], values)

    def test_each_channel_has_a_scale_of_its_own(
        self, graph: onnx.ModelProto, made: dict[str, onnx.ModelProto]
    ) -> None:
        """No weight is off by more than half of its channel's step."""
        exact, found = stored(graph), stored(made["int8-weights"])
        nodes = made["int8-weights"].graph.node
        widened = [node for node in nodes if node.op_type == "DequantizeLinear"]
        users = {name: node.op_type for node in nodes for name in node.input}
        assert len(widened) == 4  # two matrices, and an LSTM's two
        for node in widened:
            axis = {"MatMul": -1, "Gemm": 0, "LSTM": 1}[users[node.output[0]]]
            values, scale = exact[node.output[0]], found[node.input[1]]
            axis %= values.ndim
            step = scale.reshape([-1 if i == axis else 1 for i in range(values.ndim)])
            assert node.attribute[0].i == axis
            assert scale.size == values.shape[axis]
            assert (np.abs(found[node.input[0]] * step - values) <= step / 2 + 1e-7).all()

    @pytest.mark.parametrize("scheme", SMALL)
    def test_the_table_is_int8_and_rescaled_after_the_sum(
        self, made: dict[str, onnx.ModelProto], scheme: str
    ) -> None:
        graph = made[scheme].graph
        tables = [n.input[0] for n in graph.node if n.op_type == "Gather"]
        kinds = {tensor.name: tensor.data_type for tensor in graph.initializer}
        assert TensorProto.INT8 in [kinds.get(name) for name in tables]

    @pytest.mark.parametrize("scheme", ["int8-dynamic", "int8-static"])
    def test_products_are_of_whole_numbers(
        self, made: dict[str, onnx.ModelProto], scheme: str
    ) -> None:
        operators = {node.op_type for node in made[scheme].graph.node}
        whole = {"MatMulInteger", "DynamicQuantizeLSTM", "QuantizeLinear"}
        assert operators & whole

    def test_a_matrix_of_zeros_does_no_harm(self) -> None:
        net = Net()
        nn.init.zeros_(net.first.weight)
        nn.init.zeros_(net.table.weight)
        model = to_onnx(net, (torch.zeros(4, 3, dtype=torch.int32),), SIGNATURE)
        expected = np.concatenate(run(model, "float", feeds(3)))
        for scheme in SMALL:
            found = np.concatenate(run(quantize(model, scheme, feeds()), scheme, feeds(3)))
            assert np.abs(found - expected).max() < 0.05, scheme


class TestStudent:
    """A trained student under every scheme, on real sentences."""

    @pytest.mark.parametrize("scheme", SMALL)
    def test_it_answers_as_the_float_graph_does(self, run_folder: Path, scheme: str) -> None:
        trained = TrainedIntent(run_folder)
        model, inputs = trained.graph(), trained.calibration
        small = quantize(model, scheme, inputs)
        one = make_session(model.SerializeToString(), "float", SESSION)
        two = make_session(small.SerializeToString(), scheme, SESSION)
        intents, tags = [], []
        for feed in inputs:
            (i1, t1), (i2, t2) = one.run(None, feed), two.run(None, feed)
            intents.append(i1.argmax() == i2.argmax())
            tags.extend(t1.argmax(1) == t2.argmax(1))
        assert np.mean(intents) >= 0.98
        assert np.mean(tags) >= 0.98

    @pytest.mark.parametrize("scheme", SCHEMES)
    def test_the_runtime_takes_it(self, run_folder: Path, scheme: str) -> None:
        trained = TrainedIntent(run_folder)
        data = quantize(trained.graph(), scheme, trained.calibration).SerializeToString()
        assert scan(data).opset == 17
        assert onnxruntime.InferenceSession(data).get_inputs()[0].name == "features"
