"""Commands that are spoken of and not given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from edge.text import words_of
from export.corpora.spoken_of import PIECES, SHARE, Words, asked_for, pieces, spoken_of
from export.corpora.utterance import OUT_OF_SCOPE, SlotSpan, Utterance

ORDERS = [
    Utterance(f"turn on lamp {number}", "TurnOn", (SlotSpan("name", 8, 14),), "page:1")
    for number in range(200)
]
OTHERS = [
    Utterance("is the lamp on", "GetState", (), "page:2"),
    Utterance("never mind", "Cancel", (), "page:3"),
    Utterance("lights off", "TurnOff", (), "page:4"),
]


def made_by(
    make: Callable[[Sequence[Utterance], Random, set[Words]], list[Utterance]],
    commands: Sequence[Utterance],
    rng: Random,
) -> list[Utterance]:
    """Beside nothing but the commands themselves."""
    return make(commands, rng, {words_of(item.text) for item in commands})


def test_orders_behind_other_words_are_none() -> None:
    found = made_by(spoken_of, ORDERS, Random(0))
    assert len(found) == round(SHARE * len(ORDERS))
    assert {item.intent for item in found} == {OUT_OF_SCOPE}
    for item in found:
        before, order = item.text.split("turn on", 1)
        assert before
        assert f"turn on{order}" in {one.text for one in ORDERS}
        assert item.slots == ()


def test_what_is_no_order_cannot_stand_behind_them() -> None:
    assert made_by(spoken_of, OTHERS * 40, Random(0)) == []


def test_a_sentence_of_the_home_stays_what_it_is() -> None:
    """A home may have templates for it: "can you …" would else be both."""
    for seed in range(20):
        (spoken, *_) = made_by(spoken_of, ORDERS, Random(seed))
        taken = Utterance(spoken.text, "Explain", (), "page:5")
        again = made_by(spoken_of, [*ORDERS, taken], Random(seed))
        assert spoken.text not in {item.text for item in again}


def test_the_same_seed_gives_the_same() -> None:
    assert made_by(spoken_of, ORDERS, Random(3)) == made_by(spoken_of, ORDERS, Random(3))
    assert made_by(spoken_of, [], Random(0)) == []


def test_what_a_slot_says_is_no_command_by_itself() -> None:
    found = made_by(pieces, ORDERS, Random(0))
    assert len(found) == round(PIECES * len(ORDERS))
    assert {item.intent for item in found} == {OUT_OF_SCOPE}
    assert all("lamp " in item.text and "turn" not in item.text for item in found)
    assert made_by(pieces, OTHERS, Random(0)) == []


def test_unless_the_home_has_a_sentence_for_it() -> None:
    scenes = [
        Utterance(text, "ActivateScene", (SlotSpan("name", 0, len(text)),), "page:6")
        for text in ("movie night", "good morning", "dinner")
    ]
    for seed in range(20):
        made = {item.text for item in made_by(pieces, scenes * 40, Random(seed))}
        assert made.isdisjoint(item.text for item in scenes)


def test_as_many_are_asked_for_and_stay_what_they_are() -> None:
    found = made_by(asked_for, ORDERS, Random(0))
    assert len(found) == round(SHARE * len(ORDERS))
    for item in found:
        (span,) = item.slots
        assert item.intent == "TurnOn"
        assert item.text[span.start : span.end].startswith("lamp ")
        assert not item.text.startswith("turn on")
    assert made_by(asked_for, OTHERS, Random(0)) == []
