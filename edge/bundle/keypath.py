"""Reading a JSON object key by key, with errors that name the whole path of the key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from edge.bundle import paths
from edge.errors import BundleFormatError, shown


def wrong(key: str, what: str, allowed: str) -> BundleFormatError:
    """The error for the value at `key` ("variants[1].graphs.intent.opset")."""
    return BundleFormatError(f"{key} {what}", where=paths.MANIFEST, allowed=allowed)


class Table:
    """A JSON object, and where it stands in the manifest.

    Every reader method raises BundleFormatError when the key is missing or its value is not of the
    kind asked for. Keys that are not asked for are left alone: a later minor version may add some.
    """

    __slots__ = ("path", "value")

    def __init__(self, value: Any, path: str) -> None:
        if not isinstance(value, dict):
            raise wrong(path or "the whole", f"is {_kind(value)}", "an object")
        self.value: dict[str, Any] = value
        self.path = path

    def key(self, key: str) -> str:
        """The whole path of one of its keys."""
        return f"{self.path}.{key}" if self.path else key

    def wrong(self, key: str, what: str, allowed: str) -> BundleFormatError:
        """The error for one of its keys, showing the value found."""
        found = self.value.get(key)
        return wrong(self.key(key), f"({shown(found)}) {what}", allowed)

    def get(self, key: str, allowed: str) -> Any:
        """The value at a key that has to be there."""
        if key not in self.value:
            raise wrong(self.key(key), "is missing", allowed)
        return self.value[key]

    def table(self, key: str) -> Table:
        """An object."""
        return Table(self.get(key, "an object"), self.key(key))

    def list(self, key: str, most: int) -> list[Any]:
        """An array of at most `most` entries."""
        value = self.get(key, "an array")
        if not isinstance(value, list):
            raise wrong(self.key(key), f"is {_kind(value)}", "an array")
        if len(value) > most:
            raise wrong(self.key(key), f"has {len(value)} entries", f"at most {most}")
        return value

    def tables(self, key: str, most: int) -> Sequence[Table]:
        """An array of at most `most` objects."""
        return [
            Table(item, f"{self.key(key)}[{index}]")
            for index, item in enumerate(self.list(key, most))
        ]

    def names(self, pattern: re.Pattern[str], most: int) -> Sequence[str]:
        """Its own keys, which are names that someone chose."""
        if len(self.value) > most:
            raise wrong(self.path, f"has {len(self.value)} entries", f"at most {most}")
        for name in self.value:
            if not pattern.fullmatch(name):
                raise wrong(self.path, f"has the key {shown(name)}", pattern.pattern)
        return list(self.value)

    def text(self, key: str, most: int) -> str:
        """A string of 1 to `most` printable characters."""
        return _text(self.get(key, "text"), self.key(key), most)

    def texts(self, key: str, most: int, most_chars: int) -> tuple[str, ...]:
        """An array of such strings."""
        return tuple(
            _text(item, f"{self.key(key)}[{index}]", most_chars)
            for index, item in enumerate(self.list(key, most))
        )

    def matching(self, key: str, pattern: re.Pattern[str], allowed: str) -> str:
        """A string that matches a pattern whole."""
        value = self.get(key, allowed)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise wrong(self.key(key), f"is {shown(value)}", allowed)
        return value

    def choice(self, key: str, options: Sequence[str]) -> str:
        """One of a few strings."""
        value = self.get(key, ", ".join(options))
        if not isinstance(value, str) or value not in options:
            raise wrong(self.key(key), f"is {shown(value)}", ", ".join(options))
        return value

    def whole(self, key: str, least: int, most: int) -> int:
        """A whole number; JSON's true and 1.0 are none."""
        allowed = f"a whole number from {least} to {most}"
        value = self.get(key, allowed)
        if type(value) is not int or not least <= value <= most:
            raise wrong(self.key(key), f"is {shown(value)}", allowed)
        return value

    def boolean(self, key: str) -> bool:
        """True or false."""
        value = self.get(key, "true or false")
        if not isinstance(value, bool):
            raise wrong(self.key(key), f"is {shown(value)}", "true or false")
        return value


def _text(value: Any, key: str, most: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= most or not value.isprintable():
        raise wrong(key, f"is {shown(value)}", f"1 to {most} printable characters")
    return value


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "an array", str: "text", bool: "true or false"}
    return "null" if value is None else kinds.get(type(value), "a number")
