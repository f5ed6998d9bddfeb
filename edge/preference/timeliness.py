"""Whether something is ever done at a moment like this one.

What comes next may come tomorrow morning: at three at night the lamp beside the bed is still the
likeliest, and nobody wants to be asked for it. So what is known to have its hours is shown within
them, or when what it follows has just happened. Its score stays what it is.
"""

from __future__ import annotations

from typing import Final

from edge.preference.experts.personal import Context, half_hours
from edge.preference.memory.keys import EVERYTHING
from edge.preference.memory.past import Past
from edge.preference.moment import Moment

_KNOWN: Final = 5.0
"""Times that something was done from which it is known when."""
_BESIDE: Final = 3
"""Half-hours before and after that are about the same time."""
_SELDOM: Final = 0.04
"""Share of its times below which an hour is none of its own."""
_JUST_NOW: Final = 1800.0
"""Seconds within which what was done before calls for what follows it."""


class Timeliness:
    """Tells it of the actions of one past.

    Args:
        past: of the person it is suggested to.
        moment: of the suggestion.
        context: the keys that counts of the moment lie under.
    """

    def __init__(self, past: Past, moment: Moment, context: Context) -> None:
        self._past, self._context = past, context
        self._is_timed = moment.hour >= 0 and moment.weekday >= 0
        self._hours = half_hours(moment, _BESIDE) if self._is_timed else []
        last = past.memory.last_time
        is_known = moment.time is not None and last is not None
        self._just_now = is_known and 0 <= (moment.time or 0.0) - (last or 0.0) <= _JUST_NOW

    def allows(self, candidate: int) -> bool:
        """Whether a candidate may be shown now; so may one of which too little is known."""
        action = self._past.action_of.get(candidate, -1)
        if action < 0 or not self._is_timed:
            return True
        memory = self._past.memory
        done = memory.counted(EVERYTHING, action)
        if done < _KNOWN or sum(memory.counted_under(self._hours, action)) >= _SELDOM * done:
            return True
        if self._just_now and memory.counted(self._context.after, action) >= 1:
            return True
        return any(memory.counted_under(self._context.changes, action))
