"""From a bundle to its preferences: the manifest's `tasks.preference`, read strictly."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from edge.bundle.bundle import Bundle
from edge.errors import BundleFormatError
from edge.home.home import Home
from edge.limits import ITEM_CHARS, MEMORY_ACTIONS
from edge.preference.actions import spelled
from edge.preference.candidates import Candidates, Household, Items
from edge.preference.experts.boost import Boost
from edge.preference.experts.doubt import Doubt
from edge.preference.experts.personal import EVIDENCE, NAMES
from edge.preference.experts.ratings import Ratings
from edge.preference.foresight import Calibration
from edge.preference.memory.memory import Pace
from edge.preference.model.catalogue import Catalogue
from edge.preference.model.model import TASK, PreferenceModel, shape_of
from edge.preference.model.population import Population
from edge.preference.moment import Senses
from edge.preference.preference import Preference
from edge.session import make_session

_WHERE: Final = f"manifest.json: tasks.{TASK}"
_LONGEST_HALF_LIFE: Final = 3650.0
"""Days."""


def preference_of(bundle: Bundle, home: Home | None = None) -> Preference:
    """The preferences of `bundle`'s chosen variant, of a household of which nothing is known.

    Args:
        home: what its devices could do is declared, see `declare_home`.

    Raises:
        BundleError: the bundle has none, or its entry or an asset is not what
            docs/bundle-format.md says.
    """
    task = _Task(bundle.tasks.get(TASK, {}))
    catalogue = Catalogue.from_bytes(bundle.asset(task.asset("catalogue")), "catalogue")
    population = Population.from_bytes(
        bundle.asset(task.asset("population")), len(catalogue), "population"
    )
    senses = Senses.from_dict(task.data.get("senses"), f"{_WHERE}.senses")
    if task.data.get("experts") != list(NAMES):
        raise task.wrong("experts", "; ".join(NAMES))
    shape = shape_of(
        task.data, senses.width, EVIDENCE * (len(NAMES) - 1), len(NAMES), catalogue.width
    )
    calibration = Calibration(
        task.number("calibration", "bias", -1e3, 1e3),
        task.number("calibration", "slope", 0.0, 1e3),
        task.number("calibration", "threshold", 0.0, 1.0),
    )
    pace = Pace(
        task.number("pace", "fast", 0.01, _LONGEST_HALF_LIFE),
        task.number("pace", "slow", 0.01, _LONGEST_HALF_LIFE),
    )
    candidates: Candidates = (
        Household(catalogue)
        if task.flag("generic")
        else Items(catalogue, _boost(task), _ratings(task))
    )
    graph = bundle.graph(TASK)
    session = make_session(bundle.graph_bytes(TASK), graph.scheme, graph.session)
    model = PreferenceModel(session, shape)
    found = Preference(model, candidates, population, senses, calibration, pace, _doubt(task))
    declare_home(found, home)
    return found


def declare_home(preference: Preference, home: Home | None) -> None:
    """Says what the devices of a home could do, in place of what was declared before.

    A light can do what the catalogue's lights do: the row "light:turn_on" declares
    "<device>:turn_on" of every device of the kind "light". A catalogue of items declares nothing.
    """
    preference.home = home
    if isinstance(preference.candidates, Household):
        preference.candidates.home = home
        preference.declare(_could_do(preference.candidates.catalogue, home))


def _could_do(catalogue: Catalogue, home: Home | None) -> Iterator[str]:
    """At most `edge.limits.MEMORY_ACTIONS` actions, device by device."""
    verbs: dict[str, list[str]] = {}
    for name in catalogue.names:
        kind, colon, verb = name.partition(":")
        if colon:
            verbs.setdefault(kind, []).append(verb)
    left = MEMORY_ACTIONS
    for device in home.devices if home is not None else ():
        for verb in verbs.get(device.kind) or verbs.get(spelled(device.kind)) or ():
            action = f"{device.id}:{verb}"
            if left and len(action) <= ITEM_CHARS and "\n" not in action:
                left -= 1
                yield action


def _boost(task: _Task) -> Boost | None:
    numbers = task.numbers("boost", Boost._fields, 0.0, 1e3)
    return Boost(*numbers) if numbers else None


def _doubt(task: _Task) -> Doubt:
    """None in a bundle that says nothing of it."""
    return Doubt(*task.numbers("doubt", Doubt._fields, 0.0, 1e3))


def _ratings(task: _Task) -> Ratings | None:
    numbers = task.numbers("ratings", Ratings._fields, -1e6, 1e6)
    if not numbers:
        return None
    found = Ratings(*numbers)
    if found.scale <= 0 or found.spread <= 0 or found.low >= found.high:
        raise task.wrong("ratings", "scale and spread above 0, low below high")
    return found


class _Task:
    """The manifest's `tasks.preference`, read with errors that name the key."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data

    def wrong(self, key: str, allowed: str) -> BundleFormatError:
        return BundleFormatError("is not usable", where=f"{_WHERE}.{key}", allowed=allowed)

    def asset(self, role: str) -> str:
        path = self._member("assets", role)
        if not isinstance(path, str):
            raise self.wrong(f"assets.{role}", "the path of an asset")
        return path

    def flag(self, key: str) -> bool:
        value = self.data.get(key)
        if not isinstance(value, bool):
            raise self.wrong(key, "true or false")
        return value

    def number(self, group: str, key: str, least: float, most: float) -> float:
        value = self._member(group, key)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or math.isnan(value)
            or not least <= value <= most
        ):
            raise self.wrong(f"{group}.{key}", f"a number from {least:g} to {most:g}")
        return float(value)

    def numbers(self, group: str, keys: Iterable[str], least: float, most: float) -> list[float]:
        """One for each key of a group; none where the manifest has no such group."""
        if self.data.get(group) is None:
            return []
        return [self.number(group, key, least, most) for key in keys]

    def _member(self, group: str, key: str) -> Any:
        members = self.data.get(group)
        return members.get(key) if isinstance(members, Mapping) else None
