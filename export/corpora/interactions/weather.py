"""Sun and weather of a made-up place: enough to make people switch lights on and heating off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from random import Random

_YEAR = 365.25
_TILT = math.radians(23.44)
_NOON = 12.3
"""Of the wall clock. There is no daylight saving here."""
_MEAN, _SWING, _COLDEST_DAY = 10.5, 9.5, 20
_DAILY_SWING, _WARMEST_HOUR = 4.0, 15.0
_BRIGHTEST = 900.0

SEASON_DAYS = {"winter": 15, "spring": 106, "summer": 197, "autumn": 289}
"""The day of the year each season is at its height, north of the equator."""


@dataclass(frozen=True, slots=True)
class Sky:
    """One day."""

    day: float
    """Of the year, from 0."""
    latitude: float
    """Degrees north."""
    clear: float
    """Share of the light that clouds let through."""
    anomaly: float
    """Degrees above what the day of the year would have."""

    def _height(self, hour: float) -> float:
        """Sine of the sun's height above the horizon."""
        tilt = _declination(self.day)
        angle = (hour - _NOON) * math.pi / 12
        place = math.radians(self.latitude)
        return math.sin(place) * math.sin(tilt) + math.cos(place) * math.cos(tilt) * math.cos(angle)

    def lux(self, hour: float) -> float:
        """Light at a window: 0 at night, about 900 at a clear summer's noon."""
        return _BRIGHTEST * self.clear * float(max(0.0, self._height(hour))) ** 0.8

    def temperature(self, hour: float) -> float:
        """Outdoors, in °C."""
        season = math.cos(2 * math.pi * (self.day - _COLDEST_DAY) / _YEAR)
        clock = math.cos(2 * math.pi * (hour - _WARMEST_HOUR) / 24)
        return _MEAN - _SWING * season + _DAILY_SWING * clock * self.clear + self.anomaly

    @property
    def sunset(self) -> float:
        """Hour of the wall clock; for the polar day and night the nearest there is."""
        return _NOON + _half_day(self.day, self.latitude)


def _declination(day: float) -> float:
    return math.asin(math.sin(_TILT) * math.sin(2 * math.pi * (day - 80) / _YEAR))


def _half_day(day: float, latitude: float) -> float:
    cosine = -math.tan(math.radians(latitude)) * math.tan(_declination(day))
    return math.acos(min(1.0, max(-1.0, cosine))) * 12 / math.pi


def sky_of(seed: int, day: date, latitude: float, shift: int = 0) -> Sky:
    """The sky over the house `seed` on a date.

    Args:
        shift: days by which the sun and the seasons are ahead of the calendar.
    """
    ordinal = day.toordinal()
    of_year = (ordinal + shift - date(2000, 1, 1).toordinal()) % _YEAR
    rng = Random(f"{seed} sky {ordinal}")
    # Warm and cold spells of about a week: waves of their own for every house.
    spell = sum(
        math.sin(2 * math.pi * (ordinal / period + Random(f"{seed} spell {period}").random()))
        for period in (5.3, 8.9, 17.0)
    )
    return Sky(of_year, latitude, rng.betavariate(3, 1.5), 1.7 * spell + rng.gauss(0, 1.2))
