"""What the slots of every intent take: names of the home, numbers, choices, or any text."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from edge.errors import BundleFormatError
from edge.events import SlotValue
from edge.limits import GRAMMAR_LABELS
from edge.numbers import Number

SlotKind = Literal["device", "area", "floor", "number", "percent", "choice", "text"]
SLOT_KINDS = ("device", "area", "floor", "number", "percent", "choice", "text")


class SlotType(NamedTuple):
    """What a slot of an intent takes."""

    kind: SlotKind = "text"
    low: Number | None = None
    """The least number it takes; None: any."""
    high: Number | None = None
    step: Number = 1
    parts: int = 1
    """Parts a whole is divided in: 2 allows halves, 10 tenths."""
    multiplier: float = 1.0
    choices: Mapping[str, SlotValue] = MappingProxyType({})
    """What is said → its value; for a number, words that stand for one ("maximum" → 100)."""
    device_kinds: frozenset[str] = frozenset()
    """Kinds of device it takes; empty: any."""


TEXT = SlotType()
"""The type of a slot that nothing is known about: it stays text, so any domain works."""


class SlotSchema:
    """What the slots of every intent take."""

    def __init__(self, types: Mapping[str, Mapping[str, SlotType]] | None = None) -> None:
        """`types` is intent → label → type."""
        self.types = dict(types or {})

    def device_kinds(self) -> frozenset[str]:
        """The kinds of device that can be named in some slot; none where any kind can."""
        names = [
            slot
            for slots in self.types.values()
            for slot in slots.values()
            if slot.kind == "device"
        ]
        if not all(slot.device_kinds for slot in names):
            return frozenset()
        return frozenset(kind for slot in names for kind in slot.device_kinds)

    @classmethod
    def from_dict(cls, data: Any) -> SlotSchema:
        """Read a schema as a bundle's manifest has it: intent → label → properties.

        Raises:
            BundleFormatError: anything that is not as `export` writes it.
        """
        types: dict[str, dict[str, SlotType]] = {}
        for intent, labels in _object(data, "slot schema").items():
            types[intent] = {
                label: _slot_type(entry, f"slot schema: {intent}.{label}")
                for label, entry in _object(labels, f"slot schema: {intent}").items()
            }
        return cls(types)


def _object(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict) or len(value) > GRAMMAR_LABELS:
        raise BundleFormatError(f"{str(value)[:40]!r}", where=where, allowed="an object")
    return value


def _slot_type(entry: Any, where: str) -> SlotType:
    fields = _object(entry, where)
    unknown = fields.keys() - {
        "kind",
        "low",
        "high",
        "step",
        "parts",
        "multiplier",
        "choices",
        "device_kinds",
    }
    if unknown or fields.get("kind") not in SLOT_KINDS:
        raise BundleFormatError(
            f"{str(entry)[:60]}", where=where, allowed=f"a kind of {', '.join(SLOT_KINDS)}"
        )
    for key in ("low", "high", "step", "parts", "multiplier"):
        value = fields.get(key, 1)
        if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 1e15:
            raise BundleFormatError(f"{key} = {str(value)[:40]}", where=where, allowed="a number")
    if ("low" in fields) != ("high" in fields) or not fields.get("step", 1) > 0:
        raise BundleFormatError("half a range", where=where, allowed="low and high, step > 0")
    if not isinstance(fields.get("parts", 1), int):
        raise BundleFormatError("parts of a whole", where=where, allowed="a whole number")
    choices = _object(fields.get("choices", {}), where)
    kinds = fields.get("device_kinds", [])
    if not all(isinstance(value, str | int | float) for value in choices.values()):
        raise BundleFormatError("a choice", where=where, allowed="text and numbers")
    if not isinstance(kinds, list) or not all(isinstance(kind, str) for kind in kinds):
        raise BundleFormatError("device_kinds", where=where, allowed="a list of texts")
    return SlotType(**{**fields, "choices": choices, "device_kinds": frozenset(kinds)})
