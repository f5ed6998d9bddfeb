"""Why something is suggested, in words for the person it is suggested to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from operator import itemgetter
from typing import Final

from edge.preference.experts.others import NAMES as OTHERS
from edge.preference.experts.others import SLOT_HOURS, slot_of
from edge.preference.experts.personal import (
    BINS,
    MODEL,
    NAMES,
    TOGETHER,
    half_hours,
    weekday_key,
)
from edge.preference.foresight import Foresight
from edge.preference.memory.keys import EVERYTHING
from edge.preference.memory.past import Past
from edge.preference.moment import Moment, Senses, days_like, next_day

_DAYS: Final = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_NEARLY_AS_STRONG: Final = 0.35
"""Share of the strongest reason from which a second one is told too."""
_BIN_COUNTS: Final = 0.2
"""Share of the busiest half-hour from which a half-hour beside it belongs to the usual time."""
_WIDEST: Final = 4
"""Half-hours before and after now that a usual time spans at most."""

_FEW: Final = ("once", "twice")
_OFTEN: Final = "often"
_MOST: Final = 0.5
"""Share of all the times that something is done from which the usual time is told to be that."""
_ONE_DAY: Final = 0.9
"""Share of the days from which one of them is told."""

_TOLD: Final = 2
"""Reasons that are told at most."""

_AFTER: Final = ("others after", "others after several", "others, same course")
BOOST: Final = "others near"
"""What counts most for an item that was boosted: see `edge.preference.experts.boost`."""

_weight = itemgetter(0)
Said = Callable[[str], str]
"""An action → what a person calls it."""


class Reasons:
    """Finds the words.

    Args:
        past: of the person it is suggested to.
        moment: of the suggestion.
        foresight: what was thought of that moment.
        senses: names what sensors say.
        said: names actions.
    """

    def __init__(
        self, past: Past, moment: Moment, foresight: Foresight, senses: Senses, said: Said
    ) -> None:
        self._past, self._moment, self._context = past, moment, foresight.context
        self._senses, self._said = senses, said
        self._foresight = foresight
        self._names: dict[int, str] = {}
        opinions, shares = foresight.mixture.opinions, foresight.mixture.shares
        self._heard = [
            (share / opinion.total, name, opinion.weights)
            for name, opinion, share in zip(NAMES, opinions, shares, strict=False)
            if opinion is not None and share
        ]
        """Of the experts that count: what a weight counts, name, weights."""

    def of(self, candidate: int) -> tuple[str, str]:
        """The expert that counts most for a candidate, and the reason in words."""
        foresight = self._foresight
        if candidate in foresight.boosts:
            return BOOST, f"others often choose it after {self._named(self._past.last)}"
        by_model = foresight.mixture.shares[-1] * foresight.beliefs.get(candidate, 0.0)
        weights = [(scale * some.get(candidate, 0.0), name) for scale, name, some in self._heard]
        weights.append((by_model, MODEL))
        strongest, source = max(weights, key=_weight)
        least = _NEARLY_AS_STRONG * strongest
        strong = [one for one in weights if one[0] >= least and one[0] > 0]
        strong.sort(key=_weight, reverse=True)
        words: list[str] = []
        for _, name in strong:
            for found in self._all_words(name, candidate):
                if found and not any(_says_as_much(told, found) for told in words):
                    words.append(found)
                if len(words) == _TOLD:
                    return source, "; ".join(words)
        return source, "; ".join(words) or self._words(MODEL, candidate)

    def _all_words(self, expert: str, candidate: int) -> Iterator[str]:
        """One reason, or of everything together all that were counted; some may be empty."""
        if expert != TOGETHER:
            yield self._words(expert, candidate)
            return
        yield self._words("change", candidate)
        if self._count(self._context.after, candidate):
            yield self._words("after", candidate)
        if any(self._counts(self._now, candidate)):
            yield self._words("hour", candidate)

    def _words(self, expert: str, candidate: int) -> str:
        past, moment = self._past, self._moment
        kind = "often" if expert == TOGETHER else expert.removesuffix(", lately")
        context = self._context
        if kind == "hour":
            return self._usual_time(candidate)
        if kind == "weekday":
            start = slot_of(moment.hour) * SLOT_HOURS
            often = self._often(context.weekday, candidate)
            return (
                f"{often} on {_DAYS[moment.weekday]} between {start}:00 and {start + SLOT_HOURS}:00"
            )
        if kind == "after":
            return f"{self._often(context.after, candidate)} after {self._named(past.last)}"
        if kind == "after two":
            often = self._often(context.after_two, candidate)
            return f"{often} after {self._named(past.before_last)} and {self._named(past.last)}"
        if kind == "change":
            told = self._strongest(self._context.changes, candidate)
            return f"{told} just now" if told else ""
        if kind == "in turn":
            return f"in turn with {self._named(past.last)}"
        if kind in ("recent", "just now"):
            times = sum(past.candidate[action] == candidate for action in past.recent)
            return f"done {times} times lately" if times > 1 else "done lately"
        if kind == "often":
            return "often done here"
        if kind == "others at this hour" and moment.hour >= 0:
            return f"others often do it around {int(moment.hour)}:00"
        if kind in _AFTER and past.last >= 0:
            return f"others often do it after {self._named(past.last)}"
        if kind in OTHERS:
            return "others often do it"
        return "others do it at moments like this"

    def _named(self, action: int) -> str:
        if action not in self._names:
            self._names[action] = self._said(self._past.memory.actions[action])
        return self._names[action]

    def _strongest(self, keys: tuple[str, ...], candidate: int) -> str:
        """What the sensor says that an action goes with most often; empty where with none."""
        best, most = "", 0.0
        for key, count in zip(keys, self._counts(keys, candidate), strict=True):
            if count > most:
                best, most = key, count
        name, _, text = best[1:].partition("=")
        return self._senses.told(name, text) if best else ""

    def _counts(self, keys: Iterable[str], candidate: int) -> list[float]:
        return self._past.memory.counted_under(keys, self._past.action_of.get(candidate, -1))

    def _count(self, key: str, candidate: int) -> float:
        return self._past.memory.counted(key, self._past.action_of.get(candidate, -1))

    @cached_property
    def _now(self) -> list[str]:
        return [key for key, _ in self._context.hours]

    @cached_property
    def _around(self) -> list[str]:
        return half_hours(self._moment, _WIDEST)

    def _often(self, key: str, candidate: int) -> str:
        return _times(self._count(key, candidate))

    def _usual_time(self, candidate: int) -> str:
        """ "usually between 18:00 and 19:00 on weekdays": the half-hours about now when it is done,
        and whether they are most of all that it is done in."""
        around = self._counts(self._around, candidate)
        enough = _BIN_COUNTS * max(around)
        first = last = _WIDEST
        while first > 0 and around[first - 1] > enough:
            first -= 1
        while last < 2 * _WIDEST and around[last + 1] > enough:
            last += 1
        while first < last and around[first] <= enough:  # it is asked about then, not done
            first += 1
        while last > first and around[last] <= enough:
            last -= 1
        now = int(self._moment.hour * BINS / 24)
        start, end = now + first - _WIDEST, now + last - _WIDEST + 1
        counted = sum(around[first : last + 1])
        often = _times(counted)
        if often == _OFTEN and counted >= _MOST * self._count(EVERYTHING, candidate):
            often = "usually"
        return f"{often} between {_clock(start)} and {_clock(end)}{self._days(candidate, start)}"

    def _days(self, candidate: int, start: int) -> str:
        """ " on weekdays", " at weekends", or the one of these days on which it is done.

        Args:
            start: the half-hour that it begins in, of today; before or after that, of another day.
        """
        weekday, hour = self._moment.weekday, self._moment.hour
        if weekday < 0:
            return ""
        if days := start // BINS:
            weekday, hour = next_day(weekday, days), start % BINS * 24 / BINS
        like = days_like(weekday)
        by_day = self._counts([weekday_key(day, hour) for day in like], candidate)
        total, most = sum(by_day), max(by_day)
        if _times(total) == _OFTEN and most >= _ONE_DAY * total:
            return f" on {_DAYS[like[by_day.index(most)]]}"
        return " at weekends" if like.start else " on weekdays"


def _times(count: float) -> str:
    """How often a faded count says that something was done."""
    return _OFTEN if count >= len(_FEW) + 0.5 else _FEW[max(0, round(count) - 1)]


def _says_as_much(told: str, more: str) -> bool:
    """ "often after A and B" leaves nothing to say with "often after B"."""
    return told == more or (" after " in told and " after " in more)


def _clock(half_hour: int) -> str:
    half_hour %= BINS
    return f"{half_hour // 2}:{half_hour % 2 * 30:02d}"
