"""A point in time and what the sensors say then, as numbers a model reads and keys to count by.

A wrong clock must not teach: a time before `edge.limits.EARLIEST_YEAR` is that of a clock that was
never set, and counts as not known. What is not known, missing, NaN or of a kind the sensor does not
have is left out, never guessed; a number far outside the range seen in training is taken for its
nearest end.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import accumulate
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from edge.errors import BundleFormatError, UsageError
from edge.limits import CONTEXT_SENSORS, CONTEXT_TEXT_CHARS, EARLIEST_YEAR
from edge.text import is_unicode

Reading = str | float | bool
Context = Mapping[str, Reading]

HOUR_SECONDS: Final = 3600.0
DAY_SECONDS: Final = 86_400.0
_TIME_FEATURES: Final = 13
_WIDEST: Final = 4.0
"""Standard deviations from the mean beyond which a number is taken for this many."""
_HUGE: Final = 1e300
"""No sensor reads that much; a whole number may, and would not even fit a float."""
_EARLIEST: Final = datetime(EARLIEST_YEAR, 1, 1, tzinfo=UTC).timestamp()
_LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


class Moment(NamedTuple):
    """A moment of a household's wall clock."""

    time: float | None
    """Seconds since 1970 as the wall clock shows it, without a zone; None where not known."""
    weekday: int
    """0 for Monday; -1 where not known."""
    hour: float
    """[0, 24); -1 where not known."""
    context: Context = MappingProxyType({})


DAYS_A_WEEK: Final = 7
WORKING_DAYS: Final = 5
"""How many days of a week are of work, Monday the first."""


def days_like(weekday: int) -> range:
    """The days of the week of the same kind: those of work, or those off; -1 where not known."""
    is_off = weekday >= WORKING_DAYS
    return range(WORKING_DAYS, DAYS_A_WEEK) if is_off else range(WORKING_DAYS)


def next_day(weekday: int, days: int = 1) -> int:
    """The day of the week so many days later; -1 where not known."""
    return (weekday + days) % DAYS_A_WEEK if weekday >= 0 else weekday


NEVER: Final = Moment(None, -1, -1.0)
"""A moment of which nothing is known."""


def moment_of(at: datetime | float | None, context: Context | None = None) -> Moment:
    """The moment of a time as a caller has it.

    Args:
        at: a `datetime` (its wall clock counts; a zone is not converted), or seconds since 1970 of
            the wall clock; None: not known.
        context: sensor → reading; what cannot be used is left out.

    Raises:
        UsageError: `at` or `context` is of another type.
    """
    readings = usable(context)
    at = at.item() if isinstance(at, np.generic) else at
    if at is None:
        return Moment(None, -1, -1.0, readings)
    if isinstance(at, datetime):
        # The wall clock's own reading: two o'clock stays two o'clock in summer and in winter.
        seconds = at.replace(tzinfo=UTC).timestamp()
    elif isinstance(at, int | float) and not isinstance(at, bool):
        seconds = float(at) if -_HUGE < at < _HUGE else math.nan
    else:
        raise UsageError(
            f"a time is {type(at).__name__}", where="at", allowed="datetime, seconds, or None"
        )
    if not _EARLIEST <= seconds < _LATEST:  # NaN is no time either
        return Moment(None, -1, -1.0, readings)
    day, second = divmod(seconds, DAY_SECONDS)
    return Moment(seconds, (int(day) + 3) % 7, second / HOUR_SECONDS, readings)


def usable(context: Context | None) -> dict[str, Reading]:
    """The readings of `context` that are any good, at most `edge.limits.CONTEXT_SENSORS`.

    Raises:
        UsageError: `context` is no mapping.
    """
    if not context:
        return {}
    if not isinstance(context, Mapping):
        raise UsageError(
            f"a context is {type(context).__name__}", where="context", allowed="sensor → reading"
        )
    found: dict[str, Reading] = {}
    for name, given in context.items():
        if not _is_text(name) or len(found) == CONTEXT_SENSORS:
            continue
        reading = given.item() if isinstance(given, np.generic) else given
        if isinstance(reading, str):
            if _is_text(reading):
                found[name] = reading
        elif isinstance(reading, bool) or (
            isinstance(reading, int | float) and -_HUGE < reading < _HUGE  # NaN is neither
        ):
            found[name] = reading
    return found


def _is_text(text: object) -> bool:
    return isinstance(text, str) and len(text) <= CONTEXT_TEXT_CHARS and is_unicode(text)


class Sensor(NamedTuple):
    """What a model knows of a sensor."""

    name: str
    mean: float = 0.0
    scale: float = 1.0
    """Standard deviation of its readings in training."""
    edges: tuple[float, ...] = ()
    """Where its readings are cut into bins to count by; empty for a sensor of choices."""
    choices: tuple[str, ...] = ()
    """The texts it may say; empty for a sensor of numbers."""

    @property
    def width(self) -> int:
        """Features it takes: its number and whether there is one, or one a choice."""
        return len(self.choices) or 2


