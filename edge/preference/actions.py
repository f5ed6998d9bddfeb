"""What an action is called: the household's own name for it, and the kind of thing it is.

"light.kitchen:turn_on" is what one household does; "light:turn_on" is what all of them do. The
spelling is that of Home Assistant: what stands before the first dot is the kind of the device, and
what follows the colon is what is done to it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from edge.errors import UsageError, shown
from edge.limits import ITEM_CHARS
from edge.text import is_unicode

if TYPE_CHECKING:
    from edge.home.home import Home

_CONCRETE: Final = re.compile(r"([^.:]+)\.[^:]*:(.+)", re.DOTALL)


_SPELLED: Final = {
    "blind": "cover",
    "curtain": "cover",
    "garage_door": "cover",
    "shade": "cover",
    "shutter": "cover",
    "heater": "climate",
    "thermostat": "climate",
    "outlet": "switch",
    "plug": "switch",
    "socket": "switch",
}
"""Kinds as templates have them → as Home Assistant spells them, and what it logs."""


def spelled(kind: str) -> str:
    """A kind of device as Home Assistant spells it: "blind" → "cover"."""
    return _SPELLED.get(kind, kind)


def generic(action: str) -> str:
    """ "light.kitchen:turn_on" → "light:turn_on"; an action of no device stays as it is."""
    found = _CONCRETE.fullmatch(action)
    return f"{found[1]}:{found[2]}" if found else action


def device_of(action: str) -> str:
    """ "light.kitchen:turn_on" → "light.kitchen"; empty for an action of no device."""
    return action.rpartition(":")[0]


def check_name(name: object, what: str) -> None:
    """Whether something can be the name of an action or a person.

    Raises:
        UsageError: it cannot, named as `what`.
    """
    if (
        not isinstance(name, str)
        or not 0 < len(name) <= ITEM_CHARS
        or "\n" in name
        or not is_unicode(name)
    ):
        raise UsageError(
            f"is {shown(name)}",
            where=what,
            allowed=f"text of 1 to {ITEM_CHARS} characters, one line",
        )


def spoken(action: str, home: Home | None) -> str:
    """ "light.kitchen:turn_on" → "turn on Kitchen light", by the home's own name for the device."""
    device = device_of(action)
    if not device:
        return action.replace("_", " ")
    verb = action.rpartition(":")[2].replace("_", " ")
    known = home is not None and device in home
    name = home.label(device) if home is not None and known else device.replace("_", " ")
    return f"{verb} {name}"
