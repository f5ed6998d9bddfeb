"""Letters in, sounds out."""

from __future__ import annotations

import pytest
import torch

from edge.voice.alphabet import spell
from edge.voice.phones import COUNT
from edge.voice.pronunciation import LONGEST, PER_LETTER
from export.recipes.pronunciation.network import PronunciationNetwork, spelled


def test_two_frames_a_letter_each_a_distribution() -> None:
    found = PronunciationNetwork().eval()(spelled(["on", "off"]))
    assert found.shape == (2, PER_LETTER * LONGEST, COUNT)
    assert torch.allclose(found.exp().sum(-1), torch.ones(()), atol=1e-5)


def test_a_word_is_read_alike_in_any_company() -> None:
    network = PronunciationNetwork().eval()
    alone = network(spelled(["on"]))[0]
    assert torch.allclose(network(spelled(["lamp", "on"]))[1], alone, atol=1e-5)


def test_words_are_filled_up_with_nothing() -> None:
    rows = spelled(["on", "it's"])
    assert rows.shape == (2, LONGEST)
    assert rows[0].tolist() == spell("on") + [0] * (LONGEST - 2)


def test_a_character_that_is_no_letter_is_an_error() -> None:
    with pytest.raises(ValueError, match="no label"):
        spelled(["café"])


def test_no_words_have_no_sounds() -> None:
    assert PronunciationNetwork().eval().pronounce([]) == []
