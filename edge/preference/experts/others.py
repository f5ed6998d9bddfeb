"""What other households did next, as experts: counts of the training data, shipped with the bundle.

Each expert is a chain of ever narrower contexts. What was seen in a narrow one counts most; where
little was seen, the wider one before it fills in, by as much as the number of different things that
followed (Witten and Bell 1991, method C).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from edge.preference.experts.opinion import Opinion
from edge.preference.memory.past import Event, Past
from edge.preference.model.population import Counted
from edge.preference.moment import Moment

SLOT_HOURS: Final = 3
_SLOTS_OF_WEEK: Final = 56
_MASK: Final = (1 << 63) - 1
_FAINT: Final = 1e-3
WELL_KNOWN: Final = 500
"""Events of a person from which what others did says nothing more, and is not looked up any more:
by then it counts next to nothing beside what they did themselves."""
_NEXT_TO_NOTHING: Final = 0.1
"""What is left for wider contexts below which they are not looked at: the narrow ones get it."""

Spread = Callable[[int], Sequence[int] | None]
"""A row of the catalogue → the candidates that it stands for; empty or None where it has none."""
Lookup = Callable[[str, int], Counted]
"""Table and context → what followed."""

OTHERS: Final = {
    "others at this hour": ("often", "slot", "weekday slot"),
    "others after": ("often", "after", "after gap", "after gap slot"),
    "others after several": ("often", "after", "after two", "after three"),
    "others, same course": ("after gap slot", "course 1", "course 2", "course 3", "course 4"),
}
"""Expert → its chain of tables, the widest first."""

NAMES: Final = tuple(OTHERS)

TABLES: Final = tuple(dict.fromkeys(table for chain in OTHERS.values() for table in chain))
"""All tables, in the order they are counted."""


def slot_of(hour: float) -> int:
    """The three hours of a day that an hour is in; -1 where it is not known."""
    return int(hour / SLOT_HOURS) if hour >= 0 else -1


def contexts(
    course: Sequence[Event], weekday: int, slot: int, courses: bool = True
) -> dict[str, int]:
    """Table → context, for what comes after `course` at a moment; only tables that have one.

    Args:
        course: the events before, the newest last; the last four matter.
        weekday: of the moment, -1 where not known.
        slot: of the moment, see `slot_of`.
        courses: also those of whole courses of events, which take as long as all others.
    """
    found = {"often": 0}
    if slot >= 0:
        found["slot"] = slot
        if weekday >= 0:
            found["weekday slot"] = weekday * 8 + slot
    if not course:
        return found
    last = course[-1]
    gap = _gap(last, weekday, slot)
    found["after"] = last.row
    if gap >= 0:
        found["after gap"] = _mixed((last.row, gap))
        found["after gap slot"] = _mixed((last.row, gap, slot))
    if len(course) > 1:
        found["after two"] = _mixed((last.row, course[-2].row))
    if len(course) > 2:
        found["after three"] = _mixed((last.row, course[-2].row, course[-3].row))
    if courses and gap >= 0:
        key = _mixed((weekday, slot))
        for length in range(1, min(4, len(course)) + 1):
            key = _mixed((key, *course[-length]))
            found[f"course {length}"] = key
    return found


def others(
    past: Past, moment: Moment, lookup: Lookup, spread: Spread, courses: bool = True
) -> list[Opinion | None]:
    """The opinions of `NAMES`, in that order; None of those that abstain. Three hours long the same
    ones, unless something is done.

    All do of somebody who is `WELL_KNOWN`.

    Args:
        courses: whether there are tables of whole courses of events.
    """
    if past.memory.events >= WELL_KNOWN:
        return [None] * len(OTHERS)
    when = moment.weekday, slot_of(moment.hour)
    if past.others is None or past.others[0] != when:
        seen = _followed(lookup, contexts(past.course, *when, courses))
        chains = [[seen[table] for table in chain if table in seen] for chain in OTHERS.values()]
        past.others = when, [_chain(chain, spread) for chain in chains]
    return past.others[1]


def everybody(lookup: Lookup, spread: Spread) -> Mapping[int, float]:
    """Candidate → how likely everybody is to do it, whatever the moment; sums to 1, or is empty."""
    found = _chain([*_followed(lookup, {"often": 0}).values()], spread)
    return found.chances if found is not None else {}


class Followed(NamedTuple):
    """What followed a context, and how often all of it did: made once for all chains it is in."""

    rows: list[int]
    weights: list[float]
    total: float


def _followed(lookup: Lookup, keys: Mapping[str, int]) -> dict[str, Followed]:
    """Table → what followed its context; only tables that know of anything."""
    seen: dict[str, Followed] = {}
    for table, key in keys.items():
        rows, weights = lookup(table, key)
        if len(rows):
            listed: list[float] = weights.tolist()
            seen[table] = Followed(rows.tolist(), listed, sum(listed))
    return seen


def _chain(tables: Sequence[Followed], spread: Spread) -> Opinion | None:
    """The narrowest first: each leaves to the wider ones before it what it is not sure of."""
    chances: dict[int, float] = {}
    left = 1.0
    for rows, weights, total in reversed(tables):
        each = left / (total + len(rows))
        for row, weight in zip(rows, weights, strict=True):
            chances[row] = chances.get(row, 0.0) + weight * each
        left = each * len(rows)
        if left < _NEXT_TO_NOTHING:
            break
    return _spread_out(chances, tables[-1].total if tables else 0.0, spread)


def _spread_out(rows: Mapping[int, float], evidence: float, spread: Spread) -> Opinion | None:
    """Probabilities of rows as those of the candidates there are, which share a row's equally."""
    found: dict[int, float] = {}
    total = 0.0
    for row, chance in rows.items():
        some = spread(row)
        if some:
            total += chance
            each = chance / len(some)
            for one in some:
                found[one] = each
    if total <= _FAINT * 1e-3:
        return None
    return Opinion(found, evidence, total)


def _gap(last: Event, weekday: int, slot: int) -> int:
    """Slots since the last event, in classes: 0, 1, 2, up to 7, a day, more; -1: not known."""
    if min(last.weekday, weekday, last.slot, slot) < 0:
        return -1
    slots = ((weekday - last.weekday) * 8 + slot - last.slot) % _SLOTS_OF_WEEK
    return slots if slots < 3 else 3 if slots < 8 else 4 if slots == 8 else 5


def _mixed(parts: Iterable[int]) -> int:
    """Whole numbers as one of 63 bits."""
    mixed = 0
    for part in parts:
        mixed = ((mixed ^ part) * 0x9E3779B97F4A7C15 + 0x7F4A7C15) & _MASK
        mixed ^= mixed >> 29
    return mixed
