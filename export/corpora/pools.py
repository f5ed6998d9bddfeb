"""Names and phrases that templates are filled with, so that a model learns places and not names.

A model that only ever saw one home's names would know those and no others. Device names are put
together here from owners, places, looks and things, a few hundred thousand of them; phrases for
free text (songs, groceries, timers, messages) are made the same way.
"""

from __future__ import annotations

from random import Random

ROOMS = (
    "kitchen|living room|lounge|sitting room|bedroom|main bedroom|guest room|spare room|bathroom|"
    "en suite|hallway|hall|landing|garage|attic|loft|basement|cellar|study|office|library|den|"
    "nursery|playroom|dining room|breakfast nook|pantry|laundry room|utility room|mud room|porch|"
    "patio|balcony|terrace|garden|backyard|front yard|driveway|shed|greenhouse|workshop|studio|gym|"
    "sauna|pool house|conservatory|sunroom|music room|game room|home theater|closet|dressing room|"
    "stairwell|corridor|entryway|foyer|boot room|craft room|kids room|bunk room|annex|barn"
).split("|")
OWNERS = (
    "mia|noah|olga|ravi|anna|tom|lena|yusuf|grandma|grandpa|dad|mum|sofia|emil|hana|pablo|zoe|"
    "amir|greta|luca|nina|oscar|priya|kofi|ingrid|mateo|chloe|ivan|fatima|jonas"
).split("|")
LOOKS = (
    "left|right|big|small|little|tall|old|new|red|blue|green|white|black|brass|round|corner|main|"
    "front|back|upper|lower|second|first|middle|outer|inner|north|south|east|west|wooden|glass"
).split("|")
FLOORS = "upstairs|downstairs|ground floor|first floor|second floor|top floor|basement".split("|")

THINGS: dict[str, tuple[str, ...]] = {
    "light": tuple(
        (
            "light|lights|lamp|floor lamp|table lamp|desk lamp|ceiling light|ceiling lamp|"
            "bedside lamp|night light|reading light|spotlight|spots|chandelier|pendant|strip|"
            "led strip|lantern|sconce|bulb|fairy lights|string lights|downlights|wall light|"
            "mirror light|counter lights|accent light|lava lamp|flood light|path lights"
        ).split("|")
    ),
    "plug": tuple(
        (
            "plug|socket|outlet|coffee machine|coffee maker|kettle|toaster|heater|space heater|"
            "dehumidifier|humidifier|charger|aquarium pump|fountain|christmas tree|slow cooker|"
            "rice cooker|iron|electric blanket|printer|soldering iron|grow light|water pump"
        ).split("|")
    ),
    "fan": ("fan", "ceiling fan", "extractor fan", "desk fan", "tower fan", "vent", "exhaust fan"),
    "blind": tuple(
        (
            "blind|blinds|curtain|curtains|shade|shades|shutter|shutters|awning|roller blind|"
            "drapes|skylight|venetian blinds|sun screen|canopy"
        ).split("|")
    ),
    "garage_door": ("garage door", "gate", "driveway gate", "roller door", "car port door"),
    "lock": tuple(
        (
            "front door|back door|side door|door|door lock|cellar door|gate lock|patio door|"
            "garden door|shed door|safe|deadbolt|porch door|balcony door"
        ).split("|")
    ),
    "thermostat": tuple(
        (
            "thermostat|heating|radiator|heater|air conditioner|ac|heat pump|underfloor heating|"
            "boiler|towel rail|climate control"
        ).split("|")
    ),
    "media_player": tuple(
        (
            "speaker|speakers|tv|television|stereo|radio|soundbar|record player|amplifier|"
            "sound system|jukebox|projector|boombox|hi fi|receiver"
        ).split("|")
    ),
    "vacuum": tuple(
        (
            "vacuum|robot vacuum|vacuum cleaner|robot|hoover|mop|dusty|rosie|scooter|crumbs|"
            "sir sweeps|roomie|bumble|cleaner|floor robot"
        ).split("|")
    ),
    "sensor": tuple(
        (
            "sensor|thermometer|outdoor sensor|weather station|freezer sensor|fridge sensor|"
            "air monitor|humidity sensor|pool thermometer|greenhouse sensor|water sensor"
        ).split("|")
    ),
    "scene": tuple(
        (
            "movie night|good night|bedtime|good morning|dinner party|party|reading|romantic|"
            "breakfast|away|holiday|game night|relax|focus|work|study time|sunset|cozy evening|"
            "wake up|lights out|spa evening|rainy day|morning coffee|welcome home|nap time"
        ).split("|")
    ),
}
"""Kind of device → what such a device is called. Other kinds take any of them."""

