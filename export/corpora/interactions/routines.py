"""What people of a made-up house do in one go: chains of actions, drawn anew for every house.

Each routine has several varieties. A house draws one, leaves steps out, swaps neighbours and
gives each step a chance of its own; when its habits change it takes the next variety.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from export.corpora.interactions.devices import Device

ALL = "*"
"""In place of a room: every device of the kind that the verb would change."""


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a routine."""

    devices: tuple[Device, ...]
    verb: str
    chance: float
    """That it is done, where its condition holds."""
    minutes: float
    """After the step before it, on average."""
    condition: str = ""
    """Of the moment: dark, light, cold, hot, first (nobody else is home); empty: always."""
    value: str = ""


# kind.room:verb?condition=value, done in this order; "~" in a value is drawn once a house.
_VARIETIES: dict[str, tuple[str, ...]] = {
    "morning": (
        "light.bedroom:turn_on?dark cover.bedroom:open light.bathroom:turn_on"
        " coffee_maker.kitchen:brew media_player.kitchen:play light.bathroom:turn_off"
        " light.kitchen:turn_on?dark",
        "cover.bedroom:open climate.bathroom:set_temperature?cold=23"
        " light.kitchen:turn_on?dark kettle.kitchen:boil cover.kitchen:open"
        " media_player.living_room:play",
        "scene.good_morning:activate light.hall:turn_on?dark coffee_maker.kitchen:brew"
        " cover.living_room:open light.bathroom:turn_on light.bathroom:turn_off",
        "light.hall:turn_on?dark media_player.bathroom:play light.bathroom:turn_on"
        " light.bathroom:turn_off switch.kitchen:turn_on light.kitchen:turn_on?dark"
        " kettle.kitchen:boil",
    ),
    "leaving": (
        "media_player.kitchen:pause light.*:turn_off climate.living_room:set_eco?cold"
        " vacuum.home:start?first lock.front_door:lock?first"
        " alarm_control_panel.home:arm_away?first",
        "scene.leave:activate?first cover.garage:open lock.front_door:lock?first"
        " cover.garage:close",
        "light.kitchen:turn_off light.hall:turn_on?dark media_player.*:pause?first"
        " alarm_control_panel.home:arm_away?first light.hall:turn_off"
        " lock.back_door:lock?first",
    ),
    "arriving": (
        "lock.front_door:unlock alarm_control_panel.home:disarm?first light.hall:turn_on?dark"
        " climate.living_room:set_temperature?cold=~ media_player.living_room:play",
        "cover.garage:open cover.garage:close light.kitchen:turn_on?dark kettle.kitchen:boil"
        " media_player.kitchen:play vacuum.home:return_to_base?first",
        "alarm_control_panel.home:disarm?first light.living_room:turn_on?dark"
        " cover.living_room:open?light coffee_maker.kitchen:brew"
        " climate.bedroom:set_temperature?cold=~",
    ),
    "cook": (
        "light.kitchen:turn_on?dark oven.kitchen:preheat=180 media_player.kitchen:play"
        " switch.kitchen:turn_on oven.kitchen:turn_off dishwasher.kitchen:start",
        "media_player.kitchen:play light.kitchen:turn_on?dark kettle.kitchen:boil"
        " scene.dinner:activate media_player.kitchen:pause dishwasher.kitchen:start"
        " light.kitchen:turn_off",
    ),
    "evening": (
        "scene.movie:activate media_player.living_room:play cover.living_room:close"
        " light.kitchen:turn_off media_player.living_room:volume_down"
        " media_player.living_room:pause",
        "light.living_room:turn_on?dark light.living_room:dim=40"
        " media_player.living_room:play climate.living_room:set_temperature?cold=~"
        " media_player.living_room:volume_down",
        "scene.cozy:activate light.living_room:dim=25 media_player.bedroom:play"
        " light.study:turn_on switch.living_room:turn_on light.study:turn_off",
        "light.study:turn_on switch.study:turn_on media_player.kitchen:pause"
        " light.child:dim=20 light.child:turn_off switch.study:turn_off",
    ),
    "bedtime": (
        "media_player.*:pause light.*:turn_off lock.front_door:lock cover.bedroom:close"
        " alarm_control_panel.home:arm_night",
        "light.bedroom:turn_on cover.bedroom:close scene.night:activate"
        " climate.bedroom:set_eco?cold media_player.bedroom:play light.bedroom:dim=20"
        " media_player.bedroom:pause light.bedroom:turn_off",
        "light.bathroom:turn_on light.bathroom:turn_off cover.living_room:close"
        " humidifier.bedroom:turn_on light.living_room:turn_off"
        " alarm_control_panel.home:arm_night light.bedroom:turn_off",
    ),
    "work": (
        "switch.study:turn_on light.study:turn_on?dark coffee_maker.kitchen:brew"
        " climate.living_room:set_temperature?cold=~ switch.study:turn_off"
        " light.study:turn_off",
        "light.study:turn_on switch.study:turn_on media_player.bedroom:play"
        " kettle.kitchen:boil kettle.kitchen:boil switch.study:turn_off",
    ),
    "dusk": (
        "light.living_room:turn_on cover.living_room:close light.garden:turn_on",
        "light.kitchen:turn_on light.garden:turn_on cover.kitchen:close cover.living_room:close",
        "cover.bedroom:close light.hall:turn_on switch.living_room:turn_on",
    ),
    "heating": (
        "climate.living_room:set_temperature=~ climate.bedroom:set_temperature=18"
        " humidifier.bedroom:turn_on",
        "climate.bathroom:set_temperature=23 climate.living_room:set_temperature=~",
    ),
    "cooling": (
        "cover.living_room:close air_conditioner.bedroom:turn_on fan.living_room:turn_on",
        "fan.bedroom:turn_on fan.living_room:turn_on cover.bedroom:close",
    ),
    "airing": (
        "fan.living_room:turn_off air_conditioner.bedroom:turn_off cover.living_room:open",
        "fan.bedroom:turn_on air_conditioner.bedroom:turn_off fan.living_room:turn_off",
    ),
    "garden": ("valve.garden:open light.garden:turn_on?dark valve.garden:close",),
    "chores": (
        "vacuum.home:start washing_machine.home:start vacuum.home:return_to_base",
        "washing_machine.home:start media_player.living_room:play vacuum.home:start",
    ),
    "workout": (
        "watch.wrist:start_workout watch.wrist:play_music watch.wrist:end_workout"
        " watch.wrist:breathe",
        "watch.wrist:play_music watch.wrist:start_workout fan.living_room:turn_on?hot"
        " watch.wrist:end_workout light.bathroom:turn_on light.bathroom:turn_off",
    ),
    "alarm": (
        "watch.wrist:set_alarm watch.wrist:breathe",
        "watch.wrist:breathe watch.wrist:set_alarm",
    ),
    "guests": (
        "light.hall:turn_on light.living_room:turn_on scene.dinner:activate"
        " oven.kitchen:preheat=200 media_player.living_room:play light.garden:turn_on"
        " lock.front_door:unlock oven.kitchen:turn_off light.bathroom:turn_on"
        " media_player.living_room:volume_down light.bathroom:turn_off",
    ),
}

