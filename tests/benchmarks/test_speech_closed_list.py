"""Choosing among a closed list of sentences."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.speech.closed_list import ClosedList
from edge.errors import UsageError
from tests.edge.voice.frames import spoken

SENTENCES = ("turn it on", "turn it off", "turn the lamp on", "off", "on", "good evening")


@pytest.mark.parametrize("said", SENTENCES)
def test_the_sentence_that_was_said_is_found(said: str) -> None:
    assert ClosedList(SENTENCES).choose(spoken(said))[0].text == said


def test_a_bad_beginning_is_forgiven() -> None:
    frames = spoken("good evening").copy()
    wrong = spoken("turn it on")[: len(frames) // 3]
    frames[: len(wrong)] = wrong
    assert ClosedList(SENTENCES).choose(frames)[0].text == "good evening"


def test_the_best_comes_first_and_no_more_than_asked_for() -> None:
    found = ClosedList(SENTENCES).choose(spoken("turn it on"), n=3)
    assert len(found) == 3
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


def test_sentences_that_do_not_fit_into_the_frames_are_not_offered() -> None:
    found = ClosedList(("on", "a very long sentence indeed")).choose(spoken("on")[:6])
    assert all(each.text != "a very long sentence indeed" for each in found)


def test_nothing_that_can_be_said_is_an_error() -> None:
    with pytest.raises(UsageError, match="no sentence"):
        ClosedList(["", "…"])


def test_posteriors_that_are_no_numbers_are_an_error() -> None:
    frames = spoken("on").copy()
    frames[0, 0] = np.nan
    with pytest.raises(UsageError):
        ClosedList(SENTENCES).choose(frames)
