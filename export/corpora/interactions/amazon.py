"""Amazon reviews, 5-core, as RUCAIBox/CIKM2020-S3Rec spells them: `user item item …` a line.

The items of a user are in order of time. Leave-one-out: the last is test, the one before it dev
(Kang and McAuley, "Self-Attentive Sequential Recommendation", ICDM 2018).
"""

from __future__ import annotations

import json
from pathlib import Path

from edge.errors import UsageError
from export.corpora.interactions.corpus import Event, History, InteractionCorpus, Target
from export.corpora.lines import read_bytes, text_lines
from export.corpora.utterance import Problem

_LEAST_ITEMS = 3
"""One to predict from, one for dev, one for test."""


def read_amazon(path: Path) -> InteractionCorpus:
    """Reads `Name.txt` and, where it lies beside, `Name_item2attributes.json`.

    Args:
        path: the file, or a folder with one such file.

    Raises:
        UsageError: no file, several of them, or attributes that are no JSON object of lists.
    """
    file = _file(path)
    corpus = InteractionCorpus(file.stem)
    seen: dict[str, int] = {}
    for number, line in text_lines(file, corpus.problems):
        if line is None or not line.strip():
            continue
        user, *items = line.split()
        fault = ""
        if len(items) < _LEAST_ITEMS:
            fault = f"the user {user!r} has {len(items)} items; {_LEAST_ITEMS} are the least"
        elif user in seen:
            fault = f"the user {user!r} is that of line {seen[user]}"
        if fault:
            corpus.problems.append(Problem(file.name, number, fault))
            continue
        seen[user] = number
        history, last = len(corpus.histories), len(items) - 1
        corpus.histories.append(History(user, tuple(Event(item) for item in items)))
        corpus.train.extend(Target(history, position) for position in range(1, last - 1))
        corpus.dev.append(Target(history, last - 1))
        corpus.test.append(Target(history, last))
    items_seen = {event.action for history in corpus.histories for event in history.events}
    corpus.catalogue = tuple(sorted(items_seen, key=_by_number))
    beside = file.with_name(f"{file.stem}_item2attributes.json")
    if beside.is_file():
        corpus.attributes = _attributes(beside, items_seen)
    return corpus


def _file(path: Path) -> Path:
    if not path.is_dir():
        return path
    files = sorted(path.glob("*.txt"))
    if len(files) != 1:
        raise UsageError(
            f"{len(files)} files of users and items",
            where=str(path),
            allowed="one .txt file",
            hint="name one: " + ", ".join(file.name for file in files[:5]) if files else "",
        )
    return files[0]


def _by_number(item: str) -> tuple[int, str]:
    return (int(item) if item.isdecimal() and len(item) < 20 else -1), item


def _attributes(path: Path, items: set[str]) -> dict[str, tuple[str, ...]]:
    """Item → "attribute:<id>" …; of the items there are, in the file's order."""
    try:
        rows = json.loads(read_bytes(path))
        return {
            item: tuple(f"attribute:{number}" for number in numbers)
            for item, numbers in rows.items()
            if item in items
        }
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise UsageError(
            "no attributes of items", where=str(path), allowed='{"item": [number, …], …}'
        ) from None
