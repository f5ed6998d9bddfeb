"""Letters right of what is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from edge.voice.alphabet import LABELS, spell
from edge.voice.greedy import greedy_labels
from export.recipes.speech.lessons.features import build_cache
from export.recipes.speech.lessons.lessons import lessons_of
from export.recipes.speech.network.frontend import BANDS
from export.recipes.speech.school.judge import distance, letters_right
from tests.export.recipes.speech import tiny

WORDS = st.text("abc", max_size=8)


def posteriors(path: str) -> np.ndarray:
    """Frames that say `path`, "_" for blank."""
    return np.log(np.eye(len(LABELS))[[LABELS.index(letter) for letter in path]] + 1e-3)


@pytest.mark.parametrize(
    ("path", "text"),
    [("__aa_b__", "ab"), ("aab_bb", "abb"), ("____", ""), ("", ""), ("a a", "a a"), ("l_l", "ll")],
)
def test_repeats_are_one_letter_and_blanks_none(path: str, text: str) -> None:
    assert greedy_labels(posteriors(path).reshape(-1, len(LABELS))) == spell(text)


@pytest.mark.parametrize(
    ("meant", "read", "edits"),
    [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("same", "same", 0)],
)
def test_fewest_edits(meant: str, read: str, edits: int) -> None:
    assert distance(spell(meant), spell(read)) == edits


@given(WORDS, WORDS, WORDS)
def test_a_distance_is_a_metric(one: str, other: str, third: str) -> None:
    a, b, c = spell(one), spell(other), spell(third)
    assert distance(a, b) == distance(b, a)
    assert (distance(a, b) == 0) == (a == b)
    assert distance(a, c) <= distance(a, b) + distance(b, c)


class Parrot(torch.nn.Module):
    """Says `letters`, whatever it hears; as large a context as the network's."""

    past = future = 4

    def __init__(self, letters: str) -> None:
        super().__init__()
        self.said = torch.nn.Parameter(torch.tensor(posteriors(letters)), requires_grad=False)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        steps = (features.shape[1] - 8) // 4
        silence = torch.tensor(posteriors("_" * (2 * steps)))
        silence[: len(self.said)] = self.said
        return silence.expand(len(features), -1, -1)


def test_who_says_it_right_has_all_letters_and_who_says_nothing_none(tmp_path: Path) -> None:
    said = tiny.recordings(tmp_path / "data", ["stop it"])
    cache = build_cache(said, tmp_path / "cache", looks=1, seed=0, jobs=1)
    lessons = lessons_of(said, cache, 0)
    noises = torch.zeros(2, 50, BANDS)
    for letters, right in [("stop it", 100), ("stop i_t_", 100), ("_", 0), ("stop", 100 * 4 / 7)]:
        parrot: tiny.AcousticNetwork = Parrot(letters)  # type: ignore[assignment]
        assert letters_right(parrot, lessons, None) == pytest.approx(right)
        assert letters_right(parrot, lessons, noises) == pytest.approx(right)
