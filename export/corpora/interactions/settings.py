"""What the generator of households is told, as a TOML file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from edge.errors import UsageError, shown
from export.corpora.lines import read_bytes


@dataclass(frozen=True, slots=True)
class Settings:
    """How many households, for how long, and how regular."""

    households: int = 60
    days: int = 60
    seed: int = 1
    """Of the first household; the next has the next seed."""
    first_day: date = date(2024, 1, 8)
    spread: int = 365
    """Days over which the households' first days are dealt out, so that all seasons are seen."""
    latitude: float = 50.0
    people: int = 4
    """The most in one household."""
    noise: float = 0.08
    """Share of the actions that belong to no routine."""
    drift: float = 6.0
    """Minutes a month by which the hour of a routine creeps, to and fro, at its fastest."""
    replacements: float = 8.0
    """How often a year a routine is replaced by another."""
    guests: float = 0.05
    """Share of the evenings with guests."""
    holidays: int = 2
    """Times a year when everybody is away for four days to two weeks."""
    missing: float = 0.02
    """Share of the readings that a sensor does not give."""
    wearers: float = 0.25
    """Share of the households in which somebody wears a watch."""


BOUNDS: dict[str, tuple[float, float]] = {
    "households": (1, 100_000),
    "days": (1, 36_525),
    "seed": (0, 2**53),
    "spread": (0, 36_525),
    "latitude": (0, 66),
    "people": (1, 4),
    "noise": (0, 0.9),
    "drift": (0, 60),
    "replacements": (0, 50),
    "guests": (0, 1),
    "holidays": (0, 10),
    "missing": (0, 1),
    "wearers": (0, 1),
}
_FIRST_DAYS = (date(2000, 1, 1), date(2099, 12, 31))

T = TypeVar("T")


def read_settings(path: Path) -> Settings:
    """Reads the generator's settings; what the file leaves out has its default.

    Raises:
        UsageError: the file cannot be read, is no TOML, or a key or value is not allowed.
    """
    return read_table(path, Settings, BOUNDS)


def read_table(path: Path, kind: type[T], bounds: Mapping[str, tuple[float, float]]) -> T:
    """A flat TOML file as the dataclass `kind`, each number within its bounds.

    Raises:
        UsageError: as `read_settings`.
    """
    try:
        table = tomllib.loads(read_bytes(path).decode("utf-8"))
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        raise UsageError(f"not TOML: {error}", where=str(path)) from None
    known = {item.name: item.default for item in fields(kind)}  # type: ignore[arg-type]
    for key, value in table.items():
        if key not in known:
            raise UsageError(f"unknown key {shown(key)}", where=str(path), allowed=", ".join(known))
        allowed = _allowed(value, known[key], bounds.get(key))
        if allowed:
            raise UsageError(f"{key} is {shown(value)}", where=str(path), allowed=allowed)
    return kind(**table)


def _allowed(value: Any, default: Any, bounds: tuple[float, float] | None) -> str:
    """What would have been allowed; empty where `value` is."""
    if bounds is None:
        first, last = _FIRST_DAYS
        good = type(value) is date and first <= value <= last
        return "" if good else f"a date from {first} to {last}"
    low, high = bounds
    number = type(value) is int or (isinstance(default, float) and type(value) is float)
    if number and low <= value <= high:
        return ""
    what = "a number" if isinstance(default, float) else "a whole number"
    return f"{what} from {low:g} to {high:g}"
