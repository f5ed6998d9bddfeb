"""Texts as sounds."""

from __future__ import annotations

import pytest

from export.corpora.speech.dictionary import pronunciations
from export.recipes.speech.sounds import SOUNDS, Sounds


def test_a_text_is_the_sounds_of_its_words_without_their_stress() -> None:
    sounds = Sounds({"turn": ("T", "ER1", "N"), "off": ("AO1", "F")})
    found = sounds.of("turn off")
    assert found is not None
    assert [SOUNDS[number - 1] for number in found] == ["T", "ER", "N", "AO", "F"]


def test_no_words_have_no_sounds() -> None:
    assert Sounds({}).of("") == ()


def test_a_word_that_is_not_known_leaves_all_open() -> None:
    assert Sounds({"off": ("AO1", "F")}).of("off zwyx") is None


def test_every_sound_of_the_cmu_dictionary_has_a_number() -> None:
    pytest.importorskip("pocketsphinx")
    sounds = Sounds()
    for word in list(pronunciations())[::97]:
        numbers = sounds.of(word)
        assert numbers and min(numbers) >= 1 and max(numbers) <= len(SOUNDS)
