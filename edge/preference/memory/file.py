"""What was learned, as a file: small, checked whole before any of it is used, never executed.

    magic "EDGESTAT" · schema · bytes of the rest · SHA-256 of the rest          little-endian
    rest: bytes of the header · header (JSON) · the arrays of each person, in the header's order

The header has all texts and single numbers; names of actions once, whoever did them. The arrays of
a person: sizes of keys, actions of cells (uint16), fast and slow counts (float32), worths of the
experts (float64), actions of the window (uint16), its features (float16).
"""

from __future__ import annotations

import hashlib
import json
import struct
from typing import TYPE_CHECKING, Any, Final, NoReturn

import numpy as np

from edge.bundle import strict_json
from edge.errors import BundleFormatError, StateError, shown
from edge.limits import MEMORY_FILE_BYTES
from edge.preference.memory.header import Header, PersonHeader, read_header
from edge.preference.memory.state import PastState, State

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCHEMA: Final = 1
_MAGIC: Final = b"EDGESTAT"
_HEAD: Final = struct.Struct("<8sII32s")
_SIZE: Final = struct.Struct("<I")
_DEPTH: Final = 8


def to_bytes(state: State, bundle: str) -> bytes:
    """The file of what was learned with the bundle called `bundle`."""
    names: dict[str, int] = {}
    persons: list[dict[str, Any]] = []
    arrays: list[bytes] = []
    for person, past in state.pasts.items():
        persons.append(
            {
                "name": person,
                "actions": [names.setdefault(action, len(names)) for action in past.actions],
                "keys": past.keys,
                "cells": len(past.cell_actions),
                "window": len(past.window),
                "course": past.course,
                "last": past.last,
                "before_last": past.before_last,
                "says": dict(past.says),
                "day": past.day,
                "last_time": past.last_time,
                "events": past.events,
            }
        )
        arrays += [
            past.sizes.astype("<u2").tobytes(),
            past.cell_actions.astype("<u2").tobytes(),
            past.fast.astype("<f4").tobytes(),
            past.slow.astype("<f4").tobytes(),
            past.worth.astype("<f8").tobytes(),
            np.array(past.window, "<u2").tobytes(),
            past.features.astype("<f2").tobytes(),
        ]
    width = next(iter(state.pasts.values())).features.shape[1]
    header = {
        "bundle": bundle,
        "experts": state.experts,
        "senses": state.senses,
        "features": width,
        "blocked": sorted(state.blocked),
        "devices": sorted(state.devices),
        "actions": list(names),
        "persons": persons,
    }
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    rest = b"".join((_SIZE.pack(len(text)), text, *arrays))
    return _HEAD.pack(_MAGIC, SCHEMA, len(rest), hashlib.sha256(rest).digest()) + rest


def is_of_state(beginning: bytes) -> bool:
    """Whether some bytes may be where a file of `to_bytes` begins, or what a lost write left."""
    magic = beginning[: len(_MAGIC)]
    return _MAGIC.startswith(magic) or not any(beginning)


def from_bytes(data: bytes, bundle: str, where: str = "state") -> State:
    """The inverse of `to_bytes`.

    Args:
        bundle: the name of the bundle that is to use it.

    Raises:
        StateError: `data` is cut short or altered, of a newer schema, or another bundle's.
    """
    rest = _checked(data, where)
    size = _SIZE.unpack_from(rest)[0] if len(rest) >= _SIZE.size else 0
    if not 0 < size <= len(rest) - _SIZE.size:
        _refuse("has no header", where)
    try:
        plain = strict_json.loads(
            rest[_SIZE.size : _SIZE.size + size],
            where,
            most_bytes=MEMORY_FILE_BYTES,
            most_depth=_DEPTH,
        )
        header = read_header(plain, where)
    except BundleFormatError as error:
        raise StateError(error.what, where=where, allowed=error.allowed) from None
    if header.bundle != bundle:
        raise StateError(
            f"was learned with the bundle {shown(header.bundle)}",
            where=where,
            allowed=f"what was learned with {shown(bundle)}",
            hint="give each bundle a file of its own",
        )
    arrays = _Arrays(rest, _SIZE.size + size, where)
    pasts = {person.name: _past(person, header, arrays, where) for person in header.persons}
    if not arrays.done:
        _refuse("goes on after its end", where)
    return State(pasts, header.blocked, header.experts, header.senses, header.devices)


