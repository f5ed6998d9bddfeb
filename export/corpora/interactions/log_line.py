"""One line of an interaction log: from an object to an event, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from edge.limits import ITEM_CHARS
from edge.text import is_unicode
from export.corpora.interactions.corpus import Event, Reading, moment

KEYS = ("time", "household", "action", "person", "context", "rating", "value")
MOST_CHARACTERS = ITEM_CHARS
"""Of a name; a device takes no longer one."""
MOST_SENSORS = 200
"""Of one event; more are a broken file."""
MOST_READING = 1e12
"""No sensor reads more: seconds since 1970, in milliseconds, are about that."""
MOST_RATING = 1e6
"""No scale is longer: a rating is of stars, points or percent, or counts how often."""

_EPOCH = datetime(1970, 1, 1)
_EARLIEST = (datetime(1990, 1, 1) - _EPOCH).total_seconds()
_LATEST = (datetime(2200, 1, 1) - _EPOCH).total_seconds()
"""A hub whose clock was never set says 1970; one that counts milliseconds, the year 50000."""


def event_of(row: Mapping[str, Any], notes: list[str]) -> tuple[str, float, Event] | str:
    """(household, time, event), or what is wrong with the line.

    What costs less than the line is said in `notes`.
    """
    time = time_of(row.get("time"))
    if isinstance(time, str):
        return time
    names: dict[str, str] = {}
    for key in ("household", "action"):
        if row.get(key) is None:
            return f"no {key}"
        name = name_of(row[key])
        if name is None:
            return f"the {key} is no name of 1 to {MOST_CHARACTERS} characters"
        names[key] = name
    rating = _rating(row.get("rating"), notes)
    if rating is not None and abs(rating) > MOST_RATING:
        return f"the rating is {rating:g}; at most {MOST_RATING:.0f}, above or below nothing"
    person, value = (_optional(row.get(key), key, notes) for key in ("person", "value"))
    weekday, hour = moment(time)
    event = Event(
        names["action"],
        weekday,
        hour,
        time,
        context_of(row.get("context"), notes),
        person,
        rating,
        value,
    )
    return names["household"], time, event


def time_of(value: Any) -> float | str:
    """Seconds since 1970 of the wall clock as written, or what is wrong.

    An offset from UTC is dropped: a household lives by the clock on its wall.
    """
    if value is None:
        return "no time"
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except (ValueError, OverflowError):
            return f"the time {value[:40]!r} is not ISO 8601"
    if isinstance(value, datetime):
        seconds = (value.replace(tzinfo=None) - _EPOCH) / timedelta(seconds=1)
    elif isinstance(value, date):
        seconds = float((value - _EPOCH.date()).days * 86_400)
    else:
        number = number_of(value)
        if number is None:
            return "the time is neither ISO 8601 nor seconds since 1970"
        seconds = number
    if seconds < _EARLIEST:
        return f"the time is {seconds:.0f} s after 1970: the clock was not set"
    if seconds >= _LATEST:
        return "the time is after the year 2200; are these milliseconds?"
    return seconds


def number_of(value: Any) -> float | None:
    """A finite number; None for anything else, true and false included."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def name_of(value: Any) -> str | None:
    """A name without white space around it; whole numbers are names too. None for what is none."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        value = str(value)
    if not isinstance(value, str):
        return None
    name = value.strip()
    good = 0 < len(name) <= MOST_CHARACTERS and "\n" not in name and is_unicode(name)
    return name if good else None


def context_of(value: Any, notes: list[str]) -> dict[str, Reading]:
    """The readings that can be used; each that cannot is named in `notes`."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        notes.append("the context is no object; the event is kept without it")
        return {}
    readings: dict[str, Reading] = {}
    for key, reading in value.items():
        sensor = name_of(key)
        found = _reading(reading)
        if sensor is None or found is None:
            shown = repr(reading)[:40]
            notes.append(
                f"{str(key)[:40]!r} reads {shown}: that reading is left out, the event kept"
            )
        elif len(readings) == MOST_SENSORS:
            notes.append(f"more than {MOST_SENSORS} sensors: the others are left out")
            break
        else:
            readings[sensor] = found
    return readings


def _reading(value: Any) -> Reading | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return name_of(value)
    number = number_of(value)
    return number if number is not None and abs(number) <= MOST_READING else None


def _optional(value: Any, key: str, notes: list[str]) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isfinite(value):
        value = str(int(value)) if value.is_integer() else repr(value)
    name = name_of(value)
    if name is None:
        notes.append(f"the {key} is no text; the event is kept without it")
    return name or ""


def _rating(value: Any, notes: list[str]) -> float | None:
    if value is None:
        return None
    number = number_of(value)
    if number is None:
        notes.append("the rating is no finite number; the event is kept without it")
    return number


def event_to_dict(event: Event, household: str) -> dict[str, Any]:
    """The object that `event_of` reads back.

    Raises:
        ValueError: the event has no time.
    """
    if event.time is None:
        raise ValueError(f"{event.action!r} of {household!r} has no time: a log is of moments")
    when = datetime.fromtimestamp(event.time, UTC).replace(tzinfo=None).isoformat()
    exact = time_of(when) == event.time
    row: dict[str, Any] = {
        "time": when if exact else event.time,
        "household": household,
        "action": event.action,
    }
    for key in ("person", "value"):
        if getattr(event, key):
            row[key] = getattr(event, key)
    if event.context:
        row["context"] = dict(event.context)
    if event.rating is not None:
        row["rating"] = event.rating
    return row
