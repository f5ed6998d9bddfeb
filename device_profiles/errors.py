"""The errors of this package."""

from __future__ import annotations


class ProfileError(Exception):
    """A profile that cannot be read, is not there, or does not suit the machine.

    It has the same shape as `edge.errors.EdgeError`, which this package must not import.

    Attributes:
        what: what was found to be wrong.
        where: the file, and the key in it; empty when there is none.
        allowed: what would have been accepted; empty when there is nothing to say.
        hint: what to do next; empty when there is nothing to say.
        exit_code: the exit status a command line ends with (2: misuse).
    """

    exit_code = 2

    def __init__(self, what: str, *, where: str = "", allowed: str = "", hint: str = "") -> None:
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


class NoneFits(ProfileError):
    """Of the profiles that were named, none suits the machine."""
