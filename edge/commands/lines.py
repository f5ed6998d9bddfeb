"""A line in, a line out: what the verbs that go through their input line by line share."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import BinaryIO

from edge.events import Command, Rejected, Suggestion
from edge.limits import LINE_BYTES
from edge.table import printable


def sentences(stream: BinaryIO) -> Iterator[str | Rejected]:
    """The lines of a stream, without their ends; a rejection for each that is not usable.

    A line is held in memory up to `LINE_BYTES`; the rest of a longer one is read and dropped.
    """
    is_first = True
    while line := stream.readline(LINE_BYTES + 1):
        if is_first:
            line, is_first = line.removeprefix(codecs.BOM_UTF8), False
        if len(line) > LINE_BYTES and not line.endswith(b"\n"):
            while (rest := stream.readline(LINE_BYTES)) and not rest.endswith(b"\n"):
                pass
            yield Rejected(
                code="too_long",
                reason=f"the line is longer than {LINE_BYTES} bytes",
                text=line[:80].decode("utf-8", "ignore"),
            )
            continue
        line = line.rstrip(b"\r\n")
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError as error:
            yield Rejected(
                code="not_text",
                reason=f"the line is not UTF-8: byte 0x{line[error.start]:02x} at {error.start}",
                text=line[:80].decode("utf-8", "backslashreplace"),
            )


def describe(event: Command | Rejected) -> str:
    """One line for people.

    A command is `intent slot='value' -> target (source score)`; several are joined by `; `.
    """
    if isinstance(event, Rejected):
        return printable(f"rejected ({event.code}): {event.reason}")
    return "; ".join(_describe_command(command) for command in (event, *event.also))


def _describe_command(command: Command) -> str:
    words = [command.intent]
    words += [
        f"{label}={value!r}" if isinstance(value, str) else f"{label}={value}"
        for label, value in command.slots.items()
    ]
    if command.targets:
        words.append("-> " + ", ".join(command.targets))
    words.append(f"({command.source} {command.score:.2f})")
    return printable(" ".join(words))


def describe_suggestion(suggestion: Suggestion) -> str:
    """One line for people: `action 62 % (because)`."""
    because = f" ({suggestion.because})" if suggestion.because else ""
    return printable(f"{suggestion.action} {100 * suggestion.score:.0f} %{because}")
