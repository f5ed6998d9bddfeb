"""Where a command is meant that names no place: "the lights in here", and "the lights" of a room.

A template may ask where it is said (`requires_context: {area: {slot: true}}`). What a model reads
in other words is meant for the same place, where it says no other and not the whole home.
"""

from __future__ import annotations

import re
from typing import Final

from edge.home.items import HOME_KINDS
from edge.intent.model import Frame
from edge.intent.slot_sets import SlotSets
from edge.intent.slots import SlotSchema

_HERE: Final = re.compile(
    r"\b(?:(?:(?:in|of|around|inside) )?(?:this|the same) room|(?:(?:in|around|over) )?here"
    r"|in the room)\b",
    re.IGNORECASE,
)
_EVERYWHERE: Final = re.compile(
    r"\b(?:all|both|each|every|everything|everywhere|any|anywhere|whole|entire|house|home|flat"
    r"|apartment)\b",
    re.IGNORECASE,
)


def is_here(said: str) -> bool:
    """Whether words that stand for a place are for the one that somebody is in: "here"."""
    return _HERE.fullmatch(said.strip()) is not None or said.strip().lower() == "room"


class Here:
    """Tells which frames are of the room that somebody is in, by English words.

    Args:
        sets: the slots that the home's sentences have together.
        schema: what each slot of each intent takes.
    """

    def __init__(self, sets: SlotSets, schema: SlotSchema) -> None:
        self._sets, self._schema = sets, schema

    def said(self, text: str, frame: Frame) -> str:
        """The words that say it; empty where none do, and where a device or a place is named.

        Args:
            text: the sentence the frame was read from.
        """
        if self._names_a_place(frame):
            return ""
        for found in _HERE.finditer(text):
            if not any(slot.overlaps(*found.span()) for slot in frame.slots):
                return found.group()
        return ""

    def is_meant(self, text: str, frame: Frame) -> bool:
        """Whether the home's own sentences with these slots are of the room they are said in, and
        no word says that all of the home is meant."""
        asked = self._sets.ask_where(frame.intent, {slot.label for slot in frame.slots})
        return asked and _EVERYWHERE.search(text) is None

    def _names_a_place(self, frame: Frame) -> bool:
        types = self._schema.types.get(frame.intent, {})
        kinds = {types[slot.label].kind for slot in frame.slots if slot.label in types}
        return not kinds.isdisjoint(HOME_KINDS)
