"""The student: feature ids in, logits and loss out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from edge.intent.encoder import PADDING, WordEncoder
from export.recipes.intent.labels import Example, LabelSet, to_example
from export.recipes.intent.student import (
    Lesson,
    Student,
    StudentCollator,
    StudentSettings,
    feature_layout,
)
from tests.export import tiny

CORPUS = tiny.utterances(12)
LABELS = LabelSet.of(tiny.utterances())
EXAMPLES = [to_example(item, LABELS) for item in CORPUS]
SETTINGS = StudentSettings(embedding=8, width=16, trigram_buckets=64, dropout=0.0, word_dropout=0.0)
ENCODER = WordEncoder(["lamp", "on", "the", "turn"], feature_layout(SETTINGS))
TAGS, INTENTS = len(LABELS.tags), len(LABELS.intents)


def made(settings: StudentSettings = SETTINGS, teacher_width: int = 0) -> Student:
    torch.manual_seed(0)
    return Student(settings, LABELS, ENCODER.size, teacher_width)


def lesson(example: Example, seed: int = 0, hidden: int = 6) -> Lesson:
    """An example with a random teacher's answers."""
    rng = np.random.default_rng(seed)
    words = len(example.words)
    return Lesson(
        example,
        rng.dirichlet(np.ones(INTENTS)).astype(np.float32),
        rng.dirichlet(np.ones(TAGS), words).astype(np.float16),
        rng.normal(size=(words, hidden)).astype(np.float16),
    )


collate = StudentCollator(ENCODER)


class TestCollator:
    def test_what_a_batch_holds(self) -> None:
        batch = collate([lesson(example) for example in EXAMPLES])
        rows, words = len(EXAMPLES), max(len(example.words) for example in EXAMPLES)
        shapes = {name: tuple(tensor.shape) for name, tensor in batch.items()}
        assert shapes == {
            "features": (rows, words, ENCODER.layout.width),
            "mask": (rows, words),
            "intent": (rows,),
            "tags": (rows, words),
            "labelled": (rows,),
            "soft_intent": (rows, INTENTS),
            "soft_tags": (rows, words, TAGS),
            "hidden": (rows, words, 6),
        }
        assert batch["soft_tags"].dtype == batch["hidden"].dtype == torch.float32

    def test_features_are_those_of_the_runtime(self) -> None:
        (row,) = collate([Lesson(Example(("turn", "on"), (0, 0), 0))])["features"].tolist()
        assert row == [ENCODER.features("turn"), ENCODER.features("on")]

    def test_a_student_that_learns_alone_gets_gold_only(self) -> None:
        assert set(collate([Lesson(EXAMPLES[0])])) == {
            "features", "mask", "intent", "tags", "labelled",
        }  # fmt: skip


class TestStudent:
    def test_company_changes_nothing(self) -> None:
        student = made().eval()
        together = student(**collate([Lesson(example) for example in EXAMPLES]))
        for row, example in enumerate(EXAMPLES):
            alone = student(**collate([Lesson(example)]))
            words = len(example.words)
            torch.testing.assert_close(
                together["tag_logits"][row, :words], alone["tag_logits"][0], atol=1e-5, rtol=1e-4
            )
            torch.testing.assert_close(
                together["intent_logits"][row], alone["intent_logits"][0], atol=1e-5, rtol=1e-4
            )

    def test_nothing_here_means_nothing(self) -> None:
        student = made(teacher_width=6)
        assert not student.embedding.weight[PADDING].any()
        student(**collate([lesson(example) for example in EXAMPLES]))["loss"].backward()
        gradient = student.embedding.weight.grad
        assert gradient is not None
        assert gradient.any()
        assert not gradient[PADDING].any()

    def test_words_are_hidden_while_it_trains_only(self) -> None:
        student = made(replace(SETTINGS, word_dropout=0.9))
        batch = collate([Lesson(example) for example in EXAMPLES])
        output = [student.train()(**batch)["intent_logits"] for _ in range(2)]
        assert not torch.equal(*output)
        output = [student.eval()(**batch)["intent_logits"] for _ in range(2)]
        assert torch.equal(*output)

    def test_what_is_drawn_is_drawn_where_the_words_are(self) -> None:
        """On a GPU, for which a device stands that only keeps shapes."""
        student = made(replace(SETTINGS, word_dropout=0.5)).to("meta").train()
        assert student.embed(collate(list(map(Lesson, EXAMPLES)))["features"].to("meta")).is_meta

    def test_the_default_is_small_enough_for_a_watch(self) -> None:
        settings = StudentSettings()
        labels = LabelSet(tuple(map(str, range(60))), tuple(map(str, range(60))), ())
        features = settings.pieces + settings.trigram_buckets + 2
        student = Student(settings, labels, features)
        assert sum(p.numel() for p in student.parameters()) <= 1_000_000


