"""Keeps what was learned in a file; sets aside one that cannot be used, erases it when told to.

It is locked from when it is loaded: a second runtime is refused it, and one that was replaced by
somebody else all the same is not overwritten.
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
from edge.preference.memory.lock import FileLock
from edge.preference.memory.state import State

EVERY: Final = 16
"""Things learned after which the file is written anew."""
_PROBLEMS: Final = 64
"""Listed at most; all are logged."""
_OWNER_ONLY: Final = 0o600
_HEAD_BYTES: Final = 64
_USUAL_NAME: Final = 255
_TEMPORARY: Final = len("..01234567.tmp")
"""Characters that the name of a file has more while it is written."""


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
        self._process = os.getpid()
        self._lock = FileLock(self._path)
        self._held: BinaryIO | None = None
        """The file as it was read or written last, open, so that no other one gets its number; None
        where there was none."""
        self.problems: list[str] = []
        """What went wrong, in sentences; also logged, as warnings of the logger "edge"."""
        if not self._path.parent.is_dir() or (self._path.exists() and not self._path.is_file()):
            raise UsageError(
                "is no place for a file",
                where=str(path),
                allowed="the path of a file in a folder that is there",
            )
        if len(os.fsencode(self._path.name)) > _longest_name(self._path.parent) - _TEMPORARY:
            raise UsageError(
                "is too long a name for a file that is replaced whole",
                where=str(path),
                allowed=f"{_TEMPORARY} bytes less than the file system takes",
            )

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
        if not self._lock.take():
            raise UsageError(
                "is in use by another runtime",
                where=str(self._path),
                allowed="a file of its own for each",
                hint="close the other one first",
            )
        with contextlib.suppress(OSError):  # they do no harm where they cannot be removed
            self._remove(self._unfinished())
        self._loaded = True
        try:
            self._held = self._path.open("rb")
            data = self._held.read(MEMORY_FILE_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.close()
            raise self._unusable("cannot be read", error) from error
        try:
            return from_bytes(data, self._bundle, str(self._path))
        except StateError as error:
            try:
                aside = self._set_aside()
            except OSError as failed:
                self.close()
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
            self._check_process()
            if self._is_foreign():
                raise OSError(errno.EBUSY, "another runtime has written it", str(self._path))
            new: list[BinaryIO] = []
            try:
                write_atomic(
                    self._path,
                    data,
                    _OWNER_ONLY,
                    lambda file: new.append(os.fdopen(os.dup(file), "rb")),
                )
            finally:  # somebody may press Ctrl-C when it has its name, and before that is noted
                self._hold(new)
        except BaseException:
            self._unsaved = max(1, self._unsaved)  # the next attempt is after as much again
            raise

    def erase(self) -> None:
        """Removes the file, and those that were put aside: they are of the same people.

        Raises:
            OSError: one cannot be removed.
        """
        self._check_process()
        self._remove([self._path, *self._asides(), *self._unfinished()])
        self._let_go()

    def close(self) -> None:
        """Lets others have the file."""
        self._let_go()
        self._lock.release()

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
            try:
                os.replace(self._path, aside)
            except BaseException:
                aside.unlink()
                raise
            self._let_go()
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
        return not os.path.samestat(os.fstat(self._held.fileno()), there)

    def _hold(self, new: list[BinaryIO]) -> None:
        """Takes a new file for the one that was written last, if it has got the name."""
        for file in new:
            held, self._held = self._held, file
            if self._is_foreign():
                held, self._held = self._held, held
            if held is not None:
                held.close()

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.close()

    def _check_process(self) -> None:
        if os.getpid() != self._process:
            raise OSError(errno.EBUSY, "it is the file of the process that forked this one")

    def _unfinished(self) -> list[Path]:
        """What a kill while writing left."""
        return self._beside(r"\." + re.escape(self._path.name) + r"\.[0-9a-f]{8}\.tmp")

    def _beside(self, pattern: str) -> list[Path]:
        try:
            names = os.listdir(self._path.parent)
        except PermissionError:  # the file may be used all the same
            names = []
        return sorted(self._path.with_name(name) for name in names if re.fullmatch(pattern, name))

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


def _longest_name(folder: Path) -> int:
    """Bytes that a name may have in a folder."""
    try:
        return os.pathconf(folder, "PC_NAME_MAX")
    except (AttributeError, OSError, ValueError):  # Windows, and file systems that do not say
        return _USUAL_NAME
