"""Settings from plain data, such as a TOML file's; errors name the key and what it takes."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from edge.errors import UsageError
from export.missing import no_such

T = TypeVar("T")
Limits = Mapping[str, tuple[float, float]]
"""Key → the least and the most it may be, both allowed."""

_WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}


def settings_of(kind: type[T], data: Any, table: str, limits: Limits) -> T:
    """An instance of the dataclass `kind` with the values of `data`, defaults for the rest.

    Only fields whose default is a plain value can be set; what one takes follows from its default.

    Args:
        kind: a dataclass.
        data: what a settings file has for it.
        table: what the file calls it, for errors; empty for the file's top.
        limits: of those keys that have any.

    Raises:
        UsageError: `data` is no table, or one of its keys or values cannot be used.
    """
    if not isinstance(data, Mapping):
        raise UsageError(f"is {data!r}", where=f"settings: {table}", allowed="a table")
    types = {
        field.name: type(field.default)
        for field in fields(kind)  # type: ignore[arg-type]
        if type(field.default) in _WORDS
    }
    tables = {field.name for field in fields(kind)} - set(types)  # type: ignore[arg-type]
    known = [*sorted(types), *(f"[{name}]" for name in sorted(tables))]
    for key, value in data.items():
        where = f"settings: {table}.{key}" if table else f"settings: {key}"
        if key not in types:
            raise UsageError("is no setting", where=where, allowed=", ".join(known))
        low, high = limits.get(key, (-math.inf, math.inf))
        if not _is(value, types[key]) or (type(value) in (int, float) and not low <= value <= high):
            allowed = _WORDS[types[key]] + (f" from {low} to {high}" if key in limits else "")
            raise UsageError(f"is {value!r}", where=where, allowed=allowed)
    return kind(**data)


def read_settings_file(
    path: Path | None, tables: Sequence[str] = ("teacher", "student")
) -> dict[str, Any]:
    """A settings file's data, with all of `tables` in any case.

    Args:
        path: TOML; None: no file, only empty tables.
        tables: what the file may have tables of.

    Raises:
        UsageError: the file cannot be read, is not TOML, or has something else for a table.
    """
    data: dict[str, Any] = {}
    if path is not None:
        if not path.exists():
            raise no_such(path, f"it is looked for at {path.absolute()}")
        try:
            data = tomllib.loads(path.read_text("utf-8-sig"))
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else error
            raise UsageError(
                f"the settings cannot be read: {why}",
                where=str(path),
                allowed="TOML" + "".join(f", [{name}]" for name in tables),
            ) from error
    for name in tables:
        if not isinstance(data.setdefault(name, {}), dict):
            raise UsageError(f"is {data[name]!r}", where=f"{path}: {name}", allowed="a table")
    return data


def trials_of(given: int | None) -> int:
    """What `--search` asks for; none where it is not given.

    Raises:
        UsageError: it is less than none.
    """
    if given is not None and given < 0:
        raise UsageError(f"is {given}", where="--search", allowed="a number of trials from 0 on")
    return given or 0


def _is(value: object, kind: type) -> bool:
    if kind is float:
        return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]
    return type(value) is kind  # so that true is no whole number
