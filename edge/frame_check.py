"""What a model is sure of, held against the home's own sentences of that intent.

A small model takes the words it knows for what they mostly mean. What all of the home's sentences
of an intent have, none has, or some say, is known exactly, and corrects or refuses its reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from edge.asides import LANGUAGE, refusal, spoken_of
from edge.events import RejectCode, SlotValue
from edge.fixed_slots import FixedSlots
from edge.grammar import Grammar
from edge.grammar_intents import SlotsOf, intents_with, slots_of
from edge.grammar_match import Match
from edge.intent import Frame, SlotReading
from edge.modifiers import LATER, MODIFIERS, Modifier, put_off
from edge.slots import SlotSchema
from edge.text import words_of
from edge.units import Units


class FrameCheck:
    """Checks frames for one grammar. What is read off it is made when it is first needed.

    Args:
        grammar: the home's exact sentences.
        schema: what each slot of each intent takes.
    """

    def __init__(self, grammar: Grammar, schema: SlotSchema) -> None:
        self._grammar, self._schema = grammar, schema
        self._units = Units(grammar.tables, schema)
        self._fixed = FixedSlots(grammar.tables)
        self._is_english = grammar.language == LANGUAGE
        self._outspoken: dict[Modifier | str, frozenset[str]] = {}
        """Intents with sentences that have such words, or a word, of those that were asked for."""

    def corrected(self, text: str, frame: Frame) -> Frame:
        """A frame with each number in the slot that the word behind it tells."""
        return self._units.corrected(text, frame)

    def amiss(self, text: str, frame: Frame) -> tuple[RejectCode, str] | None:
        """Why a frame is no command all the same; None where nothing is amiss."""
        own = self._slots.get(frame.intent)
        taken = self._schema.types.get(frame.intent, {}).keys() | (own.ever if own else set())
        slots = [slot for slot in frame.slots if own is None or slot.label in taken]
        for slot in slots:
            if slot.end == len(text) and (reason := self._put_off(slot.text)):
                return "unsure", reason
        for words, modifier in self._modified(text, slots):
            if frame.intent not in self._speaking(modifier, modifier.has):
                return "unsure", refusal(words, modifier.effect)
        if self._is_english and (words := spoken_of(text)) and self._is_foreign(words, frame):
            return "out_of_scope", refusal(words)
        understood = f"{frame.intent} was understood, but not"
        if lacking := (own.always if own else set()) - {slot.label for slot in slots}:
            return "incomplete", f"{understood} its {_listed(lacking)}; say that too"
        if foreign := [slot.text for slot in frame.slots if slot not in slots]:
            return "unsure", f"{understood} what {foreign[0]!r} is to it; say it differently"
        return None

    def fixed(self, text: str, frame: Frame) -> Mapping[str, SlotValue] | None:
        """Slots that a frame has without their being said; None where that cannot be told."""
        if frame.intent not in self._fixed.intents:
            return {}
        at, rest = 0, ""
        for slot in sorted(frame.slots, key=lambda slot: slot.start):
            rest += f"{text[at : slot.start]} "
            at = slot.end
        said = (slot.label for slot in frame.slots)
        return self._fixed.added(frame.intent, said, words_of(rest + text[at:]))

    def put_off(self, match: Match) -> str | None:
        """Why a sentence of the grammar is no command: any words may end it, and these put it off.

        None where nothing does.
        """
        last = match.slots[-1].value if match.slots else None
        is_end = isinstance(last, str) and match.text.endswith(last)
        return self._put_off(str(last)) if is_end else None

    def changed(self, said: str) -> tuple[str, str] | None:
        """Words in what was taken for a name that change what a command means, and what they do."""
        for words, modifier in self._modified(said, ()):
            return words, refusal(words, modifier.effect)
        return None

    def _put_off(self, text: str) -> str | None:
        """Why words of a slot that end a sentence put it off; None where they do not."""
        words = put_off(text) if self._is_english else ""
        return refusal(words, LATER.effect) if words else None

    def _modified(self, text: str, slots: Sequence[SlotReading]) -> Iterator[tuple[str, Modifier]]:
        """Words outside some slots that may change what a command means."""
        for modifier in MODIFIERS if self._is_english else ():
            if words := modifier.found(text, slots):
                yield words, modifier

    def _is_foreign(self, words: str, frame: Frame) -> bool:
        """Whether some of these words are in no sentence of an intent: "did you leave it on" is."""
        return not all(frame.intent in self._speaking(one, one.__eq__) for one in words.split())

    def _speaking(self, of: Modifier | str, is_meant: Callable[[str], bool]) -> frozenset[str]:
        """Intents whose own sentences have such words: "never mind" forbids nothing."""
        if of not in self._outspoken:
            self._outspoken[of] = intents_with(self._grammar.tables, is_meant)
        return self._outspoken[of]

    @cached_property
    def _slots(self) -> dict[str, SlotsOf]:
        return slots_of(self._grammar.tables)


def _listed(slots: Iterable[str]) -> str:
    return " and ".join(sorted(slot.replace("_", " ") for slot in slots))
