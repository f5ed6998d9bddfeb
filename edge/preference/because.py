"""Why something is suggested, in words for the person it is suggested to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from edge.preference.experts import BINS, MODEL, NAMES, TOGETHER, Context
from edge.preference.foresight import Foresight
from edge.preference.moment import Moment, Senses
from edge.preference.others import NAMES as OTHERS
from edge.preference.past import Past

_DAYS: Final = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_NEARLY_AS_STRONG: Final = 0.35
"""Share of the strongest reason from which a second one is told too."""
_BIN_COUNTS: Final = 0.2
"""Share of the busiest half-hour from which a half-hour beside it belongs to the usual time."""
_WIDEST: Final = 4
"""Half-hours before and after now that a usual time spans at most."""

_TOLD: Final = 2
"""Reasons that are told at most."""

_AFTER: Final = ("others after", "others after several", "others, same course")
BOOST: Final = "others near"
"""What counts most for an item that was boosted: see `edge.preference.boost`."""

Said = Callable[[str], str]
"""An action → what a person calls it."""


class Reasons:
    """Finds the words.

    Args:
        past: of the person it is suggested to.
        moment: of the suggestion.
        context: the keys of that moment.
        senses: names what sensors say.
        said: names actions.
    """

    def __init__(
        self, past: Past, moment: Moment, context: Context, senses: Senses, said: Said
    ) -> None:
        self._past, self._moment, self._context = past, moment, context
        self._senses, self._said = senses, said

    def of(self, candidate: int, foresight: Foresight) -> tuple[str, str]:
        """The expert that counts most for a candidate, and the reason in words."""
        mixture = foresight.mixture
        by_model = foresight.beliefs.get(candidate, 0.0)
        if candidate in foresight.boosts:
            return BOOST, f"others often choose it after {self._named(self._past.last)}"
        if not mixture.opinions:
            return MODEL, self._words(MODEL, candidate)
        shares = mixture.shares.tolist()
        weights = [
            0.0 if opinion is None else share * opinion.chances.get(candidate, 0.0)
            for opinion, share in zip(mixture.opinions, shares, strict=False)
        ]
        weights.append(shares[-1] * by_model)
        order = sorted(range(len(weights)), key=lambda at: -weights[at])
        words: list[str] = []
        for at in order:
            if weights[at] <= 0 or weights[at] < _NEARLY_AS_STRONG * weights[order[0]]:
                break
            for found in self._all_words(NAMES[at], candidate):
                if not any(_says_as_much(told, found) for told in words):
                    words.append(found)
            if len(words) >= _TOLD:
                break
        return NAMES[order[0]], "; ".join(words[:_TOLD]) or self._words(MODEL, candidate)

    def _all_words(self, expert: str, candidate: int) -> list[str]:
        """One reason, or of everything together all that were counted."""
        if expert != TOGETHER:
            found = [self._words(expert, candidate)]
        else:
            found = [self._words("change", candidate)]
            if self._count(self._context.after, candidate):
                found.append(self._words("after", candidate))
            if any(self._count(key, candidate) for key, _ in self._context.hours):
                found.append(self._words("hour", candidate))
        return [words for words in found if words]

    def _words(self, expert: str, candidate: int) -> str:
        past, moment = self._past, self._moment
        kind = "often" if expert == TOGETHER else expert.removesuffix(", lately")
        if kind == "hour":
            return f"usually {self._usual_time(candidate)}"
        if kind == "weekday":
            start = int(moment.hour / 3) * 3
            return f"often on {_DAYS[moment.weekday]} between {start}:00 and {start + 3}:00"
        if kind == "after":
            return f"often after {self._named(past.last)}"
        if kind == "after two":
            return f"often after {self._named(past.before_last)} and {self._named(past.last)}"
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
        return self._said(self._past.memory.actions[action])

    def _strongest(self, keys: tuple[str, ...], candidate: int) -> str:
        """What the sensor says that an action goes with most often; empty where with none."""
        best, most = "", 0.0
        for key in keys:
            count = self._count(key, candidate)
            if count > most:
                best, most = key, count
        name, _, text = best[1:].partition("=")
        return self._senses.told(name, text) if best else ""

    def _count(self, key: str, candidate: int) -> float:
        action = self._past.action_of.get(candidate, -1)
        return self._past.memory.counted(key, action)

    def _usual_time(self, candidate: int) -> str:
        """ "between 18:00 and 19:00 on weekdays": the half-hours around now when it is done."""
        rest = "w" if self._moment.weekday >= 5 else "d"
        now = int(self._moment.hour * BINS / 24)
        around = {
            step: self._count(f"h{rest}{(now + step) % BINS}", candidate)
            for step in range(-_WIDEST, _WIDEST + 1)
        }
        enough = _BIN_COUNTS * max(around.values())
        first = last = 0
        while first > -_WIDEST and around[first - 1] > enough:
            first -= 1
        while last < _WIDEST and around[last + 1] > enough:
            last += 1
        days = "" if self._moment.weekday < 0 else " at weekends" if rest == "w" else " on weekdays"
        return f"between {_clock(now + first)} and {_clock(now + last + 1)}{days}"


def _says_as_much(told: str, more: str) -> bool:
    """ "often after A and B" leaves nothing to say with "often after B"."""
    after = "often after "
    return told == more or (told.startswith(after) and more.startswith(after))


def _clock(half_hour: int) -> str:
    half_hour %= BINS
    return f"{half_hour // 2}:{half_hour % 2 * 30:02d}"
