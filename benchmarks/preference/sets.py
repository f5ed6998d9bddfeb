"""The public sets and the sample: where each lies, what it is compared with, and honest views."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.preference.floors import Floors, Rule, own_history
from benchmarks.preference.online import ONLINE
from export.corpora.interactions import Event, InteractionCorpus, Target, read

SAMPLES = Path(__file__).resolve().parents[2] / "export" / "samples"
_RUN = 4
"""Events before the target that a new course must not share with training."""

Views = Mapping[str, Sequence[int]]
"""Name of a view → positions in the list of test targets."""


class NamedRule(NamedTuple):
    """A floor: a rule, or ranks by one that learns while it is asked."""

    name: str
    ranks: Callable[[Sequence[Target]], list[int]]


def folder_of(name: str, data: Path | None) -> Path | None:
    """Where the set lies; None where it does not."""
    if name in ("household", "ratings"):
        return SAMPLES / name
    if data is None:
        return None
    if name.startswith("smartgen-"):
        path = data.joinpath(*name.split("-"))
    elif name == "smartthings":
        path = data / "smartthings_fr"
    else:
        path = data / "amazon" / {"beauty": "Beauty.txt", "toys": "Toys_and_Games.txt"}[name]
    return path if path.exists() else None


def corpus_of(name: str, data: Path | None) -> InteractionCorpus | None:
    """The set; None where it does not lie under `data`.

    Raises:
        UsageError: it cannot be read.
    """
    path = folder_of(name, data)
    return None if path is None else read(path)


def floors_of(name: str, corpus: InteractionCorpus) -> list[NamedRule]:
    """The trivial rules that the set is known by, counted on its training split."""
    if corpus.generic:
        return [
            NamedRule(rule, lambda targets, make=make: make(corpus, targets))  # type: ignore[misc]
            for rule, make in ONLINE.items()
        ]
    floors = Floors(corpus, once=name in ("beauty", "toys"))
    rules: dict[str, Rule] = {}
    if name in ("beauty", "toys"):
        rules["popularity"] = floors.popularity()
        rules["count-based Markov: adjacent, last item"] = floors.markov()
        rules["windowed counts: span 5, 1/gap, last ten items fading by 0.6"] = floors.windowed()
    else:
        rules["popularity"] = floors.popularity()
        rules["first-order Markov"] = floors.markov()
        rules["own last 9: most frequent"] = own_history
        if name == "smartthings":
            blend, weights = floors.blend()
            shown = " : ".join(f"{weight:g}" for weight in weights)
            rules[f"second + first order + own + hour, {shown} by dev"] = blend
    return [
        NamedRule(title, lambda targets, rule=rule: floors.ranks(rule, targets))  # type: ignore[misc]
        for title, rule in rules.items()
    ]


def views_of(name: str, corpus: InteractionCorpus, targets: Sequence[Target]) -> Views:
    """Parts of the test split: all of it, and for SmartThings what is not in training too."""
    views: dict[str, Sequence[int]] = {"all": range(len(targets))}
    if name == "smartthings":
        views["no duplicates"] = _not_in_training(corpus, targets)
        views["new course"] = _new_course(corpus, targets)
    return views


def _not_in_training(corpus: InteractionCorpus, targets: Sequence[Target]) -> list[int]:
    """Windows that are not, event for event, windows of training."""
    known = {_told(corpus.histories[target.history].events) for target in corpus.train}
    windows = [_told(corpus.histories[target.history].events) for target in targets]
    return [at for at, window in enumerate(windows) if window not in known]


def _new_course(corpus: InteractionCorpus, targets: Sequence[Target]) -> list[int]:
    """Windows whose last four events before the target are in no training window, in a row."""
    known: set[tuple[object, ...]] = set()
    for target in corpus.train:
        told = _told(corpus.histories[target.history].events)
        known.update(told[start : start + _RUN] for start in range(len(told) - _RUN + 1))
    found = []
    for at, (history, position) in enumerate(targets):
        before = _told(corpus.histories[history].events[max(0, position - _RUN) : position])
        if before not in known:
            found.append(at)
    return found


def _told(events: Sequence[Event]) -> tuple[tuple[object, ...], ...]:
    """All that the layout says of each event."""
    return tuple((event.weekday, event.hour, event.action, event.value) for event in events)
