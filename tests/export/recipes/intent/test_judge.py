"""What models say about sentences, and how good that is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from export.corpora import SlotSpan, Utterance
from export.metrics import Prediction
from export.recipes.intent import recipe
from export.recipes.intent.judge import (
    StudentReader,
    TeacherReader,
    by_length,
    doubts,
    measures,
    teacher_lessons,
)
from export.recipes.intent.labels import Example, LabelSet, to_example, word_bounds
from export.recipes.intent.teacher import Teacher, TeacherCollator, TeacherSettings
from tests.export import tiny

CORPUS = tiny.utterances(30)
LABELS = LabelSet.of(tiny.utterances())
EXAMPLES = [to_example(item, LABELS) for item in CORPUS]


@pytest.fixture(scope="module")
def collate(encoder: Path) -> TeacherCollator:
    return TeacherCollator(str(encoder))


@pytest.fixture(scope="module")
def teachers(encoder: Path) -> list[Teacher]:
    """Two that disagree: their heads are random."""
    made = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        teacher = Teacher(TeacherSettings(str(encoder)), LABELS).eval()
        torch.nn.init.normal_(teacher.slot_head[-1].weight)
        made.append(teacher)
    return made


class TestByLength:
    @pytest.mark.parametrize("count", [0, 1, 127, 128, 129, 400])
    def test_every_example_once_and_neighbours_of_like_length(self, count: int) -> None:
        examples = [Example(("w",) * (1 + i * 7 % 11), (), 0) for i in range(count)]
        batches = list(by_length(examples))
        order = [index for batch in batches for index in batch]
        assert sorted(order) == list(range(count))
        lengths = [len(examples[index].words) for index in order]
        assert lengths == sorted(lengths)
        assert all(0 < len(batch) <= 128 for batch in batches)


class TestLessons:
    def test_probabilities_a_sentence_and_a_word(
        self, teachers: list[Teacher], collate: TeacherCollator
    ) -> None:
        lessons = teacher_lessons(teachers, collate, EXAMPLES)
        assert [lesson.example for lesson in lessons] == EXAMPLES
        for lesson in lessons:
            assert lesson.intent is not None
            assert lesson.tags is not None
            assert lesson.hidden is not None
            words = len(lesson.example.words)
            assert lesson.intent.sum() == pytest.approx(1, abs=1e-3)
            assert lesson.tags.shape == (words, len(LABELS.tags))
            np.testing.assert_allclose(lesson.tags.astype(np.float32).sum(1), 1, atol=5e-3)
            assert lesson.hidden.shape == (words, 32)

    def test_several_teachers_are_averaged(
        self, teachers: list[Teacher], collate: TeacherCollator
    ) -> None:
        one, two = (teacher_lessons([teacher], collate, EXAMPLES) for teacher in teachers)
        both = teacher_lessons(teachers, collate, EXAMPLES)
        for a, b, c in zip(one, two, both, strict=True):
            assert a.intent is not None
            assert b.intent is not None
            assert c.intent is not None
            np.testing.assert_allclose((a.intent + b.intent) / 2, c.intent, atol=1e-5)

    def test_the_hidden_states_are_the_first_ones(
        self, teachers: list[Teacher], collate: TeacherCollator
    ) -> None:
        one = teacher_lessons(teachers[:1], collate, EXAMPLES)
        both = teacher_lessons(teachers, collate, EXAMPLES)
        for a, b in zip(one, both, strict=True):
            assert a.hidden is not None
            assert b.hidden is not None
            np.testing.assert_array_equal(a.hidden, b.hidden)

    def test_dropout_has_no_part_in_it(
        self, teachers: list[Teacher], collate: TeacherCollator
    ) -> None:
        teachers[0].train()
        one, two = (teacher_lessons(teachers[:1], collate, EXAMPLES) for _ in range(2))
        for a, b in zip(one, two, strict=True):
            assert a.intent is not None
            np.testing.assert_array_equal(a.intent, b.intent)


class TestReaders:
    def test_one_teacher_is_decoded_by_its_crf(
        self, teachers: list[Teacher], collate: TeacherCollator
    ) -> None:
        predictions = TeacherReader(teachers[:1], collate, LABELS)(CORPUS)
        for item, predicted in zip(CORPUS, predictions, strict=True):
            batch = collate([to_example(Utterance(item.text), LABELS)])
            emissions = teachers[0](**batch)["emissions"]
            (path,) = teachers[0].crf.decode(emissions, batch["mask"]).tolist()
            tagged = Example(tuple(item.text.split()), tuple(path), 0)
            spans = [
                (LABELS.slot_labels[(tag - 1) // 2], start)
                for tag, (start, _) in zip(tagged.tags, word_bounds(item.text), strict=True)
                if tag % 2
            ]
            assert [(span.label, span.start) for span in predicted.slots] == spans

    def test_teachers_together_answer_with_their_mean(
        self, teachers: list[Teacher], collate: TeacherCollator
    ) -> None:
        lessons = teacher_lessons(teachers, collate, EXAMPLES)
        predictions = TeacherReader(teachers, collate, LABELS)(CORPUS)
        for lesson, predicted in zip(lessons, predictions, strict=True):
            assert lesson.intent is not None
            assert predicted.intent == LABELS.intents[int(lesson.intent.argmax())]
            assert predicted.score == pytest.approx(float(lesson.intent.max()), abs=1e-4)

    def test_predictions_come_in_the_order_of_the_sentences(self, run_folder: Path) -> None:
        run = recipe.load(run_folder)
        read = StudentReader(run.student, run.encoder, run.labels)
        backwards = read(CORPUS[::-1])
        for one, other in zip(read(CORPUS), backwards[::-1], strict=True):
            assert (one.intent, one.slots) == (other.intent, other.slots)
            assert one.score == pytest.approx(other.score, abs=1e-5)

    def test_spans_are_places_in_the_sentence_itself(self, run_folder: Path) -> None:
        run = recipe.load(run_folder)
        read = StudentReader(run.student, run.encoder, run.labels)
        (predicted,) = read([Utterance("turn  on the  reading lamp!")])
        assert predicted.slots == (SlotSpan("name", 14, 26),)


class TestMeasures:
    def test_percentages(self) -> None:
        span = SlotSpan("name", 0, 4)
        gold = [Utterance("lamp on", "on", (span,)), Utterance("lamp off", "off", (span,))]
        predicted = [Prediction("on", (span,), 0.9), Prediction("off", (), 0.9)]
        found = measures(gold, predicted)
        assert found["intent"] == 100
        assert found["frame"] == 50
        assert found["slot_f1"] == pytest.approx(200 / 3)


def test_few_sentences_and_a_student_worse_than_one_answer_are_doubted() -> None:
    items = tiny.utterances(120)
    train, dev = items[:80], items[80:]
    assert doubts(train, dev, {"frame": 90.0}) == []
    (few,) = doubts(train, dev[:29], {"frame": 90.0})
    assert few.startswith("sentences of dev: 29; figures")
    commonest = Counter(item.intent for item in train).most_common(1)[0][0]
    share = 100 * sum(item.intent == commonest for item in dev) / len(dev)
    (worse,) = doubts(train, dev, {"frame": share - 1})
    assert f"reads {share - 1:.2f} % of dev right" in worse
    assert f"{commonest!r} would have the intent of {share:.2f} %" in worse