class TestTransitions:
    def test_they_are_those_of_the_crf(self) -> None:
        student = made()
        assert student.crf is not None
        tags = len(LABELS.tags)
        with torch.no_grad():
            student.crf.starts.copy_(torch.arange(tags))
            student.crf.transitions[1, 2] = 0.5
        found = student.transitions()
        assert found is not None
        assert (found.shape, found.dtype) == ((1 + tags, tags), np.float16)
        assert found[0].tolist() == list(range(tags))
        assert found[2, 2] == 0.5

    def test_a_corpus_without_slots_has_none(self) -> None:
        labels = replace(LABELS, slot_labels=())
        assert Student(SETTINGS, labels, 10).transitions() is None


class TestLoss:
    def test_gold_labels_alone(self) -> None:
        """Cross entropy a sentence, and that of all its tags together a word, by hand."""
        student, batch = made().eval(), collate([Lesson(example) for example in EXAMPLES])
        output = student(**batch)
        intents = torch.log_softmax(output["intent_logits"], -1)
        by_sentence = [-intents[row, example.intent] for row, example in enumerate(EXAMPLES)]
        assert student.crf is not None
        tags = [
            student.crf.negative_log_likelihood(
                output["tag_logits"][row : row + 1, : len(example.words)],
                torch.tensor([example.tags]),
                torch.ones(1, len(example.words)),
            )
            for row, example in enumerate(EXAMPLES)
        ]
        words = sum(len(example.words) for example in EXAMPLES)
        expected = torch.stack(by_sentence).mean() + torch.stack(tags).sum() / words
        torch.testing.assert_close(output["loss"], expected)

    def test_what_is_not_labelled_has_no_gold_loss(self) -> None:
        example = replace(EXAMPLES[0], labelled=False)
        assert made()(**collate([Lesson(example)]))["loss"] == 0

    def test_the_teachers_share(self) -> None:
        """With no weight on gold and hidden states, the loss is the teacher's cross entropy."""
        settings = replace(SETTINGS, hard_weight=0.0, hidden_weight=0.0)
        student, taught = made(settings, 6).eval(), lesson(EXAMPLES[0])
        output = student(**collate([taught]))
        assert taught.intent is not None
        assert taught.tags is not None
        intents = torch.log_softmax(output["intent_logits"][0], -1)
        tags = torch.log_softmax(output["tag_logits"][0], -1)
        expected = -(intents * torch.from_numpy(taught.intent)).sum()
        expected -= (tags * torch.from_numpy(taught.tags).float()).sum(-1).mean()
        torch.testing.assert_close(output["loss"], expected)

    @pytest.mark.parametrize("weight", [0.0, 0.5, 1.0])
    def test_gold_and_teacher_are_mixed_by_weight(self, weight: float) -> None:
        batch = collate([lesson(example) for example in EXAMPLES])

        def loss(hard: float) -> torch.Tensor:
            settings = replace(SETTINGS, hard_weight=hard, hidden_weight=0.0)
            found: torch.Tensor = made(settings).eval()(**batch)["loss"]
            return found

        torch.testing.assert_close(loss(weight), weight * loss(1.0) + (1 - weight) * loss(0.0))

    def test_hidden_states_cost_by_how_much_they_differ(self) -> None:
        batch = collate([lesson(example) for example in EXAMPLES])
        plain = made(replace(SETTINGS, hidden_weight=0.0), 6).eval()(**batch)["loss"]
        matched = made(replace(SETTINGS, hidden_weight=0.5), 6).eval()(**batch)["loss"]
        assert 0 < matched - plain <= 0.5 * 2  # one minus a cosine is between 0 and 2
