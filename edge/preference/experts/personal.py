"""Each source's idea of what comes next, from counts alone: quick, explainable, never trained.

An expert looks at one kind of evidence and gives a distribution over candidates, or abstains where
it has seen nothing ("sleeping experts", Freund et al. 1997). How far to trust each is decided in
`edge.preference.experts.mixture`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from edge.preference.experts.lasting import Lasting
from edge.preference.experts.opinion import Opinion
from edge.preference.experts.others import NAMES as OTHERS
from edge.preference.experts.others import slot_of
from edge.preference.experts.together import course_of, together
from edge.preference.memory.keys import AGAIN, EVERYTHING
from edge.preference.memory.memory import FAST, SLOW
from edge.preference.memory.past import Past
from edge.preference.moment import DAYS_A_WEEK, Moment, days_like, next_day

BINS: Final = 48
"""Bins of a day: half-hours."""
_DAYS: Final = {
    days: [f"h{letter}{at}" for at in range(BINS)]
    for letter, days in (("d", days_like(0)), ("w", days_like(DAYS_A_WEEK - 1)))
}
"""Keys of the half-hours of working days, and of other days."""
_KERNEL: Final = (0.5, 1.0, 0.5)
"""Neighbouring half-hours count too: a routine is not punctual."""
_PAUSES: Final = (60, 180, 420, 900, 1800, 3600, 7200, 14_400)
"""Seconds since the event before that tell one class of pauses from the next: within a routine
steps follow each other in minutes, routines in hours."""
PAUSES: Final = tuple(f"p{number}" for number in range(len(_PAUSES) + 1))
"""Keys of those classes."""
WITHIN_HALF_AN_HOUR: Final = 5
"""How many of them are of half an hour at most."""
_RECENT, _JUST_NOW = 0.8, 0.4
"""What an event of the window counts against the one after it."""
_FAINT: Final = 1e-3
"""Counts below this have been forgotten."""


class Context(NamedTuple):
    """The keys that counts of one moment lie under."""

    hours: tuple[tuple[str, float], ...]
    """Half-hours around it, on days like it, with their weights; none where it is not known."""
    weekday: str
    """Its three hours of its day of the week; empty where not known."""
    after: str
    """The action before it."""
    after_two: str
    """The two actions before it."""
    states: tuple[str, ...]
    """What each sensor says."""
    changes: tuple[str, ...]
    """What those sensors say that said something else before."""
    pause: str
    """How long ago the action before it was; empty where not known."""


def half_hours(moment: Moment, beside: int) -> list[str]:
    """The keys of a moment's half-hour, in the middle, and of so many before it and after it, each
    on days like the one that it is of; its hour is known."""
    middle = int(moment.hour * BINS / 24)
    today = _DAYS[days_like(moment.weekday)]
    if beside <= middle < BINS - beside:
        return today[middle - beside : middle + beside + 1]
    yesterday, tomorrow = (_DAYS[days_like(next_day(moment.weekday, days))] for days in (-1, 1))
    return [*yesterday, *today, *tomorrow][BINS + middle - beside : BINS + middle + beside + 1]


def weekday_key(weekday: int, hour: float) -> str:
    """The key of the part of a day of the week that an hour is in; both are known."""
    return f"k{weekday}.{slot_of(hour)}"


def context_of(moment: Moment, says: Mapping[str, str], past: Past) -> Context:
    """The keys of a moment, with `past` as it was before it.

    Args:
        says: sensor → what it says, as `Senses.keys` gives it.
    """
    hours: tuple[tuple[str, float], ...] = ()
    weekday = pause = ""
    if moment.hour >= 0:
        hours = tuple(zip(half_hours(moment, 1), _KERNEL, strict=True))
        if moment.weekday >= 0:
            weekday = weekday_key(moment.weekday, moment.hour)
    last_time = past.memory.last_time
    if moment.time is not None and last_time is not None and moment.time >= last_time:
        pause = PAUSES[bisect_right(_PAUSES, moment.time - last_time)]
    before = past.says
    return Context(
        hours,
        weekday,
        f"a{past.last}" if past.last >= 0 else "",
        f"b{past.before_last}.{past.last}" if past.before_last >= 0 else "",
        tuple(f"s{name}={text}" for name, text in says.items()),
        tuple(f"c{name}={text}" for name, text in says.items() if before.get(name, text) != text),
        pause,
    )


def learn(past: Past, context: Context, action: int) -> None:
    """Counts an action under every key of its moment."""
    count = past.memory.count
    count(EVERYTHING, action)
    for key, weight in context.hours:
        if weight == 1:
            count(key, action)
    for key in (context.weekday, context.after, context.after_two, context.pause):
        if key:
            count(key, action)
    for key in context.states:
        count(key, action)
    for key in context.changes:
        count(key, action)
    if past.is_repeated(action):
        count(AGAIN, action)


def lasting_of(past: Past, context: Context) -> Lasting:
    """What a past says whatever the moment, as it is now."""
    often, after = _counts(past, EVERYTHING), _counts(past, context.after)
    after_two = _counts(past, context.after_two)
    return Lasting(
        _recent(past, _RECENT),
        _recent(past, _JUST_NOW),
        _in_turn(past),
        _opinion(past, after),
        _opinion(past, _counts(past, context.after, FAST)),
        _opinion(past, after_two),
        _opinion(past, often),
        _opinion(past, _counts(past, EVERYTHING, FAST)),
        course_of(past, often, after, after_two),
    )


def personal(past: Past, context: Context) -> list[Opinion | None]:
    """The opinions of `PERSONAL`, in that order; None of those that abstain."""
    if past.lasting is None:
        past.lasting = lasting_of(past, context)
    lasting = past.lasting
    lately, hours = past.memory.at_both_paces(context.hours)
    changes = [_counts(past, key) for key in context.changes]
    sensors = (*context.states, *context.changes)
    when = (hours, _counts(past, context.pause))
    return [
        lasting.recent,
        lasting.just_now,
        lasting.in_turn,
        lasting.after,
        lasting.after_lately,
        lasting.after_two,
        _opinion(past, hours),
        _opinion(past, lately),
        _opinion(past, _counts(past, context.weekday)),
        together(past, lasting.course, when, sensors) if lasting.course else None,
        _opinion(past, _sum(changes)),
        lasting.often,
        lasting.often_lately,
    ]


TOGETHER: Final = "all together"
"""What all of it says at once: see `edge.preference.experts.together`."""

PERSONAL: Final = (
    "recent",
    "just now",
    "in turn",
    "after",
    "after, lately",
    "after two",
    "hour",
    "hour, lately",
    "weekday",
    TOGETHER,
    "change",
    "often",
    "often, lately",
)
"""What this household did: after the last action, at this hour, with sensors saying this, …"""

MODEL: Final = "model"
"""The learned model's own idea."""

