"""Files that are replaced whole or not at all, in folders that need not be there yet."""

from __future__ import annotations

import shutil
from pathlib import Path

from edge import files


def write_atomic(path: Path, data: bytes | str) -> None:
    """`edge.files.write_atomic`; folders that are missing are made.

    Raises:
        OSError: it cannot be written; the old file is untouched and no temporary file is left.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    files.write_atomic(path, data)


def take_over(source: Path, target: Path) -> None:
    """Copies a file; where there is none, nothing is left of one that was there before."""
    target.unlink(missing_ok=True)
    if source.is_file():
        shutil.copyfile(source, target)