class Senses:
    """Moments → features and keys, for the sensors a model was trained with.

    Args:
        sensors: those sensors. Others can be counted by, where they say texts, but not modelled.
        timed: whether moments have a time of day; catalogues without times do without features.
    """

    def __init__(self, sensors: Iterable[Sensor] = (), timed: bool = True) -> None:
        self.sensors = tuple(sensors)
        self.timed = timed
        widths = [_TIME_FEATURES * timed, *(sensor.width for sensor in self.sensors)]
        self._known = {
            sensor.name: (at, sensor)
            for at, sensor in zip(accumulate(widths), self.sensors, strict=False)
        }
        """Name → its first feature, and the sensor."""
        self.width = max(1, sum(widths))
        """Features of one moment."""

    def features(self, moment: Moment) -> np.ndarray[Any, np.dtype[np.float32]]:
        """[width] numbers of about unit size; zeros for what is not known."""
        out = [0.0] * self.width  # written one by one: quicker in a list than in an array
        if self.timed:
            if moment.hour >= 0:
                turn = 2 * math.pi * moment.hour / 24
                out[0:6] = [
                    math.sin(turn), math.cos(turn), math.sin(2 * turn), math.cos(2 * turn),
                    math.sin(3 * turn), math.cos(3 * turn),
                ]  # fmt: skip
            if moment.weekday >= 0:
                out[6 + moment.weekday] = 1
        for name, reading in moment.context.items():
            if name not in self._known:
                continue
            at, sensor = self._known[name]
            if sensor.choices:
                text = _text(reading)
                if text in sensor.choices:
                    out[at + sensor.choices.index(text)] = 1
            elif isinstance(reading, int | float):
                number = (reading - sensor.mean) / sensor.scale
                out[at] = max(-_WIDEST, min(_WIDEST, number))
                out[at + 1] = 1
        return np.array(out, np.float32)

    def keys(self, moment: Moment) -> dict[str, str]:
        """Sensor → what it says, as something to count by: a text, or the bin a number is in.

        Numbers of sensors the model does not know have no bins, and are left out.
        """
        found = {}
        for name, reading in moment.context.items():
            if isinstance(reading, str | bool):
                found[name] = _text(reading)
            elif name in self._known and (edges := self._known[name][1].edges):
                found[name] = f"#{sum([reading > edge for edge in edges])}"
        return found

    def told(self, name: str, text: str) -> str:
        """What a sensor says, in words: "door is open", "temperature is above 21.5"."""
        spoken = name.replace("_", " ")
        _, sensor = self._known.get(name, (0, None))
        if not text.startswith("#") or sensor is None or not text[1:].isdecimal():
            return f"{spoken} is {text.replace('_', ' ')}"
        at = min(int(text[1:]), len(sensor.edges))
        if at == 0:
            return f"{spoken} is at most {sensor.edges[0]:g}"
        if at == len(sensor.edges):
            return f"{spoken} is above {sensor.edges[-1]:g}"
        return f"{spoken} is between {sensor.edges[at - 1]:g} and {sensor.edges[at]:g}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for a manifest."""
        return {
            "timed": self.timed,
            "sensors": [
                {
                    "name": sensor.name,
                    "mean": sensor.mean,
                    "scale": sensor.scale,
                    "edges": list(sensor.edges),
                    "choices": list(sensor.choices),
                }
                for sensor in self.sensors
            ],
        }

    @classmethod
    def from_dict(cls, data: Any, where: str) -> Senses:
        """The inverse of `to_dict`.

        Raises:
            BundleFormatError: it is not what `to_dict` gives.
        """
        entries = data.get("sensors") if isinstance(data, Mapping) else None
        if not isinstance(entries, list) or len(entries) > CONTEXT_SENSORS:
            raise BundleFormatError(
                "are no sensors", where=where, allowed=f"a list of at most {CONTEXT_SENSORS}"
            )
        return cls(
            [_sensor(entry, f"{where}.sensors[{at}]") for at, entry in enumerate(entries)],
            timed=data.get("timed") is True,
        )


def _sensor(entry: Any, where: str) -> Sensor:
    try:
        sensor = Sensor(
            str(entry["name"]),
            float(entry["mean"]),
            float(entry["scale"]),
            tuple(float(edge) for edge in entry["edges"]),
            tuple(str(choice) for choice in entry["choices"]),
        )
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise BundleFormatError(
            f"is no sensor: {error!r}", where=where, allowed="name, mean, scale, edges, choices"
        ) from error
    numbers = (sensor.mean, sensor.scale, *sensor.edges)
    if not (all(map(math.isfinite, numbers)) and sensor.scale > 0) or len(sensor.choices) > 256:
        raise BundleFormatError(
            "has a number that is none", where=where, allowed="finite numbers, scale above 0"
        )
    return sensor


def _text(reading: Reading | None) -> str:
    if isinstance(reading, bool):
        return "yes" if reading else "no"
    return reading if isinstance(reading, str) else ""
