"""A wake phrase's sounds have to fit as well as its letters."""

from __future__ import annotations

import numpy as np
import pytest

from edge.voice.phones import COUNT
from edge.voice.wake.phrase_sounds import PhraseSounds
from edge.voice.wake.spotting import Hearing
from edge.voice.wake.table import SoundCheck, WakeTable
from edge.voice.wake.wake import Heard, WakePhrase, WakeWord, detector
from tests.edge.voice.letters import frames, said
from tests.edge.voice.sounds import Dictionary, sounds
from tests.edge.voice.wake.test_phrase import DOCUMENT

PHRASE = WakePhrase("bit", -0.5)
BIT, BAT = "B IH T", "B AE T"
CHECK = SoundCheck(20.0, 1.0, -1.0, 0.1)


def wide(letters: np.ndarray, names: str) -> np.ndarray:
    """Letters, with a phrase's sounds spread over them."""
    return np.hstack([letters, sounds(names, len(letters))])


def listen(rows: np.ndarray, size: int | None = None) -> list[Heard]:
    word = WakeWord(PHRASE, pronouncer=Dictionary(), check=CHECK)
    found = []
    for at in range(0, len(rows), size or len(rows)):
        found += word.push(rows[at : at + (size or len(rows))])
    return found + word.flush()


@pytest.mark.parametrize("size", [None, 1, 7])
def test_letters_and_sounds_that_fit_are_the_phrase(size: int | None) -> None:
    rows = wide(said("bit", before=4, after=4), BIT)
    assert [each.phrase for each in listen(rows, size)] == ["bit"]


@pytest.mark.parametrize("size", [None, 1, 7])
def test_letters_alone_are_not_enough(size: int | None) -> None:
    rows = wide(said("bit", before=4, after=4), BAT)
    assert listen(rows, size) == []
    letters = WakeWord(PHRASE)
    assert letters.push(rows) + letters.flush()


def test_what_was_refused_does_not_make_it_deaf() -> None:
    rows = wide(said("bit", before=4, after=4), BAT)
    again = wide(said("bit", before=4, after=4), BIT)
    pause = wide(frames([0] * 15), "")
    found = listen(np.concatenate([rows, pause, again]))
    assert len(found) == 1
    assert found[0].start > (len(rows) + len(pause)) * 0.02


def test_letters_well_above_the_threshold_make_up_for_sounds_that_are_not() -> None:
    """What says so is the weight: the phrase's own threshold is 0.5 nats a letter below."""
    rows = wide(said("bit", before=4, after=4), BAT)
    for weight, refused in ((0.0, False), (0.01, False), (1.0, True)):
        word = WakeWord(PHRASE, None, None, Dictionary(), CHECK._replace(weight=weight, least=0.3))
        assert (word.push(rows) + word.flush() == []) == refused


def test_a_model_that_hears_no_sounds_refuses_nothing() -> None:
    assert listen(said("bit"))


def test_after_a_reset_nothing_is_remembered() -> None:
    word = WakeWord(PHRASE, pronouncer=Dictionary(), check=CHECK)
    word.push(wide(said("bit", before=4, after=4), BAT))
    word.reset()
    rows = wide(said("bit", before=4, after=4), BIT)
    assert word.push(rows) + word.flush()


def test_only_the_last_seconds_are_kept() -> None:
    check = PhraseSounds(["bit"], Dictionary())
    blank = np.full((700, COUNT), -9.0, np.float32)
    blank[:, 0] = -0.01
    for _ in range(5):
        check.push(blank)
    spoken = sounds(BIT, 20)
    check.push(spoken)
    assert check.score(0, 3500, 3520, 3520) > -0.5
    assert check.score(0, 3400, 3420, 3420) < -2
    assert check.score(0, 0, 20, 20) == 0.0  # too long ago


class TestTable:
    def table(self, check: SoundCheck | None) -> WakeTable:
        more = {} if check is None else {"sounds": check._asdict()}
        return WakeTable.of(DOCUMENT | more)

    def test_letters_may_let_through_more(self) -> None:
        alone, both = self.table(None), self.table(SoundCheck(10.0, 1.0, -2.0, 0.1))
        assert both.sounds == SoundCheck(10.0, 1.0, -2.0, 0.1)
        assert both.threshold("computer", 0.5) == alone.threshold("computer", 5.0)
        assert both.false_accepts("computer", both.threshold("computer", 0.5)) == pytest.approx(0.5)
        passed = 1 - alone.missed("computer", -1.0)
        assert both.missed("computer", -1.0) == pytest.approx(1 - 0.9 * passed)

    def test_a_detector_is_what_the_table_says(self) -> None:
        alone, both = self.table(None), self.table(SoundCheck(10.0, 1.0, -2.0, 0.1))
        assert detector(PHRASE, alone, Dictionary()).sounds is None
        assert detector(PHRASE, None, Dictionary()).sounds is None
        assert detector(PHRASE, both, None).sounds is None
        assert detector(PHRASE, both, Dictionary()).sounds is not None
        assert detector(PHRASE, both).scorer.hearing == Hearing(silence=8)


def test_columns_of_letters_do_as_well() -> None:
    """Blanks are blanks: a detector is flushed with silence that has no sounds."""
    word = WakeWord(PHRASE, pronouncer=Dictionary(), check=CHECK)
    word.push(wide(said("bit", before=4, after=0), BIT))
    assert word.push(frames([0] * 20)) or word.flush()
