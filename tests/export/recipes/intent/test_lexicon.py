"""What the student takes over from the teacher's encoder."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from edge.intent.encoder import WordEncoder
from export.recipes.intent.labels import Example, LabelSet, to_example
from export.recipes.intent.lexicon import (
    choose_vocabulary,
    initial_embeddings,
    lexicon_of,
    word_neighbours,
)
from export.recipes.intent.student import StudentSettings, feature_layout
from export.recipes.intent.teacher import Teacher, TeacherCollator, TeacherSettings
from tests.export import tiny

CORPUS = tiny.utterances(60)
LABELS = LabelSet.of(CORPUS)
EXAMPLES = [to_example(item, LABELS) for item in CORPUS]


@pytest.fixture(scope="module")
def collate(encoder: Path) -> TeacherCollator:
    return TeacherCollator(str(encoder))


@pytest.fixture(scope="module")
def teacher(encoder: Path) -> Teacher:
    return Teacher(TeacherSettings(str(encoder)), LABELS)


class TestVocabulary:
    def test_letters_and_the_words_that_are_said(self, collate: TeacherCollator) -> None:
        found = choose_vocabulary(collate, EXAMPLES, 1000)
        assert {"a", "##a", "0", "turn", "lamp"} <= set(found)
        assert found == sorted(set(found))

    def test_the_most_frequent_when_there_is_no_room_for_all(
        self, collate: TeacherCollator
    ) -> None:
        examples = [Example(("lamp",), (0,), 0)] * 3 + [Example(("fan",), (0,), 0)]
        letters = len(choose_vocabulary(collate, [], 1000))
        found = choose_vocabulary(collate, examples, letters + 1)
        assert "lamp" in found
        assert "fan" not in found


class TestLexicon:
    def test_whole_words_and_what_goes_on_with_them(self, collate: TeacherCollator) -> None:
        words, endings = lexicon_of(collate)
        assert {"turn", "lamp"} <= set(words)
        assert all(word.isalpha() and len(word) > 2 for word in words)
        assert all(ending.isalpha() and len(ending) > 1 for ending in endings)


class TestInitialEmbeddings:
    @pytest.mark.parametrize("width", [8, 32, 48])
    def test_for_students_narrower_and_wider_than_the_encoder(
        self, teacher: Teacher, collate: TeacherCollator, width: int
    ) -> None:
        settings = StudentSettings(embedding=width, trigram_buckets=64)
        vocabulary = choose_vocabulary(collate, EXAMPLES, 1000)
        encoder = WordEncoder(vocabulary, feature_layout(settings))
        table = initial_embeddings(teacher, collate, encoder, vocabulary, settings)
        assert table.shape == (encoder.size, width)
        assert torch.isfinite(table).all()

    def test_pieces_alike_to_the_teacher_are_alike_to_the_student(
        self, teacher: Teacher, collate: TeacherCollator
    ) -> None:
        """On as many axes as the encoder has, all distances between pieces are kept."""
        settings = StudentSettings(embedding=32, trigram_buckets=64)
        vocabulary = choose_vocabulary(collate, EXAMPLES, 1000)
        encoder = WordEncoder(vocabulary, feature_layout(settings))
        table = initial_embeddings(teacher, collate, encoder, vocabulary, settings)
        mine = table[2 : 2 + len(vocabulary)]
        ids = collate.tokenizer.convert_tokens_to_ids(vocabulary)
        theirs = teacher.encoder.get_input_embeddings().weight.detach()[ids]
        ratio = torch.pdist(mine) / torch.pdist(theirs)
        torch.testing.assert_close(ratio, ratio.mean().expand_as(ratio), rtol=1e-3, atol=0)


class TestNeighbours:
    def test_a_word_has_the_words_whose_embeddings_are_near(
        self, teacher: Teacher, collate: TeacherCollator
    ) -> None:
        weights = teacher.encoder.get_input_embeddings().weight
        lamp, fan = collate.tokenizer.convert_tokens_to_ids(["lamp", "fan"])
        with torch.no_grad():
            before = weights[fan].clone()
            weights[fan] = weights[lamp] + 1e-3
        try:
            found = word_neighbours(teacher, collate, EXAMPLES)
        finally:
            with torch.no_grad():
                weights[fan] = before
        assert found["lamp"][0] == "fan"
        assert "lamp" not in found["lamp"]

    def test_words_the_encoder_does_not_know_have_none(
        self, teacher: Teacher, collate: TeacherCollator
    ) -> None:
        assert word_neighbours(teacher, collate, [Example(("zqxj",), (0,), 0)]) == {}
