"""Slots that the learned model read, made values of the home: ids, numbers, choices.

The model reads where a name or a number is in a sentence; what it stands for is the home's to say,
and the answer is a reason to ask back wherever that is not clear.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from edge.errors import BundleFormatError
from edge.events import Rejected, SlotValue
from edge.home import Home, NameKind
from edge.interpret import (
    ambiguous_name,
    out_of_range,
    suggest,
    unknown_name,
    wrong_kind,
    wrong_place,
)
from edge.limits import GRAMMAR_LABELS
from edge.numbers import Number, parse_number, parse_percent
from edge.targets import in_range, narrow
from edge.text import without_articles, words_of

SlotKind = Literal["device", "area", "floor", "number", "percent", "choice", "text"]
SLOT_KINDS = ("device", "area", "floor", "number", "percent", "choice", "text")

SlotText = tuple[str, str, int, int]
"""Label, text, and where the text begins and ends in the sentence (characters)."""

_LINKS = frozenset({"in", "on", "at", "of", "from", "inside"})
_SHOWN = 6


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

    def type_of(self, intent: str, label: str) -> SlotType:
        """What the slot `label` of `intent` takes; `TEXT` where nothing is known."""
        return self.types.get(intent, {}).get(label, TEXT)

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


class Resolved(NamedTuple):
    """Slots with their values."""

    slots: dict[str, SlotValue]
    targets: tuple[str, ...]
    """Ids of the devices, areas and floors named, in the order of the slots."""


def resolve(
    intent: str,
    slots: Sequence[SlotText],
    home: Home | None,
    schema: SlotSchema,
    *,
    text: str = "",
    area: str | None = None,
) -> Resolved | Rejected:
    """The values of slots the model read, or why one of them cannot be had.

    Args:
        intent: the intent read.
        slots: label, text, start and end of each slot, in the order they were said.
        home: whose names they may be; None: names stay text.
        schema: what each slot takes.
        text: the sentence, for the answer.
        area: id of the area it was said in, where known: it decides between equal names.
    """
    values: dict[str, SlotValue] = {}
    found_ids: dict[int, tuple[str, ...]] = {}
    places: list[str] = []
    types = [schema.type_of(intent, label) for label, *_ in slots]

    def refuse(code: Any, reason: str, suggestions: tuple[str, ...] = ()) -> Rejected:
        return Rejected(code, reason, text=text, suggestions=suggestions, intent=intent)

    if home is not None:
        for at, (slot, kind) in enumerate(zip(slots, types, strict=True)):
            if kind.kind in ("area", "floor"):
                where: NameKind = "area" if kind.kind == "area" else "floor"
                ids = home.find(where, slot[1])
                if not ids:
                    names = home.closest(where, slot[1])
                    return refuse("unknown_name", unknown_name(where, slot[1], names), names)
                if len(ids) > 1:
                    reason = ambiguous_name(home, where, slot[1], ids)
                    return refuse("ambiguous_name", reason, tuple(home.label(one) for one in ids))
                found_ids[at] = ids
                places.extend(ids)
        for at, (slot, kind) in enumerate(zip(slots, types, strict=True)):
            if kind.kind == "device":
                named = _bare(slot[1])
                ids = _find_device(named, home)
                if not ids:
                    names = suggest(home, "device", named, kind.device_kinds)
                    return refuse("unknown_name", unknown_name("device", named, names), names)
                ids, fault = narrow(ids, home, kinds=kind.device_kinds, places=places, area=area)
                if fault == "wrong_kind":
                    names = suggest(home, "device", named, kind.device_kinds)
                    reason = wrong_kind(home, named, ids, kind.device_kinds, names)
                    return refuse("unknown_name", reason, names)
                labels = tuple(home.label(one) for one in ids[:_SHOWN])
                if fault == "wrong_place":
                    reason = wrong_place(home, named, ids, places[0])
                    return refuse("unknown_name", reason, labels)
                if len(ids) > 1:
                    reason = ambiguous_name(home, "device", named, ids)
                    return refuse("ambiguous_name", reason, labels)
                found_ids[at] = ids
    for at, ((label, said, _, _), kind) in enumerate(zip(slots, types, strict=True)):
        value: SlotValue | None = said
        if at in found_ids and home is not None:
            item = home.get(found_ids[at][0])
            value = item.name if item is not None else said
        elif kind.kind in ("number", "percent"):
            value = _number(said, kind)
        elif kind.kind == "choice":
            value = _choice(said, kind)
        if value is None:
            return refuse("out_of_range", _not_taken(label, said, kind))
        earlier = values.get(label)
        if isinstance(earlier, str) and isinstance(value, str):
            value = f"{earlier}, {value}"  # said twice: "milk" and "eggs"
        values[label] = value
    targets = dict.fromkeys(one for at in sorted(found_ids) for one in found_ids[at])
    return Resolved(values, tuple(targets))


def _bare(said: str) -> str:
    """A name without its articles, as it was written."""
    words = words_of(said)
    drop = len(words) - len(without_articles(words))
    return said.strip().split(maxsplit=drop)[-1] if drop else said.strip()


def _find_device(said: str, home: Home) -> tuple[str, ...]:
    """Devices called `said`, also as "lamps" for "lamp" and as "bedroom lamp" for the bedroom's."""
    words = list(without_articles(words_of(said)))
    if not words:
        return ()
    ids = _find_number(words, home)
    if ids:
        return ids
    for end, areas in home.starting_at("area", words, 0):
        inside = [one for one in _find_number(words[end:], home) if home.area_of(one) in areas]
        if inside:
            return tuple(inside)
    for split in range(1, len(words)):
        rest = words[split + 1 :] if words[split] in _LINKS else words[split:]
        areas_said = home.find("area", rest) if rest else ()
        if areas_said:
            ids = _find_number(words[:split], home)
            inside = [one for one in ids if home.area_of(one) in areas_said]
            if inside:
                return tuple(inside)
    return ()


def _find_number(words: Sequence[str], home: Home) -> tuple[str, ...]:
    """Devices called `words`, in the singular or the plural."""
    if not words:
        return ()
    ids = home.find("device", words)
    if ids:
        return ids
    last = words[-1]
    other = last[:-1] if last.endswith("s") and len(last) > 2 else f"{last}s"
    return home.find("device", [*words[:-1], other])


def _number(said: str, kind: SlotType) -> SlotValue | None:
    words = words_of(said)
    choice = kind.choices.get(" ".join(without_articles(words)))
    if choice is not None:
        return choice
    parse = parse_percent if kind.kind == "percent" else parse_number
    for at in range(len(words)):
        found = parse(list(words), at)
        if found is not None:
            if kind.low is None or kind.high is None:
                return found[0]
            return in_range(found[0], kind.low, kind.high, kind.step, kind.parts, kind.multiplier)
    return None if kind.low is not None else said


def _choice(said: str, kind: SlotType) -> SlotValue | None:
    words = words_of(said)
    choice = kind.choices.get(" ".join(words))
    if choice is None:
        choice = kind.choices.get(" ".join(without_articles(words)))
    return choice


def _not_taken(label: str, said: str, kind: SlotType) -> str:
    name = label.replace("_", " ")
    if kind.kind == "choice":
        known = list(kind.choices)
        more = ", …" if len(known) > _SHOWN else ""
        return f"{name} takes {', '.join(known[:_SHOWN])}{more}; {said!r} was said"
    low = kind.low if kind.low is not None else 0
    high = kind.high if kind.high is not None else 0
    return out_of_range(name, said, low, high, kind.step, kind.parts)


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
