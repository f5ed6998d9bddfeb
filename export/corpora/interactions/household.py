"""A made-up household, day by day: what its people do, and why they did it.

Every day is computed from the seed and the date alone, so that any stretch of days can be asked
for, in any order, and stretches fit together.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from export.corpora.interactions.corpus import DAY_SECONDS, Event, moment
from export.corpora.interactions.devices import SETS, VERBS, Device, furnish
from export.corpora.interactions.habits import Change, Habits, check_change
from export.corpora.interactions.people import Person, draw_people, draw_rhythm
from export.corpora.interactions.plan import COLD, HOT, Act, Plan, Planner
from export.corpora.interactions.routines import Step
from export.corpora.interactions.sensing import Senses, draw_sensors
from export.corpora.interactions.settings import Settings
from export.corpora.interactions.weather import Sky, sky_of

NOISE = "noise"
"""The label of an action that belongs to no routine."""

_EPOCH = date(1970, 1, 1).toordinal()
_DARK_LUX = 70.0
_TOLD_APART = 0.6
"""Share of the houses that know who did something."""
_DONE = 0.7
"""About so many of the steps planned are taken: noise is a share of these."""


class Household:
    """One household; made by `simulate`."""

    def __init__(self, settings: Settings, seed: int, changes: tuple[Change, ...] = ()) -> None:
        rng = Random(f"{seed} house")
        wearer = rng.random() < settings.wearers
        self.settings = settings
        self.seed = seed
        self.changes = changes
        self.name = f"household-{seed}"
        self.devices: tuple[Device, ...] = furnish(rng, wearer=wearer)
        self.people: tuple[Person, ...] = draw_people(rng, settings.people)
        self._rhythm = draw_rhythm(rng, self.people, wearer=wearer)
        self._sensors = draw_sensors(rng)
        self._told_apart = rng.random() < _TOLD_APART
        self._names = tuple(person.name for person in self.people)
        self._habits = Habits(seed, settings, self.devices, changes)
        self._planner = Planner(self.people, self._rhythm, self._habits)

    def changed(self, day: date, *, season: str = "", routine: str = "") -> Household:
        """The same household, but from `day` on in another season or with another routine.

        Args:
            season: winter, spring, summer or autumn: at its height on that day, then going on.
            routine: "evening", or one person's: "evening/anna".

        Raises:
            ValueError: an unknown season or routine.
        """
        change = Change(day, season, routine)
        check_change(change)
        return Household(self.settings, self.seed, (*self.changes, change))

    def events(self, first_day: date, days: int) -> list[Event]:
        """What was done from four in the morning of `first_day` on, in order of time."""
        return self.labelled(first_day, days)[0]

    def labelled(self, first_day: date, days: int) -> tuple[list[Event], list[str]]:
        """The events, and beside each its routine: "evening/anna#1", "dusk#0", or "noise".

        What follows the "#" counts how often the routine has been replaced: actions of an old
        routine have a smaller number than those of the routine that took its place.
        """
        events: list[Event] = []
        labels: list[str] = []
        for offset in range(days):
            day = first_day + timedelta(offset)
            if not self._habits.away(day):
                _Day(self, day).play(events, labels)
        return events, labels


class _Day:
    """One day of a household being lived."""

    def __init__(self, house: Household, day: date) -> None:
        self._house = house
        self._midnight = (day.toordinal() - _EPOCH) * DAY_SECONDS
        self._rng = Random(f"{house.seed} day {day.toordinal()}")
        shift = house._habits.season_shift(day)
        self._sky: Sky = sky_of(house.seed, day, house.settings.latitude, shift)
        festive = 2.0 if day.weekday() in (4, 5) else 0.6
        guests = self._rng.random() < house.settings.guests * festive
        self._plan: Plan = house._planner.plan(day, self._sky, guests, self._rng)
        self._states = {device.id: device.at_dawn for device in house.devices}
        self._senses = Senses(
            house._sensors,
            house._names,
            house._rhythm.wearer,
            self._plan,
            self._sky,
            house.settings.missing,
            self._rng,
        )
        self._second = 0

    def play(self, events: list[Event], labels: list[str]) -> None:
        for act in self._with_noise():
            person = self._who(act)
            if person is None or not self._holds(act.step.condition, person, act.hour):
                continue
            if self._rng.random() >= act.step.chance:
                continue
            for device in act.step.devices:
                event = self._do(act, device, person)
                if event is not None:
                    events.append(event)
                    labels.append(act.routine)
            self._senses.saw(act.hour, act.routine.partition("/")[0].partition("#")[0])

    def _with_noise(self) -> list[Act]:
        noise = self._house.settings.noise
        acts = self._plan.acts
        odd = sum(self._rng.random() < _DONE * noise / (1 - noise) for _ in acts)
        if not odd:
            return acts
        return sorted([*acts, *(self._odd() for _ in range(odd))], key=lambda act: act.hour)

    def _odd(self) -> Act:
        device = self._rng.choice(self._house.devices)
        verb = self._rng.choice(VERBS[device.kind])
        hour = self._rng.uniform(*self._plan.waking)
        return Act(hour, NOISE, "", Step((device,), verb, 1.0, 0.0), True)

    def _who(self, act: Act) -> str | None:
        """Who takes the step; None where nobody is there to."""
        if act.person:
            return act.person if self._plan.home(act.person, act.hour) else None
        there = [name for name in self._house._names if self._plan.home(name, act.hour)]
        return self._rng.choice(there) if there else None

    def _holds(self, condition: str, person: str, hour: float) -> bool:
        if condition == "dark":
            return self._sky.lux(hour) < _DARK_LUX
        if condition == "light":
            return self._sky.lux(hour) >= _DARK_LUX
        if condition == "cold":
            return self._sky.temperature(hour) < COLD
        if condition == "hot":
            return self._sky.temperature(hour) > HOT
        if condition == "first":
            others = (name for name in self._house._names if name != person)
            return not any(self._plan.home(name, hour) for name in others)
        return True

    def _do(self, act: Act, device: Device, person: str) -> Event | None:
        """None where it is done already."""
        step = act.step
        state = SETS.get(step.verb, "")
        if state and self._states[device.id] == state and step.verb != "dim":
            return None
        if state:
            self._states[device.id] = state
        # No two actions in one second: their order is theirs for good.
        self._second = max(self._second + 1, int(act.hour * 3600))
        time = float(self._midnight + self._second)
        weekday, hour = moment(time)
        context = self._senses.read(act.hour, person)
        told = person if self._house._told_apart else ""
        action = f"{device.id}:{step.verb}"
        return Event(action, weekday, hour, time, context, told, value=step.value)


def simulate(settings: Settings, seed: int) -> Household:
    """The household of a seed. Seeds that no corpus was read from give households never seen."""
    return Household(settings, seed)
