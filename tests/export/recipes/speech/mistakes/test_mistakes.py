"""Letters that were written where others were said."""

from __future__ import annotations

import numpy as np
import pytest

from edge.voice.alphabet import LETTERS
from edge.voice.wake.spotting import Hearing
from export.recipes.speech.mistakes.mistakes import mistaken
from export.recipes.speech.mistakes.wake_scores import Spoken
from tests.edge.voice.letters import said

INDEX = {letter: at for at, letter in enumerate(LETTERS)}


def shares(*pairs: tuple[str, str], share: float = 0.5) -> np.ndarray:
    """Of what is written, what was said."""
    return np.array(mistaken([Spoken(said(written), text) for written, text in pairs], share))


def test_what_is_written_for_a_letter_speaks_for_it_as_often_as_it_is() -> None:
    found = shares(("garvis", "jarvis"), ("garden", "jarden"), ("zar", "jar"), ("bob", "bob"))
    assert found[INDEX["j"], INDEX["g"]] == pytest.approx(0.5 * 2 / 3, abs=0.02)
    assert found[INDEX["j"], INDEX["z"]] == pytest.approx(0.5 / 3, abs=0.02)
    assert found[INDEX["j"], INDEX["j"]] == pytest.approx(0.5, abs=0.05)
    assert found[INDEX["g"], INDEX["j"]] == 0  # nobody said a "g"


def test_it_is_a_hearing_and_each_row_comes_to_one() -> None:
    found = shares(("the lemp is on", "the lamp is on"))
    assert found.sum(1) == pytest.approx(1)
    Hearing(mistaken=tuple(map(tuple, found.tolist())))


def test_a_letter_that_was_never_said_speaks_for_itself_and_nothing_else() -> None:
    found = shares(("on", "on"))
    assert found[INDEX["q"]].tolist() == np.eye(len(INDEX))[INDEX["q"]].tolist()


def test_what_cannot_be_aligned_is_passed_over() -> None:
    empty = Spoken(said("", before=2, after=0), "much too long for so few frames")
    strange = Spoken(said("on"), "1 ÷ 0")
    assert (np.array(mistaken([empty, strange])) == np.eye(len(INDEX))).all()
