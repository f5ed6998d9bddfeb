"""What one person did so far, as everything that predicts needs it."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from edge.preference.actions import device_of
from edge.preference.memory.keys import EVERYTHING
from edge.preference.memory.memory import SLOW, Memory, Pace
from edge.preference.model.model import History, Shape
from edge.preference.moment import HOUR_SECONDS, Moment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge.preference.experts.lasting import Lasting
    from edge.preference.experts.opinion import Opinion

_LONGEST_SILENCE = 24.0 * 45
"""Hours since the last event beyond which it does not matter how many."""


COURSE_EVENTS = 10
"""Events that the experts on other households look back."""


class Event(NamedTuple):
    """What the course of events is made of, for those who count courses."""

    row: int
    """Of the catalogue; -1 for what it lacks."""
    weekday: int
    """-1 where not known."""
    slot: int
    """Three hours of the day; -1 where not known."""
    value: int
    """What was set, as a number that stands for it; 0 for nothing."""


class Scored(NamedTuple):
    """The actions that the model can tell something of."""

    actions: list[int]
    vectors: NDArray[np.float32]
    """[actions, width]"""
    biases: NDArray[np.float32]
    """[actions]; less where the model cannot tell some apart, which then share one probability."""


class Past:
    """A person's counts, the window of events that the model reads, and what the experts are worth.

    The numbers of actions are those of `memory`; `devices`, `rows` and `candidate` run beside them.

    Args:
        shape: of the model's input.
        experts: how many there are.
        pace: how soon counts are forgotten.
        kept: keys of which no count is given up.
    """

    def __init__(
        self,
        shape: Shape,
        experts: int,
        pace: Pace | None = None,
        kept: Collection[str] = (),
    ) -> None:
        self.memory = Memory(pace, kept)
        self.history = History(shape)
        self.recent: deque[int] = deque(maxlen=shape.events)
        """The actions of the window, the newest last."""
        self.course: list[Event] = []
        """The last `COURSE_EVENTS` events, the newest last."""
        self.told_at: float | None = None
        """Wall clock of the last event, whether or not it was behind the one before."""
        self.devices: list[str] = []
        """Action → its device; empty where it has none."""
        self.rows: list[int] = []
        """Action → its row of the catalogue; -1 where it has none."""
        self.of_row: dict[int, list[int]] = {}
        """The inverse: row → actions."""
        self.vector: list[NDArray[np.float32] | None] = []
        """Action → its vector, or that of its kind; None where neither is known."""
        self.bias: list[float] = []
        self.candidate: list[int] = []
        """Action → what it is called among the candidates."""
        self.action_of: dict[int, int] = {}
        """The inverse."""
        self._renamed = False
        """Whether any action is called otherwise among the candidates."""
        self.scored: Scored | None = None
        """What the model can score; None after something was added."""
        self.usual: Mapping[int, float] | None = None
        """Candidate → how likely everybody is to do it; None after something was added."""
        self.lasting: Lasting | None = None
        """What it says whatever the moment; None after anything was done or added."""
        self.others: tuple[tuple[int, int], list[Opinion | None]] | None = None
        """What others did at a weekday and slot; None likewise."""
        self.last = -1
        self.before_last = -1
        """The last action and the one before it; -1 where there is none."""
        self.says: Mapping[str, str] = {}
        """What the sensors said last."""
        self.noticed: Mapping[str, float] = {}
        """Key of what a sensor has begun to say since → when that was first told of, seconds."""
        self.worth: NDArray[np.float64] = np.ones(experts)
        """What the experts have been worth to this person, relative to each other."""

    def place(
        self, number: int, row: int, candidate: int, vector: NDArray[np.float32] | None, bias: float
    ) -> None:
        """Says what an action is that the memory has just admitted."""
        device = device_of(self.memory.actions[number])
        if number < len(self.rows):  # the number of an action that was given up for this one
            self._vacate(number)
            self.devices[number] = device
            self.rows[number], self.candidate[number] = row, candidate
            self.vector[number], self.bias[number] = vector, bias
        else:
            self.devices.append(device)
            self.rows.append(row)
            self.candidate.append(candidate)
            self.vector.append(vector)
            self.bias.append(bias)
        self.action_of[candidate] = number
        self._renamed = self._renamed or candidate != number
        self.of_row.setdefault(row, []).append(number)
        self.scored = self.usual = self.lasting = self.others = None

    def _vacate(self, number: int) -> None:
        self.of_row[self.rows[number]].remove(number)
        if not self.of_row[self.rows[number]]:
            del self.of_row[self.rows[number]]
        del self.action_of[self.candidate[number]]
        if number in self.recent:
            self.history.keep([action != number for action in self.recent])
            kept = [action for action in self.recent if action != number]
            self.recent = deque(kept, self.recent.maxlen)
        if number in (self.last, self.before_last):
            self.last = self.before_last = -1

    def as_candidates(self, weights: Mapping[int, float]) -> Mapping[int, float]:
        """Action → weight as candidate → weight."""
        if not self._renamed:
            return weights
        return {self.candidate[action]: weight for action, weight in weights.items()}

    def was_told(self, action: str, moment: Moment) -> bool:
        """Whether an event is the last one, told twice: the same action at the very same moment."""
        return (
            self.last >= 0
            and moment.time is not None
            and moment.time == self.told_at
            and self.memory.actions[self.last] == action
        )

    def is_repeated(self, action: int) -> bool:
        """Whether an action is the last thing that was done to its device, so far as remembered."""
        device = self.devices[action]
        if not device:
            return False
        for one in reversed(self.recent):
            if self.devices[one] == device:
                return one == action
        return False

    def pass_time(self, moment: Moment) -> float:
        """Lets time run on to an event; returns the hours since the one before, 0 if not known."""
        memory = self.memory
        hours = 0.0
        if moment.time is not None and memory.last_time is not None:
            hours = (moment.time - memory.last_time) / HOUR_SECONDS
        memory.pass_time(moment)
        self.told_at = moment.time
        return max(0.0, min(_LONGEST_SILENCE, hours))

    def ever_done(self) -> frozenset[int]:
        """The candidates that were done, not only spoken of."""
        counts = self.memory.together(((EVERYTHING, 1.0),), SLOW)
        return frozenset(self.candidate[action] for action in counts)

    def push(
        self,
        action: int,
        features: NDArray[np.float32],
        hours_since: float,
        says: Mapping[str, str],
        event: Event,
    ) -> None:
        """Makes an event the last one.

        Args:
            features: of its moment.
            hours_since: the event before it.
            says: sensor → what it said.
            event: the same for the course of events.
        """
        self.memory.events += 1
        self.history.push(self.vector[action], self.history.row_of(features, hours_since))
        self.recent.append(action)
        self.course = [*self.course[1 - COURSE_EVENTS :], event]
        self.before_last, self.last = self.last, action
        self.says = says
        self.noticed = {}
        self.lasting = self.others = None

    def notice(self, changes: Sequence[str], time: float) -> None:
        """Remembers since when sensors say something else than at the last event.

        Args:
            changes: keys of what they say.
            time: wall clock, seconds.
        """
        before = self.noticed
        self.noticed = {key: min(time, before.get(key, time)) for key in changes}

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain data, for whoever it is about."""
        names = self.memory.actions
        return {
            **self.memory.to_dict(),
            "recent": [names[action] for action in self.recent],
            "sensors": dict(self.says),
        }


def value_code(value: str) -> int:
    """A number that stands for what was set (CRC-32); 0 for nothing."""
    return zlib.crc32(value.encode("utf-8", "surrogatepass")) if value else 0
