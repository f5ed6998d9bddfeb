"""Common words: their file, what they cost, and what a search makes of them."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.bundle.bundle import Bundle
from edge.errors import BundleFormatError
from edge.limits import SPEECH_WORDS_BYTES
from edge.models import default_bundle
from edge.voice.alphabet import LETTERS, SPACE, spell
from edge.voice.search.decoder import Decoder
from edge.voice.search.graph import SearchGraph
from edge.voice.search.lexicon import START, UNKNOWN, Lexicon, packed, unpacked
from edge.voice.transcript import transcripts
from tests.edge.voice.frames import log_softmax, spoken

WORDS = st.text(alphabet=LETTERS, min_size=1, max_size=8)
LISTS = st.dictionaries(WORDS, st.integers(0, 15).map(float), max_size=30)


def price(lexicon: Lexicon, text: str, letter: float = 2.0, weight: float = 1.0) -> float:
    """What a row of words costs that ends with the text."""
    prices = lexicon.prices(letter, weight)
    node, total = np.array([START], np.int32), 0.0
    for label in spell(text):
        after = prices.follows[node, label]
        total += float(prices.of(node, after, np.array([label == SPACE]))[0])
        node = after
    return total + float(prices.ending[node][0])


@given(LISTS)
def test_a_list_survives_its_file(words: dict[str, float]) -> None:
    assert unpacked(packed(words), "words") == words
    assert len(Lexicon(words)) == len(words)


@given(LISTS, WORDS)
def test_a_word_costs_its_price_and_another_one_its_letters(
    words: dict[str, float], word: str
) -> None:
    unlisted = (10 + 2 * len(word)) if words else 2 * len(word)
    assert price(Lexicon(words), word) == pytest.approx(words.get(word, unlisted))


def test_words_cost_one_by_one() -> None:
    words = Lexicon({"pea": 4.0, "peanut": 6.0, "butter": 5.0})
    assert price(words, "peanut butter") == 11
    assert price(words, "pea nut") == 4 + 10 + 3 * 2
    assert price(words, "peanuts") == 10 + 7 * 2  # what it began like is paid for in the end
    assert price(words, "pean") == 10 + 4 * 2
    assert price(words, "peanut butter", weight=0.5) == 5.5


def test_without_words_only_letters_cost() -> None:
    assert price(Lexicon(), "peanut butter") == 2 * 12
    assert len(Lexicon()) == 0
    assert not Lexicon()


def test_what_cannot_be_spelled_is_left_out() -> None:
    words = Lexicon({"tea": 3.0, "café": 4.0, "": 1.0})
    assert len(words) == 1
    assert words.prices(2.0).follows[START, spell("c")[0]] == UNKNOWN


def test_a_transcript_takes_a_word_there_is() -> None:
    frames = log_softmax(0.3 * spoken("play blueb", seed=3).astype(np.float64))
    assert transcripts(frames, 1)[0].text == "play blueb"
    words = Lexicon({"play": 3.0, "blues": 6.0})
    assert transcripts(frames, 1, words)[0].text == "play blues"


def test_a_word_that_is_clear_need_not_be_on_the_list() -> None:
    words = Lexicon({"play": 3.0, "blues": 6.0, "queen": 5.0})
    assert transcripts(spoken("play quixel", seed=1), 1, words)[0].text == "play quixel"


def test_scores_are_what_the_words_take_off() -> None:
    words = {"play": 3.0, "blues": 6.0}
    decoder = Decoder(SearchGraph.of_anything(), beam=50, lexicon=Lexicon(words))
    search = decoder.start()
    search.push(spoken("play blues", seed=1))
    best = search.hypotheses(1)[0]
    assert best.text == "play blues"
    assert best.score == pytest.approx(best.log_probability - 9)
    assert search.lacking() == 0


def test_the_bundle_that_ships_knows_words_and_another_need_not() -> None:
    bundle = Bundle.open(default_bundle())
    assert len(Lexicon.of(bundle, bundle.tasks["speech"])) == 8000
    assert len(Lexicon.of(bundle, {})) == 0


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "cut off"),
        (b"no file of ours", "not packed text"),
        (packed({"tea": 3.0})[:-3], "cut off"),
        (zlib.compress(b"a" * (SPEECH_WORDS_BYTES + 1)), "too large"),
        (zlib.compress("caf\u00e9".encode()), "not packed text"),
        (zlib.compress(b"tea TEA"), "'TEA'"),
    ],
)
def test_another_file_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(BundleFormatError, match=what) as error:
        unpacked(data, "assets/words.bin")
    assert "assets/words.bin" in str(error.value)
