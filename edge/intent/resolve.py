"""Slots that the learned model read, made values of the home: ids, numbers, choices.

The model reads where a name or a number is in a sentence; what it stands for is the home's to say,
and the answer is a reason to ask back wherever that is not clear.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from edge.events import RejectCode, Rejected, SlotValue
from edge.home.home import Home, NameKind
from edge.home.targets import in_range, narrow
from edge.intent.interpret import (
    ambiguous_name,
    out_of_range,
    suggest,
    two_values,
    unknown_name,
    wrong_kind,
    wrong_place,
)
from edge.intent.slots import TEXT, SlotSchema, SlotType
from edge.numbers import Number, parse_number, parse_percent
from edge.text import without_articles, words_of

__all__ = ["Resolved", "SlotSchema", "resolve"]

SlotText = tuple[str, str, int, int]
"""Label, text, and where the text begins and ends in the sentence (characters)."""

_Parse = Callable[[Sequence[str], int], tuple[Number, int] | None]

_LINKS = frozenset({"in", "on", "at", "of", "from", "inside"})
_SHOWN = 6
_TEXTS = frozenset({"text", "device", "area", "floor"})
"""Kinds of slot whose value is what was said, or the name of what that is called."""


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
    types = schema.types.get(intent, {})
    typed = [(slot[0], slot[1], types.get(slot[0], TEXT)) for slot in slots]
    try:
        ids = _ids(typed, home, area) if home is not None else {}
        values: dict[str, SlotValue] = {}
        for at, (label, said, kind) in enumerate(typed):
            if at in ids and home is not None:
                item = home.get(ids[at])
                value: SlotValue = item.name if item is not None else said
            else:
                value = said if kind.kind in _TEXTS else _value(label, said, kind)
            earlier = values.get(label, value)
            if kind.kind in _TEXTS and label in values:
                value = f"{earlier}, {value}"  # said twice: "milk" and "eggs"
            elif value != earlier:
                raise _Refused("unsure", two_values(label, earlier, value))
            values[label] = value
    except _Refused as refused:
        return Rejected(
            refused.code,
            refused.reason,
            text=text,
            suggestions=refused.suggestions,
            intent=intent,
        )
    targets = dict.fromkeys(ids[at] for at in sorted(ids))
    return Resolved(values, tuple(targets))


class _Refused(Exception):
    """A slot that has no value here."""

    def __init__(self, code: RejectCode, reason: str, suggestions: tuple[str, ...] = ()) -> None:
        self.code: RejectCode = code
        self.reason = reason
        self.suggestions = suggestions


def _ids(
    typed: Sequence[tuple[str, str, SlotType]], home: Home, area: str | None
) -> dict[int, str]:
    """Slot → id, for the slots that name something. Places first: they tell devices apart."""
    ids: dict[int, str] = {}
    devices: list[int] = []
    for at, (_, said, kind) in enumerate(typed):
        if kind.kind == "device":
            devices.append(at)
        elif kind.kind in ("area", "floor"):
            ids[at] = _place(said, "area" if kind.kind == "area" else "floor", home)
    places = list(ids.values()) if devices else []
    for at in devices:
        ids[at] = _device(typed[at][1], typed[at][2].device_kinds, home, places, area)
    return ids


def _place(said: str, kind: NameKind, home: Home) -> str:
    ids = home.find(kind, said)
    if not ids:
        names = home.closest(kind, said)
        raise _Refused("unknown_name", unknown_name(kind, said, names), names)
    if len(ids) > 1:
        labels = tuple(home.label(one) for one in ids)
        raise _Refused("ambiguous_name", ambiguous_name(home, kind, said, ids), labels)
    return ids[0]


def _device(
    said: str, kinds: frozenset[str], home: Home, places: Sequence[str], area: str | None
) -> str:
    ids = _find_device(said, home)
    fault = None
    if ids:
        ids, fault = narrow(ids, home, kinds=kinds, places=places, area=area)
        if fault is None and len(ids) == 1:
            return ids[0]
    named = _bare(said)
    if not ids:
        names = suggest(home, "device", named, kinds)
        raise _Refused("unknown_name", unknown_name("device", named, names), names)
    if fault == "wrong_kind":
        names = suggest(home, "device", named, kinds)
        raise _Refused("unknown_name", wrong_kind(home, named, ids, kinds, names), names)
    labels = tuple(home.label(one) for one in ids[:_SHOWN])
    if fault == "wrong_place":
        raise _Refused("unknown_name", wrong_place(home, named, ids, places[0]), labels)
    raise _Refused("ambiguous_name", ambiguous_name(home, "device", named, ids), labels)


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
    for end, areas in home.index["area"].starting_at(words, 0):
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


def _value(label: str, said: str, kind: SlotType) -> SlotValue:
    value = _choice(said, kind) if kind.kind == "choice" else _number(label, said, kind)
    if value is None:
        raise _Refused("out_of_range", _not_taken(label, said, kind))
    return value


def _number(label: str, said: str, kind: SlotType) -> SlotValue | None:
    words = list(words_of(said))
    if kind.choices:
        choice = kind.choices.get(" ".join(without_articles(words)))
        if choice is not None:
            return choice
    parse = parse_percent if kind.kind == "percent" else parse_number
    values = _numbers(words, parse)
    if not values:
        return None if kind.low is not None else said
    if len(values) > 1:
        raise _Refused("unsure", two_values(label, *values[:2]))
    if kind.low is None or kind.high is None:
        return values[0]
    return in_range(values[0], kind.low, kind.high, kind.step, kind.parts, kind.multiplier)


def _numbers(words: Sequence[str], parse: _Parse) -> list[Number]:
    """The numbers among some words, each once, in their order."""
    values: list[Number] = []
    at = 0
    while at < len(words):
        found = parse(words, at)
        if found is None:
            at += 1
        else:
            value, at = found
            if value not in values:
                values.append(value)
    return values


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
