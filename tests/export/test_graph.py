"""torch → ONNX: the same numbers, nothing but the graph, the same bytes each time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from device_profiles import SessionSettings
from edge.errors import EdgeError
from edge.limits import SENTENCE_WORDS
from edge.onnx.scan import scan
from edge.session import make_session
from export.graph import (
    IR_VERSION,
    OPSET,
    GraphMismatch,
    Signature,
    check_against_torch,
    drop_zero_states,
    to_onnx,
)
from export.recipes.intent import recipe
from export.recipes.intent.graph import SIGNATURE, StudentGraph, export_student

SHAPE = Signature(("x",), ("y",), {"x": {0: "words"}, "y": {0: "words"}})


class Small(nn.Module):
    """[words, 4] → [words, 6]: an LSTM that begins with zeros, and a matrix."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.lstm = nn.LSTM(4, 8, bidirectional=True)
        self.linear = nn.Linear(16, 6)

    def forward(self, x: Tensor) -> tuple[Tensor]:
        state, _ = self.lstm(x[:, None])
        return (self.linear(state[:, 0]),)


def inputs(*lengths: int) -> list[tuple[np.ndarray]]:
    rng = np.random.default_rng(0)
    return [(rng.normal(size=(length, 4)).astype(np.float32),) for length in lengths]


@pytest.fixture(scope="module")
def graph() -> onnx.ModelProto:
    return to_onnx(Small(), (torch.zeros(7, 4),), SHAPE)


