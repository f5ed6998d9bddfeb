"""The household's devices, areas and floors: names → ids.

Names are data of the home. They are added and removed while the runtime runs; nothing is trained
or compiled for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import RLock
from typing import Any

from edge.errors import HomeError, UsageError, shown
from edge.home.file import parse_home, read_home_file
from edge.home.items import HOME_KINDS, Area, Device, Floor, Item, NameKind, check_item, item_kind
from edge.home.names import NameIndex, SimilarNames, bare, looked_up_as
from edge.limits import HOME_ITEMS, HOME_NAME_CHARS, NAME_TOKENS
from edge.text import without_articles, words_of

__all__ = ["Area", "Device", "Floor", "Home", "Item", "NameKind", "NameSaid"]

NameSaid = tuple[NameKind, int, int]
"""A name in a sentence: of what, its first word, and the word after it."""


class Home:
    """Devices, areas and floors, found by what they are called.

    Ids are unique across all three. Names need not be: when several devices have the name that was
    said, the runtime asks which. Threads take turns: see `turn`.
    """

    def __init__(
        self,
        devices: Iterable[Device] = (),
        areas: Iterable[Area] = (),
        floors: Iterable[Floor] = (),
    ) -> None:
        """Raises HomeError as `add` does."""
        self.turn = RLock()
        """Held while it changes, and by whoever needs it to stay as it is meanwhile."""
        self.changes = 0
        """How often something was added or removed: for those who keep what they made of a home."""
        self._items: dict[str, Item] = {}
        self._devices: dict[str, Device] = {}
        self._areas: dict[str, Area] = {}
        self._floors: dict[str, Floor] = {}
        self.index: dict[str, NameIndex] = {}
        """Kind → names → ids, for looking up; they change by `add` and `remove` only."""
        self._joined: dict[str, NameIndex] = {}
        self._similar: dict[str, SimilarNames] = {}
        for kind in HOME_KINDS:
            self.index[kind] = NameIndex()
            self._joined[kind] = NameIndex()
            self._similar[kind] = SimilarNames()
        self.add(*floors)
        self.add(*areas)
        self.add(*devices)
        for similar in self._similar.values():
            similar.prepare()

    def __getstate__(self) -> dict[str, Any]:
        """All of it but the lock: a copy has its own."""
        return {name: value for name, value in vars(self).items() if name != "turn"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self.turn = RLock()

    @classmethod
    def load(cls, path: str | Path) -> Home:
        """Read a home from a `.toml` or `.json` file.

        Raises:
            HomeError: naming the file, the key, the value and what is allowed.
        """
        return cls.from_dict(read_home_file(Path(path)), where=str(path))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, where: str = "home") -> Home:
        """The inverse of `to_dict`. `where` is what errors call the place the data came from.

        Raises:
            HomeError: an unknown key, a value of the wrong type, or what `add` refuses.
        """
        parsed = parse_home(data, where)
        try:
            return cls(
                devices=[Device(**entry) for entry in parsed["devices"]],
                areas=[Area(**entry) for entry in parsed["areas"]],
                floors=[Floor(**entry) for entry in parsed["floors"]],
            )
        except HomeError as error:
            raise HomeError(
                error.what,
                where=f"{where}: {error.where}",
                allowed=error.allowed,
                hint=error.hint,
            ) from None

    def to_dict(self) -> dict[str, Any]:
        """Plain data, as a home file has it; keys with nothing to say are left out."""
        result: dict[str, Any] = {"floors": [], "areas": [], "devices": []}
        for item in self._items.values():
            entry: dict[str, Any] = {"id": item.id, "name": item.name}
            if item.aliases:
                entry["aliases"] = list(item.aliases)
            if isinstance(item, Area) and item.floor is not None:
                entry["floor"] = item.floor
            if isinstance(item, Device):
                if item.area is not None:
                    entry["area"] = item.area
                if item.kind:
                    entry["kind"] = item.kind
            result[f"{item_kind(item)}s"].append(entry)
        return {key: entries for key, entries in result.items() if entries}

    # --- what it has --------------------------------------------------------------------------

    @property
    def devices(self) -> tuple[Device, ...]:
        """All devices, in the order they were added."""
        return tuple(self._devices.values())

    @property
    def areas(self) -> tuple[Area, ...]:
        """All areas, in the order they were added."""
        return tuple(self._areas.values())

    @property
    def floors(self) -> tuple[Floor, ...]:
        """All floors, in the order they were added."""
        return tuple(self._floors.values())

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return iter(self._items.values())

    def __contains__(self, item: object) -> bool:
        return item in self._items

    def get(self, item: str) -> Item | None:
        """The device, area or floor with this id."""
        return self._items.get(item)

    # --- changing it --------------------------------------------------------------------------

    def add(self, *items: Item) -> None:
        """Add devices, areas or floors. An area has to be there before the devices in it.

        Raises:
            HomeError: an id taken already, an area or floor that is not there, an empty or overlong
                name, what is no text, or more than `edge.limits` allows. The items before it stay
                added.
        """
        with self.turn:
            for item in items:
                check_item(item)
                kind = item_kind(item)
                names = self._checked(item, kind)
                self.changes += 1
                self._items[item.id] = item
                if isinstance(item, Device):
                    self._devices[item.id] = item
                elif isinstance(item, Area):
                    self._areas[item.id] = item
                else:
                    self._floors[item.id] = item
                index, similar = self.index[kind], self._similar[kind]
                for name, words in names:
                    similar.add(name, item.id)
                    for form, hastily in looked_up_as(words):
                        index.add(form, item.id, hastily=hastily)
                    self._joined[kind].add(_joined(words), item.id)

    def remove(self, *ids: str) -> None:
        """Remove devices, areas or floors by id.

        Raises:
            HomeError: no such id, or something is still in the area or on the floor.
        """
        with self.turn:
            for item_id in ids:
                item = self._items.get(item_id) if isinstance(item_id, str) else None
                if item is None:
                    raise HomeError(f"there is nothing with the id {item_id!r}", where="remove")
                if not isinstance(item, Device):
                    for other in self._items.values():
                        if item_id in (getattr(other, "area", None), getattr(other, "floor", None)):
                            raise HomeError(
                                f"{item_id!r} is still used by {other.id!r}",
                                where="remove",
                                hint=f"remove or move {other.id!r} first",
                            )
                self.changes += 1
                del self._items[item_id]
                for table in (self._devices, self._areas, self._floors):
                    table.pop(item_id, None)
                kind = item_kind(item)
                self._similar[kind].discard(item_id)
                for name in (item.name, *item.aliases):
                    words = words_of(name)
                    for form, hastily in looked_up_as(words):
                        self.index[kind].discard(form, item_id, hastily=hastily)
                    self._joined[kind].discard(_joined(words), item_id)

    def _checked(self, item: Item, kind: str) -> list[tuple[str, tuple[str, ...]]]:
        """Each name of `item` with its words. Raises HomeError where it cannot be added."""
        where = f"{kind} {item.id!r}"
        if item.id in self._items:
            other = self._items[item.id]
            raise HomeError(
                f"the id {item.id!r} is taken by the {item_kind(other)} {other.name!r}",
                where=where,
                allowed="ids that are unique across devices, areas and floors",
            )
        if len(self._items) >= HOME_ITEMS:
            raise HomeError("too many items", where=where, allowed=f"at most {HOME_ITEMS}")
        if isinstance(item, Device):
            self._check_place(item.area, "area", where)
        elif isinstance(item, Area):
            self._check_place(item.floor, "floor", where)
        names = []
        for name in (item.name, *item.aliases):
            words = words_of(name)
            if not 1 <= len(words) <= NAME_TOKENS:
                raise HomeError(
                    f"{name[:60]!r} cannot be a name",
                    where=where,
                    allowed=f"1 to {NAME_TOKENS} words, at most {HOME_NAME_CHARS} characters",
                )
            names.append((name, words))
        return names

    def _check_place(self, place: str | None, kind: str, where: str) -> None:
        if place is None:
            return
        found = self._items.get(place)
        if found is None or item_kind(found) != kind:
            known = list(self._areas if kind == "area" else self._floors)
            shown = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
            raise HomeError(
                f"{kind} = {place!r} is no {kind} of this home",
                where=where,
                allowed=shown or f"none: this home has no {kind}s",
                hint=f"add the {kind} first, or correct its id",
            )

    # --- looking names up ---------------------------------------------------------------------

    def find(self, kind: NameKind, words: str | Sequence[str]) -> tuple[str, ...]:
        """Ids of what is called `words` (a text, or tokens); articles do not matter.

        Where nothing is, neither does where words are divided: "bed room", "livingroom".
        """
        tokens = words_of(words) if isinstance(words, str) else words
        index = self.index[kind]
        return (
            index.exact(tokens)
            or index.exact(without_articles(tokens))
            or self._joined[kind].exact(_joined(tokens))
        )

    def names_in(self, words: Sequence[str]) -> list[NameSaid]:
        """The names that are said in some words, from the left: of two that begin with the same
        word the longer one, and none within another."""
        indices = [(kind, self.index[kind]) for kind in HOME_KINDS]
        found: list[NameSaid] = []
        at, of = 0, indices[0][0]
        while at < len(words):
            longest = at
            for kind, index in indices:
                # Few words begin a name, and this is asked of all of them.
                if words[at] not in index.root:
                    continue
                if (names := index.starting_at(words, at)) and names[-1][0] > longest:
                    longest, of = names[-1][0], kind
            if longest > at:
                found.append((of, at, longest))
            at = max(longest, at + 1)
        return found

    def is_in_a_name(self, words: Sequence[str], at: int) -> bool:
        """Whether a word is inside a name that is said: the "and" of "salt and pepper"."""
        return any(
            end > at + 1
            for start in range(max(0, at - NAME_TOKENS), at)
            for index in self.index.values()
            for end, _ in index.starting_at(words, start)
        )

    def area_id(self, area: str) -> str:
        """The id of an area, given by its id or by a name that it alone has.

        Raises:
            UsageError: the home has no such area, or several.
        """
        if not isinstance(area, str):
            raise UsageError(f"is {shown(area)}", where="area", allowed="an area's id or name")
        if isinstance(self.get(area), Area):
            return area
        ids = self.find("area", area)
        if len(ids) != 1:
            known = ", ".join(self._areas) or "none: this home has no areas"
            problem = "is no area of this home" if not ids else f"are {len(ids)} areas"
            raise UsageError(f"{area!r} {problem}", where="area", allowed=known)
        return ids[0]

    def closest(
        self,
        kind: NameKind,
        text: str,
        limit: int = 3,
        *,
        accept: Callable[[str], bool] | None = None,
    ) -> tuple[str, ...]:
        """Names like `text`, for "did you mean …?", the most alike first; at most `limit`.

        Of ids that `accept` refuses none is named. About 0.2 ms with 10,000 devices.
        """
        wanted = " ".join(without_articles(words_of(text)))
        return tuple(name for name, _ in self._similar[kind].closest(wanted, limit, accept))

    def area_of(self, item: str) -> str | None:
        """Id of the area a device is in; None for a device that is in none."""
        device = self._devices.get(item)
        return device.area if device is not None else None

    def floor_of(self, item: str) -> str | None:
        """Id of the floor that a device or an area is on."""
        device = self._devices.get(item)
        area = self._areas.get(item if device is None else device.area or "")
        return area.floor if area is not None else None

    def is_a(self, item: str, kind: str) -> bool:
        """Whether `item` is a "device", an "area" or a "floor"."""
        found = self._items.get(item)
        return found is not None and item_kind(found) == kind

    def is_in(self, item: str, places: Sequence[str]) -> bool:
        """Whether a device is in one of these areas, or on one of these floors."""
        area = self.area_of(item)
        return area in places or (area is not None and self.floor_of(area) in places)

    def kind_of(self, item: str) -> str:
        """What a device is ("light", …); empty for an area, and for a device that says nothing."""
        device = self._devices.get(item)
        return device.kind if device is not None else ""

    def has_kind(self, kind: str, area: str | None = None) -> bool:
        """Whether there is a device of a kind that is, or may be, in an area; or at all."""
        return any(
            device.kind == kind and (area is None or device.area in (None, area))
            for device in self._devices.values()
        )

    def label(self, item: str) -> str:
        """How to name a device to a person so that it is not mistaken: "lamp (Office)"."""
        found = self._items[item]
        place = self._items.get(self.area_of(item) or "")
        return f"{found.name} ({place.name})" if place is not None else found.name


def _joined(words: Sequence[str]) -> tuple[str, ...]:
    """A name without its article, as one word; numbers stay apart: "lamp 12" is not "lamp 1 2"."""
    left = bare(words)
    return ("".join(left),) if all(word.isalpha() for word in left) else tuple(left)
