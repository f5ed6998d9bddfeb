"""Keeps what was learned in a file; sets aside one that cannot be used, erases it when told to.

The file that was read or written last stays open, and locked where the system can lock (`flock`): a
second runtime is refused it, and one that was replaced by somebody else is not overwritten.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
from itertools import count
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Final

from edge.errors import StateError, UsageError
from edge.files import write_atomic
from edge.limits import MEMORY_FILE_BYTES
from edge.preference.memory.file import from_bytes, is_of_state
from edge.preference.memory.state import State

EVERY: Final = 16
"""Things learned after which the file is written anew."""
_PROBLEMS: Final = 64
"""Listed at most; all are logged."""
_OWNER_ONLY: Final = 0o600
_HEAD_BYTES: Final = 64


class Keeper:
    """One file, of one bundle.

    Args:
        path: of the file, which need not be there; its folder must. A link is followed.
        bundle: the bundle's name.

    Raises:
        UsageError: there can be no such file.
    """

    def __init__(self, path: str | PathLike[str], bundle: str) -> None:
        self._path = Path(os.path.realpath(path))
        self._bundle = bundle
        self._unsaved = 0
        self._loaded = False
        self._held: BinaryIO | None = None
        """The file as it was read or written last."""
        self.problems: list[str] = []
        """What went wrong, in sentences; also logged, as warnings of the logger "edge"."""
        if not self._path.parent.is_dir() or (self._path.exists() and not self._path.is_file()):
            raise UsageError(
                "is no place for a file",
                where=str(path),
                allowed="the path of a file in a folder that is there",
            )
        self._remove(self._unfinished())

    @property
    def due(self) -> bool:
        """Whether enough was learned since the last saving to save again."""
        return self._unsaved >= EVERY

    @property
    def unsaved(self) -> bool:
        """Whether anything was."""
        return self._unsaved > 0

    def load(self) -> State | None:
        """What the file has; None where there is none, or none that can be used: that one is aside.

        Raises:
            UsageError: the file is in use, or can be neither read nor put aside, and would be
                overwritten.
        """
        self._loaded = True
        try:
            self._held = self._path.open("rb")
            is_ours = _lock(self._held)
            data = self._held.read(MEMORY_FILE_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unusable("cannot be read", error) from error
        if not is_ours:
            self.close()
            raise UsageError(
                "is in use by another runtime",
                where=str(self._path),
                allowed="a file of its own for each",
                hint="close the other one first",
            )
        try:
            return from_bytes(data, self._bundle, str(self._path))
        except StateError as error:
            try:
                aside = self._set_aside()
            except OSError as failed:
                raise self._unusable(f"{error.what}, and cannot be put aside", failed) from error
            self.say(f"{error}\n  it is kept as {aside}; learning starts anew")
            return None

    def learned(self, weight: int = 1) -> None:
        """Notes that something was. One at a time, as it is learned."""
        self._unsaved += weight

    def taken(self) -> None:
        """Notes that what will be written is all that was learned up to now; likewise. What is
        learned while it is written is not in it."""
        self._unsaved = 0

    def write(self, data: bytes) -> None:
        """Replaces the file.

        Raises:
            OSError: it cannot be written, or somebody else has replaced it; it is untouched.
        """
        try:
            if self._is_foreign():
                raise OSError(errno.EBUSY, "another runtime has written it", str(self._path))
            write_atomic(self._path, data, mode=_OWNER_ONLY)
        except OSError:
            self._unsaved = max(1, self._unsaved)  # the next attempt is after as much again
            raise
        self.close()
        with contextlib.suppress(OSError):
            self._held = self._path.open("rb")
            if not _lock(self._held):
                self.close()

    def erase(self) -> None:
        """Removes the file, and those that were put aside: they are of the same people.

        Raises:
            OSError: one cannot be removed.
        """
        self._remove([self._path, *self._asides(), *self._unfinished()])
        self.close()

    def close(self) -> None:
        """Lets others have the file."""
        held, self._held = self._held, None
        if held is not None:
            held.close()

    def warn_of_asides(self) -> None:
        """Says which files may still know somebody who was forgotten."""
        for aside in self._asides():
            self.say(f"{aside} may still know who was forgotten; forgetting everybody removes it")

    def say(self, problem: str) -> None:
        """Lists and logs a problem."""
        import logging  # here: most never have one

        if problem not in self.problems and len(self.problems) < _PROBLEMS:
            self.problems.append(problem)
        logging.getLogger("edge").warning("%s", problem)

    def _set_aside(self) -> Path:
        """Renames the file to the first number that is free; nothing is ever overwritten."""
        for number in count(1):
            aside = self._path.with_name(f"{self._path.name}.aside-{number}")
            try:
                with aside.open("xb"):  # the name is ours from here on
                    pass
            except FileExistsError:
                continue
            os.replace(self._path, aside)
            self.close()
            return aside
        raise AssertionError("numbers do not end")

    def _asides(self) -> list[Path]:
        """Those that were kept by a keeper: a file that was never one stays, whatever its name."""
        named = self._beside(re.escape(self._path.name) + r"\.aside-\d+")
        return [path for path in named if _begins_as_state(path)]

    def _is_foreign(self) -> bool:
        """Whether there is a file that is not the one which was read or written last."""
        try:
            there = self._path.stat()
        except FileNotFoundError:
            return False
        if self._held is None:
            return self._loaded
        held = os.fstat(self._held.fileno())
        return (held.st_dev, held.st_ino) != (there.st_dev, there.st_ino)

    def _unfinished(self) -> list[Path]:
        """What a kill while writing left."""
        return self._beside(r"\." + re.escape(self._path.name) + r"\.[0-9a-f]{8}\.tmp")

    def _beside(self, pattern: str) -> list[Path]:
        return sorted(
            self._path.with_name(name)
            for name in os.listdir(self._path.parent)
            if re.fullmatch(pattern, name)
        )

    def _remove(self, paths: list[Path]) -> None:
        for path in paths:
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    def _unusable(self, what: str, error: OSError) -> UsageError:
        return UsageError(
            f"{what}: {error.strerror or error}",
            where=str(self._path),
            allowed="a file that may be read and replaced",
        )


def check_state(path: str | PathLike[str], bundle: str) -> None:
    """Whether a file, if there is one, is of what was learned with a bundle. It is only read.

    Raises:
        UsageError: it cannot be read, or was never such a file.
        StateError: it is cut short, of another bundle, or of a newer version.
    """
    try:
        data = Path(path).read_bytes() if Path(path).is_file() else None
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror or error}", where=str(path)) from error
    if data is None:
        return
    if not is_of_state(data):
        raise UsageError(
            "is no file of what was learned",
            where=str(path),
            allowed="one that was written with --state, or a name that is free",
        )
    from_bytes(data, bundle, str(path))


def _begins_as_state(path: Path) -> bool:
    with contextlib.suppress(OSError), path.open("rb") as file:
        return is_of_state(file.read(_HEAD_BYTES))
    return False


def _lock(file: BinaryIO) -> bool:
    """Whether a file could be locked for as long as it is open; so it is where none can be."""
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return True
    return True
