"""How likely something is to be done within half an hour: whether to show it now.

A score says what comes next, and that may be tomorrow morning: at three at night the lamp beside
the bed is still the likeliest, and nobody wants to be asked for it. Two counts say when: on how
many of the days like this one it was done in the half hour that begins now, and how often it
followed what was done, or what a sensor said, a few minutes ago. Either of them, and how long ago
it was done last, go into a logistic function.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Final

from edge.preference.experts.personal import (
    BINS,
    PAUSES,
    WITHIN_HALF_AN_HOUR,
    Context,
    weekday_key,
)
from edge.preference.memory.past import Past
from edge.preference.moment import DAYS_A_WEEK, Moment, days_like, next_day

SOON_ENOUGH: Final = 0.2
"""Probability from which something is shown."""
_FADES_SECONDS: Final = 600.0
"""After which what was just done calls for what follows it e times less."""
_FADED: Final = 5
"""Times as long, after which it calls for nothing."""
_DAYS: Final = 2.0
"""Given in advance: on them a thing is done at any half hour as often as its score says, times
`_PRIOR`."""
_PRIOR: Final = 0.4
_DIFFERENT: Final = 10
_LONG_AGO: Final = 17.0
"""Events ago, where that many different things are done lately, from which it does not matter."""
_BIAS, _EITHER, _AGO = -0.385, 1.55, 0.705
"""Of the logistic function: constant, logarithms of either count and of how many events ago it was
done last. Fitted on made-up households of the generator, of their first days up to their sixth
month."""
_LEAST: Final = 0.01
_FOLLOWS: Final = 0.7
"""How often a thing follows within half an hour, where that is not known; counts as once."""
_A_HABIT: Final = 3.0
"""Times that something was done at this part of the day from which it is known on which days."""
_ONE_DAY: Final = 0.9
"""Share of them from which they are those of one day of the week."""


class Timeliness:
    """Tells it of the actions of one past.

    Args:
        past: of the person it is suggested to.
        moment: of the suggestion.
        context: the keys that counts of the moment lie under.
    """

    def __init__(self, past: Past, moment: Moment, context: Context) -> None:
        self._past, self._moment = past, moment
        last = past.memory.last_time
        self._is_timed = moment.time is not None and moment.hour >= 0 and last is not None
        if not self._is_timed:
            return
        self._half_hours = [key for key, _ in context.hours[1:]]
        """This one and the next."""
        self._gone = moment.hour * 2 % 1.0
        """How much of this half-hour is over."""
        self._days = _days_lived(past, moment.weekday)
        self._tomorrow = 1.0
        """What a time of the next half-hour counts, where that is of a day of another kind."""
        if moment.hour >= 24 - 24 / BINS:
            self._tomorrow = self._days / _days_lived(past, next_day(moment.weekday))
        time = moment.time or 0.0
        self._after = context.after
        happened = [(context.after, last or 0.0)] if context.after else []
        happened += [(key, past.noticed.get(key, time)) for key in context.changes]
        self._causes = [
            (key, math.exp(-max(0.0, time - since) / _FADES_SECONDS), past.memory.total(key))
            for key, since in happened
            if time - since < _FADED * _FADES_SECONDS
        ]
        """What calls for what follows it, how much of that is left, and how often anything did."""

    def soon(self, candidate: int, score: float) -> float | None:
        """Probability that a candidate is done within half an hour; None where that is not known.

        Args:
            score: the probability that it comes next.
        """
        action = self._past.action_of.get(candidate, -1)
        if action < 0 or not self._is_timed:
            return None
        now, called_for = self._at_this_time(action, score), self._called_for(action, score)
        either = 1 - (1 - now) * (1 - called_for)
        logit = _BIAS + _EITHER * math.log(either + _LEAST)
        logit += _AGO * math.log(self._ago(action))
        return 1 / (1 + math.exp(-logit))

    def _at_this_time(self, action: int, score: float) -> float:
        """On what share of the days like this one it is done in the half hour that begins now."""
        this, following = self._past.memory.counted_under(self._half_hours, action)
        times, days = this * (1 - self._gone), self._days
        times += following * self._gone * self._tomorrow
        only = self._only_day(action) if times else -1
        if only == self._moment.weekday:
            days /= len(days_like(only))
        elif only >= 0:
            times = 0.0
        return (times + _DAYS * _PRIOR * score) / (days + _DAYS)

    def _called_for(self, action: int, score: float) -> float:
        """How often it was done next after what happened a few minutes ago; the likeliest cause."""
        most, counted = 0.0, self._past.memory.counted
        for key, left, total in self._causes:
            often = left * (counted(key, action) + _DAYS * score) / (total + _DAYS)
            if often > most:
                most = max(most, often * (self._follows(action) if key == self._after else 1.0))
        return most

    def _follows(self, action: int) -> float:
        """How often it came within half an hour of what was done before it: what the next day
        begins with follows what the day ends with, hours later."""
        pauses = self._past.memory.counted_under(PAUSES, action)
        soon, all_of_them = sum(pauses[:WITHIN_HALF_AN_HOUR]), sum(pauses)
        return (soon + _FOLLOWS) / (all_of_them + 1)

    def _ago(self, action: int) -> float:
        """How many events ago it was done last, as if ten different things were done in turn."""
        recent = self._past.recent
        if action not in recent:
            return _LONG_AGO
        events = 1 + next(at for at, one in enumerate(reversed(recent)) if one == action)
        return min(_LONG_AGO, events * _DIFFERENT / self._different)

    @cached_property
    def _different(self) -> int:
        return len(set(self._past.recent))

    @cached_property
    def _week(self) -> list[str]:
        return [weekday_key(day, self._moment.hour) for day in range(DAYS_A_WEEK)]

    def _only_day(self, action: int) -> int:
        """The day of the week on which it is done at this part of the day; -1 where on several."""
        counts = self._past.memory.counted_under(self._week, action)
        total, most = sum(counts), max(counts)
        return counts.index(most) if total >= _A_HABIT and most >= _ONE_DAY * total else -1


def _days_lived(past: Past, weekday: int) -> float:
    """Days like one that were lived through, as faded as what was counted on them."""
    fade: float = 2.0 ** (-1 / past.memory.pace.slow)
    lived: float = (1 - fade ** max(1.0, past.memory.day)) / (1 - fade)
    return max(1.0, lived * len(days_like(weekday)) / DAYS_A_WEEK)
