"""Every error the runtime raises on purpose, as one small tree.

An error says what was wrong, where, what is allowed and what to do next, each in a field of its
own, so that a firmware application can log the parts and a person can read the whole.
"""

from __future__ import annotations

import re
from typing import Final, Self

_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""Characters that a terminal obeys, or that change the order of others: names in a bundle are
whatever its maker wrote."""


class EdgeError(Exception):
    """Base of all errors raised by this package.

    Attributes:
        what: what was found to be wrong.
        where: the file, key or place it was found in; empty when there is none.
        allowed: what would have been accepted; empty when there is nothing to say.
        hint: what to do next; empty when there is nothing to say.
        exit_code: the exit status a command line ends with (2 misuse, 1 failure).
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", allowed: str = "", hint: str = "") -> None:
        what, where, allowed, hint = map(_printable, (what, where, allowed, hint))
        self.what = what
        self.where = where
        self.allowed = allowed
        self.hint = hint
        parts = [f"{where}: {what}" if where else what]
        if allowed:
            parts.append(f"  allowed: {allowed}")
        if hint:
            parts.append(f"  help: {hint}")
        super().__init__("\n".join(parts))

    def inside(self, place: str) -> Self:
        """The same error, with `place`, which `where` lies in, said before it."""
        if not place or self.where == place or self.where.startswith(f"{place}:"):
            return self
        where = f"{place}: {self.where}" if self.where else place
        return type(self)(self.what, where=where, allowed=self.allowed, hint=self.hint)


class UsageError(EdgeError):
    """The caller asked for something that cannot be asked for."""

    exit_code = 2


class HomeError(EdgeError):
    """A home description that cannot be used."""

    exit_code = 2


class BundleError(EdgeError):
    """A bundle that will not be loaded. Nothing of it has been run."""


class BundleNotFound(BundleError):
    """There is no bundle at the path given."""

    exit_code = 2


class BundleFormatError(BundleError):
    """The bundle's structure is not what the format says."""


class BundleIntegrityError(BundleError):
    """A file's bytes are not those the manifest lists."""


class BundleTooNew(BundleError):
    """The bundle needs a newer runtime, or uses a newer schema, than this one."""


class ForbiddenGraph(BundleError):
    """A graph asks for something the runtime refuses: see docs/bundle-format.md."""


class StateError(EdgeError):
    """A file of what was learned that cannot be used: damaged, newer, or another bundle's."""


class MissingExtra(EdgeError):
    """An optional dependency is not installed."""

    exit_code = 2


class AudioError(EdgeError):
    """Sound that cannot be had or cannot be used: no microphone, a file that is no recording."""


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)


def shown(value: object, most: int = 80) -> str:
    """Unchecked text made safe to print: quoted, ASCII, cut at about `most` characters."""
    if isinstance(value, bytes):
        value = value[: most + 1].decode("utf-8", "backslashreplace")
    text = ascii(value[: most + 1] if isinstance(value, str) else value)
    return text if len(text) <= most + 2 else text[: most - 2] + "…'"
