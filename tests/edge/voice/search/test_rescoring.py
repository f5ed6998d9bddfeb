"""Sentences ranked by their sounds as well."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.speech.closed_list import ClosedList
from edge.voice.alphabet import LABELS, spell
from edge.voice.phones import COUNT
from edge.voice.search.decoder import Decoder
from edge.voice.search.graph import SearchGraph
from edge.voice.search.hypothesis import Hypothesis
from edge.voice.search.rescoring import by_sounds
from tests.edge.voice.frames import spoken
from tests.edge.voice.sounds import Dictionary, sounds


def doubtful(frames: np.ndarray) -> np.ndarray:
    """Letters of which "i" and "a" sound alike."""
    both = frames.copy()
    alike = spell("ia")
    both[:, alike] = np.logaddexp.reduce(frames[:, alike], axis=1, keepdims=True) - np.log(2)
    return both


@pytest.fixture
def heard() -> np.ndarray:
    letters = doubtful(spoken("bit"))
    return np.hstack([letters, sounds("B IH T", len(letters))])


def test_sounds_decide_where_letters_cannot(heard: np.ndarray) -> None:
    decoder = Decoder(SearchGraph.of_sentences(["bat", "bit"]), pronouncer=Dictionary())
    search = decoder.start()
    search.push(heard)
    best, other = search.finish()
    assert (best.text, other.text) == ("bit", "bat")
    assert best.evidence is not None
    assert best.evidence.margin > 2
    assert best.pronounced > other.pronounced
    assert best.evidence.pronounced == best.pronounced < 0.1


def test_a_closed_list_listens_to_them_too(heard: np.ndarray) -> None:
    sentences = ["bat", "bit"]
    assert ClosedList(sentences, Dictionary()).choose(heard)[0].text == "bit"
    one, other = ClosedList(sentences).choose(heard[:, : len(LABELS)])
    assert one.score == pytest.approx(other.score, abs=0.01)


def test_words_that_sound_the_same_are_told_apart_by_their_letters() -> None:
    letters = spoken("right")
    rows = np.hstack([letters, sounds("R AY T", len(letters))])
    assert ClosedList(["write", "right"], Dictionary()).choose(rows)[0].text == "right"


def test_without_sounds_nobody_is_asked_how_anything_is_said() -> None:
    dictionary = Dictionary()
    search = Decoder(SearchGraph.of_sentences(["bit"]), pronouncer=dictionary).start()
    search.push(spoken("bit"))
    best = search.finish()[0]
    assert not dictionary.asked
    assert best.sounds == best.pronounced == 0


def test_pieces_of_any_size_give_the_same(heard: np.ndarray) -> None:
    decoder = Decoder(SearchGraph.of_sentences(["bat", "bit"]), pronouncer=Dictionary())
    whole, pieces = decoder.start(), decoder.start()
    whole.push(heard)
    for at in range(0, len(heard), 3):
        pieces.push(heard[at : at + 3])
    assert whole.finish() == pieces.finish()


def test_what_was_not_said_at_all_is_bounded() -> None:
    phones = np.full((20, COUNT), -400.0)
    phones[:, 0] = 0.0
    found = by_sounds([Hypothesis("bit", -1.0, -1.0, True)], phones, Dictionary())[0]
    assert -20 <= found.pronounced < -3
    assert found.score == pytest.approx(-1.0 + found.sounds)
    squeezed = by_sounds([Hypothesis("write bit", -1.0, -1.0, True)], phones[:2], Dictionary())[0]
    assert squeezed.pronounced == -20
