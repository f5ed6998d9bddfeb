"""Letters without a grammar."""

from __future__ import annotations

import numpy as np

from edge.voice.alphabet import BLANK, LABELS, spell
from edge.voice.greedy import TO_BLANK, greedy
from edge.voice.posteriors import give_to_blank
from edge.voice.transcript import transcripts
from tests.edge.voice.frames import babble, log_softmax, spoken


def peaks(labels: list[int]) -> np.ndarray:
    logits = np.zeros((len(labels), len(LABELS)))
    logits[np.arange(len(labels)), labels] = 9.0
    return log_softmax(logits)


def test_repeats_need_a_blank_between() -> None:
    a, b = spell("ab")
    assert greedy(peaks([a, a, BLANK, b, b])) == "ab"
    assert greedy(peaks([a, BLANK, a, b])) == "aab"
    assert greedy(peaks([BLANK, 1, 1, a, 1, BLANK, 1, b, 1])) == "a b"
    assert greedy(peaks([BLANK, BLANK])) == ""
    assert greedy(np.zeros((0, len(LABELS)))) == ""


def test_what_is_hardly_likelier_than_nothing_is_left_out() -> None:
    a, b = spell("ab")
    row = np.full(len(LABELS), 1e-6)
    row[[BLANK, a]] = 0.3, 0.7  # less than e to the power of what is given back
    unsure = log_softmax(np.log(row)[None])
    assert greedy(np.concatenate([peaks([b]), unsure, peaks([b])])) == "bb"
    row[[BLANK, a]] = 0.1, 0.9
    sure = log_softmax(np.log(row)[None])
    assert greedy(np.concatenate([peaks([b]), sure, peaks([b])])) == "bab"


def test_reading_changes_no_posteriors() -> None:
    frames = spoken("feed the cat", seed=2)
    before = frames.copy()
    greedy(frames)
    transcripts(frames, 2)
    assert np.array_equal(frames, before)


def test_the_best_text_comes_first() -> None:
    frames = spoken("don't feed the cat", seed=1)
    found = transcripts(frames, 4)
    assert found[0].text == "don't feed the cat" == greedy(frames)
    assert len({one.text for one in found}) == 4
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(one.complete for one in found)


def test_alignments_are_summed() -> None:
    """The likeliest path of two frames is empty, the likeliest text is not."""
    row = np.full(len(LABELS), 1e-9)
    a, b = spell("ab")
    row[[BLANK, a, b]] = 0.4, 0.33, 0.27
    frames = np.log(np.stack([row, row])).astype(np.float32)
    give_to_blank(frames, -TO_BLANK)
    assert greedy(frames) == ""
    best = transcripts(frames, 1)[0]
    assert best.text == "a"
    assert np.isclose(np.exp(best.log_probability), 0.33**2 + 2 * 0.4 * 0.33, rtol=1e-5)


def test_nothing_but_silence_has_no_text() -> None:
    assert transcripts(np.zeros((0, len(LABELS)), dtype=np.float32), 3) == []
    sure = np.full((20, len(LABELS)), -14.0, dtype=np.float32)
    sure[:, BLANK] = -1e-5
    assert transcripts(sure, 3) == []


def test_it_takes_any_posteriors() -> None:
    for sharp in (0.0, 1.0, 6.0):
        found = transcripts(babble(120, sharp=sharp), 3)
        assert 1 <= len(found) <= 3
