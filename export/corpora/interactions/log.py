"""The interaction log: what was done in a house, one object a line. See docs/interaction-log.md.

    {"time": "2024-01-08T07:31:00", "household": "h1", "action": "light.kitchen:turn_on",
     "person": "anna", "context": {"lux": 12, "presence": true}}

As JSON lines or Parquet, one file or a folder of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from edge.errors import UsageError
from edge.preference.actions import generic
from export.corpora.interactions.corpus import Event, History, InteractionCorpus, split_by_time
from export.corpora.interactions.log_line import KEYS, event_of, event_to_dict, name_of
from export.corpora.interactions.log_parquet import parquet_rows
from export.corpora.lines import json_lines
from export.corpora.utterance import Problem
from export.files import write_atomic

SUFFIXES = (".jsonl", ".parquet")
ITEMS = "items.jsonl"

_Dated = tuple[float, Event]


def read_log(path: Path) -> InteractionCorpus:
    """Reads a `.jsonl` or `.parquet` file, or all of a folder; and `items.jsonl`, if beside it.

    The events of a household are put in order of time; those of one moment stay in the order of
    the lines. What cannot be used becomes a problem: a broken line, an event that is there twice
    (same household, time and action), and, costing only itself, a reading or a rating. A clock
    that goes back is reported once a household, its events kept. The last tenth of each
    household's events is test, the tenth before it dev. Where most events have a rating, ratings
    are the objective.

    Where all actions are spelt `<kind>.<object>:<verb>`, the catalogue is generic; where most are,
    the first that is not is named, for it makes the catalogue one of single objects.

    Raises:
        UsageError: no such file, a file that is not Parquet, a folder without a log.
        MissingExtra: Parquet without pyarrow.
    """
    corpus = InteractionCorpus(path.stem if path.is_file() else path.resolve().name)
    households: dict[str, list[_Dated]] = {}
    places: dict[str, tuple[str, int]] = {}
    for file in log_files(path):
        _read_file(file, households, places, corpus.problems)
    for household in sorted(households):
        events = sorted(households[household], key=lambda item: item[0])
        corpus.histories.append(History(household, tuple(event for _, event in events)))
    _describe(corpus, (path if path.is_dir() else path.parent) / ITEMS)
    corpus.problems.extend(_spelt_otherwise(corpus, places))
    split_by_time(corpus)
    return corpus


def log_files(path: Path) -> list[Path]:
    """The log's files in order of their names.

    Raises:
        UsageError: a folder without any, or a file of another kind.
    """
    if not path.is_dir():
        if path.suffix not in SUFFIXES:
            raise UsageError(
                f"unknown kind of log {path.suffix!r}", where=str(path), allowed=", ".join(SUFFIXES)
            )
        return [path]
    files = sorted(
        file
        for file in path.iterdir()
        if file.suffix in SUFFIXES and file.name != ITEMS and file.is_file()
    )
    if not files:
        raise UsageError("no log in this folder", where=str(path), allowed="*.jsonl, *.parquet")
    return files


def _rows(file: Path, problems: list[Problem]) -> Iterator[tuple[int, dict[str, Any]]]:
    return parquet_rows(file) if file.suffix == ".parquet" else json_lines(file, problems)


def _read_file(
    file: Path,
    households: dict[str, list[_Dated]],
    places: dict[str, tuple[str, int]],
    problems: list[Problem],
) -> None:
    """Adds the file's events to `households`, and to `places` where an action is seen first."""
    seen = {
        (household, time, event.action)
        for household, events in households.items()
        for time, event in events
    }
    latest: dict[str, float] = {}
    backwards: dict[str, tuple[int, int]] = {}
    unknown: set[str] = set()
    for line, row in _rows(file, problems):
        notes: list[str] = []
        for key in row:
            if key not in KEYS and key not in unknown:
                unknown.add(key)
                notes.append(f"unknown key {key!r}, passed over from here on; the events are kept")
        found = event_of(row, notes)
        if isinstance(found, str):
            notes.append(found)
        else:
            household, time, event = found
            if (household, time, event.action) in seen:
                notes.append(f"{event.action!r} of this moment is there already")
            else:
                seen.add((household, time, event.action))
                places.setdefault(event.action, (file.name, line))
                households.setdefault(household, []).append((time, event))
                if time < latest.get(household, time):
                    first, count = backwards.get(household, (line, 0))
                    backwards[household] = first, count + 1
                latest[household] = time
        problems.extend(Problem(file.name, line, note) for note in notes)
    for household, (line, count) in backwards.items():
        what = f"the clock of {household!r} goes back, {count} times in all; kept, in order of time"
        problems.append(Problem(file.name, line, what))


def _describe(corpus: InteractionCorpus, items: Path) -> None:
    """Objective, catalogue and attributes, from the events and the list of items."""
    events = [event for history in corpus.histories for event in history.events]
    if 2 * sum(event.rating is not None for event in events) > len(events):
        corpus.objective = "rating"
    actions = {event.action for event in events}
    corpus.generic = bool(actions) and all(generic(action) != action for action in actions)
    attributes: dict[str, tuple[str, ...]] = {}
    if items.is_file():
        for line, row in json_lines(items, corpus.problems):
            found = _item(row)
            if isinstance(found, str):
                corpus.problems.append(Problem(items.name, line, found))
            else:
                attributes[found[0]] = found[1]
    ranked = actions | set(attributes)
    if corpus.generic:
        ranked = {generic(action) for action in ranked}
        own = {item: kind_and_verb(item) for item in sorted(ranked)}
        attributes = {**own, **attributes}
    corpus.catalogue = tuple(sorted(ranked))
    corpus.attributes = attributes


def _spelt_otherwise(
    corpus: InteractionCorpus, places: Mapping[str, tuple[str, int]]
) -> Iterator[Problem]:
    """The first of few actions that are spelt as no device's, among many that are."""
    if corpus.generic:
        return
    others = [action for action in places if generic(action) == action]
    if 0 < 2 * len(others) < len(places):
        file, line = places[others[0]]
        more = f", and {len(others) - 1} more" if len(others) > 1 else ""
        what = (
            f"{others[0]!r} is not spelt <kind>.<object>:<verb>, as most actions are{more}; kept, "
            "but so single objects are learned, not kinds: what is learned is of these homes only"
        )
        yield Problem(file, line, what)


def kind_and_verb(item: str) -> tuple[str, ...]:
    """ "light:turn_on" → ("light", "turn_on")."""
    return tuple(part for part in item.split(":", 1) if part)


def _item(row: dict[str, Any]) -> tuple[str, tuple[str, ...]] | str:
    item, attributes = name_of(row.get("item")), row.get("attributes", [])
    if item is None:
        return "the item is no name"
    if not isinstance(attributes, list):
        return "attributes is no list"
    names = [name_of(attribute) for attribute in attributes]
    if None in names:
        return "an attribute is no name"
    return item, tuple(name for name in names if name is not None)


def write_log(path: Path, histories: Iterable[History]) -> None:
    """Replaces `path` by the events of all histories, as JSON lines that `read_log` reads back.

    Raises:
        ValueError: an event has no time.
        OSError: the file cannot be written; a file that was there is left as it was.
    """
    rows = (
        json.dumps(event_to_dict(event, history.household), ensure_ascii=False)
        for history in histories
        for event in history.events
    )
    write_atomic(path, "".join(row + "\n" for row in rows))
