"""One runtime for one file: a lock beside it, for as long as it is used.

Beside it, since the file itself is replaced whenever it is written, and may not be there yet. The
system gives the lock back when a process ends, however it ends.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import BinaryIO, Final

_MODE: Final = 0o644
"""Nothing is in it, and who may read it can lock it."""


class FileLock:
    """The lock of one file.

    Args:
        path: of the file, which need not be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(f".{path.name}.lock")
        self._process = os.getpid()
        self._held: BinaryIO | None = None

    def take(self) -> bool:
        """Whether it is ours now, or nobody can have one: where nothing can be written beside the
        file, it cannot be replaced either, and some file systems know no locks."""
        while self._held is None:
            file = self._opened()
            if file is None:
                return True
            if not _locked(file):
                file.close()
                return False
            if self._is(file):
                self._held = file
            else:  # whoever had it has just taken it away
                file.close()
        return True

    def release(self) -> None:
        """Lets others have it. What a process was forked from keeps its own."""
        held, self._held = self._held, None
        if held is None:
            return
        if os.getpid() == self._process:
            with contextlib.suppress(OSError):
                self._path.unlink()
        held.close()

    def _opened(self) -> BinaryIO | None:
        """The file of the lock; None where there can be none."""
        for mode in ("ab", "rb"):  # it may be somebody else's, left there by a kill
            with contextlib.suppress(OSError):
                return open(self._path, mode, opener=_opener)
        return None

    def _is(self, file: BinaryIO) -> bool:
        """Whether a file is still the one that others would open."""
        try:
            return os.path.samestat(os.fstat(file.fileno()), self._path.stat())
        except FileNotFoundError:
            return False


def _opener(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_CLOEXEC, _MODE)


def _locked(file: BinaryIO) -> bool:
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
