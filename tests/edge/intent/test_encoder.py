"""Words and feature ids: what the model reads of a sentence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import BundleFormatError
from edge.intent.encoder import PADDING, UNKNOWN, FeatureLayout, WordEncoder, split_words
from edge.limits import CACHED_WORDS, SENTENCE_WORDS, VOCABULARY_PIECES

LAYOUT = FeatureLayout(pieces=3, trigrams=4, buckets=50)
VOCABULARY = ("light", "##s", "kit", "##chen", "##c", "2", "##1", "'", "don", "t", "_")


def encoder(*more: str) -> WordEncoder:
    return WordEncoder((*VOCABULARY, *more), LAYOUT)


def words(text: str) -> list[str]:
    return [text[word.start : word.end] for word in split_words(text)]


def pieces(word: str) -> list[str]:
    """The pieces of a word by name; what no piece covers is "?"."""
    names = {PADDING: "", UNKNOWN: "?", **dict(enumerate(VOCABULARY, start=2))}
    return [names[index] for index in encoder().features(word)[: LAYOUT.pieces] if index]


class TestWords:
    def test_white_space_separates_them(self) -> None:
        assert words("  turn\ton\nthe  lamp ") == ["turn", "on", "the", "lamp"]

    def test_punctuation_at_their_edges_is_no_part_of_them(self) -> None:
        assert words('"Turn on", he said; (the lamp)!') == "Turn on he said the lamp".split()

    def test_punctuation_inside_stays(self) -> None:
        assert words("don't dial 21.5 e-mail") == ["don't", "dial", "21.5", "e-mail"]

    def test_punctuation_alone_is_no_word(self) -> None:
        assert words("lamp ... on !?") == ["lamp", "on"]

    @pytest.mark.parametrize("text", ["", "   ", "\n", "?!", "…"])
    def test_nothing_said_is_no_words(self, text: str) -> None:
        assert words(text) == []

    @given(st.text(max_size=60))
    def test_they_lie_in_the_text_in_order_and_hold_no_space(self, text: str) -> None:
        end = 0
        for word in split_words(text):
            assert end <= word.start < word.end <= len(text)
            assert not any(char.isspace() for char in text[word.start : word.end])
            end = word.end


class TestPieces:
    """Greedy longest match, as in WordPiece."""

    def test_a_word_of_the_vocabulary_is_one_piece(self) -> None:
        assert pieces("light") == ["light"]

    def test_case_and_accents_make_no_difference(self) -> None:
        assert pieces("LÍGHT") == ["light"]

    def test_other_words_are_put_together(self) -> None:
        assert pieces("lights") == ["light", "##s"]
        assert pieces("kitchen") == ["kit", "##chen"]

    def test_the_longest_piece_is_taken(self) -> None:
        assert pieces("kitc") == ["kit", "##c"]

    def test_a_letter_that_no_piece_covers_is_unknown(self) -> None:
        assert pieces("kitz") == ["kit", "?"]

    def test_punctuation_inside_a_word_begins_a_new_piece(self) -> None:
        assert pieces("don't") == ["don", "'", "t"]

    def test_pieces_beyond_the_layout_are_left_out(self) -> None:
        assert pieces("lightssss") == ["light", "##s", "##s"]

    def test_a_word_too_long_is_unknown_as_a_whole(self) -> None:
        assert pieces("light" * 20) == ["?"]


class TestTrigrams:
    def test_every_one_is_in_a_bucket_behind_the_pieces(self) -> None:
        found = encoder().features("lamp")[LAYOUT.pieces :]
        assert len(found) == 4  # <la lam amp mp>
        first = len(VOCABULARY) + 2
        assert all(first <= index < first + LAYOUT.buckets for index in found)

    def test_a_short_word_is_padded(self) -> None:
        assert encoder().features("on")[LAYOUT.pieces :][2:] == [PADDING, PADDING]

    def test_of_a_long_word_beginning_and_end_are_kept(self) -> None:
        long, other = encoder().features("lamplighter"), encoder().features("lamxxxxhter")
        assert long[LAYOUT.pieces :] == other[LAYOUT.pieces :]
        assert long != encoder().features("lamplighted")

    def test_names_that_differ_by_a_letter_are_alike(self) -> None:
        one, other = (set(encoder().features(word)[LAYOUT.pieces :]) for word in ("jonas", "jonah"))
        assert one & other
        assert one != other


class TestFeatures:
    @given(st.text(min_size=1, max_size=80))
    def test_any_word_has_as_many_as_the_layout_says_and_all_are_in_the_table(
        self, word: str
    ) -> None:
        found = encoder().features(word)
        assert len(found) == LAYOUT.width
        assert all(PADDING <= index < encoder().size for index in found)

    def test_a_sentence_is_one_row_a_word(self) -> None:
        made = encoder()
        out = np.full((4, LAYOUT.width), -1, np.int32)
        made.encode(["light", "kitchen", "light"], out)
        assert out[0].tolist() == out[2].tolist() == made.features("light")
        assert out[1].tolist() == made.features("kitchen")
        assert (out[3] == -1).all()

    @given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=20))
    def test_remembering_words_changes_nothing(self, said: list[str]) -> None:
        made = encoder()
        first, second = (np.zeros((len(said), LAYOUT.width), np.int32) for _ in range(2))
        made.encode(said, first)
        made.encode(said, second)
        assert first.tolist() == second.tolist() == [made.features(word) for word in said]

    def test_words_without_end_are_encoded_rightly_and_forgotten(self) -> None:
        made = encoder()
        out = np.zeros((SENTENCE_WORDS, LAYOUT.width), np.int32)
        for start in range(0, 2 * CACHED_WORDS, SENTENCE_WORDS):
            said = [f"word{number}" for number in range(start, start + SENTENCE_WORDS)]
            made.encode(said, out)
            assert out[-1].tolist() == made.features(said[-1])
        assert len(made._row_of) <= CACHED_WORDS


class TestVocabulary:
    def test_the_table_has_room_for_pieces_buckets_padding_and_unknown(self) -> None:
        assert encoder().size == 2 + len(VOCABULARY) + LAYOUT.buckets

    @pytest.mark.parametrize(
        ("vocabulary", "words"),
        [
            ([], "a vocabulary of 0 pieces"),
            (["lamp", "light", "lamp"], "twice"),
            ([str(number) for number in range(VOCABULARY_PIECES + 1)], "65537 pieces"),
        ],
    )
    def test_one_that_cannot_be_used_is_refused(self, vocabulary: list[str], words: str) -> None:
        with pytest.raises(BundleFormatError, match=words):
            WordEncoder(vocabulary, LAYOUT)
