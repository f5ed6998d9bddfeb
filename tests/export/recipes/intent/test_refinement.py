"""Second thoughts: what a refinement may change, and that the graph has them too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnxruntime
import pytest
import torch

from edge.encoder import WordEncoder
from edge.onnx.scan import scan
from export.quantize import SCHEMES, quantize
from export.recipes.intent.graph import export_student
from export.recipes.intent.labels import LabelSet, to_example
from export.recipes.intent.refinement import Refinement
from export.recipes.intent.student import (
    Lesson,
    Student,
    StudentCollator,
    StudentSettings,
    feature_layout,
)
from tests.export import tiny

LABELS = LabelSet.of(tiny.utterances())
EXAMPLES = [to_example(item, LABELS) for item in tiny.utterances(12)]
SETTINGS = StudentSettings(
    embedding=8, width=16, trigram_buckets=64, dropout=0.0, word_dropout=0.0, refine=True
)
ENCODER = WordEncoder(["lamp", "on", "the", "turn"], feature_layout(SETTINGS))
COLLATE = StudentCollator(ENCODER)


def random_refinement(intents: int, tags: int) -> Refinement:
    refinement = Refinement(intents, tags)
    for weight in refinement.parameters():
        torch.nn.init.normal_(weight)
    return refinement


@pytest.fixture
def student() -> Student:
    """One whose second thoughts are loud."""
    torch.manual_seed(0)
    made = Student(SETTINGS, LABELS, ENCODER.size)
    assert made.refinement is not None
    for weight in made.refinement.parameters():
        torch.nn.init.normal_(weight, std=3)
    made.eval()
    return made


class TestRefinement:
    def test_it_begins_as_the_identity(self) -> None:
        intent, tags = torch.randn(2, 1, 3), torch.randn(2, 4, 5)
        refined = Refinement(3, 5)(intent, tags)
        assert torch.equal(refined[0], intent)
        assert torch.equal(refined[1], tags)

    def test_by_hand(self) -> None:
        """Every term of both formulas, for a sentence of two words."""
        torch.manual_seed(0)
        refinement = random_refinement(2, 3)
        intent, tags = torch.randn(1, 2), torch.randn(2, 3)
        first, second = torch.softmax(tags, -1)
        found_intent, found_tags = refinement(intent, tags)
        told = refinement.intent_to_tags.weight @ torch.softmax(intent[0], -1)
        torch.testing.assert_close(
            found_tags[0], tags[0] + refinement.following.weight @ second + told
        )
        torch.testing.assert_close(
            found_tags[1], tags[1] + refinement.previous.weight @ first + told
        )
        seen = refinement.tags_to_intent.weight @ torch.maximum(first, second)
        torch.testing.assert_close(found_intent[0], intent[0] + seen)

    def test_a_sentence_of_one_word_has_no_neighbours(self) -> None:
        refinement = random_refinement(2, 3)
        torch.nn.init.zeros_(refinement.intent_to_tags.weight)
        tags = torch.randn(1, 3)
        torch.testing.assert_close(refinement(torch.randn(1, 2), tags)[1], tags)


class TestStudent:
    def test_company_changes_nothing(self, student: Student) -> None:
        """Padding is no neighbour, and no word that an intent could be read from."""
        together = student(**COLLATE([Lesson(example) for example in EXAMPLES]))
        assert len({len(example.words) for example in EXAMPLES}) > 1
        for row, example in enumerate(EXAMPLES):
            alone = student(**COLLATE([Lesson(example)]))
            words = len(example.words)
            torch.testing.assert_close(
                together["tag_logits"][row, :words], alone["tag_logits"][0], atol=1e-4, rtol=1e-4
            )
            torch.testing.assert_close(
                together["intent_logits"][row], alone["intent_logits"][0], atol=1e-4, rtol=1e-4
            )

    def test_it_learns_second_thoughts(self) -> None:
        student = Student(SETTINGS, LABELS, ENCODER.size)
        student(**COLLATE([Lesson(example) for example in EXAMPLES]))["loss"].backward()
        assert student.refinement is not None
        for weight in student.refinement.parameters():
            assert weight.grad is not None
            assert weight.grad.any()

    def test_only_who_asks_for_them_and_has_slots_has_them(self) -> None:
        assert Student(replace(SETTINGS, refine=False), LABELS, ENCODER.size).refinement is None
        bare = replace(LABELS, slot_labels=())
        assert Student(SETTINGS, bare, ENCODER.size).refinement is None


class TestGraph:
    def test_every_scheme_passes_the_runtimes_checks_and_runs(self, student: Student) -> None:
        sentences = [("turn", "on", "the", "lamp"), ("on",)]
        graph = export_student(student, ENCODER, sentences)  # raises where it differs from torch
        feeds = []
        for words in sentences:
            features = np.zeros((1, len(words), ENCODER.layout.width), np.int32)
            ENCODER.encode(words, features[0])
            feeds.append({"features": features})
        for scheme in SCHEMES:
            data = quantize(graph, scheme, feeds).SerializeToString()
            scan(data)
            session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
            for feed, words in zip(feeds, sentences, strict=True):
                _, tags = session.run(["intent", "tags"], feed)
                assert tags.shape == (len(words), len(LABELS.tags))
