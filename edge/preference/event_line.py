"""One line of an interaction log, as `edge suggest` takes it: docs/interaction-log.md.

{"time": "2024-01-08T07:31:00", "action": "light.kitchen:turn_on", "person": "anna",
 "context": {"lux": 12, "presence": true}}           somebody did something
{"time": "2024-01-08T07:31:00", "context": {}}        what may come now?
{"feedback": "dismissed", "action": "fan:turn_on"}    what became of a suggestion
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from edge.errors import UsageError, shown

Time = datetime | float
_LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC).timestamp()
_NANOSECONDS: Final = _LATEST * 1e9


class Done(NamedTuple):
    """Somebody did something; nobody did where `action` is empty, and suggestions are asked for."""

    time: Time
    action: str
    person: str
    context: Mapping[str, Any]
    value: str
    household: str
    rating: float | None = None


class Told(NamedTuple):
    """What became of a suggestion."""

    action: str
    verdict: str
    person: str
    household: str


def row_of(line: str) -> object:
    """A line's JSON.

    Raises:
        UsageError: it is none.
    """
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the line is no JSON: {error}") from None


def read_row(row: object) -> Done | Told:
    """What the JSON of a line says.

    A person, value, rating or context that is none costs only itself.

    Raises:
        UsageError: it is no object, or has no time that can be read.
    """
    if isinstance(row, dict) and "feedback" in row:
        action, verdict, person, household = (
            _name(row.get(key)) for key in ("action", "feedback", "person", "household")
        )
        return Told(action, verdict, person, household)
    return read_event(row)


def read_event(row: object) -> Done:
    """What an object of a log says.

    Raises:
        UsageError: as `read_row`.
    """
    if not isinstance(row, Mapping):
        raise UsageError("the line is no JSON object")
    action, person, value, household = (
        _name(row.get(key)) for key in ("action", "person", "value", "household")
    )
    if row.get("action") is not None and not action:
        raise UsageError(f"the action is {shown(row['action'])}", allowed="a name")
    context, rating = row.get("context"), row.get("rating")
    return Done(
        read_time(row.get("time")),
        action,
        person,
        context if isinstance(context, Mapping) else {},
        value,
        household,
        _number(rating),
    )


def read_time(value: object) -> Time:
    """A time as ISO 8601 or seconds since 1970 of the clock on the wall.

    Raises:
        UsageError: it is neither, or is so late that it counts something else.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        if _LATEST <= value < _NANOSECONDS:
            raise UsageError("the time is after the year 2199; are these milliseconds?")
        return float(value) if 0 < value < _LATEST else 0.0  # a clock that was never set
    if isinstance(value, str):
        if re.fullmatch(r"\s*\d{9,10}(\.\d+)?\s*", value):  # of 2001 and later: no date looks so
            return float(value)
        try:
            return datetime.fromisoformat(value.strip())
        except (ValueError, OverflowError):
            pass
    what = "there is no time" if value is None else f"the time is {shown(value)}"
    raise UsageError(what, allowed="ISO 8601, or seconds since 1970")


def _name(value: object) -> str:
    """A name without white space around it; whole numbers are names too; empty where it is none."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        return str(value)
    return value.strip() if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and abs(value) < 1e6 else None  # type: ignore[arg-type]
