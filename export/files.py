"""Files that are replaced whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write_atomic(path: Path, data: bytes | str) -> None:
    """Replaces the file at `path` by `data`; text is written as UTF-8, line ends as they are.

    The bytes go to a temporary file beside it, reach the disk, and take the name in one step
    (`os.replace`): a reader, a full disk or a kill sees the old file or the new one, never a part.
    Folders that are missing are made.

    Raises:
        OSError: it cannot be written; the old file is untouched and no temporary file is left.
    """
    raw = data.encode("utf-8") if isinstance(data, str) else data
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files private; a report is as readable as any other file the user makes.
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name)
        raise


def _umask() -> int:
    """The process' mask; there is no way to read it without setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
