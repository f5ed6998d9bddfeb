"""What every source of a bundle's bytes shares, be it a folder or a tar."""

from __future__ import annotations

import os
from collections.abc import Callable
from types import TracebackType
from typing import Protocol

from edge.errors import BundleError, BundleFormatError, BundleIntegrityError, shown

Report = Callable[[str, str, BundleError], None]
"""Called with a kind of finding, the path it is about and the error it amounts to. May raise it."""


class Store(Protocol):
    """A bundle's files, before anything is known of them."""

    def list(self, report: Report) -> dict[str, int]:
        """Path → bytes, of every file that is a plain file of an allowed name; reports the rest."""

    def read(self, path: str, size: int) -> bytes:
        """The bytes of a listed file: `size` of them, or one more where the file is longer."""

    def close(self) -> None:
        """Let go of the files."""

    def __enter__(self) -> Store: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def refused(what: str, path: str, allowed: str = "plain files and folders") -> BundleFormatError:
    """The error for something that may not be in a bundle."""
    return BundleFormatError(
        what,
        where=shown(path, 200),
        allowed=allowed,
        hint="do not use this bundle; ask whoever made it for another",
    )


def unreadable(path: str, error: OSError) -> BundleIntegrityError:
    """The error for a file that is there and cannot be read."""
    return BundleIntegrityError(
        f"cannot be read: {error.strerror}",
        where=shown(path, 200),
        allowed="files that this user may read",
        hint="check the file's permissions and the disk",
    )


def read_at(handle: int, offset: int, size: int) -> bytes:
    """Up to `size` bytes from `offset`; fewer only at the end of the file."""
    data = os.pread(handle, size, offset)
    if len(data) == size or not data:
        return data
    chunks = [data]
    done = len(data)
    while done < size:
        data = os.pread(handle, size - done, offset + done)
        if not data:
            break
        chunks.append(data)
        done += len(data)
    return b"".join(chunks)
