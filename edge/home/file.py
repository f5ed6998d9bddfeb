"""A home description as a file: reading it, and checking its shape key by key."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge.errors import HomeError
from edge.limits import HOME_FILE_BYTES, HOME_ITEMS

_KEYS = {
    "floors": {"id", "name", "aliases"},
    "areas": {"id", "name", "aliases", "floor"},
    "devices": {"id", "name", "aliases", "area", "kind"},
}


def read_home_file(path: Path) -> Mapping[str, Any]:
    """The plain data of a `.toml` or `.json` file.

    Raises:
        HomeError: no such file, too large, not UTF-8, not TOML or JSON.
    """
    where = str(path)
    kind = path.suffix.lower()
    if kind not in (".toml", ".json"):
        raise HomeError(
            f"unknown kind of file {path.suffix!r}", where=where, allowed=".toml, .json"
        )
    try:
        with path.open("rb") as file:
            raw = file.read(HOME_FILE_BYTES + 1)
    except OSError as error:
        raise HomeError(
            f"cannot be read: {error.strerror or error}", where=where, hint="check the path"
        ) from None
    if len(raw) > HOME_FILE_BYTES:
        raise HomeError("the file is too large", where=where, allowed=f"{HOME_FILE_BYTES} bytes")
    try:
        text = raw.decode("utf-8-sig")
        data: Any
        if kind == ".toml":
            # Imported here: a hub that gets its devices from a program never reads a file.
            import tomllib

            data = tomllib.loads(text)
        else:
            import json

            data = json.loads(text, object_pairs_hook=_no_key_twice)
    except UnicodeDecodeError as error:
        raise HomeError(f"not UTF-8 at byte {error.start}", where=where) from None
    except (ValueError, RecursionError) as error:
        raise HomeError(f"not {kind[1:].upper()}: {error}", where=where) from None
    if not isinstance(data, dict):
        raise HomeError("not a table of homes", where=where, allowed=", ".join(_KEYS))
    return data


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        from edge.bundle.strict_json import key_twice

        raise ValueError(f"the key {key_twice(pairs)!r} is there twice")
    return found


def parse_home(data: Mapping[str, Any], where: str) -> dict[str, list[dict[str, Any]]]:
    """`data` with every key and type checked: the arguments of Floor, Area and Device.

    Raises:
        HomeError: naming the place, the value and what is allowed there.
    """
    for key in data:
        if key not in _KEYS:
            raise HomeError(f"unknown key {key!r}", where=where, allowed=", ".join(_KEYS))
    result: dict[str, list[dict[str, Any]]] = {}
    for group, keys in _KEYS.items():
        entries = data.get(group, [])
        if not isinstance(entries, list):
            raise HomeError(
                f"{_shown(entries)} is no list", where=f"{where}: {group}", allowed="a list"
            )
        if len(entries) > HOME_ITEMS:
            raise HomeError(
                f"{len(entries)} entries",
                where=f"{where}: {group}",
                allowed=f"at most {HOME_ITEMS}",
            )
        result[group] = [
            _entry(entry, keys, f"{where}: {group}[{number}]")
            for number, entry in enumerate(entries)
        ]
    return result


def _entry(entry: Any, keys: set[str], where: str) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise HomeError(f"{_shown(entry)} is no table", where=where, allowed="a table")
    checked: dict[str, Any] = {}
    for key, value in entry.items():
        if key not in keys:
            raise HomeError(f"unknown key {key!r}", where=where, allowed=", ".join(sorted(keys)))
        if key == "aliases":
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise HomeError(
                    f"{_shown(value)} is no list of names",
                    where=f"{where}.aliases",
                    allowed="a list of strings",
                )
            checked[key] = tuple(value)
        elif isinstance(value, str):
            checked[key] = value
        else:
            raise HomeError(
                f"{_shown(value)} is no string", where=f"{where}.{key}", allowed="a string"
            )
    for key in ("id", "name"):
        if key not in checked:
            raise HomeError(f"{key!r} is missing", where=where, allowed="an id and a name")
    return checked


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
