"""Where words were said."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

from edge.errors import UsageError
from edge.voice.alignment import align, label_of_frames
from edge.voice.alphabet import BLANK, spell
from tests.edge.voice.frames import babble, spoken


def collapsed(path: tuple[int, ...]) -> list[int]:
    changes = [label for at, label in enumerate(path) if not at or label != path[at - 1]]
    return [label for label in changes if label != BLANK]


@pytest.mark.parametrize("text", ["a", "aa", "ab", "a b", "abb"])
def test_the_best_path_of_all(text: str) -> None:
    frames = babble(6, seed=len(text)).astype(np.float64)
    labels = spell(text)
    used = sorted({BLANK, *labels})
    best = max(
        sum(frames[at, label] for at, label in enumerate(path))
        for path in product(used, repeat=len(frames))
        if collapsed(path) == labels
    )
    words = align(frames, labels)
    assert sum(word.log_probability for word in words) == pytest.approx(best, abs=1e-9)
    assert sum(word.free for word in words) == pytest.approx(frames.max(axis=1).sum(), abs=1e-9)


def test_every_frame_has_its_label() -> None:
    frames = spoken("turn on", seed=1)
    labels = label_of_frames(frames, spell("turn on"))
    assert labels.shape == (len(frames),)
    assert collapsed(tuple(labels.tolist())) == spell("turn on")
    assert frames[np.arange(len(frames)), labels].mean() > frames.mean(axis=1).mean()


def test_words_are_found_where_they_were_said() -> None:
    first, second = spoken("turn on", seed=1, pause=4), spoken("the lamp", seed=2, pause=4)
    frames = np.concatenate([first, second])
    words = align(frames, spell("turn on the lamp"))
    assert [word.text for word in words] == ["turn", "on", "the", "lamp"]
    assert words[0].start == 4
    assert words[1].end <= len(first) < words[2].start + 1
    for before, after in pairwise(words):
        assert before.start < before.end <= after.start
    assert words[-1].end <= len(frames)


def test_a_word_that_was_not_said_stands_out() -> None:
    frames = spoken("turn on the lamp", seed=3)
    words = align(frames, spell("turn on my lamp"))
    ratios = [(word.log_probability - word.free) / len(word.text) for word in words]
    assert min(range(4), key=ratios.__getitem__) == 2
    assert ratios[2] < -2 < -0.5 < min(ratios[0], ratios[1])


@pytest.mark.parametrize(("text", "frames"), [("", 5), ("abc", 2), ("aa", 2), ("a", 0)])
def test_what_does_not_fit_is_refused(text: str, frames: int) -> None:
    with pytest.raises(UsageError, match="labels for"):
        align(babble(frames), spell(text))


def test_as_many_labels_as_frames() -> None:
    (word,) = align(babble(3), spell("abc"))
    assert (word.start, word.end) == (0, 3)