def _checked(data: bytes, where: str) -> bytes:
    """What follows the head, which says that it is whole."""
    if len(data) > MEMORY_FILE_BYTES:
        _refuse(f"is larger than {MEMORY_FILE_BYTES} bytes", where)
    if len(data) < _HEAD.size or data[:8] != _MAGIC:
        _refuse("is no such file, or only a part of one", where)
    _, schema, size, digest = _HEAD.unpack_from(data)
    if schema > SCHEMA:
        raise StateError(
            f"has schema {schema}",
            where=where,
            allowed=f"schema {SCHEMA}, the newest that this runtime reads",
            hint="update the runtime: pip install --upgrade hearth-edge",
        )
    rest = data[_HEAD.size :]
    if schema != SCHEMA or len(rest) != size or hashlib.sha256(rest).digest() != digest:
        _refuse("is cut short or altered", where)
    return rest


class _Arrays:
    """Reads one array after the other, and never beyond the end."""

    def __init__(self, data: bytes, at: int, where: str) -> None:
        self._data, self._at, self._where = data, at, where

    @property
    def done(self) -> bool:
        return self._at == len(self._data)

    def take(self, kind: str, count: int) -> NDArray[Any]:
        size = count * np.dtype(kind).itemsize
        if size > len(self._data) - self._at:
            _refuse("ends too soon", self._where)
        found = np.frombuffer(self._data, kind, count, self._at)
        self._at += size
        return found


def _past(person: PersonHeader, header: Header, arrays: _Arrays, where: str) -> PastState:
    actions = tuple(header.actions[at] for at in person.actions)
    sizes = arrays.take("<u2", len(person.keys))
    cell_actions = arrays.take("<u2", person.cells)
    fast, slow = (arrays.take("<f4", person.cells) for _ in range(2))
    worth = arrays.take("<f8", len(header.experts)).astype(np.float64)
    window = arrays.take("<u2", person.window)
    features = arrays.take("<f2", person.window * header.features)
    if not (
        int(sizes.sum(dtype=np.int64)) == person.cells
        and sizes.min(initial=1) > 0
        and max(cell_actions.max(initial=0), window.max(initial=0)) < max(1, len(actions))
        and (actions or not person.cells + person.window)
        and _different(sizes, cell_actions)
        and _sound(fast)
        and _sound(slow)
        and _sound(worth)
        and worth.min(initial=1.0) > 0
        and np.isfinite(features).all()
    ):
        _refuse(f"has counts of {shown(person.name or 'the household')} that are none", where)
    return PastState(
        actions,
        person.keys,
        sizes,
        cell_actions,
        fast,
        slow,
        tuple(window.tolist()),
        features.reshape(person.window, header.features),
        person.course,
        person.last,
        person.before_last,
        person.says,
        worth,
        person.day,
        person.last_time,
        person.events,
    )


def _different(sizes: NDArray[np.uint16], actions: NDArray[np.uint16]) -> bool:
    """Whether no key counts an action twice."""
    both = np.repeat(np.arange(len(sizes), dtype=np.int64) << 16, sizes) | actions
    return len(np.unique(both)) == len(both)


def _sound(numbers: NDArray[Any]) -> bool:
    """Counts as they come of counting: finite, not below 0, and not beyond all reason."""
    return bool(((numbers >= 0) & (numbers < 1e12)).all())


def _refuse(what: str, where: str) -> NoReturn:
    raise StateError(what, where=where, allowed="a whole file of what a bundle has learned")
