"""How the routines of a made-up house change: they creep, they are replaced, people go away."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from export.corpora.interactions.devices import Device
from export.corpora.interactions.routines import ROUTINES, Step, draw_steps
from export.corpora.interactions.settings import Settings
from export.corpora.interactions.weather import SEASON_DAYS

_BEGIN = date(2000, 1, 1).toordinal()
_YEAR = 365.25
_MONTH = _YEAR / 12
_MOVES_USUALLY = 0.8
"""Hours by which a new routine is earlier or later than the one it replaces, at most."""
_MOVES = {"morning": 0.25, "leaving": 0.15, "arriving": 0.4}
"""Where work has a say in it."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is otherwise from a day on."""

    day: date
    season: str = ""
    """The sky of this season's height, whatever the calendar says."""
    routine: str = ""
    """This routine ("evening", or one person's: "evening/anna") is replaced by another."""


class Habits:
    """The routines of one house, on any day. The same seed gives the same habits."""

    def __init__(
        self, seed: int, settings: Settings, devices: Sequence[Device], changes: Sequence[Change]
    ) -> None:
        self._seed = seed
        self._settings = settings
        self._devices = devices
        self._changes = changes
        self._replaced: dict[str, list[int]] = {}
        self._steps: dict[tuple[str, int], tuple[Step, ...]] = {}
        self._waves: dict[str, tuple[float, float]] = {}
        self._later: dict[tuple[str, int], float] = {}
        self._journeys: dict[int, list[tuple[int, int]]] = {}

    def version(self, key: str, day: date) -> int:
        """How often the routine has been replaced since 2000. `key` is "evening/anna", say."""
        ordinal = day.toordinal()
        asked = sum(
            bool(item.routine)
            and day >= item.day
            and (key == item.routine or key.startswith(f"{item.routine}/"))
            for item in self._changes
        )
        return asked + max(0, bisect_right(self._beginnings(key, ordinal), ordinal) - 1)

    def _beginnings(self, key: str, until: int) -> list[int]:
        """Days from which each version holds, as ordinals; at least up to `until`."""
        if not self._settings.replacements:
            return [_BEGIN]
        days = self._replaced.setdefault(key, [_BEGIN])
        while days[-1] <= until:
            rng = Random(f"{self._seed} replaced {key} {len(days)}")
            gap = rng.uniform(0.3, 1.7) * _YEAR / self._settings.replacements
            days.append(days[-1] + max(1, round(gap)))
        return days

    def steps(self, key: str, day: date) -> tuple[Step, ...]:
        """What the routine consists of on that day."""
        version = self.version(key, day)
        if (key, version) not in self._steps:
            name = key.partition("/")[0]
            first = Random(f"{self._seed} variety {key}").randrange(60)
            rng = Random(f"{self._seed} steps {key} {version}")
            self._steps[key, version] = draw_steps(name, self._devices, rng, first + version)
        return self._steps[key, version]

    def hours(self, key: str, day: date) -> float:
        """How much later than meant the routine is: by drift, and by what is new about it."""
        if key not in self._waves:
            rng = Random(f"{self._seed} drift {key}")
            self._waves[key] = rng.uniform(300, 600), rng.random()
        period, phase = self._waves[key]
        # A wave whose steepest slope is the drift asked for: over years the hour stays in reach.
        height = self._settings.drift / 60 * period / _MONTH / (2 * math.pi)
        wave = height * math.sin(2 * math.pi * (day.toordinal() / period + phase))
        version = key, self.version(key, day)
        if version not in self._later:
            rng = Random(f"{self._seed} hour {key} {version[1]}")
            reach = _MOVES.get(key.partition("/")[0], _MOVES_USUALLY) if version[1] else 0.0
            self._later[version] = rng.uniform(-reach, reach)
        return wave + self._later[version]

    def away(self, day: date) -> bool:
        """Whether the whole house is on holiday."""
        return any(
            begin <= day.toordinal() < end
            for year in (day.year - 1, day.year)
            for begin, end in self._journeys_of(year)
        )

    def _journeys_of(self, year: int) -> list[tuple[int, int]]:
        if year not in self._journeys:
            rng = Random(f"{self._seed} holidays {year}")
            begins = [
                (date(max(1, year), 1, 1) + timedelta(rng.randrange(365))).toordinal()
                for _ in range(self._settings.holidays)
            ]
            self._journeys[year] = [(begin, begin + rng.randrange(4, 15)) for begin in begins]
        return self._journeys[year]

    def season_shift(self, day: date) -> int:
        """Days by which the sky is ahead of the calendar."""
        asked = [item for item in self._changes if item.season and item.day <= day]
        if not asked:
            return 0
        last = max(asked, key=lambda item: item.day)
        return SEASON_DAYS[last.season] - (last.day - date(last.day.year, 1, 1)).days


def check_change(change: Change) -> None:
    """Raises ValueError for a season or a routine that there is not."""
    if change.season and change.season not in SEASON_DAYS:
        raise ValueError(f"no season {change.season!r}; there are {', '.join(SEASON_DAYS)}")
    name = change.routine.partition("/")[0]
    if name and name not in ROUTINES:
        raise ValueError(f"no routine {name!r}; there are {', '.join(ROUTINES)}")
