"""The header of a file of what was learned: read strictly, since a file can be anybody's."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any, NamedTuple

from edge.errors import StateError, shown
from edge.limits import (
    BLOCKED_ACTIONS,
    CONTEXT_SENSORS,
    CONTEXT_TEXT_CHARS,
    HISTORY_EVENTS,
    ITEM_CHARS,
    MEMORY_ACTIONS,
    MEMORY_CELLS,
    NAME_CHARS,
    PERSONS,
)
from edge.preference.memory.keys import numbers_in
from edge.preference.memory.past import COURSE_EVENTS

_KEY_CHARS = 2 * CONTEXT_TEXT_CHARS + 2
"""A key names a sensor and what it says, with a letter before and "=" between them."""
_EXPERTS = 256
_FEATURES = 1 << 16
_EVENTS = 2**53
_MOST_SECONDS = 1e12
_MOST_DAYS = 1e7


class PersonHeader(NamedTuple):
    """What the header says of one person: see `edge.preference.memory.state.PastState`."""

    name: str
    actions: tuple[int, ...]
    """Numbers into the header's own list."""
    keys: tuple[str, ...]
    cells: int
    window: int
    course: tuple[tuple[int, int, int], ...]
    last: int
    before_last: int
    says: dict[str, str]
    day: float
    last_time: float | None
    events: int


class Header(NamedTuple):
    """What the header says."""

    bundle: str
    experts: tuple[str, ...]
    senses: str
    features: int
    """Numbers of one row of a window."""
    blocked: frozenset[str]
    devices: frozenset[str]
    """None in files of before it was kept."""
    actions: tuple[str, ...]
    persons: tuple[PersonHeader, ...]


def read_header(data: Any, where: str) -> Header:
    """The header that plain data from JSON spells.

    Raises:
        StateError: a key is missing, or its value is not what it may be.
    """
    keys = _Keys(data, where)
    actions = keys.texts("actions", ITEM_CHARS, PERSONS * MEMORY_ACTIONS)
    persons = tuple(
        _person(_Keys(entry, where), len(actions)) for entry in keys.list("persons", PERSONS)
    )
    names = [person.name for person in persons]
    if "" not in names or len(set(names)) != len(names):
        raise keys.wrong("persons")
    return Header(
        keys.text("bundle", NAME_CHARS),
        keys.texts("experts", ITEM_CHARS, _EXPERTS),
        keys.text("senses", NAME_CHARS),
        keys.whole("features", 1, _FEATURES),
        frozenset(keys.texts("blocked", ITEM_CHARS, BLOCKED_ACTIONS)),
        frozenset(
            keys.texts("devices", ITEM_CHARS, PERSONS * MEMORY_ACTIONS)
            if keys.has("devices")
            else ()
        ),
        actions,
        persons,
    )


def _person(keys: _Keys, actions: int) -> PersonHeader:
    numbers = keys.list("actions", MEMORY_ACTIONS)
    if not all(type(one) is int and 0 <= one < actions for one in numbers) or _twice(numbers):
        raise keys.wrong("actions")
    known = len(numbers)
    counted = keys.texts("keys", _KEY_CHARS, MEMORY_CELLS)
    if not all(number < known for key in counted for number in numbers_in(key)):
        raise keys.wrong("keys")
    says = keys.value("says")
    if (
        not isinstance(says, dict)
        or len(says) > CONTEXT_SENSORS
        or not all(isinstance(text, str) for text in says.values())
        or max((len(text) for pair in says.items() for text in pair), default=0)
        > CONTEXT_TEXT_CHARS
    ):
        raise keys.wrong("says")
    window = keys.whole("window", 0, HISTORY_EVENTS)
    time = keys.value("last_time")
    return PersonHeader(
        keys.text("name", ITEM_CHARS),
        tuple(numbers),
        counted,
        keys.whole("cells", 0, MEMORY_CELLS),
        window,
        _course(keys, min(window, COURSE_EVENTS)),
        keys.whole("last", -1, known - 1),
        keys.whole("before_last", -1, known - 1),
        says,
        keys.number("day", 0, _MOST_DAYS),
        None if time is None else keys.number("last_time", -_MOST_SECONDS, _MOST_SECONDS),
        keys.whole("events", 0, _EVENTS),
    )


def _course(keys: _Keys, most: int) -> tuple[tuple[int, int, int], ...]:
    found = []
    for entry in keys.list("course", most):
        if not isinstance(entry, list) or not all(type(one) is int for one in entry):
            raise keys.wrong("course")
        match entry:
            case [weekday, slot, value] if -1 <= weekday <= 6 and -1 <= slot <= 7 and value >= 0:
                found.append((weekday, slot, value))
            case _:
                raise keys.wrong("course")
    return tuple(found)


class _Keys:
    """A JSON object, read key by key."""

    def __init__(self, data: Any, where: str) -> None:
        self._data: dict[str, Any] = data if isinstance(data, dict) else {}
        self._where = where

    def wrong(self, key: str) -> StateError:
        return StateError(
            f"{key} is {shown(self._data.get(key))}",
            where=self._where,
            allowed="a whole file of what a bundle has learned",
        )

    def has(self, key: str) -> bool:
        return key in self._data

    def value(self, key: str) -> Any:
        if key not in self._data:
            raise self.wrong(key)
        return self._data[key]

    def list(self, key: str, most: int) -> list[Any]:
        value = self.value(key)
        if not isinstance(value, list) or len(value) > most:
            raise self.wrong(key)
        return value

    def text(self, key: str, most: int) -> str:
        value = self.value(key)
        if not isinstance(value, str) or len(value) > most:
            raise self.wrong(key)
        return value

    def texts(self, key: str, most_chars: int, most: int) -> tuple[str, ...]:
        """Texts that are all different."""
        value = self.list(key, most)
        if not all(isinstance(one, str) and 0 < len(one) <= most_chars for one in value):
            raise self.wrong(key)
        if _twice(value):
            raise self.wrong(key)
        return tuple(value)

    def whole(self, key: str, least: int, most: int) -> int:
        value = self.value(key)
        if type(value) is not int or not least <= value <= most:
            raise self.wrong(key)
        return value

    def number(self, key: str, least: float, most: float) -> float:
        value = self.value(key)
        if type(value) not in (int, float) or not least <= value <= most or math.isnan(value):
            raise self.wrong(key)
        return float(value)


def _twice(values: Collection[Any]) -> bool:
    return len(set(values)) != len(values)
