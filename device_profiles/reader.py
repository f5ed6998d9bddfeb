"""TOML text → Profile, with every key checked.

Nothing is guessed and nothing is ignored: a key that is not known is an error, because a misspelt
budget that silently falls back to a default is found on the device, by a customer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from device_profiles.errors import ProfileError
from device_profiles.profile import (
    FEATURES,
    OPTIMIZATION_LEVELS,
    SCHEMES,
    TIMED,
    Budgets,
    Profile,
    Quantization,
    SessionSettings,
)
from device_profiles.versions import parse_range

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
"""What a profile may be called: it becomes a folder's name inside a bundle."""
NAME_RULE = "1 to 64 of a-z, 0-9 and '-', a letter or digit first"

_TOP = (
    "description", "architecture", "core", "features", "cores", "clock_mhz", "memory_mb",
    "storage_mb", "onnxruntime", "budgets", "session", "quantization",
)  # fmt: skip
_BUDGETS = ("resident_memory_mb", "listening_memory_mb", "bundle_mb", "latency_ms")


def parse(text: str, name: str, where: str = "") -> Profile:
    """Read a profile from TOML.

    Args:
        text: the file's content.
        name: what the profile is called, by rule the file's name without `.toml`.
        where: the file, for messages; the name when empty.

    Raises:
        ProfileError: saying which file, which key, what was found and what is allowed.
    """
    import tomllib  # 5 ms that `import edge` does not pay

    where = where or name
    if NAME.fullmatch(name) is None:
        raise ProfileError(f"{name!r} is no profile name", where=where, allowed=NAME_RULE)
    try:
        data = tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, or Python's cap on the digits of a number
        raise ProfileError(
            f"not TOML: {error}", where=where, hint="copy a profile that works and change it"
        ) from error
    except RecursionError:
        raise ProfileError("not a profile: nested too deeply", where=where) from None
    return _profile(_Table(data, where, "", _TOP), name)


def _profile(top: _Table, name: str) -> Profile:
    architecture = top.choice("architecture", tuple(sorted(FEATURES)))
    cores = top.integer("cores", 1, 1024)
    memory_mb = top.integer("memory_mb", 16, 1 << 22)
    storage_mb = top.integer("storage_mb", 16, 1 << 30)
    onnxruntime = top.text("onnxruntime", 64)
    parse_range(onnxruntime, top.place("onnxruntime"))
    budgets = top.table("budgets", _BUDGETS)
    session = top.table("session", ("threads", "allow_spinning", "memory_arena", "optimization"))
    quantization = top.table("quantization", ("schemes",))
    return Profile(
        name=name,
        description=top.text("description", 200),
        architecture=architecture,
        core=top.text("core", 32) if "core" in top.data else "",
        features=frozenset(top.choices("features", tuple(sorted(FEATURES[architecture])))),
        cores=cores,
        clock_mhz=top.integer("clock_mhz", 1, 20_000),
        memory_mb=memory_mb,
        storage_mb=storage_mb,
        onnxruntime=onnxruntime,
        budgets=Budgets(
            latency_ms=_latencies(budgets),
            resident_memory_mb=budgets.number("resident_memory_mb", memory_mb, "memory_mb"),
            listening_memory_mb=budgets.number(_listening(budgets), memory_mb, "memory_mb"),
            bundle_mb=budgets.number("bundle_mb", storage_mb, "storage_mb"),
        ),
        session=SessionSettings(
            threads=session.integer("threads", 1, cores, "the board's cores"),
            allow_spinning=session.boolean("allow_spinning"),
            memory_arena=session.boolean("memory_arena"),
            optimization=session.choice("optimization", OPTIMIZATION_LEVELS),
        ),
        quantization=Quantization(schemes=quantization.choices("schemes", SCHEMES, least=1)),
    )


def _listening(budgets: _Table) -> str:
    """The key of what a bundle that hears may take: a profile may leave it at what others may."""
    return "listening_memory_mb" if "listening_memory_mb" in budgets.data else "resident_memory_mb"


