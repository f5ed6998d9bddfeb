"""What a number counts, told by the word behind it: "five minutes" are not five hours.

A small model finds numbers better than it tells their slots apart. Where a home's own sentences
have the word behind a number after one slot of the intent alone, it is that slot's, even where the
model has read none: "two degrees warmer".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from edge.text import Tokens, words_of

_NUMBERS: Final = ("number", "percent")
_NONE: Final = frozenset[str]()
_BEFORE: Final = frozenset(
    "in at for after until before by up down minus negative than below above".split()
)
"""English words that say what the number behind them is: "in five minutes" opens nothing by 5 %."""
_PARTS: Final = frozenset({"quarter", "quarters", "third", "thirds"})
"""English words that make a part of the number before them."""
_HALF: Final = "half"
_SMALL: Final = FUNCTION_WORDS | {"too"}


class Units:
    """The words behind the numbers of a grammar.

    Args:
        tables: the grammar.
        sets: the slots that its sentences have together.
        schema: what each slot of each intent takes.
    """

    def __init__(self, tables: GrammarTables, sets: SlotSets, schema: SlotSchema) -> None:
        self._tables, self._sets = tables, sets
        self._numbers = {
            intent: frozenset(label for label, kind in types.items() if kind.kind in _NUMBERS)
            for intent, types in schema.types.items()
        }
        """Intent → its slots that are numbers."""

    @cached_property
    def _after(self) -> dict[str, frozenset[str]]:
        return words_after(self._tables)

    @cached_property
    def _before(self) -> dict[str, frozenset[str]]:
        return words_before(self._tables)

    @cached_property
    def _counting(self) -> frozenset[str]:
        numbers = frozenset[str]().union(*self._numbers.values())
        return frozenset(word for word, slots in self._after.items() if slots & numbers)

    @cached_property
    def _counted(self) -> frozenset[str]:
        return slots_counted(self._tables)

    def prepare(self) -> None:
        """Reads them now."""
        _ = self._before, self._counting, self._counted

    def has(self, word: str) -> bool:
        """Whether a word stands behind numbers in some sentence: "minutes", "degrees"."""
        return word in self._counting

    def corrected(self, said: Tokens, frame: Frame) -> Frame:
        """A frame whose numbers are those that the words behind them say.

        Args:
            said: the sentence it was read from.
        """
        numbers = self._numbers.get(frame.intent, _NONE)
        if len(numbers) < 2:
            return frame
        return frame._replace(slots=tuple(self._meant(said, slot, numbers) for slot in frame.slots))

    def completed(self, said: Tokens, frame: Frame) -> Frame:
        """A frame with a number that was left over; as it was where there is none, or several.

        Args:
            said: the sentence it was read from.
        """
        numbers = self._numbers.get(frame.intent, _NONE)
        if not numbers:
            return frame
        read = {slot.label for slot in frame.slots}
        numbers -= read
        left: list[SlotReading] = []
        for at, start in enumerate(said.starts) if numbers else ():
            if (found := parse_number(said.words, at)) is None:
                continue
            after, end = found[1], said.ends[found[1] - 1]
            if (left and start < left[-1].end) or any(s.overlaps(start, end) for s in frame.slots):
                continue
            for word in said.words[after : after + 1]:
                meant = self._after.get(word, frozenset()) & numbers
                if len(meant) == 1 and self._sets.are_said(frame.intent, read | meant):
                    left.append(SlotReading(min(meant), said.text[start:end], start, end))
        return frame._replace(slots=(*frame.slots, *left)) if len(left) == 1 else frame

    def uncounted(self, said: Tokens, frame: Frame) -> tuple[str, frozenset[str]] | None:
        """A number that may be hours or minutes, and no word says which.

        Args:
            said: the sentence the frame was read from.

        Returns:
            Its text and the slots that it may be of; None where all are counted.
        """
        numbers = self._numbers.get(frame.intent, _NONE)
        if len(numbers) < 2 or not numbers <= self._counted:
            return None
        units = [word for word, slots in self._after.items() if slots & numbers]
        for slot in frame.slots:
            if slot.label not in numbers:
                continue
            words = (*words_of(slot.text), *_behind(said, slot, 1))  # "an hour and a half"
            if not any(may_be(*pair) for pair in product(words, units)):
                return slot.text, numbers
        return None

    def miscounted(self, said: Tokens, frame: Frame, intents: Mapping[str, frozenset[str]]) -> str:
        """A number with words around it that no sentence has around one of its slot, and they;
        empty where there is none.

        Args:
            said: the sentence the frame was read from.
            intents: word → intents that have sentences with it.
        """
        numbers = self._numbers.get(frame.intent, _NONE)
        for slot in frame.slots:
            if slot.label not in numbers:
                continue
            first = said.at(slot.start)
            before = said.words[first - 1] if first else ""
            if before in _BEFORE and before not in self._before.get(slot.label, ()):
                return f"{before} {slot.text}"
            if self._says_more(slot, numbers):
                return slot.text
            for word in _behind(said, slot, 2):
                if slot.label in self._after.get(word, ()):
                    continue  # "percent", and perhaps "brighter" behind it
                others = () if word in _SMALL else intents.get(word, ())
                if word in _PARTS or self.has(word) or (others and frame.intent not in others):
                    return f"{slot.text} {word}"
                break
        return ""

    def _says_more(self, slot: SlotReading, numbers: frozenset[str]) -> bool:
        """Whether a slot has a number, and behind it a part of one or what another slot counts:
        "one hour and a half" are no minutes, nor an hour."""
        words = words_of(slot.text)
        if not _PARTS.isdisjoint(words):
            return True
        found = next((one for at in range(len(words)) if (one := parse_number(words, at))), None)
        for word in words[found[1] :] if found is not None else ():
            counts = self._after.get(word, _NONE) & numbers
            if word == _HALF or (counts and slot.label not in counts):
                return True
        return False

    def _meant(self, said: Tokens, slot: SlotReading, numbers: frozenset[str]) -> SlotReading:
        if slot.label not in numbers:
            return slot
        # "5min" is one word to the model.
        behind = (*words_of(slot.text)[-1:], *_behind(said, slot, 1))
        for word in behind:
            meant = self._after.get(word, frozenset()) & numbers
            if len(meant) == 1:
                return slot._replace(label=min(meant))
        units = [unit for unit, slots in self._after.items() if len(slots & numbers) == 1]
        like = [(likeness(*pair), pair[1]) for pair in product(behind[-1:], units) if may_be(*pair)]
        if like:  # "minuts" are no hours
            return slot._replace(label=min(self._after[max(like)[1]] & numbers))
        return slot


def _behind(said: Tokens, slot: SlotReading, count: int) -> Sequence[str]:
    """The words behind a slot, at most so many."""
    first = said.at(slot.end)
    return said.words[first : first + count]
