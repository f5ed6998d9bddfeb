"""Held-out histories in a run folder: what `edge export` judges graphs by."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from export.corpora.interactions.corpus import Event, History, InteractionCorpus, Target
from export.files import write_atomic
from export.recipes.preference.lessons.replay import by_history


class HeldOut(NamedTuple):
    """A history and the positions in it that are to be foreseen."""

    history: History
    positions: tuple[int, ...]


def held_out(corpus: InteractionCorpus, targets: Sequence[Target]) -> Iterator[HeldOut]:
    """The histories of `targets`, each up to its last one."""
    for index, positions in by_history(targets).items():
        history = corpus.histories[index]
        events = history.events[: max(positions) + 1]
        yield HeldOut(History(history.household, events), tuple(sorted(positions)))


def write_held_out(path: Path, corpus: InteractionCorpus, targets: Sequence[Target]) -> None:
    """Writes them, one history a line."""
    lines = (
        json.dumps(
            {
                "household": found.history.household,
                "positions": found.positions,
                "events": [_plain(event) for event in found.history.events],
            },
            ensure_ascii=False,
        )
        for found in held_out(corpus, targets)
    )
    write_atomic(path, "".join(f"{line}\n" for line in lines))


def read_held_out(path: Path) -> list[HeldOut]:
    """The inverse of `write_held_out`."""
    found = []
    for line in path.read_text("utf-8").splitlines():
        data = json.loads(line)
        events = tuple(Event(**event) for event in data["events"])
        found.append(HeldOut(History(data["household"], events), tuple(data["positions"])))
    return found


def actions_of(history: History) -> Iterable[str]:
    """What is done in a history, each once."""
    return dict.fromkeys(event.action for event in history.events)


def _plain(event: Event) -> dict[str, Any]:
    """What the event says, without what it does not."""
    found: dict[str, Any] = {"action": event.action}
    for name in ("weekday", "hour", "time", "rating"):
        if getattr(event, name) is not None:
            found[name] = getattr(event, name)
    if event.context:
        found["context"] = dict(event.context)
    for name in ("person", "value"):
        if getattr(event, name):
            found[name] = getattr(event, name)
    return found
