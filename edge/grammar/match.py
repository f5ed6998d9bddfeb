"""What the grammar finds in a sentence: a match, or what is amiss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from edge.events import SlotValue
from edge.grammar.file import ListEntry
from edge.numbers import Number

Path = tuple[int, int, int, Any, Any] | None
"""What was said in place of lists, last first: reference, first token, end, value, the rest."""


class OutOfRange(NamedTuple):
    """A number that its slot does not take."""

    value: Number


UNKNOWN = object()
"""The value of a name the home does not have."""

MissCode = Literal[
    "unknown_name",
    "ambiguous_name",
    "wrong_kind",
    "wrong_place",
    "needs_area",
    "none_here",
    "out_of_range",
    "incomplete",
]


class SlotMatch(NamedTuple):
    """One slot of a matched sentence."""

    label: str
    value: SlotValue
    start: int
    """Offset of its first character in the sentence."""
    end: int
    """Offset after its last character."""
    ids: tuple[str, ...] = ()
    """The device, area or floor it names."""
    free: bool = False
    """Whether it may be any words."""


class Match(NamedTuple):
    """A sentence of the grammar."""

    intent: str
    slots: tuple[SlotMatch, ...]
    """In the order they were said."""
    fixed: Mapping[str, SlotValue]
    """Slots that the template itself gives."""
    area: str | None
    """Id of the area of the speaker, where the template asks for it."""
    text: str
    """The part of the input it was read from."""


class Miss(NamedTuple):
    """A sentence that fits a template but for one thing."""

    code: MissCode
    intent: str
    text: str
    """The part of the input that was read."""
    said: str
    """The words that are amiss; empty where something is missing. The kind of device that a place
    has none of."""
    start: int
    end: int
    """Where those words are in the sentence, in characters."""
    list: ListEntry | None = None
    """What may be said in their place."""
    label: str = ""
    """The slot they are in."""
    ids: tuple[str, ...] = ()
    """Devices or areas that come into question."""
    kinds: frozenset[str] = frozenset()
    """Kinds of device the template takes; empty: any."""
    place: str | None = None
    """Id of the area or floor that was said with it, or that it was said in."""
    rest: str = ""
    """What would make a sentence of one that stops in the middle: "to <brightness>"."""
