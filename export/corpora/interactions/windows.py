"""Windows of ten actions, one a line: the layout that SmartThings' logs were published in."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from edge.errors import UsageError
from export.corpora.interactions.corpus import Event, History, InteractionCorpus, Target
from export.corpora.lines import read_bytes, text_lines
from export.corpora.utterance import Problem

SPLITS = ("train", "dev", "test")
WINDOW = 10
_SLOT_HOURS = 3
_A_MONDAY = 1_704_067_200
"""Midnight of 1 January 2024: the windows say the day of the week, and no date."""
_DAYS, _SLOTS = 7, 24 // _SLOT_HOURS


def windows(path: Path, columns: int, problems: list[Problem]) -> Iterator[tuple[int, list[Any]]]:
    """Yields (line number, ten rows of `columns` whole numbers); other lines become problems.

    Raises:
        UsageError: the file is missing or cannot be read.
    """
    for number, line in text_lines(path, problems):
        if line is None or not line.strip():
            continue
        try:
            rows = json.loads(line)
        except (ValueError, RecursionError) as error:
            problems.append(Problem(path.name, number, f"not JSON: {error}"))
            continue
        fault = _fault(rows, columns)
        if fault:
            problems.append(Problem(path.name, number, fault))
        else:
            yield number, rows


def _fault(rows: Any, columns: int) -> str:
    if not isinstance(rows, list) or len(rows) != WINDOW:
        return f"not a list of {WINDOW} actions"
    for row in rows:
        if not isinstance(row, list) or len(row) != columns:
            return f"an action is not a list of {columns} numbers"
        if any(type(cell) is not int or cell < 0 for cell in row):
            return "an action holds something else than whole numbers from 0"
        if row[0] >= _DAYS or row[1] >= _SLOTS:
            return f"weekday {row[0]}, slot {row[1]}: allowed are 0 to 6 and 0 to 7"
    return ""


def add_windows(
    corpus: InteractionCorpus, path: Path, columns: int, action: int, value: int | None
) -> None:
    """Adds the three files of `path`: each window a history, its last action the one target.

    Args:
        columns: numbers an action has: weekday, slot of three hours, and what else.
        action: column of the action's id, its place in the catalogue; a window with an id that
            the catalogue lacks becomes a problem.
        value: column of what was set, if there is one.

    Raises:
        UsageError: a file is missing or cannot be read.
    """
    known = len(corpus.catalogue)
    for split in SPLITS:
        file = path / f"{split}.jsonl"
        for line, rows in windows(file, columns, corpus.problems):
            largest = max(row[action] for row in rows)
            if largest >= known:
                what = f"the action {largest} is not among the {known} of the vocabulary"
                corpus.problems.append(Problem(file.name, line, what))
                continue
            getattr(corpus, split).append(Target(len(corpus.histories), WINDOW - 1))
            names = [corpus.catalogue[row[action]] for row in rows]
            events = tuple(_events(rows, names, value))
            corpus.histories.append(History(f"{split}:{line}", events))


def _events(
    rows: Sequence[Sequence[int]], names: Sequence[str], value: int | None
) -> Iterator[Event]:
    """The events of a window. Its times are the soonest that its weekdays and slots allow."""
    time, before = float(_A_MONDAY), None
    for row, name in zip(rows, names, strict=True):
        slot = row[0] * _SLOTS + row[1]
        passed = slot if before is None else (slot - before) % (_DAYS * _SLOTS)
        time += passed * _SLOT_HOURS * 3600
        before = slot
        said = "" if value is None else str(row[value])
        middle = time + _SLOT_HOURS * 1800
        yield Event(name, row[0], _SLOT_HOURS * (row[1] + 0.5), middle, value=said)


def read_vocabulary(path: Path, key: str) -> tuple[str, ...]:
    """The names under `key`, in the order of their ids 0, 1, 2 …

    Raises:
        UsageError: the file is missing, is no JSON, or its ids have gaps.
    """
    allowed = f'{{"{key}": {{name: id, …}}}} with the ids 0, 1, 2 …'
    try:
        ids = json.loads(read_bytes(path))[key]
        names = sorted(ids, key=ids.__getitem__)
        holds = bool(names) and [ids[name] for name in names] == list(range(len(names)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        holds = False
    if not holds:
        raise UsageError("no vocabulary of actions", where=str(path), allowed=allowed)
    return tuple(names)


def kinds(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """ "Television:switch on" → ("Television",)."""
    return {name: (name.partition(":")[0],) for name in names}
