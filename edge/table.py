"""Aligned tables of text for people; what programs read is JSON."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Collection, Sequence


def printable(value: object) -> str:
    """The value as text that cannot steer a terminal: control characters become escapes."""
    text = str(value)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def columns(text: str) -> int:
    """How many columns of a terminal the text takes: two for wide characters, none for accents."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in ("W", "F") else 1
        for c in text
    )


def table(
    header: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    right: Collection[int] = (),
    width: int | None = None,
) -> str:
    """Rows under a header, columns aligned, without a newline at the end.

    Args:
        header: one title a column.
        rows: as many values a row; made printable.
        right: columns, counted from 0, that are aligned right: numbers.
        width: columns of the terminal; the last column is wrapped to fit. None: not wrapped.

    Raises:
        ValueError: when a row has not as many values as the header.
    """
    cells = [[printable(value) for value in row] for row in (header, *rows)]
    for row in cells:
        if len(row) != len(header):
            raise ValueError(f"{len(row)} values in a row of a table of {len(header)} columns")
    sizes = [max(columns(row[index]) for row in cells) for index in range(len(header))]
    last = len(header) - 1
    indent = sum(sizes[:-1]) + 2 * last
    room = None if width is None else max(24, width - indent)
    lines = []
    for number, row in enumerate(cells):
        parts = [row[last]]
        if room is not None and columns(row[last]) > room:
            parts = textwrap.wrap(row[last], room) or [""]
        before = "".join(_pad(row[i], sizes[i], i in right) + "  " for i in range(last))
        first = _pad(parts[0], sizes[last], True) if last in right else parts[0]
        lines.append((before + first).rstrip())
        lines.extend(" " * indent + part for part in parts[1:])
        if number == 0:
            # Under a last column of sentences a short rule reads better than one for the longest.
            rule = sizes[last] if last in right else min(sizes[last], room or 40)
            lines.append("  ".join("-" * size for size in (*sizes[:-1], rule)))
    return "\n".join(lines)


def _pad(text: str, size: int, right: bool) -> str:
    space = " " * (size - columns(text))
    return space + text if right else text + space
