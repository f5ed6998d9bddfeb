"""A bundle as one uncompressed tar, read by a reader as small as the format it takes.

Python's `tarfile` is not used for what may be hostile: it follows pax and GNU extensions that let
two readers see two archives, takes negative sizes for a way backwards, and costs more to import
than a bundle takes to open. Here a header is ustar, a member is a plain file or a folder, and
anything else is refused.

Source: POSIX.1-1988 ustar, https://www.gnu.org/software/tar/manual/html_node/Standard.html
"""

from __future__ import annotations

import os
import re
from typing import Final

from edge import limits
from edge.bundle import paths
from edge.bundle.source import Report, read_at, refused, unreadable
from edge.closing import Closing
from edge.errors import BundleFormatError

_BLOCK: Final = 512
_ZEROS: Final = bytes(_BLOCK)
_NUMBER: Final = re.compile(rb" *([0-7]{1,11})[ \0]*")
_ARCHIVE: Final = "(archive)"
_MOST_BYTES: Final = (
    limits.BUNDLE_BYTES + 2 * _BLOCK * (limits.BUNDLE_FILES + 4) + limits.TAR_PADDING_BYTES
)
_OTHER_TYPES: Final = {
    b"1": "is a hard link",
    b"2": "is a link",
    b"3": "is a device",
    b"4": "is a device",
    b"6": "is a fifo",
    b"S": "is a sparse file",
    b"L": "is a GNU long name",
    b"K": "is a GNU long link name",
    b"x": "is a pax header",
    b"g": "is a pax header",
}


class TarStore(Closing):
    """The members of a tar, found by walking its headers once."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._places: dict[str, tuple[int, int]] = {}

    def list(self, report: Report) -> dict[str, int]:
        """See `edge.bundle.store.Store.list`."""
        size = os.fstat(self._handle).st_size
        if size > _MOST_BYTES:
            large = refused(f"has {size} bytes", _ARCHIVE, f"at most {_MOST_BYTES} bytes")
            report("oversized", _ARCHIVE, large)
            return {}
        offset = members = 0
        while True:
            header = self._bytes(offset, _BLOCK)
            if header == _ZEROS:
                break
            members += 1
            try:
                path, kind, length = _member(header, offset)
                end = offset + _BLOCK + (length + _BLOCK - 1) // _BLOCK * _BLOCK
                if end > size:
                    raise _malformed(f"is cut off: {size} bytes of at least {end}")
            except BundleFormatError as error:
                report("malformed", _ARCHIVE, error)
                return self._sizes()
            if members > limits.BUNDLE_FILES + 2:
                many = refused("is one file too many", path, f"{limits.BUNDLE_FILES}")
                report("oversized", path, many)
                return self._sizes()
            self._add(path, kind, offset + _BLOCK, length, report)
            offset = end
        self._check_rest(offset, size, report)
        return self._sizes()

    def _sizes(self) -> dict[str, int]:
        return {path: length for path, (_, length) in self._places.items()}

    def _add(self, path: str, kind: bytes, start: int, length: int, report: Report) -> None:
        if kind in _OTHER_TYPES or kind not in (b"\0", b"0", b"5"):
            what = _OTHER_TYPES.get(kind, f"is a member of type {kind!r}")
            allowed = "plain files and folders (tar --format=ustar)"
            report("forbidden", path, refused(what, path, allowed))
            return
        path = path.removeprefix("./")
        if kind == b"5":
            path = path.rstrip("/")
            if path in ("", "."):
                return
        problem = paths.wrong_with(path)
        if problem:
            report("forbidden", path, refused(problem, path, paths.RULE))
        elif kind == b"5":
            return
        elif path in self._places:
            report("forbidden", path, refused("is in the archive twice", path, "each file once"))
        else:
            self._places[path] = (start, length)

    def _check_rest(self, offset: int, size: int, report: Report) -> None:
        """What follows the end must be nothing: else other readers find files that are not here."""
        rest = size - offset
        if rest > limits.TAR_PADDING_BYTES:
            report("malformed", _ARCHIVE, _malformed(f"goes on for {rest} bytes after its end"))
        elif self._bytes(offset, rest).strip(b"\0"):
            report("malformed", _ARCHIVE, _malformed("has data after its end"))

    def read(self, path: str, size: int) -> bytes:
        """See `edge.bundle.store.Store.read`."""
        start, length = self._places[path]
        return self._bytes(start, min(size + 1, length))

    def _bytes(self, offset: int, size: int) -> bytes:
        try:
            return read_at(self._handle, offset, size)
        except OSError as error:
            raise unreadable(_ARCHIVE, error) from error

    def close(self) -> None:
        """See `edge.bundle.store.Store.close`."""
        os.close(self._handle)


def _member(header: bytes, offset: int) -> tuple[str, bytes, int]:
    """Path, type and size of the member whose header this is."""
    if len(header) < _BLOCK:
        raise _malformed("is cut off: its end is missing")
    magic = header[257:263]
    if magic not in (b"ustar\0", b"ustar "):
        raise _malformed("is no tar" if offset == 0 else f"has no header at byte {offset}")
    if _number(header[148:156]) != sum(header[:148]) + 8 * 32 + sum(header[156:]):
        raise _malformed(f"has a wrong checksum in the header at byte {offset}")
    name = header[:100].split(b"\0", 1)[0]
    prefix = header[345:500].split(b"\0", 1)[0] if magic == b"ustar\0" else b""
    path = (prefix + b"/" + name if prefix else name).decode("latin-1")
    kind = header[156:157]
    length = _number(header[124:136])
    if kind == b"5" and length:
        raise _malformed(f"has a folder with data at byte {offset}")
    return path, kind, length


def _number(field: bytes) -> int:
    """An octal number; the binary ones of GNU tar, which may be negative, are refused."""
    found = _NUMBER.fullmatch(field)
    if found is None:
        raise _malformed(f"has a number that is not octal: {field!r}")
    return int(found.group(1), 8)


def _malformed(what: str) -> BundleFormatError:
    return BundleFormatError(
        what,
        where=_ARCHIVE,
        allowed="an uncompressed tar of a bundle's folder, in ustar format",
        hint="tar --format=ustar -C home.edge -cf home.tar .",
    )
