"""What a number counts, told by the word behind it: "five minutes" are not five hours.

A small model finds numbers better than it tells their slots apart. Where a home's own sentences
have the word behind a number after one slot of the intent alone, it is that slot's.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

from edge.grammar.file import GrammarTables
from edge.grammar.intents import words_after
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

    def corrected(self, text: str, frame: Frame) -> Frame:
        """A frame whose numbers are those that the words behind them say.

        Args:
            text: the sentence it was read from.
        """
        types = self._schema.types.get(frame.intent, {})
        numbers = {label for label, kind in types.items() if kind.kind in _NUMBERS}
        if len(numbers) < 2:
            return frame
        return frame._replace(slots=tuple(self._meant(text, slot, numbers) for slot in frame.slots))

    def _meant(self, text: str, slot: SlotReading, numbers: set[str]) -> SlotReading:
        if slot.label not in numbers:
            return slot
        # "5min" is one word to the model.
        for word in (*words_of(slot.text)[-1:], *words_of(text[slot.end :])[:1]):
            meant = self._after.get(word, frozenset()) & numbers
            if len(meant) == 1:
                return slot._replace(label=min(meant))
        return slot
