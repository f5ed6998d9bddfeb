"""What the people of a made-up house mean to do on one day, and when they are out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from export.corpora.interactions.habits import Habits
from export.corpora.interactions.people import Person, Rhythm
from export.corpora.interactions.routines import Step
from export.corpora.interactions.weather import Sky

DAWN, END = 4.0, 27.9
"""A day is from four in the morning until four: whoever is up past midnight is still in it."""

COLD, HOT = 12.0, 22.0
"""°C outdoors."""
_OUTING = 0.55
_ILL = 0.03


@dataclass(frozen=True, slots=True)
class Act:
    """One step that somebody means to take."""

    hour: float
    routine: str
    """ "evening/anna#1": the routine and how often it has been replaced."""
    person: str
    """Empty: whoever is there."""
    step: Step
    opening: bool
    """The first of its routine."""


@dataclass
class Plan:
    """One day."""

    acts: list[Act] = field(default_factory=list)
    out: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """Person → hours of leaving and coming back."""
    waking: tuple[float, float] = (DAWN, END)
    """From when the first is up until the last goes to bed."""

    def home(self, person: str, hour: float) -> bool:
        """Whether the person is in."""
        return not any(left < hour < back for left, back in self.out.get(person, ()))


class Planner:
    """Plans the days of one house."""

    def __init__(self, people: Sequence[Person], rhythm: Rhythm, habits: Habits) -> None:
        self._people = people
        self._rhythm = rhythm
        self._habits = habits

    def plan(self, day: date, sky: Sky, guests: bool, rng: Random) -> Plan:
        """The acts of a day in order of their hours."""
        plan = Plan()
        up, down = END, DAWN
        for person in self._people:
            wake, bed = self._person(plan, person, day, guests, rng)
            up, down = min(up, wake), max(down, bed)
        plan.waking = up, down
        self._house(plan, day, sky, guests, rng)
        plan.acts.sort(key=lambda act: act.hour)
        return plan

    def _person(
        self, plan: Plan, person: Person, day: date, guests: bool, rng: Random
    ) -> tuple[float, float]:
        weekday = day.weekday()
        out = weekday in person.away and rng.random() > _ILL
        free = weekday not in person.away | person.desk
        free_tomorrow = (weekday + 1) % 7 not in person.away | person.desk
        spread = person.steadiness * (2.0 if free else 1.0)

        def at(hour: float, routine: str) -> float:
            return rng.gauss(hour + self._habits.hours(routine, day), spread)

        name = person.name
        morning = f"morning/{name}/off" if free else f"morning/{name}"
        wake = max(DAWN + 0.2, at(person.wake + free * person.lie_in, morning))
        self._add(plan, day, morning, wake, name, rng)
        bed = at(person.bed + 0.8 * free_tomorrow + 1.2 * guests, f"bedtime/{name}")
        bed = min(END - 1, max(wake + 8, bed))
        if out:
            leave = max(wake + 0.4, at(person.wake + person.leave, f"leaving/{name}"))
            back = max(leave + 2, at(person.back, f"arriving/{name}"))
            self._go_out(plan, day, name, leave, back, rng)
        elif free and rng.random() < _OUTING:
            leave = max(wake + 0.7, rng.gauss(rng.choice((11.0, 14.5)), 0.8))
            self._go_out(plan, day, name, leave, leave + rng.uniform(1, 4), rng)
        if weekday in person.desk:
            self._add(plan, day, f"work/{name}", at(person.wake + 1.3, f"work/{name}"), name, rng)
        if not guests and rng.random() < 0.75:
            hour = at(self._rhythm.evening, f"evening/{name}")
            self._add(plan, day, f"evening/{name}", hour, name, rng)
        if name == self._rhythm.wearer:
            if weekday in self._rhythm.sport:
                hour = at(self._rhythm.sport_hour, f"workout/{name}")
                self._add(plan, day, f"workout/{name}", hour, name, rng)
            if not free_tomorrow:
                self._add(plan, day, f"alarm/{name}", bed - 0.3, name, rng)
        self._add(plan, day, f"bedtime/{name}", bed, name, rng)
        return wake, bed

    def _go_out(
        self, plan: Plan, day: date, name: str, leave: float, back: float, rng: Random
    ) -> None:
        last = self._add(plan, day, f"leaving/{name}", leave, name, rng)
        back = max(back, last + 0.5)
        # The door shuts a moment after the last thing done.
        plan.out.setdefault(name, []).append((last + 0.01, back))
        self._add(plan, day, f"arriving/{name}", back + 0.02, name, rng)

    def _house(self, plan: Plan, day: date, sky: Sky, guests: bool, rng: Random) -> None:
        rhythm, weekend = self._rhythm, day.weekday() >= 5

        def maybe(routine: str, hour: float, spread: float, chance: float, who: str = "") -> None:
            if rng.random() < chance:
                hour = rng.gauss(hour + self._habits.hours(routine, day), spread)
                self._add(plan, day, routine, hour, who, rng)

        if guests:
            maybe("guests", 18.8, 0.6, 1.0)
        else:
            maybe("cook", rhythm.cook + 0.4 * weekend, 0.3, 0.85, rhythm.cook_name)
        maybe("dusk", sky.sunset, 0.2, 0.85)
        if sky.temperature(18) < COLD:
            maybe("heating", 17.6, 0.5, 0.8)
        if sky.temperature(15) > HOT:
            maybe("cooling", 14.6, 0.7, 0.85)
            maybe("airing", 21.4, 0.5, 0.8)
        if sky.temperature(20) > 14 and day.toordinal() % 2:
            maybe("garden", rhythm.garden, 0.3, 0.8)
        if day.weekday() in rhythm.chores:
            maybe("chores", rhythm.chores_hour, 0.5, 0.9)

    def _add(self, plan: Plan, day: date, key: str, hour: float, person: str, rng: Random) -> float:
        """Adds the steps of a routine; returns the hour of the last."""
        label = f"{key}#{self._habits.version(key, day)}"
        at = hour = min(END, max(DAWN, hour))
        for index, step in enumerate(self._habits.steps(key, day)):
            at += rng.gammavariate(4, step.minutes / 4) / 60 if index else 0.0
            if at > END:
                break
            hour = at
            plan.acts.append(Act(at, label, person, step, index == 0))
        return hour
