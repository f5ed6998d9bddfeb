"""What a number counts, told by the word behind it: "five minutes" are not five hours.

A small model finds numbers better than it tells their slots apart. Where a home's own sentences
have the word behind a number after one slot of the intent alone, it is that slot's.
"""

from __future__ import annotations

from functools import cached_property
from itertools import product
from typing import Final

from edge.grammar.file import GrammarTables
from edge.grammar.intents import slots_counted, words_after
from edge.home.names import may_be
from edge.intent.model import Frame, SlotReading
from edge.intent.slots import SlotSchema
from edge.text import words_of

_NUMBERS: Final = ("number", "percent")


class Units:
    """The words behind the numbers of a grammar.

    Args:
        tables: the grammar.
        schema: what each slot of each intent takes.
    """

    def __init__(self, tables: GrammarTables, schema: SlotSchema) -> None:
        self._tables = tables
        self._schema = schema

    @cached_property
    def _after(self) -> dict[str, frozenset[str]]:
        return words_after(self._tables)

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

    def _numbers(self, frame: Frame) -> set[str]:
        types = self._schema.types.get(frame.intent, {})
        return {label for label, kind in types.items() if kind.kind in _NUMBERS}

    def _meant(self, text: str, slot: SlotReading, numbers: set[str]) -> SlotReading:
        if slot.label not in numbers:
            return slot
        # "5min" is one word to the model.
        for word in (*words_of(slot.text)[-1:], *words_of(text[slot.end :])[:1]):
            meant = self._after.get(word, frozenset()) & numbers
            if len(meant) == 1:
                return slot._replace(label=min(meant))
        return slot
