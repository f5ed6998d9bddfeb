"""Trivial rules that rank what comes next: a model that does not beat them is not worth its bytes.

Every rule here is counted on the training targets' histories and asked about the very targets that
the model is asked about: it may see the events before, and the moment's weekday and hour. What a
rule leaves equal is put in order by how often it was done in training, then by the catalogue. The
rules of made-up households are counted on the household itself: see `benchmarks.preference.online`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from benchmarks.preference.measures import NOT_RANKED
from export.corpora.interactions import Event, History, InteractionCorpus, Target
from export.recipes.preference.school.ranking import ranking
from export.recipes.preference.trials.held_out import held_out

SPAN = 5
"""Events after an item that go with it, in `windowed`."""
FADE = 0.6
"""What an item of the history counts beside the one after it, in `windowed`."""
REACH = 10
"""Items of the history that `windowed` looks at."""
_WEIGHTS = (0.0, 0.1, 0.3, 1.0, 3.0)
"""Tried for each part of `blend`, on the dev split."""

Scores = Mapping[str, float]


class Asked(NamedTuple):
    """What a rule is told."""

    before: Sequence[Event]
    weekday: int | None
    hour: float | None


Rule = Callable[[Asked], Scores]
Counts = Mapping[object, Counter[str]]


class Floors:
    """The rules of one corpus.

    Args:
        corpus: with its training targets.
        once: what was done before is not done again, and is passed over.
    """

    def __init__(self, corpus: InteractionCorpus, *, once: bool = False) -> None:
        self._corpus = corpus
        self._once = once
        self._train = [history for history, _ in held_out(corpus, corpus.train)]
        self._often = Counter(event.action for h in self._train for event in h.events)
        place = {action: at for at, action in enumerate(corpus.catalogue)}
        order = sorted(place, key=lambda action: (-self._often[action], place[action]))
        self._order = {action: at for at, action in enumerate(order)}

    def ranks(self, rule: Rule, targets: Sequence[Target]) -> list[int]:
        """Of what happened, in the order of the targets; ten places are told apart."""
        found = []
        for target in targets:
            events = self._corpus.histories[target.history].events
            before, event = events[: target.position], events[target.position]
            scores = rule(Asked(before, event.weekday, event.hour))
            gone = {one.action for one in before} if self._once else frozenset[str]()
            found.append(self.rank(scores, event.action, gone))
        return found

    def rank(self, scores: Scores, happened: str, gone: frozenset[str] | set[str]) -> int:
        """Where `happened` stands when all of the catalogue but `gone` is put in order."""
        if happened not in self._order or happened in gone:
            return NOT_RANKED

        def before(action: str) -> tuple[float, int]:
            return -scores.get(action, 0.0), self._order.get(action, NOT_RANKED)

        own = before(happened)
        better = sum(before(action) < own for action in scores if action not in gone)
        if own[0] == 0:  # not scored: those done more often in training come before it, too
            others = (name for name in self._order if name not in scores and name not in gone)
            for name in others:
                if name == happened or better >= 10:
                    break
                better += 1
        return better + 1 if better < 10 else NOT_RANKED

    # --- rules --------------------------------------------------------------------------------

    def popularity(self) -> Rule:
        """What is done most often in training."""
        return lambda asked: {}

    def markov(self, order: int = 1) -> Rule:
        """What came next in training after the last `order` actions."""
        counts = self._after(order)
        return lambda asked: counts.get(_last(asked.before, order), {})

    def windowed(self) -> Rule:
        """Counts of what came up to five items later, 1/gap each, for the last ten items, fading.

        The strongest simple rule on catalogues of items chosen once: it sees skipped steps.
        """
        near: dict[str, Counter[str]] = defaultdict(Counter)
        for history in self._train:
            actions = [event.action for event in history.events]
            for at, action in enumerate(actions):
                for gap, earlier in enumerate(reversed(actions[max(0, at - SPAN) : at]), 1):
                    near[earlier][action] += 1 / gap  # type: ignore[assignment]

        def rule(asked: Asked) -> Scores:
            found: dict[str, float] = defaultdict(float)
            weight = 1.0
            for event in reversed(asked.before[-REACH:]):
                for action, count in near.get(event.action, {}).items():
                    found[action] += weight * count
                weight *= FADE
            return found

        return rule

    def blend(self) -> tuple[Rule, tuple[float, ...]]:
        """Second and first order, own history and hour, mixed; and the weights.

        Each part is a share that sums to 1; the weights are those of `_WEIGHTS` that give the best
        mAP@5 on the dev split.
        """
        by_hour = self._by_hour()
        second, first = self._after(2), self._after(1)

        def parts(asked: Asked) -> list[Scores]:
            hour = by_hour.get((asked.weekday, asked.hour), Counter())
            found = (second.get(_last(asked.before, 2)), first.get(_last(asked.before, 1)))
            return [_shares(one or {}) for one in (*found, own_history(asked), hour)]

        asked_on_dev = list(self._asked(self._corpus.dev))
        prepared = [(parts(asked), event.action) for asked, event in asked_on_dev]
        best = -1.0
        weights: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0)
        for tried in product(_WEIGHTS, repeat=4):
            if not any(tried):
                continue
            ranks = [self.rank(_mixed(some, tried), action, set()) for some, action in prepared]
            worth = ranking(ranks).mean_average_precision(5)
            if worth > best:
                best, weights = worth, tried
        return (lambda asked: _mixed(parts(asked), weights)), weights

    def _asked(self, targets: Sequence[Target]) -> Iterator[tuple[Asked, Event]]:
        for target in targets:
            events = self._corpus.histories[target.history].events
            event = events[target.position]
            yield Asked(events[: target.position], event.weekday, event.hour), event

    def _after(self, order: int) -> Counts:
        return _counted(self._train, lambda events, at: _last(events[:at], order))

    def _by_hour(self) -> Counts:
        return _counted(self._train, lambda events, at: (events[at].weekday, events[at].hour))


def own_history(asked: Asked) -> Scores:
    """What was done most often in the events before; of equals, what was done last."""
    found = Counter(event.action for event in asked.before)
    newest = {event.action: at for at, event in enumerate(asked.before)}
    return {action: count + newest[action] * 1e-6 for action, count in found.items()}


def _counted(histories: Sequence[History], key: Callable[[Sequence[Event], int], object]) -> Counts:
    counts: dict[object, Counter[str]] = defaultdict(Counter)
    for history in histories:
        for at, event in enumerate(history.events):
            context = key(history.events, at)
            if context is not None:
                counts[context][event.action] += 1
    return counts


def _last(before: Sequence[Event], order: int) -> object:
    """The last `order` actions; None where there are not so many."""
    if len(before) < order:
        return None
    return tuple(event.action for event in before[len(before) - order :])


def _shares(scores: Scores) -> Scores:
    total = sum(scores.values())
    return {action: score / total for action, score in scores.items()} if total else {}


def _mixed(parts: Sequence[Scores], weights: Sequence[float]) -> Scores:
    found: dict[str, float] = defaultdict(float)
    for part, weight in zip(parts, weights, strict=True):
        for action, score in part.items():
            found[action] += weight * score
    return found


def hit_rate(ranks: Sequence[int], k: int) -> float:
    """HR@k."""
    return float((np.asarray(ranks) <= k).mean()) if len(ranks) else 0.0
