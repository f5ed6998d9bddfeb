"""A maker's own sentences, put together of words that people say elsewhere."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.voice.alphabet import text_of
from export.corpora.speech.recording import Recording
from export.recipes.speech.lessons.lessons import Lessons
from export.recipes.speech.lessons.sounds import Sounds
from export.recipes.speech.lessons.word_bank import Assembled, WordBank
from tests.export.recipes.speech.lessons.test_lessons import cache_of

SAID = [
    Recording(Path(f"{number}.flac"), text, speaker, None, 1.0)
    for number, (text, speaker) in enumerate(
        [
            ("turn the lamp on", "anna"),
            ("the tea is hot", "anna"),
            ("lamp off please", "bert"),
            ("nobody knows where these words are", "bert"),
        ]
    )
]
CACHE = cache_of([[200, 220, 160, 300], [201, 221, 161, 301]])
CUTS = [
    [(0, 50, 90, 150, 200), (0, 40, 90, 130, 220), (0, 60, 110, 160), None],
    [(0, 51, 91, 151, 201), (0, 41, 91, 131, 221), (0, 61, 111, 161), None],
]
TEXTS = ("lamp off", "the lamp is hot", "where are these", "please turn the radio on")


def bank(sounds: Sounds | None = None) -> WordBank:
    return WordBank(TEXTS, SAID, CACHE, CUTS, sounds)


def drawn(seed: int, look: int = 0) -> Assembled:
    return bank().draw(look, random.Random(seed))


def test_only_sentences_whose_words_are_all_said_somewhere_can_be_put_together() -> None:
    assert bank().sentences == ["lamp off", "the lamp is hot"]


def test_nothing_said_is_no_sentence() -> None:
    nobody = WordBank(TEXTS, [], cache_of([[1]]), [[]])
    assert nobody.sentences == []
    with pytest.raises(IndexError):
        nobody.draw(0, random.Random(0))


@given(st.integers(0, 10_000), st.integers(0, 1))
def test_every_piece_is_a_word_of_the_sentence_with_little_of_its_neighbours(
    seed: int, look: int
) -> None:
    one = drawn(seed, look)
    words = text_of([*one.labels]).split()
    assert len(words) == len(one.pieces)
    for word, piece in zip(words, one.pieces, strict=True):
        cuts = CUTS[look][piece.recording]
        assert cuts is not None
        number = SAID[piece.recording].text.split().index(word)
        assert cuts[number] - 4 <= piece.start <= cuts[number]
        assert cuts[number + 1] <= piece.end <= min(cuts[number + 1] + 4, cuts[-1])


@given(st.integers(0, 10_000))
def test_features_are_those_of_the_words_as_loud_as_the_first_ones(seed: int) -> None:
    one = drawn(seed)
    features = one.features
    assert len(features) == one.frames
    assert features.dtype == np.float16
    first = one.pieces[0]
    whole = CACHE.of(first.recording, 0)
    assert np.array_equal(features[: first.end - first.start], whole[first.start : first.end])
    at = 0
    for piece in one.pieces:
        there = CACHE.of(piece.recording, 0)
        shift = np.quantile(whole[:, 0], 0.8) - np.quantile(there[:, 0], 0.8)
        words = features[at : at + piece.end - piece.start]
        assert np.allclose(words, there[piece.start : piece.end] + shift, atol=0.05)
        at += piece.end - piece.start + piece.pause


def test_who_says_the_first_word_says_the_others_too_where_that_is_possible() -> None:
    speakers = {
        tuple(SAID[piece.recording].speaker for piece in drawn(seed).pieces)
        for seed in range(100)
        if len(drawn(seed).pieces) == 4
    }
    assert speakers == {("anna",) * 4}


def test_a_sentence_is_followed_by_a_pause_and_sometimes_its_words_are_too() -> None:
    many = [drawn(seed) for seed in range(60)]
    assert all(one.pieces[-1].pause for one in many)
    assert {any(piece.pause for piece in one.pieces[:-1]) for one in many} == {True, False}


def test_sounds_are_those_of_the_sentence() -> None:
    words = {word for text in TEXTS for word in text.split()}
    sounds = Sounds({word: ("B", "D") for word in words})
    one = bank(sounds).draw(0, random.Random(1))
    assert one.sounds == sounds.of(text_of([*one.labels]))
    assert one.sounds is not None


class TestAnEpoch:
    @pytest.mark.parametrize(("share", "wanted"), [(0.0, 0), (1.0, 30)])
    def test_as_many_are_heard_in_place_of_recordings_as_wanted(
        self, share: float, wanted: int
    ) -> None:
        lessons = Lessons([(SAID, CACHE, 30)], 0, words=[CUTS], texts=TEXTS, assembled=share)
        parts = [part for chain in lessons.draw(0) for part in chain.lessons]
        assert sum(isinstance(part, Assembled) for part in parts) == wanted
        assert len(parts) == 30

    def test_where_nothing_can_be_put_together_recordings_are_heard_as_they_are(self) -> None:
        lessons = Lessons([(SAID, CACHE, 30)], 0, words=[CUTS], texts=["radio play"], assembled=1.0)
        parts = [part for chain in lessons.draw(0) for part in chain.lessons]
        assert not any(isinstance(part, Assembled) for part in parts)
