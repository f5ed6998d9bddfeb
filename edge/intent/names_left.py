"""A name of the home that was said, and that the model has not read: "fairy lights red".

Without it a command would be of all lights. So it is what the home's sentences have a name for,
and where they have none with the rest that was read, nothing is commanded.
"""

from __future__ import annotations

from collections.abc import Iterator

from edge.grammar.file import HOME_KINDS
from edge.grammar.ranking import FUNCTION_WORDS
from edge.home.home import Home, NameKind
from edge.intent.model import Frame, SlotReading
from edge.intent.slot_sets import SlotSets
from edge.intent.slots import SlotSchema
from edge.text import tokenise, without_articles


class NamesLeft:
    """The names that frames leave over.

    Args:
        sets: the slots that the home's sentences have together.
        schema: what each slot of each intent takes.
    """

    def __init__(self, sets: SlotSets, schema: SlotSchema) -> None:
        self._sets, self._schema = sets, schema

    def completed(self, text: str, frame: Frame, home: Home) -> Frame:
        """A frame with a name that was left over; as it was where there is none, or several.

        Args:
            text: the sentence it was read from.
            home: whose names they may be.
        """
        types = self._schema.types.get(frame.intent, {})
        read = {slot.label for slot in frame.slots}
        free = {label: one.kind for label, one in types.items() if label not in read}
        if not any(kind in HOME_KINDS for kind in free.values()):
            return frame
        left = list(self._left(text, frame, home))
        if len(left) != 1:
            return frame
        kind, start, end = left[0]
        if text[start:end] == " ".join(without_articles(text.split())):
            return frame  # a name alone asks for nothing
        labels = [label for label, one in free.items() if one == kind]
        if len(labels) != 1 or not self._sets.are_said(frame.intent, read | set(labels)):
            return frame
        name = SlotReading(labels[0], text[start:end], start, end)
        return frame._replace(slots=(*frame.slots, name))

    def left(self, text: str, frame: Frame, home: Home) -> str:
        """A name that is left over; empty where none is, or where an intent is of no names."""
        types = self._schema.types.get(frame.intent, {})
        if not any(one.kind in HOME_KINDS for one in types.values()):
            return ""
        return next((text[start:end] for _, start, end in self._left(text, frame, home)), "")

    def _left(self, text: str, frame: Frame, home: Home) -> Iterator[tuple[NameKind, int, int]]:
        """Names outside all slots: of what, and where they are in the text."""
        tokens = tokenise(text)
        at = 0
        while at < len(tokens):
            found = [
                (after, kind)
                for kind in HOME_KINDS
                for after, _ in home.index[kind].starting_at(tokens.words, at)
            ]
            after, kind = max(found, key=lambda one: one[0], default=(at + 1, HOME_KINDS[0]))
            start, end = tokens.starts[at], tokens.ends[after - 1]
            is_name = found and not FUNCTION_WORDS.issuperset(tokens.words[at:after])
            if is_name and not any(slot.overlaps(start, end) for slot in frame.slots):
                yield kind, start, end
            at = after
