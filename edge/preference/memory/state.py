"""What was learned, taken out of everything it was learned with: to be kept, moved, put back.

Counts are taken as of now, so that a cell needs no time of its own. An action that was only
declared, and never done, is left out: what a home could do is the home's to say.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from edge.preference.memory.keys import numbers_in, renumbered
from edge.preference.memory.past import Event, Past
from edge.preference.moment import Senses

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BIN: Final = "=#"
"""In the key of a sensor that says a number: the bin it is in follows."""


class PastState(NamedTuple):
    """One person's. Actions are numbers into `actions` everywhere, in `keys` too."""

    actions: tuple[str, ...]
    keys: tuple[str, ...]
    """All different."""
    sizes: NDArray[np.uint16]
    """[keys]: cells under each, in order."""
    cell_actions: NDArray[np.uint16]
    """[cells]"""
    fast: NDArray[np.float32]
    slow: NDArray[np.float32]
    """[cells], as of `day`."""
    window: tuple[int, ...]
    """The actions that the model reads back, the newest last."""
    features: NDArray[np.float16]
    """[window, features]: what it reads of each besides its vector."""
    course: tuple[tuple[int, int, int], ...]
    """Weekday, slot and value of the window's last events, as `edge.preference.memory.past.Event`
    has them."""
    last: int
    before_last: int
    says: Mapping[str, str]
    worth: NDArray[np.float64]
    """[experts]"""
    day: float
    last_time: float | None
    events: int


class State(NamedTuple):
    """A household's."""

    pasts: Mapping[str, PastState]
    """Person → theirs; "" for the household as a whole, which is always there."""
    blocked: frozenset[str]
    experts: tuple[str, ...]
    """What the numbers of `worth` belong to."""
    senses: str
    """`fingerprint` of the senses that `features`, and the bins in keys, were made with."""
    devices: frozenset[str] = frozenset()
    """Those of the actions that the home said it had: one that it does not have any more is gone,
    one that it never spoke of may be there all the same."""


def fingerprint(senses: Senses) -> str:
    """Sixteen hexadecimal digits: the same for senses that read every moment alike."""
    plain = json.dumps(senses.to_dict(), sort_keys=True).encode("utf-8")
    return hashlib.sha256(plain).hexdigest()[:16]


def take(past: Past) -> PastState:
    """What `past` has learned; `past` stays as it is."""
    memory = past.memory
    keys: list[str] = []
    sizes: list[int] = []
    actions: list[int] = []
    counts: list[list[float]] = []
    for key, action, cell in memory.cells():
        if not keys or keys[-1] != key:
            keys.append(key)
            sizes.append(0)
        sizes[-1] += 1
        actions.append(action)
        counts.append(cell)
    told = {number for key in keys for number in numbers_in(key)}
    used = {*actions, *past.recent, past.last, past.before_last, *told} - {-1}
    numbers = {old: new for new, old in enumerate(sorted(used))}
    fast, slow = np.array(counts, np.float32).reshape(-1, 2).T
    return PastState(
        tuple(memory.actions[old] for old in numbers),
        tuple(renumbered(key, numbers) for key in keys),
        np.array(sizes, np.uint16),
        np.array([numbers[old] for old in actions], np.uint16),
        fast,
        slow,
        tuple(numbers[old] for old in past.recent),
        past.history.features(),
        _course(past),
        numbers.get(past.last, -1),
        numbers.get(past.before_last, -1),
        dict(past.says),
        past.worth.copy(),
        memory.day,
        memory.last_time,
        memory.events,
    )


def _course(past: Past) -> tuple[tuple[int, int, int], ...]:
    """As far back as both the course and the window go: a row means nothing to another bundle."""
    found: list[tuple[int, int, int]] = []
    for event, action in zip(reversed(past.course), reversed(past.recent), strict=False):
        if past.rows[action] != event.row:
            break  # the number of an action that was given up
        found.append((event.weekday, event.slot, event.value))
    return tuple(reversed(found))


def put(
    state: PastState,
    past: Past,
    admit: Callable[[str], int],
    worth: NDArray[np.float64],
    same_senses: bool = True,
) -> None:
    """Gives a past of nobody what `state` has.

    What was read of moments by other senses is not known any more; counts under texts stay.

    Args:
        past: of whom nothing is known, nothing declared.
        admit: an action's name → its number in `past`.
        worth: of the experts there are now.
    """
    memory = past.memory
    for name in state.actions:
        admit(name)
    memory.resume(state.day, state.last_time, state.events)
    past.told_at = state.last_time
    cells = zip(state.cell_actions.tolist(), state.fast.tolist(), state.slow.tolist(), strict=True)
    for key, size in zip(state.keys, state.sizes.tolist(), strict=True):
        known = same_senses or _BIN not in key
        for _, (action, fast, slow) in zip(range(size), cells, strict=False):
            if known:
                memory.restore(key, action, [fast, slow])
    read = state.features if same_senses else np.zeros_like(state.features)
    if read.shape[1:] != (past.history.read,):
        read = np.zeros((len(state.window), past.history.read), np.float16)
    for action, features in zip(state.window, read, strict=True):
        past.history.push(past.vector[action], features)
        past.recent.append(action)
    last_of_window = state.window[len(state.window) - len(state.course) :]
    past.course = [
        Event(past.rows[action], *told)
        for action, told in zip(last_of_window, state.course, strict=True)
    ]
    past.last, past.before_last = state.last, state.before_last
    past.says = dict(state.says)
    past.worth = worth
