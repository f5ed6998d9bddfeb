"""Files that are replaced whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def write_atomic(path: Path, data: bytes | str, mode: int = 0o666) -> None:
    """Replace the file at `path` by `data`; text is written as UTF-8, line ends as they are.

    The bytes go to a temporary file beside it, reach the disk, and take the name in one step
    (`os.replace`): a reader, a full disk or a kill sees the old file or the new one, never a part.

    A pipe or a device is written to as it is.

    Args:
        mode: who may read and write it, less what the process's umask takes away.

    Raises:
        OSError: it cannot be written; the old file is untouched and no temporary file is left.
    """
    raw = data.encode("utf-8") if isinstance(data, str) else data
    # A link is followed: what it points to is replaced, not the link.
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file() and not target.is_dir():
        target.write_bytes(raw)  # a pipe or a device takes what it is given, and stays
        return
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with open(beside, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
        with contextlib.suppress(OSError):  # the name is there; after a power cut, maybe not
            sync_folder(target.parent)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(beside)
        raise


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
