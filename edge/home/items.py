"""What a home has: devices, areas and floors, each with an id and the names it goes by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NameKind = Literal["device", "area", "floor"]


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
