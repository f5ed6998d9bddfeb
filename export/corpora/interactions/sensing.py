"""What the sensors of a made-up house read when something is done."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from export.corpora.interactions.corpus import Reading
from export.corpora.interactions.plan import Plan
from export.corpora.interactions.weather import Sky

SENSORS = {"temperature": 0.9, "lux": 0.8, "presence": 0.85, "door": 0.7, "activity": 0.5}
"""Sensor → share of the houses that have it."""

ACTIVITIES = {
    "morning": "getting_up", "leaving": "moving", "arriving": "moving", "cook": "cooking",
    "evening": "relaxing", "bedtime": "resting", "work": "working", "workout": "exercising",
    "guests": "company", "chores": "moving",
}  # fmt: skip
"""Routine → what a sensor of activity makes of it; of others it sees nothing."""

_PULSE = {"exercising": 128.0, "moving": 92.0, "resting": 61.0, "relaxing": 66.0}
_USUAL_PULSE = 76.0
_DOOR_OPENED, _DOOR_SHUT = -0.02, 0.05
"""Hours from somebody's passing."""
_PRESENCE_HOURS = 0.08
_MISTAKEN = 0.12
_REMEMBERED_HOURS = 1.5


def draw_sensors(rng: Random) -> frozenset[str]:
    """The sensors of one house."""
    return frozenset(name for name, share in SENSORS.items() if rng.random() < share)


@dataclass
class Senses:
    """The sensors of one house on one day, told of each act as it happens."""

    sensors: frozenset[str]
    people: tuple[str, ...]
    wearer: str
    plan: Plan
    sky: Sky
    missing: float
    rng: Random
    _seen: tuple[float, str] = (-1.0, "idle")

    def saw(self, hour: float, routine: str) -> None:
        """A routine is under way: known to the sensor of activity from its next action on."""
        self._seen = hour, ACTIVITIES.get(routine, "idle")

    def read(self, hour: float, person: str) -> dict[str, Reading]:
        """All readings at `hour`, a few of them missing."""
        since, activity = self._seen
        if hour - since > _REMEMBERED_HOURS or self.rng.random() < _MISTAKEN:
            activity = "idle"
        readings: dict[str, Reading] = {
            "temperature": round(self.sky.temperature(hour) + self.rng.gauss(0, 0.2), 1),
            "lux": float(round(self.sky.lux(hour) * self.rng.uniform(0.9, 1.1))),
            "presence": self._occupied(hour - _PRESENCE_HOURS),
            "door": "open" if self._at_the_door(hour) else "closed",
            "activity": activity,
        }
        known = {name: readings[name] for name in SENSORS if name in self.sensors}
        if self.wearer and person == self.wearer:
            pulse = _PULSE.get(activity, _USUAL_PULSE) + self.rng.gauss(0, 6)
            known["heart_rate"] = float(round(pulse))
        if not self.missing:
            return known
        return {name: value for name, value in known.items() if self.rng.random() >= self.missing}

    def _occupied(self, hour: float) -> bool:
        return any(self.plan.home(name, hour) for name in self.people)

    def _at_the_door(self, hour: float) -> bool:
        return any(
            _DOOR_OPENED < hour - passed < _DOOR_SHUT
            for times in self.plan.out.values()
            for absence in times
            for passed in absence
        )
