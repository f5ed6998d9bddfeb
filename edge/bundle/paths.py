"""Which names a file inside a bundle may have."""

from __future__ import annotations

import re
from typing import Final

from edge import limits

MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
FOLDERS: Final = ("assets", "variants")
"""The folders that a bundle's files are in."""

RULE: Final = (
    "assets/… or variants/…; each part of a-z A-Z 0-9 . _ + -, not beginning with '.' or '-' nor "
    f"ending with '.'; at most {limits.PATH_DEPTH} parts of {limits.PATH_PART_BYTES} bytes"
)
_PART: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._+-]*[A-Za-z0-9_+-])?")


def wrong_with(path: str) -> str:
    """Why `path` may not be in a bundle, in words; empty when it may.

    The characters are few on purpose: no separators of other systems, nothing that a terminal or a
    shell reads, no two spellings of one letter.
    """
    if len(path) > limits.PATH_BYTES:
        return f"is a path of {len(path)} characters"
    if path.startswith("/"):
        return "is an absolute path"
    if "\\" in path:
        return "has a backslash in it"
    parts = path.split("/")
    if ".." in parts:
        return "leads out of the bundle ('..')"
    if any(not char.isprintable() for char in path):
        return "has a control character in it"
    if len(parts) > limits.PATH_DEPTH:
        return f"is {len(parts)} folders deep"
    for part in parts:
        if len(part) > limits.PATH_PART_BYTES:
            return f"has a part of {len(part)} characters"
        if not _PART.fullmatch(part):
            return "has a part that is no portable file name"
    return ""