class TestGraph:
    def test_it_computes_what_torch_does(self, graph: onnx.ModelProto) -> None:
        assert check_against_torch(graph, Small(), inputs(1, 2, 7, 50), SHAPE) < 1e-5

    def test_another_modules_graph_is_found_out(self, graph: onnx.ModelProto) -> None:
        with pytest.raises(GraphMismatch, match="differs from torch"):
            check_against_torch(graph, Small(seed=1), inputs(3), SHAPE)

    def test_a_network_that_went_astray_is_an_error_that_says_what_to_do(self) -> None:
        astray = Small()
        for weights in astray.parameters():
            torch.nn.init.constant_(weights, float("nan"))
        with pytest.raises(EdgeError, match="differs from torch by nan") as caught:
            check_against_torch(
                to_onnx(astray, (torch.zeros(7, 4),), SHAPE), astray, inputs(3, 1), SHAPE
            )
        assert "a lower learning_rate" in caught.value.hint
        assert caught.value.exit_code == 1

    def test_it_says_nothing_of_where_it_was_made(self, graph: onnx.ModelProto) -> None:
        assert (graph.producer_name, graph.producer_version) == ("hearth-edge", "")
        assert not graph.metadata_props
        assert not graph.graph.value_info
        assert not any(node.doc_string for node in graph.graph.node)
        assert __file__.encode() not in graph.SerializeToString()

    def test_versions_are_those_of_the_oldest_runtime(self, graph: onnx.ModelProto) -> None:
        assert graph.ir_version == IR_VERSION
        assert [(entry.domain, entry.version) for entry in graph.opset_import] == [("", OPSET)]

    def test_the_same_module_gives_the_same_bytes(self, graph: onnx.ModelProto) -> None:
        again = to_onnx(Small(), (torch.zeros(7, 4),), SHAPE)
        assert again.SerializeToString() == graph.SerializeToString()

    def test_the_length_it_was_traced_on_leaves_no_mark(self, graph: onnx.ModelProto) -> None:
        other = to_onnx(Small(), (torch.zeros(3, 4),), SHAPE)
        assert check_against_torch(other, Small(), inputs(1, 9), SHAPE) < 1e-5

    def test_a_module_in_training_is_exported_as_it_is_used(self) -> None:
        module = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5)).train()

        class Tuple(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.inner = module

            def forward(self, x: Tensor) -> tuple[Tensor]:
                return (self.inner(x),)

        made = to_onnx(Tuple(), (torch.zeros(2, 4),), SHAPE)
        assert "Dropout" not in {node.op_type for node in made.graph.node}


class TestZeroStates:
    def test_an_lstm_begins_with_its_own_zeros(self, graph: onnx.ModelProto) -> None:
        (lstm,) = (node for node in graph.graph.node if node.op_type == "LSTM")
        assert not any(lstm.input[5:])
        operators = [node.op_type for node in graph.graph.node]
        assert not {"ConstantOfShape", "Expand", "Shape"} & set(operators)

    def test_states_that_are_given_stay(self) -> None:
        model = onnx.helper.make_model(
            onnx.helper.make_graph(
                [onnx.helper.make_node("LSTM", ["x", "w", "r", "", "", "h"], ["y"])],
                "graph",
                [],
                [onnx.helper.make_tensor_value_info("y", 1, None)],
            )
        )
        assert list(drop_zero_states(model).graph.node[0].input) == ["x", "w", "r", "", "", "h"]


class TestStudent:
    """The graph of a trained student."""

    @pytest.fixture(scope="class")
    @classmethod
    def run(cls, run_folder: Path) -> recipe.IntentRun:
        return recipe.load(run_folder)

    @pytest.fixture(scope="class")
    @classmethod
    def student(cls, run: recipe.IntentRun) -> onnx.ModelProto:
        return export_student(run.student, run.encoder, [("turn", "on", "the", "lamp")])

    def test_sentences_of_every_length(
        self, run: recipe.IntentRun, student: onnx.ModelProto
    ) -> None:
        words = "set the zqxj lamp to 20 percent please".split()
        feeds = []
        for length in range(1, SENTENCE_WORDS + 1):
            features = np.zeros((1, length, run.encoder.layout.width), np.int32)
            run.encoder.encode([words[i % len(words)] for i in range(length)], features[0])
            feeds.append((features,))
        module = StudentGraph(run.student).eval()
        assert check_against_torch(student, module, feeds, SIGNATURE) < 1e-4

    def test_it_is_the_student_of_training(
        self, run: recipe.IntentRun, student: onnx.ModelProto
    ) -> None:
        """Against `Student` itself, which reads batches and masks, not against what was traced."""
        features = np.zeros((1, 5, run.encoder.layout.width), np.int32)
        run.encoder.encode(["dim", "the", "porch", "light", "now"], features[0])
        session = onnxruntime.InferenceSession(student.SerializeToString())
        intent, tags = session.run(None, {"features": features})
        with torch.no_grad():
            found = run.student(torch.from_numpy(features), torch.ones(1, 5))
        for mine, logits in ((intent, found["intent_logits"]), (tags, found["tag_logits"])):
            expected = torch.log_softmax(logits[0], -1).numpy()
            np.testing.assert_allclose(mine, expected, atol=1e-4)

    def test_the_runtime_takes_it(self, student: onnx.ModelProto) -> None:
        summary = scan(student.SerializeToString())
        assert [spec.name for spec in summary.inputs] == ["features"]
        assert [spec.name for spec in summary.outputs] == ["intent", "tags"]

    @pytest.mark.parametrize("level", ["disabled", "basic", "extended", "all"])
    def test_at_every_level_of_optimisation(self, student: onnx.ModelProto, level: str) -> None:
        settings = SessionSettings(1, False, False, level)
        session = make_session(student.SerializeToString(), "float", settings)
        features = np.ones((1, 3, 14), np.int32)
        intent, tags = session.run(["intent", "tags"], {"features": features})
        assert np.exp(intent).sum() == pytest.approx(1, abs=1e-4)
        np.testing.assert_allclose(np.exp(tags).sum(1), 1, atol=1e-4)

    def test_the_same_run_gives_the_same_bytes(
        self, run: recipe.IntentRun, run_folder: Path, student: onnx.ModelProto
    ) -> None:
        other = recipe.load(run_folder)
        again = export_student(other.student, other.encoder, [("off",)])
        assert again.SerializeToString() == student.SerializeToString()

    def test_the_student_itself_is_left_as_it_was(self, run: recipe.IntentRun) -> None:
        assert all(lstm.batch_first for lstm in run.student.lstms)
