"""Histories lived through in a runtime, as a hub would: what it would have suggested."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from benchmarks.preference.measures import NOT_RANKED
from edge.home.home import Device, Home
from edge.preference.actions import device_of
from export.corpora.interactions import Event, InteractionCorpus, Target
from export.recipes.preference.trials.held_out import held_out

RANKED = 10
"""Suggestions asked for: what the measures need."""
_NOT_KNOWN = 0.0
"""Seconds of a clock that was never set: the runtime takes such a time for none."""


class Ranked(NamedTuple):
    """What was suggested for one target."""

    target: Target
    rank: int
    """Of what happened, counted from 1; `NOT_RANKED` beyond `RANKED`."""


def live(runtime: Any, corpus: InteractionCorpus, targets: Sequence[Target]) -> Iterator[Ranked]:
    """Lives the targets' histories through, each from nothing, and ranks what happened.

    A household's devices are known to the runtime from the start, as they are to a hub. Nobody is
    named: what is asked is what the household does next, whoever does it.

    Args:
        runtime: an `edge.Runtime` with the task `preference`. What it learned is forgotten.
    """
    indices = iter(dict.fromkeys(target.history for target in targets))
    for (history, positions), index in zip(held_out(corpus, targets), indices, strict=True):
        runtime.forget()
        if corpus.generic:
            runtime.home = home_of(event.action for event in history.events)
        asked = frozenset(positions)
        for position, (at, event) in enumerate(timed(history.events)):
            if position in asked:
                yield Ranked(Target(index, position), rank(runtime, at, event))
            observe(runtime, at, event)


def rank(runtime: Any, at: float, event: Event) -> int:
    """Where the runtime ranks what happened at this moment."""
    found = runtime.suggest(at, event.context, RANKED, everything=True)
    actions = [suggestion.action for suggestion in found]
    return actions.index(event.action) + 1 if event.action in actions else NOT_RANKED


def observe(runtime: Any, at: float, event: Event, *, named: bool = False) -> None:
    """Tells the runtime what happened; `named`: and who did it."""
    person = event.person if named else ""
    runtime.observe(event.action, at, event.context, person, value=event.value)


def timed(events: Iterable[Event]) -> Iterator[tuple[float, Event]]:
    """Yields (seconds, event), the seconds as the runtime is told them.

    Corpora that know times to three hours give many events one time. Here they are a second apart:
    the same action twice at the very same moment is one event told twice to the runtime.
    """
    last = _NOT_KNOWN
    for event in events:
        if event.time is None:
            yield _NOT_KNOWN, event
            continue
        last = max(event.time, last + 1)
        yield last, event


def home_of(actions: Iterable[str]) -> Home:
    """The devices that actions such as "light.kitchen:turn_on" are done with."""
    devices = dict.fromkeys(device_of(action) for action in actions)
    return Home([device(name) for name in devices if name])


def device(name: str) -> Device:
    """ "light.kitchen", a light."""
    return Device(name, name.replace(".", " ").replace("_", " "), kind=name.partition(".")[0])
