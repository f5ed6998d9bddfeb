"""What one person, or one household, did: counted under what it depended on, bounded, forgetting.

A count lies under a key ("after the door was opened", "on a working day between seven and half
past") and an action. Each is kept twice, once forgetting within days and once within months: the
first follows a change, the second still knows last winter when winter comes again. Decayed counts
are the closed-form estimate of a distribution that drifts (exponentially weighted maximum
likelihood); nothing here is trained.

Old counts are not shrunk, new ones weigh more instead, so that time costs nothing to pass ("forward
decay", Cormode, Shkapenyuk, Srivastava and Xu 2009). Time is the memory's own: it runs with the
wall clock, but never backwards and never further than `_LONGEST_STEP` at once, so that a clock that
was set wrong costs nothing, nor do two hubs whose clocks differ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from edge.limits import MEMORY_ACTIONS, MEMORY_CELLS
from edge.preference.memory.keys import EVERYTHING, in_words, numbers_in
from edge.preference.moment import DAY_SECONDS, Moment

_LONGEST_STEP: Final = 45.0
"""Days that pass between two events at most."""
_SET_BACK: Final = 8
"""Events in a row after which a clock that is behind is the right one: it was set."""
_FAINTEST_SHARE: Final = 8
"""One of so many cells is given up when there is no room for a new one."""

_MOST_HALVINGS: Final = 400.0
"""Half-lives after which new counts are small again: 2 to the power of 1024 is no float."""

FAST, SLOW = 0, 1
"""Where the two counts stand in a cell."""
Cell = list[float]
"""[fast count, slow count]."""
_NONE: Final[Mapping[int, Cell]] = {}


class Pace(NamedTuple):
    """How soon the two counts forget: half-lives in days."""

    fast: float = 2.5
    slow: float = 120.0


class Memory:
    """Decaying counts, key → action → cell. Not safe for use by several threads at once.

    Args:
        pace: how soon they are forgotten.
        kept: keys of which nothing is given up to make room.
    """

    __slots__ = (
        "_behind",
        "_cells",
        "_count",
        "_index",
        "_kept",
        "_start",
        "_totals",
        "_weights",
        "actions",
        "day",
        "events",
        "last_time",
        "pace",
    )

    def __init__(self, pace: Pace | None = None, kept: Collection[str] = ()) -> None:
        self.pace = pace or Pace()
        self._kept = frozenset(kept)
        self._cells: dict[str, dict[int, Cell]] = {}
        self._totals: dict[str, float] = {}
        """Key → sum of its slow cells; of those that were asked for since they last changed."""
        self._count = 0
        self._start = 0.0
        self._behind = 0
        """Events in a row that were earlier than the last one."""
        self._weights = (1.0, 1.0)
        self._index: dict[str, int] = {}
        self.actions: list[str] = []
        """Action → its name. Numbers stay; that of a forgotten action goes to a new one."""
        self.day = 0.0
        """The memory's own time, days."""
        self.last_time: float | None = None
        """Wall clock of the last event that had one, seconds."""
        self.events = 0
        """Events ever counted."""

    def __len__(self) -> int:
        """Cells in use."""
        return self._count

    def number_of(self, action: str) -> int:
        """The number of an action; -1 where it was never done."""
        return self._index.get(action, -1)

    def admit(self, action: str) -> int:
        """The number of an action, a new one where it has none.

        With `edge.limits.MEMORY_ACTIONS` known already, the one that was done least gives its
        number up, and all that was counted of it.
        """
        number = self._index.get(action)
        if number is not None:
            return number
        if len(self.actions) < MEMORY_ACTIONS:
            number = len(self.actions)
            self.actions.append(action)
        else:
            done = self._cells.get(EVERYTHING, {})
            never = (0.0, 0.0)
            number = min(range(len(self.actions)), key=lambda one: done.get(one, never)[1])
            self._drop(number)
            del self._index[self.actions[number]]
            self.actions[number] = action
        self._index[action] = number
        return number

    def pass_time(self, moment: Moment) -> None:
        """Lets the memory's time run on to `moment`, where its time is known."""
        if moment.time is None:
            return
        if self.last_time is not None:
            passed = (moment.time - self.last_time) / DAY_SECONDS
            self._behind = self._behind + 1 if passed < 0 else 0
            if 0 < self._behind < _SET_BACK:
                return  # the clock of another hub, or of a moment
            self._run_on(max(0.0, min(_LONGEST_STEP, passed)))
        self._behind = 0
        self.last_time = moment.time

    def count(self, key: str, action: int, weight: float = 1.0) -> None:
        """Adds to what is counted of `action` under `key`."""
        cells = self._cells.get(key)
        if cells is None:
            cells = self._cells[key] = {}
        self._totals.pop(key, None)
        fast, slow = self._weights
        cell = cells.get(action)
        if cell is not None:
            cell[0] += weight * fast
            cell[1] += weight * slow
            return
        if self._count >= MEMORY_CELLS:
            self._give_up_faintest()
            cells = self._cells.setdefault(key, {})
        cells[action] = [weight * fast, weight * slow]
        self._count += 1

    def counts(self, key: str, out: dict[int, Cell], weight: float = 1.0) -> None:
        """Adds what is counted under `key`, as of now, to `out`: action → [fast, slow]."""
        cells = self._cells.get(key)
        if cells is None:
            return
        fast, slow = weight / self._weights[0], weight / self._weights[1]
        for action, (quick, lasting) in cells.items():
            found = out.get(action)
            if found is None:
                out[action] = [quick * fast, lasting * slow]
            else:
                found[0] += quick * fast
                found[1] += lasting * slow

    def together(self, keys: Iterable[tuple[str, float]], which: int) -> dict[int, float]:
        """What is counted under several keys, each with its weight: action → fast or slow count,
        as of now."""
        out: dict[int, float] = {}
        for key, weight in keys:
            cells = self._cells.get(key)
            if not cells:
                continue
            weight /= self._weights[which]  # noqa: PLW2901
            if out:
                for action, cell in cells.items():
                    out[action] = out.get(action, 0.0) + cell[which] * weight
            else:  # most often there is but one key
                out = {action: cell[which] * weight for action, cell in cells.items()}
        return out

    def at_both_paces(
        self, keys: Iterable[tuple[str, float]]
    ) -> tuple[dict[int, float], dict[int, float]]:
        """What is counted under several keys, each with its weight: action → fast count, and
        action → slow count, as of now."""
        quickly: dict[int, float] = {}
        slowly: dict[int, float] = {}
        fast, slow = self._weights
        for key, weight in keys:
            quick, lasting = weight / fast, weight / slow
            for action, (one, other) in self._cells.get(key, _NONE).items():
                if action in slowly:
                    quickly[action] += one * quick
                    slowly[action] += other * lasting
                else:
                    quickly[action] = one * quick
                    slowly[action] = other * lasting
        return quickly, slowly

    def some(self, key: str, actions: Iterable[int]) -> tuple[dict[int, float], float]:
        """Slow counts of those of `actions` that are counted under `key`, and of all together."""
        cells = self._cells.get(key)
        if cells is None:
            return {}, 0.0
        slow = self._weights[1]
        found = {action: cells[action][1] / slow for action in actions if action in cells}
        return found, self.total(key)

    def total(self, key: str) -> float:
        """The slow counts of all actions under `key` together, as of now."""
        total = self._totals.get(key)
        if total is None:
            cells = self._cells.get(key)
            if cells is None:
                return 0.0
            total = self._totals[key] = sum([cell[1] for cell in cells.values()])
        return total / self._weights[1]

    def counted(self, key: str, action: int) -> float:
        """The slow count of `action` under `key`, as of now."""
        cells = self._cells.get(key)
        cell = cells.get(action) if cells is not None else None
        return 0.0 if cell is None else cell[1] / self._weights[1]

    def counted_under(self, keys: Iterable[str], action: int) -> list[float]:
        """The slow counts of `action` under each key, as of now."""
        slow, of = self._weights[1], self._cells.get
        return [
            cells[action][1] / slow if (cells := of(key)) is not None and action in cells else 0.0
            for key in keys
        ]

    def cells(self) -> Iterator[tuple[str, int, Cell]]:
        """Yields (key, action, cell) of all that is counted, as of now."""
        fast, slow = self._weights
        for key, cells in self._cells.items():
            for action, (quick, lasting) in cells.items():
                yield key, action, [quick / fast, lasting / slow]

    def resume(self, day: float, last_time: float | None, events: int) -> None:
        """Goes on where another memory was, before any of its cells are put back."""
        self.day = self._start = day
        self.last_time, self.events = last_time, events

    def restore(self, key: str, action: int, cell: Cell) -> None:
        """Puts back a cell that `cells` gave and that is not there."""
        fast, slow = self._weights
        self._cells.setdefault(key, {})[action] = [cell[0] * fast, cell[1] * slow]
        self._totals.pop(key, None)
        self._count += 1

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, for whoever it is about."""
        counts: dict[str, dict[str, float]] = {}
        for key, action, cell in self.cells():
            counts.setdefault(in_words(key, self.actions), {})[self.actions[action]] = round(
                cell[1], 3
            )
        return {"events": self.events, "actions": list(self.actions), "counts": counts}

    def _run_on(self, days: float) -> None:
        self.day += days
        halvings = [(self.day - self._start) / half_life for half_life in self.pace]
        self._weights = (2.0 ** min(halvings[0], 1e3), 2.0 ** min(halvings[1], 1e3))
        if max(halvings) > _MOST_HALVINGS:
            for cells in self._cells.values():
                for cell in cells.values():
                    cell[0] /= self._weights[0]
                    cell[1] /= self._weights[1]
            self._totals.clear()
            self._start, self._weights = self.day, (1.0, 1.0)

    def _give_up_faintest(self) -> None:
        faintest = sorted(
            (cell[1], key, action) for key, action, cell in self.cells() if key not in self._kept
        )
        for _, key, action in faintest[: max(1, MEMORY_CELLS // _FAINTEST_SHARE)]:
            self._remove(key, action)

    def _drop(self, action: int) -> None:
        for key in [key for key in self._cells if action in numbers_in(key)]:
            self._count -= len(self._cells.pop(key))
            self._totals.pop(key, None)
        for key in [key for key, cells in self._cells.items() if action in cells]:
            self._remove(key, action)

    def _remove(self, key: str, action: int) -> None:
        cells = self._cells[key]
        del cells[action]
        self._totals.pop(key, None)
        self._count -= 1
        if not cells:
            del self._cells[key]
