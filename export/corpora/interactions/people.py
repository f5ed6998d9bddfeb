"""Who lives in a made-up house, and the hours they keep."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

_NAMES = ("anna", "ben", "carla", "david", "emre", "fatima", "george", "hana")


@dataclass(frozen=True, slots=True)
class Person:
    """One person; hours are of the wall clock, those after midnight above 24."""

    name: str
    away: frozenset[int]
    """Weekdays (0 is Monday) on which the person goes out to work or school."""
    desk: frozenset[int]
    """Weekdays of work at home."""
    wake: float
    lie_in: float
    """Hours later on days off."""
    leave: float
    """Hours after waking."""
    back: float
    bed: float
    steadiness: float
    """Standard deviation of these hours on a working day, in hours."""


def draw_people(rng: Random, most: int) -> tuple[Person, ...]:
    """One to `most` people, who work out, in shifts, at home, or not at all."""
    count = rng.choices(range(1, most + 1), weights=(3, 4, 2, 2)[:most])[0]
    return tuple(_draw_person(rng, name) for name in rng.sample(_NAMES, count))


def _draw_person(rng: Random, name: str) -> Person:
    role = rng.choices(("out", "shift", "hybrid", "home"), weights=(5, 2, 3, 2))[0]
    week = range(5)
    away, desk = frozenset(week), frozenset[int]()
    if role == "shift":
        away = frozenset(rng.sample(range(7), 5))
    elif role == "hybrid":
        away = frozenset(rng.sample(week, rng.choice((2, 3))))
        desk = frozenset(week) - away
    elif role == "home":
        away = frozenset()
        desk = frozenset(week) if rng.random() < 0.3 else frozenset()
    wake = min(9.0, max(5.0, rng.gauss(6.8 if role != "home" else 7.6, 0.7)))
    return Person(
        name=name,
        away=away,
        desk=desk,
        wake=wake,
        lie_in=rng.uniform(0.4, 2.2),
        leave=rng.uniform(0.7, 1.4),
        back=min(20.0, max(14.0, rng.gauss(17.2, 1.1))),
        bed=min(24.8, max(21.0, rng.gauss(22.8, 0.7))),
        steadiness=rng.uniform(0.1, 0.35),
    )


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What a house does at hours of its own."""

    cook: float
    cook_name: str
    evening: float
    garden: float
    chores: frozenset[int]
    """Weekdays."""
    chores_hour: float
    wearer: str
    """Who wears the watch; empty: nobody."""
    sport: frozenset[int]
    """Weekdays."""
    sport_hour: float


def draw_rhythm(rng: Random, people: tuple[Person, ...], *, wearer: bool) -> Rhythm:
    """The hours of one house."""
    return Rhythm(
        cook=rng.gauss(18.6, 0.6),
        cook_name=rng.choice(people).name,
        evening=rng.gauss(20.4, 0.5),
        garden=rng.choice((7.2, 20.5)),
        chores=frozenset(rng.sample(range(7), rng.choice((1, 2, 3)))),
        chores_hour=rng.choice((9.5, 11.0, 17.9)),
        wearer=people[0].name if wearer else "",
        sport=frozenset(rng.sample(range(7), rng.choice((2, 3, 4)))),
        sport_hour=rng.choice((6.8, 12.5, 18.2, 19.4)),
    )
