"""Each source's idea of what comes next, from counts alone: quick, explainable, never trained.

An expert looks at one kind of evidence and gives a distribution over candidates, or abstains where
it has seen nothing ("sleeping experts", Freund et al. 1997). How far to trust each is decided in
`edge.preference.mixture`.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from edge.preference.keys import AGAIN, EVERYTHING
from edge.preference.memory import FAST, SLOW
from edge.preference.moment import Moment
from edge.preference.others import NAMES as OTHERS
from edge.preference.others import Opinion
from edge.preference.past import Past
from edge.preference.together import Evidence, together

BINS: Final = 48
"""Bins of a day: half-hours."""
_KERNEL: Final = ((-1, 0.5), (0, 1.0), (1, 0.5))
"""Neighbouring half-hours count too: a routine is not punctual."""
_PAUSES: Final = (60, 180, 420, 900, 1800, 3600, 7200, 14_400)
"""Seconds since the event before that tell one class of pauses from the next: within a routine
steps follow each other in minutes, routines in hours."""
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


def context_of(moment: Moment, says: Mapping[str, str], past: Past) -> Context:
    """The keys of a moment, with `past` as it was before it.

    Args:
        says: sensor → what it says, as `Senses.keys` gives it.
    """
    hours: tuple[tuple[str, float], ...] = ()
    weekday = pause = ""
    if moment.hour >= 0:
        rest = "w" if moment.weekday >= 5 else "d"
        middle = int(moment.hour * BINS / 24)
        hours = tuple((f"h{rest}{(middle + step) % BINS}", w) for step, w in _KERNEL)
        if moment.weekday >= 0:
            weekday = f"k{moment.weekday}.{int(moment.hour / 3)}"
    last_time = past.memory.last_time
    if moment.time is not None and last_time is not None and moment.time >= last_time:
        pause = f"p{bisect_right(_PAUSES, moment.time - last_time)}"
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


def personal(past: Past, context: Context) -> list[Opinion | None]:
    """The opinions of `PERSONAL`, in that order; None of those that abstain."""
    candidate, memory = past.candidate, past.memory

    def told(key: str, which: int = SLOW) -> dict[int, float]:
        return memory.together(((key, 1.0),), which) if key else {}

    often, after, after_two = told(EVERYTHING), told(context.after), told(context.after_two)
    hours = memory.together(context.hours, SLOW)
    changes = [told(key) for key in context.changes]
    sensors = [*(told(key) for key in context.states), *changes]
    evidence = Evidence(often, after, after_two, (hours, told(context.pause)), sensors)
    return [
        _recent(past, _RECENT),
        _recent(past, _JUST_NOW),
        _in_turn(past),
        _opinion(after, candidate),
        _opinion(told(context.after, FAST), candidate),
        _opinion(after_two, candidate),
        _opinion(hours, candidate),
        _opinion(memory.together(context.hours, FAST), candidate),
        _opinion(told(context.weekday), candidate),
        together(past, evidence),
        _opinion(_sum(changes), candidate),
        _opinion(often, candidate),
        _opinion(told(EVERYTHING, FAST), candidate),
    ]


TOGETHER: Final = "all together"
"""What all of it says at once: see `edge.preference.together`."""

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


def features(opinions: Sequence[Opinion | None]) -> list[float]:
    """What the gates are told of each opinion: that there is one, its evidence, its surest."""
    found: list[float] = []
    for opinion in opinions:
        if opinion is None:
            found += (0.0, 0.0, 0.0)
        else:
            found += (1.0, math.log1p(opinion.evidence) / 5, max(opinion.chances.values()))
    return found


def _sum(several: Sequence[Mapping[int, float]]) -> Mapping[int, float]:
    if len(several) == 1:
        return several[0]
    out: dict[int, float] = {}
    for counts in several:
        for action, count in counts.items():
            out[action] = out.get(action, 0.0) + count
    return out


def _opinion(counts: Mapping[int, float], candidate: Sequence[int]) -> Opinion | None:
    total = sum(counts.values())
    if total < _FAINT:
        return None
    return Opinion({candidate[a]: count / total for a, count in counts.items()}, total)


def _recent(past: Past, fade: float) -> Opinion | None:
    if not past.recent:
        return None
    weight, total = 1.0, 0.0
    chances: dict[int, float] = {}
    for action in reversed(past.recent):
        one = past.candidate[action]
        chances[one] = chances.get(one, 0.0) + weight
        total += weight
        weight *= fade
    return Opinion({one: chance / total for one, chance in chances.items()}, total)


def _in_turn(past: Past) -> Opinion | None:
    """Two things done in turn, or three: what was done two and three events ago."""
    if len(past.recent) < 3:
        return None
    two, three = past.candidate[past.recent[-2]], past.candidate[past.recent[-3]]
    return Opinion({two: 1.0} if two == three else {two: 0.5, three: 0.5}, 2.0)