NAMES: Final = (*PERSONAL, *OTHERS, MODEL)
"""All experts, in the order of the graph's gates."""

EVIDENCE: Final = 3
"""Features that each expert but the model gives to the gates."""
_NOTHING: Final = (0.0,) * EVIDENCE


def features(opinions: Sequence[Opinion | None]) -> list[float]:
    """What the gates are told of each opinion, see `Opinion.told`."""
    found: list[float] = []
    for opinion in opinions:
        found += _NOTHING if opinion is None else opinion.told()
    return found


def _counts(past: Past, key: str, which: int = SLOW) -> dict[int, float]:
    return past.memory.together(((key, 1.0),), which) if key else {}


def _sum(several: Sequence[Mapping[int, float]]) -> Mapping[int, float]:
    if len(several) == 1:
        return several[0]
    out: dict[int, float] = {}
    for counts in several:
        for action, count in counts.items():
            out[action] = out.get(action, 0.0) + count
    return out


def _opinion(past: Past, counts: Mapping[int, float]) -> Opinion | None:
    total = sum(counts.values())
    return Opinion(past.as_candidates(counts), total, total) if total >= _FAINT else None


def _recent(past: Past, fade: float) -> Opinion | None:
    if not past.recent:
        return None
    weight, total = 1.0, 0.0
    weights: dict[int, float] = {}
    for action in reversed(past.recent):
        one = past.candidate[action]
        weights[one] = weights.get(one, 0.0) + weight
        total += weight
        weight *= fade
    return Opinion(weights, total, total)


def _in_turn(past: Past) -> Opinion | None:
    """Two things done in turn, or three: what was done two and three events ago."""
    if len(past.recent) < 3:
        return None
    two, three = past.candidate[past.recent[-2]], past.candidate[past.recent[-3]]
    return Opinion({two: 1.0} if two == three else {two: 0.5, three: 0.5}, 2.0)
