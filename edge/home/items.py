"""What a home has: devices, areas and floors, each with an id and the names it goes by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from edge.errors import HomeError, shown
from edge.limits import HOME_ALIASES, HOME_NAME_CHARS
from edge.text import is_unicode

NameKind = Literal["device", "area", "floor"]
HOME_KINDS: Final[tuple[NameKind, ...]] = ("device", "area", "floor")
"""Of two that have a name alike, the first of these is meant."""


@dataclass(frozen=True, slots=True)
class Floor:
    """A storey, or any other group of areas that has a name."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Area:
    """A room, or any other place that has a name."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    floor: str | None = None
    """Id of the floor it is on."""


@dataclass(frozen=True, slots=True)
class Device:
    """Something that can be commanded or asked."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    area: str | None = None
    """Id of the area it is in; None: it is everywhere, or moves about."""
    kind: str = ""
    """What it is ("light", "lock", …), as the templates call it."""


Item = Device | Area | Floor


def item_kind(item: Item) -> NameKind:
    """Which of the three it is."""
    if isinstance(item, Device):
        return "device"
    return "area" if isinstance(item, Area) else "floor"


def check_item(item: object) -> None:
    """Whether something is a device, an area or a floor with texts for what it says.

    Raises:
        HomeError: it is none, or a text of it is no text, or an overlong one.
    """
    if not isinstance(item, Item):
        raise HomeError(
            f"{shown(item)} is no device, area or floor",
            where="add",
            allowed="Device, Area or Floor, each an argument of its own",
        )
    where = f"{item_kind(item)} {shown(item.id)}"
    _check_text(item.id, "an id", where)
    _check_text(item.name, "a name", where)
    if isinstance(item, Device):
        _check_text(item.kind, "a kind", where, least=0)
    place = getattr(item, "area", None) or getattr(item, "floor", None)
    if place is not None:
        _check_text(place, "an area" if isinstance(item, Device) else "a floor", where)
    aliases: object = item.aliases
    if not isinstance(aliases, tuple | list) or len(aliases) > HOME_ALIASES:
        raise HomeError(
            f"aliases are {shown(aliases)}",
            where=where,
            allowed=f"a tuple of at most {HOME_ALIASES} names",
        )
    for alias in aliases:
        _check_text(alias, "a name", where)


def _check_text(text: object, what: str, where: str, least: int = 1) -> None:
    if (
        not isinstance(text, str)
        or not least <= len(text) <= HOME_NAME_CHARS
        or not is_unicode(text)
    ):
        raise HomeError(
            f"{shown(text)} cannot be {what}",
            where=where,
            allowed=f"text of {least} to {HOME_NAME_CHARS} characters",
        )
