"""What the training histories hold, counted for the experts on other households.

A history must not be told what it did itself: while a network is trained, each history is answered
from the counts of all the others (leave one out). With its own counts in them the gates would learn
to trust tables that know the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

import numpy as np

from edge.preference.experts import boost
from edge.preference.experts.others import TABLES, contexts
from edge.preference.memory.past import Event
from edge.preference.model.population import Counted, Population, Table

MOST_ROWS = 64
"""Rows kept of one context: the most frequent."""
MOST_NEAR = 16
"""The same of what goes with one item of a catalogue: more rank no better, and take megabytes."""
NEAR_SPAN = 5
"""Events after an item that go with it, each counting as much as it is near."""

_MANY = 4 * MOST_ROWS
"""Rows of a context from which one history's own counts hardly change which are the most frequent:
only so many are looked at again for each history."""
_FAINT = 1e-6
_NARROW = ("after gap slot", "after two", "after three")
_SUPPORT = 3
"""Events that a narrow context needs, where rare ones are dropped."""

Counts = Mapping[int, Mapping[int, float]]
_NOTHING = Counted(np.zeros(0, np.int32), np.zeros(0, np.float16))


Occurrence = tuple[str, int, int, float]
"""Table, context, row, weight."""


def actions(course: Sequence[Event]) -> Iterable[Occurrence]:
    """Everything in one history of a household, for the experts on other households."""
    for at, event in enumerate(course):
        if event.row >= 0:
            before = course[max(0, at - 4) : at]
            for table, context in contexts(before, event.weekday, event.slot).items():
                yield table, context, event.row, 1.0


def items(course: Sequence[Event]) -> Iterable[Occurrence]:
    """What goes with what in one history of choices, for `edge.preference.experts.boost`."""
    for at, event in enumerate(course):
        for gap, earlier in enumerate(reversed(course[max(0, at - NEAR_SPAN) : at]), start=1):
            if event.row < 0 or earlier.row < 0:
                continue
            yield boost.TABLE, earlier.row, event.row, 1.0 / gap


class Counting:
    """Counts of many histories, with or without one of them.

    Args:
        courses: the training histories, up to their last training target.
        once: they are of things chosen once, not of what a household does.
        rare: keep contexts that were seen once, and whole courses of events.
    """

    def __init__(self, courses: Sequence[Sequence[Event]], once: bool, rare: bool = True) -> None:
        self._occurrences = items if once else actions
        self._counts = _counted(self._occurrences(course) for course in courses)
        if not (once or rare):
            _drop_rare(self._counts)
        # Of long contexts the most frequent rows first, so that the rest need not be looked at.
        for counts in self._counts.values():
            for context, rows in counts.items():
                if len(rows) > MOST_ROWS:
                    counts[context] = dict(sorted(rows.items(), key=_by_weight))

    def population(self) -> Population:
        """The tables as a bundle has them."""
        tables = {
            name: Table.of(
                {
                    context: _most(rows, MOST_NEAR if name == boost.TABLE else MOST_ROWS)
                    for context, rows in counts.items()
                }
            )
            for name, counts in self._counts.items()
            if counts
        }
        return Population(tables)

    def counts(self, table: str) -> Counts:
        """One table: context → row → weight."""
        return self._counts[table]

    def without(self, course: Sequence[Event]) -> Without:
        """The same, less what one of the histories has in it."""
        return Without(self._counts, _counted([self._occurrences(course)]))


class Without:
    """Looks contexts up as `Population.after` does, with one history's own counts taken away."""

    def __init__(self, counts: Mapping[str, Counts], own: Mapping[str, Counts]) -> None:
        self._counts, self._own = counts, own

    def after(self, table: str, context: int) -> Counted:
        """What followed `context` in `table`, in all histories but the one."""
        rows = self._counts[table].get(context)
        if not rows:
            return _NOTHING
        own = self._own[table].get(context)
        if own:
            rows = {
                row: weight - own.get(row, 0.0)
                for row, weight in islice(rows.items(), _MANY)
                if weight - own.get(row, 0.0) > _FAINT
            }
        kept = _most(rows)
        return Counted(
            np.fromiter(kept, np.int32, len(kept)),
            np.fromiter(kept.values(), np.float16, len(kept)),
        )


def _counted(
    histories: Iterable[Iterable[Occurrence]],
) -> dict[str, dict[int, dict[int, float]]]:
    counts: dict[str, dict[int, dict[int, float]]] = {table: {} for table in (*TABLES, boost.TABLE)}
    for occurring in histories:
        for table, context, row, weight in occurring:
            rows = counts[table].setdefault(context, {})
            rows[row] = rows.get(row, 0.0) + weight
    return counts


def _drop_rare(counts: dict[str, dict[int, dict[int, float]]]) -> None:
    for table, seen in counts.items():
        if table.startswith("course"):
            seen.clear()
        elif table in _NARROW:
            for context in [c for c, rows in seen.items() if sum(rows.values()) < _SUPPORT]:
                del seen[context]


def _most(rows: Mapping[int, float], most: int = MOST_ROWS) -> Mapping[int, float]:
    if len(rows) <= most:
        return rows
    if len(rows) > _MANY:
        rows = dict(islice(rows.items(), _MANY))
    return dict(sorted(rows.items(), key=_by_weight)[:most])


def _by_weight(pair: tuple[int, float]) -> tuple[float, int]:
    return -pair[1], pair[0]