_KIND_ALIASES = {
    "cover": "blind",
    "valve": "blind",
    "climate": "thermostat",
    "switch": "plug",
    "input_boolean": "plug",
    "lawn_mower": "vacuum",
    "script": "scene",
    "binary_sensor": "sensor",
}
_UNPLACED = frozenset({"scene", "vacuum"})

MUSIC = (
    "jazz|classical music|rock|soul|disco|ambient music|piano music|lullabies|the news|blues|"
    "country music|techno|folk songs|swing|reggae|opera|film scores|christmas songs|rain sounds|"
    "white noise|whale song|my morning playlist|the running mix|dinner music|party hits|"
    "the river of glass|paper lanterns|midnight in the orchard|seven small bridges|copper sky|"
    "a song for marguerite|waltz for the tide|dancing on the ceiling fan|slow train home|"
    "the weather underground|songs by the paper kites|the album blue harbour|"
    "something by the velvet foxes|cello suites|violin concertos|old hits from the eighties|"
    "my favourite songs|relaxing sounds|the podcast about bees|an audiobook|kids songs"
).split("|")
GROCERIES = (
    "milk|eggs|bread|butter|oat milk|coffee|coffee beans|green tea|apples|bananas|a lemon|"
    "two onions|garlic|tomatoes|carrots|potatoes|rice|pasta|flour|brown sugar|salt|olive oil|"
    "cheese|yogurt|chicken|minced beef|tofu|salmon|dish soap|washing powder|toilet paper|"
    "light bulbs|batteries|dog food|cat litter|nappies|shampoo|toothpaste|orange juice|"
    "sparkling water|a bottle of wine|ice cream|dark chocolate|cereal|peanut butter|honey|"
    "six tins of beans|fresh basil|paper towels|birthday candles|baking powder|spinach"
).split("|")
TIMERS = (
    "pasta|egg|pizza|tea|laundry|nap|homework|bread|oven|cake|workout|meditation|chicken|cookies|"
    "rice|soup|dryer|plank|parking|break|piano practice|washing machine|roast|coffee|screen time"
).split("|")
MESSAGES = (
    "dinner is ready|we are leaving in five minutes|the pizza is here|time for bed|"
    "someone is at the door|please come downstairs|the bath is full|breakfast is on the table|"
    "i will be late tonight|the kids are home|lunch in ten minutes|wash your hands"
).split("|")

_FREE_TEXT = (
    (("item", "shopping", "todo", "grocer"), GROCERIES),
    (("timer",), TIMERS),
    (("message", "broadcast", "announce", "command"), MESSAGES),
    (("music", "song", "artist", "album", "query", "search", "media", "playlist"), MUSIC),
)


def area_name(rng: Random) -> str:
    """The name of a room."""
    roll = rng.random()
    room = rng.choice(ROOMS)
    if roll < 0.72:
        return room
    if roll < 0.86:
        return f"{rng.choice(OWNERS)}'s {room if rng.random() < 0.4 else 'room'}"
    return f"{rng.choice(LOOKS)} {room}"


def floor_name(rng: Random) -> str:
    """The name of a storey."""
    return rng.choice(FLOORS)


def device_name(rng: Random, kinds: tuple[str, ...] = ()) -> str:
    """The name of a device of one of `kinds`; of any kind where there are none."""
    kind = rng.choice(kinds or tuple(THINGS))
    kind = _KIND_ALIASES.get(kind, kind)
    if kind not in THINGS:
        kind = rng.choice(tuple(THINGS))
    thing = rng.choice(THINGS[kind])
    roll = rng.random()
    if kind in _UNPLACED:
        return thing if roll < 0.8 else f"{rng.choice(OWNERS)}'s {thing}"
    if roll < 0.30:
        return thing
    if roll < 0.62:
        return f"{rng.choice(ROOMS)} {thing}"
    if roll < 0.76:
        return f"{rng.choice(LOOKS)} {thing}"
    if roll < 0.88:
        return f"{rng.choice(OWNERS)}'s {thing}"
    if roll < 0.95:
        return f"{rng.choice(LOOKS)} {rng.choice(ROOMS)} {thing}"
    return f"{thing} {rng.choice(('one', 'two', 'three', '1', '2', '3'))}"


def free_text(rng: Random, name: str) -> str:
    """Something to say where anything may be said; `name` is what the list and slot are called."""
    for signs, pool in _FREE_TEXT:
        if any(sign in name for sign in signs):
            text = rng.choice(pool)
            if pool is GROCERIES and rng.random() < 0.25:
                text = f"{text} and {rng.choice(pool)}"
            return text
    return rng.choice(rng.choice((MUSIC, GROCERIES, TIMERS, MESSAGES)))
