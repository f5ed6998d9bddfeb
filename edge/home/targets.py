"""Which devices and numbers a slot may stand for: shared by the grammar and the learned model."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from typing import Literal

from edge.home.home import Home
from edge.numbers import Number

ROAMING_KINDS = frozenset({"vacuum", "lawn_mower", "person"})
"""Kinds that move about: an area said with one is where it shall go, not where it is."""


def narrow(
    ids: Iterable[str],
    home: Home,
    *,
    kinds: Collection[str] = (),
    not_kinds: Collection[str] = (),
    places: Sequence[str] = (),
    area: str | None = None,
) -> tuple[tuple[str, ...], Literal["wrong_kind", "wrong_place"] | None]:
    """Those of several devices with one name that can be meant.

    Args:
        ids: devices that have the name.
        home: their home.
        kinds: kinds that will do; empty: any.
        not_kinds: kinds that will not.
        places: areas and floors said in the same sentence.
        area: where the speaker is; it only decides between several.

    Returns:
        The devices left; or those from before the condition that none meets, and which it is.
    """
    named = tuple(ids)
    fits = named
    if kinds:
        fits = tuple(one for one in fits if home.kind_of(one) in kinds)
    if not_kinds:
        fits = tuple(one for one in fits if home.kind_of(one) not in not_kinds)
    if not fits:
        return named, "wrong_kind"
    if places:
        there = tuple(one for one in fits if home.is_in(one, places))
        if not there:
            there = tuple(
                one
                for one in fits
                if home.area_of(one) is None or home.kind_of(one) in ROAMING_KINDS
            )
        return (there, None) if there else (fits, "wrong_place")
    if area is not None and len(fits) > 1:
        return tuple(one for one in fits if home.area_of(one) == area) or fits, None
    return fits, None


def lacking(values: Iterable[object], home: Home, area: str) -> str | None:
    """A kind of device among `values` that the home has, but not in an area; None where none is."""
    for value in values:
        if isinstance(value, str) and home.has_kind(value) and not home.has_kind(value, area):
            return value
    return None


def in_range(
    value: Number,
    low: Number,
    high: Number,
    step: Number = 1,
    parts: int = 1,
    multiplier: float = 1.0,
) -> Number | None:
    """`value` as its slot has it, times `multiplier`; None where the slot does not take it.

    `parts` is how many a whole is divided in: 1 for whole numbers, 2 for halves, 10 for tenths.
    """
    scaled = value * parts
    if not low <= value <= high or scaled != int(scaled):
        return None
    if step != 1 and not math.isclose(steps := (value - low) / step, round(steps), abs_tol=1e-9):
        return None
    if multiplier != 1.0:
        value = value * multiplier
    return int(value) if value == int(value) else value
