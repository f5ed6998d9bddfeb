"""Reading the dictionary."""

from __future__ import annotations

import pytest

from edge.voice.phones import numbers
from export.corpora.speech.dictionary import frequencies
from export.recipes.pronunciation.training import exceptions, train, usable

DICTIONARY = {
    word: numbers(said.split())
    for word, said in {
        "on": "AO N",
        "off": "AO F",
        "tax": "T AE K S",
        "knee": "N IY",
        "see": "S IY",
        "bee": "B IY",
        "mix": "M IH K S",
    }.items()
}


def test_it_learns_letters_that_are_two_sounds_or_none() -> None:
    network = train(DICTIONARY, {}, 120, seed=0, quiet=True)
    words = list(DICTIONARY)
    assert dict(zip(words, network.pronounce(words), strict=True)) == DICTIONARY


def test_the_same_seed_gives_the_same_network() -> None:
    one, other = (train(DICTIONARY, {"on": 0.1}, 2, seed=3, quiet=True) for _ in range(2))
    for key, value in one.state_dict().items():
        assert value.equal(other.state_dict()[key])


def test_common_words_that_are_got_wrong_are_listed() -> None:
    network = train(DICTIONARY, {}, 1, seed=0, quiet=True)
    said = dict(zip(DICTIONARY, network.pronounce(list(DICTIONARY)), strict=True))
    wrong = {word for word in DICTIONARY if said[word] != DICTIONARY[word]}
    assert wrong
    common = dict.fromkeys(DICTIONARY, 0.1)
    assert exceptions(network, DICTIONARY, common) == {word: DICTIONARY[word] for word in wrong}
    assert exceptions(network, DICTIONARY, {}) == {}


def test_what_cannot_be_read_letter_by_letter_is_left_out() -> None:
    given = {
        "on": ("AO1", "N"),
        "read(2)": ("R", "EH1", "D"),
        "a.m.": ("EY1", "EH1", "M"),
        "w": ("D", "AH1", "B", "AH0", "L"),
        "'": ("AO1",),
        27 * "a": ("AO1",),
    }
    assert usable(given) == {"on": numbers(["AO", "N"])}


def test_how_common_words_are() -> None:
    pytest.importorskip("pocketsphinx")
    common = frequencies()
    assert common["the"] > common["lamp"] > 0
    assert "zorbatron" not in common
