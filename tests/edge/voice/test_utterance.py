"""What has been said since the wake phrase."""

from __future__ import annotations

import numpy as np
import pytest

from edge.voice.alphabet import BLANK, SPACE, spell
from edge.voice.greedy import greedy
from edge.voice.posteriors import WITH_PHONES, WITHOUT_PHONES, checked, letters, phones
from edge.voice.utterance import Utterance

_S = spell("s")[0]


def rows_of(labels: list[int], columns: int) -> np.ndarray:
    """A model that is sure of these letters, and of the first sound in every frame."""
    rows = np.full((len(labels), columns), -12.0, np.float32)
    rows[np.arange(len(labels)), labels] = -0.01
    if columns == WITH_PHONES:
        rows[:, WITHOUT_PHONES + 1] = -0.01
    return rows


@pytest.mark.parametrize("columns", [WITHOUT_PHONES, WITH_PHONES])
def test_what_is_left_of_the_phrase_is_nothing(columns: int) -> None:
    """The phrase ends with "s", which the model goes on writing for two frames."""
    said = [_S, _S, SPACE, BLANK, *spell("stop")]
    utterance = Utterance(None, 0, 0, [_S])
    for row in rows_of(said, columns):
        utterance.push(row[None])
    found = utterance.posteriors()
    assert greedy(found) == "stop"
    assert utterance.words
    assert utterance.first == 4
    assert np.exp(letters(found)[:4, BLANK]) == pytest.approx(1, abs=0.02)
    checked(found)


def test_nor_are_its_sounds() -> None:
    utterance = Utterance(None, 0, 0, [_S])
    utterance.push(rows_of([_S, SPACE, *spell("on")], WITH_PHONES))
    sounds = phones(utterance.posteriors())
    assert sounds is not None
    assert sounds.argmax(1).tolist() == [BLANK, BLANK, 1, 1]


def test_without_a_phrase_nothing_is_taken_away() -> None:
    rows = rows_of([_S, *spell("on")], WITH_PHONES)
    utterance = Utterance(None, 0, 0)
    utterance.push(rows)
    assert np.array_equal(utterance.posteriors(), rows)
