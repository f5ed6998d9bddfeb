"""A choice that was said, and that the model has not read: "that light in the kitchen" is a light.

A choice is one of a few words that the home's sentences have for a slot. Where one of them is left
over, and with it the slots are those of a sentence, it is what that sentence has it for: without
it, all that there is in the kitchen would be turned off.
"""

from __future__ import annotations

from edge.grammar.ranking import FUNCTION_WORDS
from edge.intent.model import Frame, SlotReading
from edge.intent.slot_sets import SlotSets
from edge.intent.slots import SlotSchema
from edge.text import Tokens


class Choices:
    """The choices of a home's sentences.

    Args:
        sets: the slots that its sentences have together.
        schema: what each slot of each intent takes.
    """

    def __init__(self, sets: SlotSets, schema: SlotSchema) -> None:
        self._sets, self._schema = sets, schema

    def completed(self, said: Tokens, frame: Frame) -> Frame:
        """A frame with a choice that was left over; as it was where there is none, or several.

        Args:
            said: the sentence it was read from.
        """
        read = {slot.label for slot in frame.slots}
        for label, kind in self._schema.types.get(frame.intent, {}).items():
            if kind.kind != "choice" or label in read:
                continue
            if not self._sets.are_said(frame.intent, read | {label}):
                continue
            left = [
                (kind.choices[word], SlotReading(label, said.text[start:end], start, end))
                for word, start, end in zip(said.words, said.starts, said.ends, strict=True)
                if word in kind.choices and word not in FUNCTION_WORDS
                if not any(slot.overlaps(start, end) for slot in frame.slots)
            ]
            if len({value for value, _ in left}) == 1:
                return frame._replace(slots=(*frame.slots, left[0][1]))
        return frame