def _latencies(budgets: _Table) -> Mapping[str, float]:
    tasks = budgets.table("latency_ms", TIMED)
    return MappingProxyType({task: tasks.number(task, 60_000, "a minute") for task in tasks.data})


class _Table:
    """One table of the file, and the place it was found in."""

    def __init__(
        self, data: Mapping[str, Any], file: str, path: str, keys: tuple[str, ...]
    ) -> None:
        self.data = data
        self.file = file
        self.path = path
        for key in data:
            if key not in keys:
                raise ProfileError(
                    "unknown key",
                    where=self.place(key),
                    allowed=", ".join(keys),
                    hint=_did_you_mean(key, keys),
                )

    def place(self, key: str) -> str:
        """Where a key is, as messages show it: `file: table.key`."""
        return f"{self.file}: {self.path}{key if key and key.isprintable() else repr(key)}"

    def table(self, key: str, keys: tuple[str, ...]) -> _Table:
        value = self._get(key, "a table")
        if not isinstance(value, dict):
            raise self._wrong(key, value, "a table")
        return _Table(value, self.file, f"{self.path}{key}.", keys)

    def text(self, key: str, longest: int) -> str:
        allowed = f"text of 1 to {longest} characters on one line"
        value = self._get(key, allowed)
        if not isinstance(value, str) or not 1 <= len(value) <= longest or not value.isprintable():
            raise self._wrong(key, value, allowed)
        return value

    def boolean(self, key: str) -> bool:
        value = self._get(key, "true or false")
        if not isinstance(value, bool):
            raise self._wrong(key, value, "true or false")
        return value

    def integer(self, key: str, least: int, most: int, most_is: str = "") -> int:
        allowed = f"a whole number from {least} to {most}" + (f" ({most_is})" if most_is else "")
        value = self._get(key, allowed)
        # In Python True is an int; in a profile it is a mistake.
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self._wrong(key, value, allowed)
        return value

    def number(self, key: str, most: float, most_is: str) -> float:
        allowed = f"a number above 0 and at most {most} ({most_is})"
        value = self._get(key, allowed)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not 0 < value <= most  # false for nan and infinity too
        ):
            raise self._wrong(key, value, allowed)
        return float(value)

    def choice(self, key: str, options: tuple[str, ...]) -> str:
        allowed = ", ".join(options)
        value = self._get(key, allowed)
        if value not in options:
            raise self._wrong(key, value, allowed, _did_you_mean(value, options))
        return str(value)

    def choices(self, key: str, options: tuple[str, ...], least: int = 0) -> tuple[str, ...]:
        allowed = f"a list of {', '.join(options)}, each at most once" + (
            f"; at least {least}" if least else ""
        )
        value = self._get(key, allowed)
        if not isinstance(value, list) or len(value) < least:
            raise self._wrong(key, value, allowed)
        for index, item in enumerate(value):
            if item not in options:
                raise self._wrong(f"{key}[{index}]", item, allowed, _did_you_mean(item, options))
            if item in value[:index]:
                raise self._wrong(f"{key}[{index}]", item, allowed, "it is there twice")
        return tuple(value)

    def _get(self, key: str, allowed: str) -> Any:
        if key not in self.data:
            raise ProfileError("missing", where=self.place(key), allowed=allowed)
        return self.data[key]

    def _wrong(self, key: str, value: Any, allowed: str, hint: str = "") -> ProfileError:
        return ProfileError(
            f"{_shorten(value)} is not allowed", where=self.place(key), allowed=allowed, hint=hint
        )


def _shorten(value: Any) -> str:
    try:
        found = repr(value)
    except ValueError:  # Python refuses to print thousands of digits
        return f"a value with a number too long to print ({type(value).__name__})"
    return found if len(found) <= 80 else found[:77] + "..."


def _did_you_mean(word: Any, options: tuple[str, ...]) -> str:
    if not isinstance(word, str) or len(word) > 64:
        return ""
    import difflib  # only ever needed on the way to an error

    close = difflib.get_close_matches(word, options, n=1)
    return f"did you mean {close[0]!r}?" if close else ""
