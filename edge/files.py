"""Files that are replaced whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def write_atomic(
    path: Path,
    data: bytes | str,
    mode: int = 0o666,
    written: Callable[[int], object] | None = None,
) -> None:
    """Replace the file at `path` by `data`; text is written as UTF-8, line ends as they are.

    The bytes go to a temporary file beside it, reach the disk, and take the name in one step
    (`os.replace`): a reader, a full disk or a kill sees the old file or the new one, never a part.

    A pipe or a device is written to as it is.

    Args:
        mode: who may read and write it, less what the process's umask takes away.
        written: is given the descriptor of the new file before it takes the name.

    Raises:
        OSError: it cannot be written; the old file is untouched and no temporary file is left.
    """
    raw = data.encode("utf-8") if isinstance(data, str) else data
    # A link is followed: what it points to is replaced, not the link.
    target = Path(os.path.realpath(path))
    if _takes_bytes(target):
        target.write_bytes(raw)
        return
    beside = _beside(target)
    try:
        with open(beside, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
            if written is not None:
                written(file.fileno())
        os.replace(beside, target)
        with contextlib.suppress(OSError):  # the name is there; after a power cut, maybe not
            sync_folder(target.parent)
    except BaseException as error:
        with contextlib.suppress(OSError):  # what went wrong first is what is told
            os.unlink(beside)
        if isinstance(error, OSError):
            error.filename = os.fspath(path)  # nobody knows of the one beside it
        raise


def check_writable(path: str | os.PathLike[str]) -> None:
    """Finds out whether `write_atomic` could begin to write there, by beginning; nothing is left.

    Only the attempt tells of everything: rights, a read-only card, a name too long.

    Raises:
        OSError: it could not.
    """
    target = Path(os.path.realpath(path))
    if _takes_bytes(target):
        if not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
        return
    beside = _beside(target)
    with open(beside, "xb"):
        os.unlink(beside)


def _takes_bytes(target: Path) -> bool:
    """Whether it is a pipe or a device, which takes what it is given, and stays."""
    return target.exists() and not target.is_file() and not target.is_dir()


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")


def sync_folder(path: Path) -> None:
    """Bring a folder's list of names to the disk.

    Raises:
        OSError: the system cannot do that.
    """
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
