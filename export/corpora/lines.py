"""Lines of a text file that may be broken: one bad line never costs the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edge.bundle.strict_json import key_twice
from edge.errors import UsageError
from export.corpora.utterance import Problem


def read_bytes(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        UsageError: the file is missing or cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"cannot be read ({error.strerror or error})",
            where=str(path),
            allowed="a readable file",
            hint="check the corpus' path",
        ) from error


def text_lines(path: Path, problems: list[Problem]) -> Iterator[tuple[int, str | None]]:
    """Yields (line number from 1, text without its line end); None for a line that is no UTF-8.

    Only a line feed ends a line (not the other separators of `str.splitlines`, which occur inside
    sentences), so that numbers agree with those of an editor. A byte-order mark is dropped.

    Raises:
        UsageError: the file is missing or cannot be read.
    """
    data = read_bytes(path).removeprefix(b"\xef\xbb\xbf")
    if not data:
        return
    for number, raw in enumerate(data.removesuffix(b"\n").split(b"\n"), start=1):
        try:
            yield number, raw.removesuffix(b"\r").decode("utf-8")
        except UnicodeDecodeError as error:
            problems.append(
                Problem(path.name, number, f"not UTF-8: byte {error.start + 1} of the line")
            )
            yield number, None


def json_lines(path: Path, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yields (line number, object) of a JSON-lines file; blank lines are passed over.

    Raises:
        UsageError: the file is missing or cannot be read.
    """
    for number, line in text_lines(path, problems):
        if line is None or not line.strip():
            continue
        try:
            value = json.loads(line, object_pairs_hook=_unique_keys)
        except (ValueError, RecursionError) as error:
            what = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
            problems.append(Problem(path.name, number, f"not JSON: {what}"))
            continue
        if not isinstance(value, dict):
            problems.append(Problem(path.name, number, "not a JSON object"))
            continue
        yield number, value


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The last of two equal keys would win silently; a corpus should say which it means."""
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError(f"the key {key_twice(pairs)!r} occurs twice")
    return result


def plain_sentences(path: Path, problems: list[Problem]) -> list[str]:
    """One unlabelled sentence a line, white space collapsed; blank lines are passed over.

    Raises:
        UsageError: the file is missing or cannot be read.
    """
    return [
        " ".join(line.split())
        for _, line in text_lines(path, problems)
        if line is not None and line.strip()
    ]
