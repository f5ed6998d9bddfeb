"""Homes with thousands of devices, and sentences about them: the same for everyone measured."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass

from edge.bench.homes import name

AREAS = (
    "kitchen", "living room", "bedroom", "guest room", "hallway", "bathroom", "garage", "office",
    "attic", "basement", "dining room", "nursery", "laundry room", "pantry", "porch", "patio",
    "garden", "workshop", "library", "stairwell",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentences:
    """What is said to a home."""

    matched: tuple[str, ...]
    """About devices it has."""
    unknown_name: tuple[str, ...]
    """In a form it knows, about devices it does not have."""
    unmatched: tuple[str, ...] = (
        "what is the meaning of life in the third galaxy",
        "could somebody please explain how bread gets its crust",
        "my sister said the train was late again this morning",
        "turn the page and read me the next chapter of the book",
    )
    """In no form it knows."""


def device_names(count: int) -> list[str]:
    """Names such as "pantry oak lamp", all different; the same ones every time."""
    return [name(number) for number in range(count)]


def sentences(names: list[str], count: int = 20, seed: int = 1) -> Sentences:
    """Sentences about some of `names`, and about names that are not among them."""
    generator = random.Random(seed)
    chosen = generator.sample(names, min(count, len(names)))
    forms = ("turn on the {}", "turn off the {}", "switch on the {}", "switch off the {}")
    cycle = itertools.cycle(forms)
    unknown = [f"{known.rsplit(' ', 1)[0]} zeppelin" for known in chosen]
    return Sentences(
        tuple(next(cycle).format(known) for known in chosen),
        tuple(next(cycle).format(strange) for strange in unknown),
    )
