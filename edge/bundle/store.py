"""Where a bundle's bytes come from: a folder, or an uncompressed tar. Nothing is trusted."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from typing import Final

from edge import limits
from edge.bundle import paths
from edge.bundle.source import Report, Store, read_at, refused, unreadable
from edge.bundle.tar import TarStore
from edge.closing import Closing
from edge.errors import (
    BundleFormatError,
    BundleNotFound,
)

_OPEN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_ALLOWED: Final = "a bundle's folder, or an uncompressed .tar of one"
_HINT: Final = "`edge export` writes one"


def open_store(path: str | os.PathLike[str]) -> Store:
    """Open a bundle's folder or tar.

    Where there is nothing at `path` but a writer was killed while it swapped an old bundle for a
    new one without an atomic exchange, the old one is beside it, at `previous(path)`: that is used.

    Raises:
        BundleNotFound: there is nothing at `path`, it cannot be opened, or it is empty.
        BundleFormatError: it is neither a folder nor a plain file.
    """
    name = os.fspath(path)
    if not name:
        raise BundleNotFound("the name of the bundle is empty", allowed=_ALLOWED, hint=_HINT)
    try:
        if not os.path.lexists(name) and os.path.lexists(previous(name)):
            name = previous(name)
        # O_NONBLOCK: opening a fifo would wait for someone to write. The bundle itself may be
        # reached through a link (it is the caller's path); nothing inside it may.
        handle = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise BundleNotFound(
            f"cannot be opened: {reason}",
            where=name,
            allowed=_ALLOWED,
            hint=_HINT,
        ) from error
    mode = os.fstat(handle).st_mode
    if stat.S_ISDIR(mode):
        return FolderStore(handle)
    if stat.S_ISREG(mode):
        return TarStore(handle)
    os.close(handle)
    raise BundleFormatError(
        f"is {_kind(mode)}", where=name, allowed="a folder, or an uncompressed .tar of one"
    )


def previous(path: str) -> str:
    """Where a writer that cannot exchange two folders keeps the old one for a moment."""
    folder, name = os.path.split(os.path.normpath(path))
    return os.path.join(folder, f".{name}.previous")


class FolderStore(Closing):
    """A bundle as a folder. Folders stay open, so that no later rename can lead elsewhere."""

    def __init__(self, handle: int) -> None:
        self._folders: dict[str, int] = {"": handle}

    def list(self, report: Report) -> dict[str, int]:
        """See `Store.list`. Empty without a manifest: it is no bundle, but anybody's folder."""
        files: dict[str, int] = {}
        if not self._has_manifest():
            return files
        seen = 0
        todo = [""]
        while todo:
            folder = todo.pop()
            for name, status in self._entries(folder, report):
                path = f"{folder}/{name}" if folder else name
                seen += 1
                if seen > limits.BUNDLE_FILES + 2:  # and the manifest and its signature
                    error = refused("is one file too many", path, f"{limits.BUNDLE_FILES}")
                    report("oversized", path, error)
                    return files
                mode = status.st_mode
                problem = paths.wrong_with(path)
                if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                    report("forbidden", path, refused(f"is {_kind(mode)}", path))
                elif problem:
                    report("forbidden", path, refused(problem, path, paths.RULE))
                elif stat.S_ISREG(mode):
                    files[path] = status.st_size
                else:
                    todo.append(path)
        return files

    def _has_manifest(self) -> bool:
        try:
            os.stat(paths.MANIFEST, dir_fd=self._folders[""], follow_symlinks=False)
        except FileNotFoundError:
            return False
        except OSError:
            pass  # reading it will tell
        return True

    def _entries(self, folder: str, report: Report) -> Iterator[tuple[str, os.stat_result]]:
        """The entries of a folder that was seen, opened without following links."""
        parent, _, name = folder.rpartition("/")
        try:
            if folder:
                self._folders[folder] = os.open(
                    name, _OPEN | os.O_DIRECTORY, dir_fd=self._folders[parent]
                )
            with os.scandir(self._folders[folder]) as entries:
                for entry in entries:
                    yield entry.name, entry.stat(follow_symlinks=False)
        except OSError as error:
            report("missing", folder, unreadable(folder, error))

    def read(self, path: str, size: int) -> bytes:
        """See `Store.read`.

        Raises:
            BundleIntegrityError: it cannot be read, or is no plain file any more.
        """
        folder, _, name = path.rpartition("/")
        try:
            with open(
                name,
                "rb",
                buffering=0,
                opener=lambda n, _: os.open(n, _OPEN, dir_fd=self._folders[folder]),
            ) as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise refused("has become something else while it was read", path)
                return read_at(file.fileno(), 0, size + 1)
        except OSError as error:
            raise unreadable(path, error) from error

    def close(self) -> None:
        """See `Store.close`."""
        while self._folders:
            os.close(self._folders.popitem()[1])


def _kind(mode: int) -> str:
    for test, words in (
        (stat.S_ISLNK, "a link"),
        (stat.S_ISFIFO, "a fifo"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    ):
        if test(mode):
            return words
    return "no plain file"
