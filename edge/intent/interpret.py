"""What the grammar found, as the event a caller gets: `Command`, or `Rejected` with a reason."""

from __future__ import annotations

from edge.events import Command, RejectCode, Rejected, SlotValue
from edge.grammar.match import Match, Miss
from edge.home.home import Home, NameKind

SUGGESTIONS = 3
"""Names offered for one that the home does not have."""
NAMED = 5
"""Devices or areas listed in one reason."""

_CODES: dict[str, RejectCode] = {
    "wrong_kind": "unknown_name",
    "wrong_place": "unknown_name",
    "needs_area": "ambiguous_name",
    "none_here": "unknown_name",
}


def interpret(found: Match | Miss, home: Home) -> Command | Rejected:
    """What `Grammar.match` found, as an event.

    A `Rejected` gives its reason as a sentence a person can act on.
    """
    if isinstance(found, Match):
        slots: dict[str, SlotValue] = dict(found.fixed)
        targets: dict[str, None] = {}
        for slot in found.slots:
            slots[slot.label] = slot.value
            targets.update(dict.fromkeys(slot.ids))
        if found.area is not None:
            place = home.get(found.area)
            if place is not None:
                slots.setdefault("area", place.name)
                targets[found.area] = None
        return Command(found.intent, slots, tuple(targets), text=found.text)
    suggestions: tuple[str, ...] = ()
    if found.code == "unknown_name":
        kind: NameKind = _name_kind(found)
        suggestions = suggest(home, kind, found.said, found.kinds)
        reason = unknown_name(kind, found.said, suggestions)
    elif found.code == "ambiguous_name":
        reason = ambiguous_name(home, _name_kind(found), found.said, found.ids)
        suggestions = tuple(home.label(one) for one in found.ids[:NAMED])
    elif found.code == "wrong_kind":
        suggestions = suggest(home, "device", found.said, found.kinds)
        reason = wrong_kind(home, found.said, found.ids, found.kinds, suggestions)
    elif found.code == "wrong_place":
        reason = wrong_place(home, found.said, found.ids, found.place or "")
        suggestions = tuple(home.label(one) for one in found.ids[:NAMED])
    elif found.code == "needs_area":
        reason, suggestions = which_area(home)
    elif found.code == "none_here":
        reason, suggestions = none_here(home, found.said, found.place or "")
    elif found.code == "incomplete":
        reason = f"the sentence stops after {found.text!r}; it could go on: {found.rest!r}"
    else:
        reason = _out_of_range(found)
    return Rejected(
        _CODES.get(found.code, found.code),  # type: ignore[arg-type]  # the rest are equal
        reason,
        text=found.text,
        suggestions=suggestions,
        intent=found.intent,
    )


def suggest(
    home: Home, kind: NameKind, said: str, kinds: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """Names of the home that are like `said`, of devices of `kinds` where there are any."""
    if kind != "device" or not kinds:
        return home.closest(kind, said, SUGGESTIONS)
    return home.closest(kind, said, SUGGESTIONS, accept=lambda one: home.kind_of(one) in kinds)


def unknown_name(kind: str, said: str, suggestions: tuple[str, ...]) -> str:
    """Why a name is refused that the home does not have."""
    if suggestions:
        return f"no {kind} called {said!r}; did you mean {_or(suggestions)}?"
    return f"no {kind} called {said!r} in this home"


def ambiguous_name(home: Home, kind: str, said: str, ids: tuple[str, ...]) -> str:
    """Why a name is refused that several have, and who they are."""
    named = ", ".join(home.label(one) for one in ids[:NAMED])
    more = ", …" if len(ids) > NAMED else ""
    return f"{len(ids)} {kind}s are called {said!r}: {named}{more}. Which one?"


def which_area(home: Home) -> tuple[str, tuple[str, ...]]:
    """Why a sentence is refused that is of a place which nobody has named, and some to name."""
    areas = tuple(area.name for area in home.areas[:NAMED])
    return f"which area? Say it too{f', such as {areas[0]!r}' if areas else ''}", areas


def none_here(home: Home, kind: str, place: str) -> tuple[str, tuple[str, ...]]:
    """Why a sentence is refused whose place has no such device, and some devices elsewhere."""
    found = home.get(place)
    where = f" in {found.name!r}" if found is not None else " here"
    others = tuple(home.label(one.id) for one in home.devices if one.kind == kind)[:NAMED]
    return f"there is no {kind.replace('_', ' ')}{where}; there is {', '.join(others)}", others


def _name_kind(found: Miss) -> NameKind:
    kind = found.list.kind if found.list is not None else "device"
    return kind if kind in ("device", "area", "floor") else "device"  # type: ignore[return-value]


def wrong_kind(
    home: Home,
    said: str,
    ids: tuple[str, ...],
    kinds: frozenset[str],
    suggestions: tuple[str, ...],
) -> str:
    """Why a device is refused that cannot do what was asked."""
    own = sorted({home.kind_of(one) for one in ids} - {""})
    reason = f"{said!r} is a {own[0] if len(own) == 1 else 'device'}"
    if kinds:
        reason += f", this works with: {', '.join(sorted(kinds))}"
    reason = reason.replace("_", " ")
    return f"{reason}; did you mean {_or(suggestions)}?" if suggestions else reason


def wrong_place(home: Home, said: str, ids: tuple[str, ...], place: str) -> str:
    """Why a device is refused that is not where it was said to be."""
    found = home.get(place)
    where = f" in {found.name!r}" if found is not None else " there"
    named = ", ".join(home.label(one) for one in ids[:NAMED])
    return f"there is no {said!r}{where}; there is {named}"


def _out_of_range(found: Miss) -> str:
    entry = found.list
    if entry is None:
        return f"{found.said!r} is out of range"
    name = (found.label or entry.name).replace("_", " ")
    return out_of_range(name, found.said, entry.low, entry.high, entry.step, entry.parts)


def out_of_range(
    name: str, said: str, low: float, high: float, step: float = 1, parts: int = 1
) -> str:
    """Why a number is refused, and which ones are taken."""
    steps = f" in steps of {step:g}" if step != 1 else ""
    whole = {1: " whole numbers", 2: " numbers and halves"}.get(parts, "")
    return f"{name} takes{whole} from {low:g} to {high:g}{steps}; {said!r} was said"


def two_values(label: str, one: SlotValue, other: SlotValue) -> str:
    """A reason for a slot that was given two values."""
    return f"two values for {label.replace('_', ' ')}: {one!r} and {other!r}; say the one meant"


def _or(names: tuple[str, ...]) -> str:
    quoted = [repr(name) for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
