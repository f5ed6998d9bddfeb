"""Which intents' sentences have a word, where a corpus says so and no grammar does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edge.errors import BundleFormatError
from edge.events import Command, Rejected
from edge.home.home import Home
from edge.intent.model import IntentModel
from edge.intent.slots import SlotSchema
from edge.intent.taught_words import TaughtWords
from edge.intent.understanding import TextUnderstanding
from edge.limits import TAUGHT_WORDS
from tests.edge.intent.test_model import bundle, model

__all__ = ["bundle", "model"]

LABELS = ["Lock", "Quiet"]
FOUND = {
    "language": "en",
    "intents": {"lock": [0], "do": [1], "not": [1], "disturb": [1]},
    "first": {"lock": [0], "do": [1]},
}


def words_of(found: Any) -> TaughtWords:
    return TaughtWords.from_bytes(json.dumps(found).encode(), LABELS)


def test_what_is_written_is_read() -> None:
    words = words_of(FOUND)
    assert words.language == "en"
    assert words.intents["not"] == {"Quiet"}
    assert words.first == {"lock": frozenset({"Lock"}), "do": frozenset({"Quiet"})}
    assert words.has("Quiet", ("do", "not"))
    assert not words.has("Lock", ("do", "lock"))


@pytest.mark.parametrize(
    "found",
    [
        [],
        {**FOUND, "language": 7},
        {"language": "en"},
        {**FOUND, "first": []},
        {**FOUND, "intents": {"lock": 0}},
        {**FOUND, "intents": {"lock": "0"}},
        {**FOUND, "intents": {"lock": [2]}},
        {**FOUND, "intents": {"lock": [-1]}},
        {**FOUND, "intents": {"lock": [True]}},
        {**FOUND, "intents": {f"w{number}": [0] for number in range(TAUGHT_WORDS + 1)}},
    ],
)
def test_what_is_none_of_it_is_refused(found: Any) -> None:
    with pytest.raises(BundleFormatError, match=r"assets\.words"):
        words_of(found)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("turn on the reading lamp", ""),
        ("don't turn on the reading lamp", "don't"),
        ("turn on the reading lamp tomorrow", "'tomorrow' puts it off"),
        ("i turned on the reading lamp", "makes no command of it"),
    ],
)
def test_a_model_of_plain_sentences_refuses_what_forbids(
    model: IntentModel, text: str, reason: str
) -> None:
    first = {"turn": frozenset({"TurnOn", "TurnOff"})}
    words = TaughtWords("en", first, first)
    home = Home()
    taught = TextUnderstanding(model, None, SlotSchema({}), home, words)
    answer = taught.answer(text)
    if not reason:
        assert isinstance(answer, Command)
        return
    assert isinstance(answer, Rejected)
    assert reason in answer.reason
    other = TaughtWords("de", first, first)
    plain = TextUnderstanding(model, None, SlotSchema({}), home)
    german = TextUnderstanding(model, None, SlotSchema({}), home, other)
    assert german.answer(text) == plain.answer(text)
