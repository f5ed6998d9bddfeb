"""A name of the home that was said, and that the model has not read: "fairy lights red".

Without it a command would be of all lights. So it is what the home's sentences have a name for,
and where they have none with the rest that was read, nothing is commanded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from edge.grammar.ranking import FUNCTION_WORDS
from edge.home.home import NameKind, NameSaid
from edge.home.items import HOME_KINDS
from edge.intent.model import Frame, SlotReading
from edge.intent.slot_sets import SlotSets
from edge.intent.slots import SlotSchema
from edge.text import Tokens, without_articles


class NamesLeft:
    """The names that frames leave over.

    Args:
        sets: the slots that the home's sentences have together.
        schema: what each slot of each intent takes.
    """

    def __init__(self, sets: SlotSets, schema: SlotSchema) -> None:
        self._sets, self._schema = sets, schema

    def completed(self, said: Tokens, frame: Frame, names: Sequence[NameSaid]) -> Frame:
        """A frame with a name that was left over; as it was where there is none, or several.

        Args:
            said: the sentence it was read from.
            names: those of the home that are said in it: `Home.names_in`.
        """
        types = self._schema.types.get(frame.intent, {})
        read = {slot.label for slot in frame.slots}
        free = {label: one.kind for label, one in types.items() if label not in read}
        if not any(kind in HOME_KINDS for kind in free.values()):
            return frame
        left = list(_left(said, frame, names))
        if len(left) != 1:
            return frame
        kind, start, end = left[0]
        text = said.text
        if text[start:end] == " ".join(without_articles(text.split())):
            return frame  # a name alone asks for nothing
        labels = [label for label, one in free.items() if one == kind]
        if len(labels) != 1 or not self._sets.are_said(frame.intent, read | set(labels)):
            return frame
        name = SlotReading(labels[0], text[start:end], start, end)
        return frame._replace(slots=(*frame.slots, name))

    def left(self, said: Tokens, frame: Frame, names: Sequence[NameSaid]) -> str:
        """A name that is left over; empty where none is, or where an intent is of no names."""
        types = self._schema.types.get(frame.intent, {})
        if not any(one.kind in HOME_KINDS for one in types.values()):
            return ""
        return next((said.text[start:end] for _, start, end in _left(said, frame, names)), "")


def _left(
    said: Tokens, frame: Frame, names: Iterable[NameSaid]
) -> Iterator[tuple[NameKind, int, int]]:
    """Names outside all slots: of what, and where they are in the text."""
    for kind, first, after in names:
        start, end = said.starts[first], said.ends[after - 1]
        if any(slot.overlaps(start, end) for slot in frame.slots):
            continue
        if not FUNCTION_WORDS.issuperset(said.words[first:after]):
            yield kind, start, end
