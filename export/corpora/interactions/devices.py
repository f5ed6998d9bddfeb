"""What a made-up house has: devices by room, spelt as Home Assistant spells them."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

VERBS: dict[str, tuple[str, ...]] = {
    "light": ("turn_on", "turn_off", "dim"),
    "switch": ("turn_on", "turn_off"),
    "media_player": ("play", "pause", "volume_down"),
    "climate": ("set_temperature", "set_eco", "turn_off"),
    "air_conditioner": ("turn_on", "turn_off"),
    "fan": ("turn_on", "turn_off"),
    "humidifier": ("turn_on", "turn_off"),
    "cover": ("open", "close"),
    "lock": ("lock", "unlock"),
    "alarm_control_panel": ("arm_away", "arm_night", "disarm"),
    "vacuum": ("start", "return_to_base"),
    "coffee_maker": ("brew",),
    "kettle": ("boil",),
    "oven": ("preheat", "turn_off"),
    "dishwasher": ("start",),
    "washing_machine": ("start",),
    "valve": ("open", "close"),
    "watch": ("start_workout", "end_workout", "play_music", "set_alarm", "breathe"),
    "scene": ("activate",),
}
"""Kind → what can be done to it. All actions of the generator, generalised, are these."""

SETS = {
    "turn_on": "on", "dim": "on", "play": "on", "set_temperature": "warm", "preheat": "on",
    "turn_off": "off", "pause": "off", "set_eco": "eco", "open": "open", "close": "closed",
    "lock": "locked", "unlock": "unlocked", "arm_away": "away", "arm_night": "night",
    "disarm": "disarmed", "start_workout": "on", "end_workout": "off",
}  # fmt: skip
"""Verb → the state it leaves behind; nobody does what is done already."""

_AT_FOUR = {"cover": "closed", "lock": "locked", "valve": "closed"}


@dataclass(frozen=True, slots=True)
class Device:
    """One device; a scene counts as one, its room is its name."""

    id: str
    kind: str
    room: str

    @property
    def at_dawn(self) -> str:
        """Its state when the day begins, at four in the morning; empty: nobody knows."""
        return _AT_FOUR.get(self.kind, "" if self.kind == "alarm_control_panel" else "off")


# kind: (room, how many of a hundred houses have it, names one of which it bears) …
_STOCK: dict[str, tuple[tuple[str, int, str], ...]] = {
    "light": (
        ("kitchen", 98, "kitchen kitchen_ceiling kitchen_counter"),
        ("living_room", 98, "living_room floor_lamp living_room_ceiling lounge"),
        ("bedroom", 95, "bedroom bedside bedroom_lamp"),
        ("hall", 85, "hall hallway entrance"),
        ("bathroom", 85, "bathroom bath mirror"),
        ("study", 50, "study desk_lamp office"),
        ("child", 40, "nursery kids_room childs_room"),
        ("garden", 45, "porch garden terrace"),
    ),
    "switch": (
        ("kitchen", 35, "toaster kitchen_radio extractor"),
        ("study", 45, "desk monitor printer"),
        ("living_room", 30, "tv_socket christmas_tree aquarium"),
    ),
    "media_player": (
        ("living_room", 92, "living_room tv soundbar"),
        ("kitchen", 60, "kitchen kitchen_speaker radio"),
        ("bedroom", 40, "bedroom bedroom_speaker"),
        ("bathroom", 20, "bathroom shower_radio"),
    ),
    "climate": (
        ("living_room", 80, "living_room thermostat downstairs"),
        ("bedroom", 50, "bedroom upstairs"),
        ("bathroom", 45, "bathroom towel_rail"),
    ),
    "air_conditioner": (("bedroom", 35, "bedroom split_unit"),),
    "fan": (("bedroom", 45, "bedroom ceiling_fan"), ("living_room", 30, "living_room tower_fan")),
    "humidifier": (("bedroom", 25, "bedroom humidifier"),),
    "cover": (
        ("bedroom", 75, "bedroom bedroom_blind"),
        ("living_room", 70, "living_room lounge_shutter patio"),
        ("kitchen", 30, "kitchen kitchen_blind"),
        ("garage", 45, "garage garage_door"),
    ),
    "lock": (("front_door", 80, "front_door main_door"), ("back_door", 25, "back_door")),
    "alarm_control_panel": (("home", 45, "home house"),),
    "vacuum": (("home", 65, "robot rosie downstairs"),),
    "coffee_maker": (("kitchen", 70, "kitchen espresso"),),
    "kettle": (("kitchen", 50, "kitchen kettle"),),
    "oven": (("kitchen", 55, "kitchen oven"),),
    "dishwasher": (("kitchen", 65, "kitchen dishwasher"),),
    "washing_machine": (("home", 60, "laundry washer basement"),),
    "valve": (("garden", 35, "garden sprinkler lawn"),),
    "scene": (
        ("good_morning", 35, "good_morning wake_up"),
        ("leave", 30, "leaving all_off"),
        ("dinner", 40, "dinner table"),
        ("movie", 55, "movie_night cinema"),
        ("cozy", 40, "cozy relax"),
        ("night", 45, "good_night sleep"),
    ),
}  # fmt: skip


def furnish(rng: Random, *, wearer: bool) -> tuple[Device, ...]:
    """The devices of one house. Which name a device bears tells nothing of what it is used for."""
    devices = [
        Device(f"{kind}.{rng.choice(names.split())}", kind, room)
        for kind, places in _STOCK.items()
        for room, share, names in places
        if rng.randrange(100) < share
    ]
    if wearer:
        devices.append(Device(f"watch.{rng.choice(('wrist', 'band'))}", "watch", "wrist"))
    return tuple(devices)


GENERIC_ACTIONS = tuple(f"{kind}:{verb}" for kind, verbs in VERBS.items() for verb in verbs)
"""All that the generator's households ever do, generalised by kind."""
