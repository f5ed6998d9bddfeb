"""Texts as sounds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.voice.phones import COUNT, PHONES, numbers
from export.corpora.speech.dictionary import pronunciations
from export.recipes.pronunciation.network import PronunciationNetwork
from export.recipes.pronunciation.shipped import shipped
from export.recipes.speech.lessons.sounds import PRONUNCIATIONS, Sounds, write_pronunciations


def test_a_text_is_the_sounds_of_its_words_without_their_stress() -> None:
    sounds = Sounds({"turn": ("T", "ER1", "N"), "off": ("AO1", "F")})
    found = sounds.of("turn off")
    assert found is not None
    assert [PHONES.split()[number] for number in found] == ["T", "ER", "N", "AO", "F"]


def test_no_words_have_no_sounds() -> None:
    assert Sounds({}).of("") == ()


def test_a_word_that_is_not_known_leaves_all_open() -> None:
    assert Sounds({"off": ("AO1", "F")}).of("off zwyx") is None


def test_a_word_that_is_not_known_is_read_by_a_network() -> None:
    network = PronunciationNetwork().eval()
    sounds = Sounds({"off": ("AO1", "F")}, network)
    (read,) = network.pronounce(["zwyx"])
    for _ in range(2):
        assert sounds.of("off zwyx") == (4, 14, *read)
    assert sounds.of(27 * "z") is None


def test_every_sound_of_the_cmu_dictionary_has_a_number() -> None:
    pytest.importorskip("pocketsphinx")
    sounds = Sounds()
    for word in list(pronunciations())[::97]:
        found = sounds.of(word)
        assert found and min(found) >= 1 and max(found) < COUNT


def test_words_that_would_be_read_wrongly_are_written_down(tmp_path: Path) -> None:
    pytest.importorskip("pocketsphinx")
    write_pronunciations(["a latte", "one zwyxlatte"], tmp_path)
    listed = json.loads((tmp_path / PRONUNCIATIONS).read_text())
    assert listed.keys() <= {"a", "latte", "one"}
    assert listed.get("latte", []) in ([], [*numbers("L AA T EY".split())])
    (read,) = shipped().pronounce(["latte"])
    assert ("latte" in listed) == (read != numbers("L AA T EY".split()))
