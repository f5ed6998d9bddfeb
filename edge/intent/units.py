"""What a number counts, told by the word behind it: "five minutes" are not five hours.

A small model finds numbers better than it tells their slots apart. Where a home's own sentences
have the word behind a number after one slot of the intent alone, it is that slot's, even where the
model has read none: "two degrees warmer".
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import product
from typing import Final

from edge.grammar.file import GrammarTables
from edge.grammar.intents import slots_counted, words_after, words_before
from edge.grammar.ranking import FUNCTION_WORDS
from edge.home.names import likeness, may_be
from edge.intent.model import Frame, SlotReading
from edge.intent.slot_sets import SlotSets
from edge.intent.slots import SlotSchema
from edge.numbers import parse_number
from edge.text import tokenise, words_of

_NUMBERS: Final = ("number", "percent")
_BEFORE: Final = frozenset(
    "in at for after until before by up down minus negative than below above".split()
)
"""English words that say what the number behind them is: "in five minutes" opens nothing by 5 %."""
_PARTS: Final = frozenset({"quarter", "quarters", "third", "thirds"})
"""English words that make a part of the number before them."""
_SMALL: Final = FUNCTION_WORDS | {"too"}


class Units:
    """The words behind the numbers of a grammar.

    Args:
        tables: the grammar.
        sets: the slots that its sentences have together.
        schema: what each slot of each intent takes.
    """

    def __init__(self, tables: GrammarTables, sets: SlotSets, schema: SlotSchema) -> None:
        self._tables, self._sets, self._schema = tables, sets, schema

    @cached_property
    def _after(self) -> dict[str, frozenset[str]]:
        return words_after(self._tables)

    @cached_property
    def _before(self) -> dict[str, frozenset[str]]:
        return words_before(self._tables)

    @cached_property
    def _counting(self) -> frozenset[str]:
        types = self._schema.types.values()
        numbers = {slot for of in types for slot, kind in of.items() if kind.kind in _NUMBERS}
        return frozenset(word for word, slots in self._after.items() if slots & numbers)

    @cached_property
    def _counted(self) -> frozenset[str]:
        return slots_counted(self._tables)

    def has(self, word: str) -> bool:
        """Whether a word stands behind numbers in some sentence: "minutes", "degrees"."""
        return word in self._counting

    def corrected(self, text: str, frame: Frame) -> Frame:
        """A frame whose numbers are those that the words behind them say.

        Args:
            text: the sentence it was read from.
        """
        numbers = self._numbers(frame)
        if len(numbers) < 2:
            return frame
        return frame._replace(slots=tuple(self._meant(text, slot, numbers) for slot in frame.slots))

    def completed(self, text: str, frame: Frame) -> Frame:
        """A frame with a number that was left over; as it was where there is none, or several.

        Args:
            text: the sentence it was read from.
        """
        read = {slot.label for slot in frame.slots}
        numbers = self._numbers(frame) - read
        tokens = tokenise(text)
        left: list[SlotReading] = []
        for at, start in enumerate(tokens.starts) if numbers else ():
            if (found := parse_number(tokens.words, at)) is None:
                continue
            after, end = found[1], tokens.ends[found[1] - 1]
            if (left and start < left[-1].end) or any(s.overlaps(start, end) for s in frame.slots):
                continue
            for word in tokens.words[after : after + 1]:
                meant = self._after.get(word, frozenset()) & numbers
                if len(meant) == 1 and self._sets.are_said(frame.intent, read | meant):
                    left.append(SlotReading(min(meant), text[start:end], start, end))
        return frame._replace(slots=(*frame.slots, *left)) if len(left) == 1 else frame

    def uncounted(self, text: str, frame: Frame) -> tuple[str, frozenset[str]] | None:
        """A number that may be hours or minutes, and no word says which.

        Args:
            text: the sentence the frame was read from.

        Returns:
            Its text and the slots that it may be of; None where all are counted.
        """
        numbers = self._numbers(frame)
        if len(numbers) < 2 or not numbers <= self._counted:
            return None
        units = [word for word, slots in self._after.items() if slots & numbers]
        for slot in frame.slots:
            if slot.label not in numbers:
                continue
            said = (*words_of(slot.text), *words_of(text[slot.end :])[:1])  # "an hour and a half"
            if not any(may_be(*pair) for pair in product(said, units)):
                return slot.text, frozenset(numbers)
        return None

    def miscounted(self, text: str, frame: Frame, intents: Mapping[str, frozenset[str]]) -> str:
        """A number with words around it that no sentence has around one of its slot, and they;
        empty where there is none.

        Args:
            text: the sentence the frame was read from.
            intents: word → intents that have sentences with it.
        """
        numbers = self._numbers(frame)
        for slot in frame.slots:
            if slot.label not in numbers:
                continue
            before = words_of(text[: slot.start])[-1:]
            if before and before[0] in _BEFORE - self._before.get(slot.label, frozenset()):
                return f"{before[0]} {slot.text}"
            if not _PARTS.isdisjoint(words_of(slot.text)):
                return slot.text
            for word in words_of(text[slot.end :])[:2]:
                if slot.label in self._after.get(word, ()):
                    continue  # "percent", and perhaps "brighter" behind it
                others = () if word in _SMALL else intents.get(word, ())
                if word in _PARTS or self.has(word) or (others and frame.intent not in others):
                    return f"{slot.text} {word}"
                break
        return ""

    def _numbers(self, frame: Frame) -> set[str]:
        types = self._schema.types.get(frame.intent, {})
        return {label for label, kind in types.items() if kind.kind in _NUMBERS}

    def _meant(self, text: str, slot: SlotReading, numbers: set[str]) -> SlotReading:
        if slot.label not in numbers:
            return slot
        # "5min" is one word to the model.
        behind = (*words_of(slot.text)[-1:], *words_of(text[slot.end :])[:1])
        for word in behind:
            meant = self._after.get(word, frozenset()) & numbers
            if len(meant) == 1:
                return slot._replace(label=min(meant))
        units = [unit for unit, slots in self._after.items() if len(slots & numbers) == 1]
        like = [(likeness(*pair), pair[1]) for pair in product(behind[-1:], units) if may_be(*pair)]
        if like:  # "minuts" are no hours
            return slot._replace(label=min(self._after[max(like)[1]] & numbers))
        return slot
