"""Rules for one household that is seen for the first time: they count while they are asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import Protocol

from benchmarks.preference.measures import NOT_RANKED
from export.corpora.interactions import Event, InteractionCorpus, Target
from export.recipes.preference.trials.held_out import held_out

OFFERED = 8
"""What Home Assistant's usage_prediction offers for a part of the day."""


class Counting(Protocol):
    """A rule that learns."""

    def order(self, event: Event) -> Sequence[str]:
        """What it thinks comes next at the moment of `event`, the likeliest first."""

    def learn(self, event: Event) -> None:
        """Counts what was done."""


class Frequency:
    """What the household did most often so far; of equals, what it did last."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._newest: dict[str, int] = {}

    def order(self, event: Event) -> Sequence[str]:
        """See `Counting`."""
        return sorted(self._counts, key=lambda name: (-self._counts[name], -self._newest[name]))

    def learn(self, event: Event) -> None:
        """See `Counting`."""
        self._counts[event.action] += 1
        self._newest[event.action] = self._counts.total()


class Markov:
    """What most often followed the household's last action; then what it did most often."""

    def __init__(self) -> None:
        self._after: dict[str, Frequency] = defaultdict(Frequency)
        self._often = Frequency()
        self._last = ""

    def order(self, event: Event) -> Sequence[str]:
        """See `Counting`."""
        return tuple(
            dict.fromkeys((*self._after[self._last].order(event), *self._often.order(event)))
        )

    def learn(self, event: Event) -> None:
        """See `Counting`."""
        self._after[self._last].learn(event)
        self._often.learn(event)
        self._last = event.action


class PartOfDay:
    """The eight most used per part of the day, as Home Assistant's usage_prediction counts."""

    def __init__(self) -> None:
        self._counts: dict[str, Frequency] = defaultdict(Frequency)

    def order(self, event: Event) -> Sequence[str]:
        """See `Counting`."""
        return self._counts[_part(event.hour)].order(event)[:OFFERED]

    def learn(self, event: Event) -> None:
        """See `Counting`."""
        self._counts[_part(event.hour)].learn(event)


def _part(hour: float | None) -> str:
    if hour is None:
        return ""
    if hour < 6 or hour >= 22:
        return "night"
    return "morning" if hour < 12 else "afternoon" if hour < 18 else "evening"


def rank_in(order: Sequence[str], happened: str) -> int:
    """Counted from 1."""
    return order.index(happened) + 1 if happened in order else NOT_RANKED


def ranks(
    make: Callable[[], Counting], corpus: InteractionCorpus, targets: Sequence[Target]
) -> list[int]:
    """Of the targets, each history from nothing."""
    found = []
    for history, positions in held_out(corpus, targets):
        rule, asked = make(), frozenset(positions)
        for position, event in enumerate(history.events):
            if position in asked:
                found.append(rank_in(rule.order(event), event.action))
            rule.learn(event)
    return found


RULES: dict[str, Callable[[], Counting]] = {
    "eight most used per part of day, counted here": PartOfDay,
    "most frequent here": Frequency,
    "first-order Markov, counted here": Markov,
}
"""For a household: name → a rule that knows nothing yet."""

ONLINE: dict[str, Callable[[InteractionCorpus, Sequence[Target]], list[int]]] = {
    name: lambda corpus, targets, make=make: ranks(make, corpus, targets)  # type: ignore[misc]
    for name, make in RULES.items()
}
