"""Other corpora to practise on: how far to trust counts where habits are not those counted.

A gate that only ever saw households like those it counted trusts their counts too much. Practice
pairs corpora with each other: what one counted, the histories of another are answered from. Only
histories that share no stretch of events with what was counted take part, and only positions where
more than one thing was done before, since the rest teach nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations

import numpy as np

from edge.errors import UsageError
from edge.preference.memory.memory import Pace
from edge.preference.memory.past import Event
from edge.preference.moment import Senses
from export.corpora.interactions.corpus import InteractionCorpus
from export.recipes.preference.lessons.counting import Counting
from export.recipes.preference.lessons.lessons import Chunk, chunks
from export.recipes.preference.lessons.replay import Lived, Replay, course_of

_RUN = 3
"""Events in a row that two histories of one household have in common."""
_FIRST = 5
"""Position from which a history is answered: before it little is known."""

Run = tuple[Event, ...]


def practise(
    corpora: Sequence[InteractionCorpus],
    catalogue: Sequence[str],
    senses: Senses,
    window: int,
    pace: Pace,
) -> list[Chunk]:
    """Chunks of every corpus answered from the counts of every other with the same catalogue.

    Args:
        corpora: to practise on; of each, the targets of train and dev.
        catalogue: of the network that practises: rows are its, by name.

    Raises:
        UsageError: no two of `corpora` have the same catalogue.
    """
    rows = {name: row for row, name in enumerate(catalogue)}
    found: list[Chunk] = []
    pairs = [pair for pair in permutations(corpora, 2) if pair[0].catalogue == pair[1].catalogue]
    if not pairs:
        raise UsageError(
            "nothing to practise on",
            where=", ".join(corpus.name for corpus in corpora),
            allowed="two corpora at least with the same catalogue",
        )
    for counted, answered in pairs:
        own = {name: row for row, name in enumerate(counted.catalogue)}
        known = np.array([*(rows.get(name, -1) for name in counted.catalogue), -1])
        courses = list(_courses(counted, own))
        lookup = Counting(courses, once=False).population().after
        seen = {run for course in courses for run in _runs(course)}
        replay = Replay(answered, senses, window, pace, once=False)
        histories = sorted({target.history for target in (*answered.train, *answered.dev)})
        for index in histories:
            history = answered.histories[index]
            if any(run in seen for run in _runs(course_of(history, own, answered.generic))):
                continue
            actions = [event.action for event in history.events]
            asked = [p for p in range(_FIRST, len(actions)) if len(set(actions[:p])) > 1]
            if asked:
                lived = replay.live(history, asked, lookup)
                found += chunks(_renamed(lived, known), window)
    return found


def _courses(corpus: InteractionCorpus, rows: dict[str, int]) -> Iterator[list[Event]]:
    for index in sorted({target.history for target in (*corpus.train, *corpus.dev)}):
        yield course_of(corpus.histories[index], rows, corpus.generic)


def _runs(course: Sequence[Event]) -> Iterator[Run]:
    """Stretches of `_RUN` events that are not all the same thing."""
    for start in range(len(course) - _RUN + 1):
        run = tuple(course[start : start + _RUN])
        if len({event.row for event in run}) > 1:
            yield run


def _renamed(lived: Lived, known: np.ndarray) -> Lived:
    """The same with rows of the catalogue that practises."""
    asked = tuple(one._replace(row=int(known[one.row])) for one in lived.asked)
    standing = {int(known[row]): actions for row, actions in lived.standing.items()}
    standing.pop(-1, None)
    return replace(lived, rows=known[lived.rows], asked=asked, standing=standing)
