"""Homes with thousands of made-up devices, and sentences about them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge.errors import UsageError
from edge.events import Command, Rejected
from edge.home.home import Device, Home
from edge.limits import HOME_ITEMS

_PLACES = (
    "ceiling corner window upper lower front back left right bedside reading spare main second "
    "garden attic basement pantry nursery office library workshop patio stairwell laundry cellar "
    "balcony terrace cloakroom conservatory study"
).split()
_LOOKS = (
    "oak brass glass round tall blue green white black small big old new copper velvet paper "
    "silver golden striped woven"
).split()
_THINGS = (
    "lamp light fan heater blind curtain speaker television switch plug thermostat humidifier "
    "camera lock kettle radio projector vent sprinkler"
).split()
_WORDS = (_PLACES, _LOOKS, _THINGS, _LOOKS)

_UNKNOWN = "zeppelin"


@dataclass(frozen=True, slots=True)
class Spoken:
    """What is said to a home."""

    matched: tuple[str, ...]
    """Sentences of the grammar, about the made-up devices where they are about a device."""
    unknown: tuple[str, ...]
    """The same sentences about devices that the home does not have."""
    unmatched: tuple[str, ...]
    """No sentences of the grammar: it is searched in vain, then the model reads."""


def name(index: int) -> str:
    """The made-up name with this number, such as "attic brass lamp"; no two are alike.

    Neighbouring numbers differ in every word, and no word is much commoner than its neighbours.
    """
    three = math.prod(len(words) for words in _WORDS[:3])
    # 7919 has no factor in common with any of the lengths, so that every combination comes once.
    rest = index % three * 7919 % three
    parts = []
    for words in _WORDS[:3]:
        rest, at = divmod(rest, len(words))
        parts.append(words[at])
    more = index // three
    if more:  # after 11,780 names a second adjective
        parts.insert(2, _LOOKS[(more - 1) % len(_LOOKS)])
        if more > len(_LOOKS):
            parts.insert(3, _LOOKS[(more - 1) // len(_LOOKS) - 1])
    return " ".join(parts)


def grown(home: Home, count: int) -> Home:
    """A copy of `home` with `count` made-up devices more, each of the kind and in the area of one
    that is there.

    Raises:
        UsageError: the home would be larger than `edge.limits` allows.
    """
    if count < 0 or count + len(home) > HOME_ITEMS:
        raise UsageError(
            f"{count} devices cannot be added to a home of {len(home)}",
            where="--homes",
            allowed=f"at most {HOME_ITEMS} devices, areas and floors together",
        )
    like = home.devices or (Device("", ""),)
    made = [
        Device(
            f"bench.{index}",
            name(index),
            area=like[index % len(like)].area,
            kind=like[index % len(like)].kind,
        )
        for index in range(count)
    ]
    return Home([*home.devices, *made], home.areas, home.floors)


def spoken(
    texts: Sequence[str],
    home: Home,
    count: int,
    understand: Callable[[str], Command | Rejected],
) -> Spoken:
    """Sentences for a home that `grown(home, count)` made.

    Args:
        texts: sentences about `home`.
        understand: a runtime's, with the grown home.
    """
    matched, unknown, unmatched = [], [], []
    for number, text in enumerate(texts):
        answer = understand(text)
        if not isinstance(answer, Command) or not _exact(answer):
            unmatched.append(text)
            continue
        about = _device_said(text, answer, home)
        if about is None:
            matched.append(text)
            continue
        device, start, end = about
        strange = f"{text[:start]}{_PLACES[number % len(_PLACES)]} {_UNKNOWN}{text[end:]}"
        if isinstance(understand(strange), Rejected):
            unknown.append(strange)
        other = text
        if count > device:
            # One of the made-up devices that are like this one, another for every sentence.
            alike = (count - 1 - device) // len(home.devices) + 1
            index = device + len(home.devices) * (number * 7919 % alike)
            other = text[:start] + name(index) + text[end:]
        matched.append(other if _exact(understand(other)) else text)
    if not unmatched:
        turned = [" ".join(reversed(text.split())) for text in texts]
        unmatched = [text for text in turned if not _exact(understand(text))]
    return Spoken(tuple(matched), tuple(unknown), tuple(unmatched))


def _exact(answer: Command | Rejected) -> bool:
    return isinstance(answer, Command) and answer.source == "grammar"


def _device_said(text: str, command: Command, home: Home) -> tuple[int, int, int] | None:
    """Which of the home's devices a sentence names, by its number, and where in the text."""
    lower = text.lower()
    for number, device in enumerate(home.devices):
        if device.id in command.targets:
            for said in sorted((device.name, *device.aliases), key=len, reverse=True):
                start = lower.find(said.lower())
                if start >= 0 and len(lower) == len(text):
                    return number, start, start + len(said)
    return None
