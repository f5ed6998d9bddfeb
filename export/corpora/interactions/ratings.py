"""A seeded generator of explicit ratings: the sample for training on them.

Users and items have places in a space of few dimensions; a rating is the mean, both their biases,
how near their places are, and noise, in halves from 1 to 5 (the model of Koren, Bell and Volinsky,
"Matrix Factorization Techniques for Recommender Systems", IEEE Computer 2009, turned round).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from export.corpora.interactions.corpus import (
    DAY_SECONDS,
    Event,
    History,
    InteractionCorpus,
    moment,
    split_by_time,
)
from export.corpora.interactions.settings import read_table

FILE = "ratings.toml"
LEAST, MOST = 1.0, 5.0

_BEGIN = 1_704_672_000.0
"""Midnight before Monday, 8 January 2024."""
_DAYS = 365
_MEAN = 3.5


@dataclass(frozen=True, slots=True)
class RatingSettings:
    """How many, and how hard to guess."""

    users: int = 400
    items: int = 500
    per_user: int = 40
    """Ratings a user gives; at most so many as there are items."""
    genres: int = 8
    """An item has one or two: its attributes. Items of a genre lie near each other."""
    rank: int = 4
    """Dimensions of taste."""
    noise: float = 0.4
    """Standard deviation of what nothing explains, in points."""
    seed: int = 1


_BOUNDS: dict[str, tuple[float, float]] = {
    "users": (1, 1_000_000),
    "items": (2, 1_000_000),
    "per_user": (2, 10_000),
    "genres": (1, 1_000),
    "rank": (1, 64),
    "noise": (0, 5),
    "seed": (0, 2**53),
}


def read_ratings(path: Path) -> InteractionCorpus:
    """The ratings that `ratings.toml` asks for; `path` is the file or its folder.

    Raises:
        UsageError: the settings cannot be used.
    """
    file = path / FILE if path.is_dir() else path
    settings = read_table(file, RatingSettings, _BOUNDS)
    return ratings(settings, name=file.resolve().parent.name)


def ratings(settings: RatingSettings, *, name: str = "ratings") -> InteractionCorpus:
    """One history a user, in order of time; each user's last tenth is test, the one before dev."""
    rng = np.random.default_rng(settings.seed)
    size = 1 / settings.rank**0.25
    centres = rng.normal(0, size, (settings.genres, settings.rank))
    most = min(2, settings.genres)
    genres = [
        np.sort(rng.choice(settings.genres, rng.integers(1, most + 1), replace=False))
        for _ in range(settings.items)
    ]
    places = np.array([centres[own].mean(0) for own in genres])
    places += rng.normal(0, size / 2, places.shape)
    item_bias = rng.normal(0, 0.4, settings.items)
    popularity = rng.permutation(-0.8 * np.log(np.arange(1, settings.items + 1)))
    names = tuple(
        f"film-{index:0{len(str(settings.items - 1))}d}" for index in range(settings.items)
    )
    histories = []
    count = min(settings.per_user, settings.items)
    for user in range(settings.users):
        taste = places @ rng.normal(0, size, settings.rank)
        score = _MEAN + rng.normal(0, 0.35) + item_bias + taste
        # Gumbel's trick: the largest are a sample without replacement, the liked ones likelier.
        chosen = np.argsort(-(popularity + 0.5 * taste + rng.gumbel(size=settings.items)))[:count]
        rng.shuffle(chosen)
        heard = score[chosen] + rng.normal(0, settings.noise, count)
        given = np.clip(np.round(2 * heard) / 2, LEAST, MOST)
        times = np.sort(rng.integers(0, _DAYS * DAY_SECONDS, count)) + _BEGIN
        events = tuple(
            Event(names[item], *moment(time), time, rating=stars)
            for item, time, stars in zip(chosen, times.tolist(), given.tolist(), strict=True)
        )
        histories.append(History(f"user-{user}", events))
    corpus = InteractionCorpus(name, histories, catalogue=names, objective="rating")
    corpus.attributes = {
        item: tuple(f"genre:{genre}" for genre in own)
        for item, own in zip(names, genres, strict=True)
    }
    split_by_time(corpus)
    return corpus
