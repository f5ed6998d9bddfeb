"""YAML whose values know where they were written, and that survives a broken line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar

import yaml

from export.corpora.utterance import Problem

REPAIRS = 20
"""Broken lines that are taken out of one file before the rest of it is given up."""
FILE_BYTES = 4 * 1024 * 1024
"""Size of one file of templates."""


class _Loader(yaml.SafeLoader):
    """SafeLoader without aliases: a few of them can stand for more data than memory holds.

    Words are words: "on" and "off" are states of a lamp here, not booleans (as in YAML 1.2).
    """

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.composer.ComposerError(
                None, None, "aliases (*name) are not taken", event.start_mark
            )
        return super().compose_node(parent, index)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


class Located(str):
    """A string that knows its file and line."""

    __slots__ = ("file", "line")
    file: str
    line: int

    @classmethod
    def at(cls, text: str, file: str, line: int) -> Located:
        """`text`, written in `line` (from 1) of `file`."""
        located = cls(text)
        located.file = file
        located.line = line
        return located


def where(value: object, file: str) -> tuple[str, int]:
    """File and line of a value; line 0 where it does not know."""
    if isinstance(value, Located):
        return value.file, value.line
    return file, 0


def read_yaml(path: Path, problems: list[Problem]) -> Any:
    """The plain data of a file, its strings `Located`; None where nothing could be read.

    A line that is no YAML is named in `problems` and left out; so is a key that is there twice.
    """
    name = path.name
    try:
        raw = path.read_bytes()
    except OSError as error:
        problems.append(Problem(name, 0, f"cannot be read: {error.strerror or error}"))
        return None
    if len(raw) > FILE_BYTES:
        problems.append(Problem(name, 0, f"{len(raw)} bytes; at most {FILE_BYTES} are allowed"))
        return None
    try:
        lines = raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problems.append(Problem(name, line, "not UTF-8; the file is left out"))
        return None
    for _ in range(REPAIRS):
        failure = _failure(lines)
        if failure is None:
            node = yaml.compose("\n".join(lines), Loader=_Loader)
            return None if node is None else _plain(node, name, problems)
        line, what = failure
        broken = _culprit(lines, line)
        problems.append(Problem(name, broken + 1, f"no YAML, the line is left out: {what}"))
        lines[broken] = ""
    problems.append(Problem(name, 0, f"more than {REPAIRS} broken lines; the file is left out"))
    return None


def _failure(lines: list[str]) -> tuple[int, str] | None:
    """Line (from 0) and reason of the first thing that is no YAML."""
    try:
        yaml.compose("\n".join(lines), Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        what = getattr(error, "problem", None) or str(error)
        return (min(mark.line, len(lines) - 1) if mark is not None else 0), what
    except RecursionError:
        return 0, "nested too deeply"
    return None


def _culprit(lines: list[str], reported: int) -> int:
    """The line whose removal gets a parser furthest.

    YAML notices many mistakes only lines after the one that made them: an unclosed quote shows up
    where the next one opens, so the lines written just before are candidates too.
    """
    best, furthest = reported, -1
    candidates = [line for line in range(reported, -1, -1) if lines[line].strip()][:4]
    for line in candidates:
        trial = lines.copy()
        trial[line] = ""
        failure = _failure(trial)
        reached = len(lines) + 1 if failure is None else failure[0]
        if reached > furthest:
            best, furthest = line, reached
    return best


def _plain(node: yaml.Node, file: str, problems: list[Problem]) -> Any:
    if isinstance(node, yaml.MappingNode):
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = _plain(key_node, file, problems)
            line = key_node.start_mark.line + 1
            if not isinstance(key, str | int | float | bool):
                problems.append(Problem(file, line, "a key that is no word; left out"))
            elif key in result:
                what = f"{key!r} is there a second time; only the first is used"
                problems.append(Problem(file, line, what))
            else:
                result[key] = _plain(value_node, file, problems)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, file, problems) for item in node.value]
    value = yaml.SafeLoader("").construct_object(node)
    if isinstance(value, str):
        return Located.at(value, file, node.start_mark.line + 1)
    return value
