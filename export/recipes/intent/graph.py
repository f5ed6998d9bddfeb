"""The student as a graph: one sentence of any length in, log-probabilities out."""

from __future__ import annotations

import copy

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from edge.intent.encoder import WordEncoder
from export.graph import Signature, check_against_torch, to_onnx
from export.recipes.intent.student import Student

SIGNATURE = Signature(
    inputs=("features",),
    outputs=("intent", "tags"),
    axes={"features": {1: "words"}, "tags": {0: "words"}},
)
"""`features` int32 [1, words, ids] → `intent` float32 [intents], `tags` float32 [words, tags]."""


class StudentGraph(nn.Module):
    """What is exported: `Student` for one sentence alone, which needs no mask.

    Time comes before batch from the first LSTM on. With a batch of one that is the same memory, and
    it saves a transposition around every LSTM.
    """

    def __init__(self, student: Student) -> None:
        super().__init__()
        self.student = copy.deepcopy(student)
        for lstm in self.student.lstms:
            lstm.batch_first = False

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Natural log-probabilities of the intents and of every word's tags."""
        student = self.student
        state = student.embed(features).transpose(0, 1)
        for lstm, norm in zip(student.lstms, student.norms, strict=True):
            state = norm(state + lstm(state)[0])
        words = state.flatten(1)
        sentence = torch.cat([words.amax(0, keepdim=True), words.mean(0, keepdim=True)], -1)
        intent = torch.log_softmax(student.intent_head(sentence), -1)
        return intent.squeeze(0), torch.log_softmax(student.slot_head(words), -1)


def export_student(
    student: Student, encoder: WordEncoder, sentences: list[tuple[str, ...]]
) -> onnx.ModelProto:
    """The float graph of `student`, checked against it on `sentences`.

    Raises:
        GraphMismatch: the graph computes something else.
    """
    module = StudentGraph(student).eval()
    inputs = []
    for words in sentences:
        features = np.zeros((1, len(words), encoder.layout.width), np.int32)
        encoder.encode(words, features[0])
        inputs.append((features,))
    example = torch.zeros(1, 7, encoder.layout.width, dtype=torch.int32)
    model = to_onnx(module, (example,), SIGNATURE)
    check_against_torch(model, module, inputs, SIGNATURE)
    return model
