"""The sample that ships: made-up households, split by household."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

from export.corpora.interactions.corpus import History, InteractionCorpus, Target
from export.corpora.interactions.devices import GENERIC_ACTIONS
from export.corpora.interactions.household import simulate
from export.corpora.interactions.log import kind_and_verb
from export.corpora.interactions.settings import Settings, read_settings

FILE = "households.toml"
FIRST_MEASURED = 5
"""Positions before this one have too little before them to be measured on."""


def read_households(path: Path, *, seed: int = 0) -> InteractionCorpus:
    """The households that `households.toml` asks for; `path` is the file or its folder.

    Args:
        seed: of the split, by household: eight tenths train, a tenth dev, a tenth test.

    Raises:
        UsageError: the settings cannot be used.
    """
    file = path / FILE if path.is_dir() else path
    return households(read_settings(file), name=file.resolve().parent.name, seed=seed)


def households(settings: Settings, *, name: str = "household", seed: int = 0) -> InteractionCorpus:
    """As many households as asked for; number i is `simulate(settings, settings.seed + i)`."""
    corpus = InteractionCorpus(
        name,
        catalogue=GENERIC_ACTIONS,
        attributes={action: kind_and_verb(action) for action in GENERIC_ACTIONS},
        generic=True,
    )
    for index in range(settings.households):
        house = simulate(settings, settings.seed + index)
        first_day = settings.first_day + timedelta(index * settings.spread // settings.households)
        events = tuple(house.events(first_day, settings.days))
        corpus.histories.append(History(house.name, events))
    _split_by_household(corpus, seed)
    return corpus


def _split_by_household(corpus: InteractionCorpus, seed: int) -> None:
    count = len(corpus.histories)
    order = sorted(range(count), key=lambda index: _draw(corpus.histories[index].household, seed))
    held_out = round(count / 10) if count < 3 else max(1, round(count / 10))
    for place, index in enumerate(order):
        events = range(len(corpus.histories[index].events))
        if place < held_out:
            corpus.test.extend(Target(index, position) for position in events[FIRST_MEASURED:])
        elif place < 2 * held_out:
            corpus.dev.extend(Target(index, position) for position in events[FIRST_MEASURED:])
        else:
            corpus.train.extend(Target(index, position) for position in events[1:])


def _draw(household: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}\0{household}".encode()).digest()