ROUTINES = tuple(_VARIETIES)

_LONG = {
    "work": 60.0,
    "cook": 12.0,
    "evening": 25.0,
    "garden": 20.0,
    "chores": 30.0,
    "guests": 15.0,
}
_USUAL_MINUTES = 2.5
_KEPT = 0.8
_SWAPPED = 0.25


def draw_steps(name: str, devices: Sequence[Device], rng: Random, variety: int) -> tuple[Step, ...]:
    """One house's own version of a routine: of what it has, in its own order.

    Args:
        variety: which of the routine's varieties; counted on from the last it begins again.
    """
    varieties = _VARIETIES[name]
    degrees = str(rng.randrange(19, 24))
    steps = []
    for word in varieties[variety % len(varieties)].split():
        spec, _, value = word.partition("=")
        spec, _, condition = spec.partition("?")
        place, verb = spec.split(":")
        kind, room = place.split(".")
        found = [item for item in devices if item.kind == kind and room in (item.room, ALL)]
        if room == ALL:
            rng.shuffle(found)
        minutes = _LONG.get(name, _USUAL_MINUTES) * rng.lognormvariate(0, 0.5)
        chance = rng.betavariate(9, 1.3)
        if found and rng.random() < _KEPT:
            value = degrees if value == "~" else value
            steps.append(Step(tuple(found), verb, chance, minutes, condition, value))
    for index in range(len(steps) - 1):
        if rng.random() < _SWAPPED and steps[index].devices != steps[index + 1].devices:
            steps[index], steps[index + 1] = steps[index + 1], steps[index]
    return tuple(steps)
