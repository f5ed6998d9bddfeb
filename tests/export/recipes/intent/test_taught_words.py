"""Which words the training sentences of each intent have."""

from __future__ import annotations

import pytest

from edge.errors import UsageError
from edge.intent.taught_words import TaughtWords
from export.corpora import OUT_OF_SCOPE, SlotSpan, Utterance
from export.recipes.intent.settings import settings_from
from export.recipes.intent.taught_words import taught_words

SENTENCES = [
    Utterance("Lock the front door", "Lock", (SlotSpan("name", 9, 19),)),
    Utterance("the door, lock it", "Lock"),
    Utterance("do not disturb", "Quiet"),
    Utterance("do you like it", OUT_OF_SCOPE),
    Utterance("never labelled", None),
]


def test_words_outside_slots_and_those_that_begin_a_sentence() -> None:
    labels = ["Quiet", "Lock", OUT_OF_SCOPE]
    words = TaughtWords.from_bytes(taught_words("en", SENTENCES, labels).encode(), labels)
    assert words.language == "en"
    assert words.intents == {
        **dict.fromkeys(("lock", "the", "door", "it"), frozenset({"Lock"})),
        **dict.fromkeys(("do", "not", "disturb"), frozenset({"Quiet"})),
    }
    assert words.first.keys() == {"lock", "the", "do"}


def test_a_slot_that_begins_a_sentence_is_no_first_word() -> None:
    item = Utterance("jazz please", "Play", (SlotSpan("song", 0, 4),))
    words = TaughtWords.from_bytes(taught_words("en", [item], ["Play"]).encode(), ["Play"])
    assert words.first == {}


def test_a_language_whose_words_nobody_knows_is_refused() -> None:
    assert settings_from({"language": "en"}).language == "en"
    with pytest.raises(UsageError, match="settings: language"):
        settings_from({"language": "de"})
