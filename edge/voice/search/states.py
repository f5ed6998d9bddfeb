"""The states of a search graph, made as a search comes to them and remembered.

A state is a set of places in the tries: all ways to read the letters so far (subset construction,
done lazily as in Mohri, Pereira and Riley, "Weighted finite-state transducers in speech
recognition", 2002). Nothing is spelled out for a template and a name together before somebody says
the one in the other.
"""

from __future__ import annotations

from array import array
from threading import RLock
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from edge.limits import SPEECH_STATES
from edge.voice.alphabet import LABELS, SPACE
from edge.voice.search.automaton import ANY_LETTER, WORD_END, Edge, WordAutomaton
from edge.voice.search.tries import RESERVED

if TYPE_CHECKING:
    import numpy.typing as npt

_Type = TypeVar("_Type", bound=np.generic)

_APOSTROPHE: Final = LABELS.index("'")
_FIRST_LETTER: Final = _APOSTROPHE + 1
_ALL_LETTERS: Final = frozenset(range(_FIRST_LETTER, len(LABELS)))


class States:
    """States that were met, and where each letter leads from those that were opened.

    A place in the tries is one number: node × states of the automaton + the state behind its trie.
    Arrays are replaced when they grow, so what was taken from one stays good for the states it has.

    Attributes:
        accepts: state → whether the letters so far are a whole sentence.
        loose: state → whether they can only be read as part of a wildcard.
        row: state → its row of the next two; -1 where it was not opened yet.
        follows: row and label → the state after it; -1 where that cannot follow.
        bound: row and label → whether it can follow as more than a part of a wildcard.
        wild: whether there are wildcards at all.
    """

    def __init__(self, automaton: WordAutomaton) -> None:
        self._automaton = automaton
        self._width = len(automaton.edges)
        self._lock = RLock()
        # Packed as 64-bit numbers: a tuple of them takes four times the memory.
        self._places: list[bytes] = []
        self._numbers: dict[bytes, int] = {}
        self._openings: dict[int, list[int]] = {}
        self._rows = 0
        self._room = SPEECH_STATES
        self.wild = bool(automaton.loose)
        self.accepts: npt.NDArray[np.bool_] = np.zeros(1024, dtype=np.bool_)
        self.loose: npt.NDArray[np.bool_] = np.zeros(1024, dtype=np.bool_)
        self.row: npt.NDArray[np.int32] = np.full(1024, -1, dtype=np.int32)
        self.follows: npt.NDArray[np.int32] = np.full((256, len(LABELS)), -1, dtype=np.int32)
        self.bound: npt.NDArray[np.bool_] = np.zeros((256, len(LABELS)), dtype=np.bool_)
        self.start = self._number(sorted(self._opening(0)))

    def __len__(self) -> int:
        return len(self._places)

    @property
    def full(self) -> bool:
        """Whether it is time to forget them and begin anew."""
        return len(self._places) > self._room

    def open(self, states: npt.NDArray[np.int32]) -> None:
        """Find the transitions of `states` that were not opened yet."""
        closed = states[self.row[states] < 0]
        if closed.size:
            with self._lock:
                for state in closed.tolist():
                    if self.row[state] < 0:
                        self._open(state)

    def adopt(self, other: States, states: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """The numbers that states of `other`, of the same automaton, have here."""
        numbers: dict[int, int] = {}
        with self._lock:
            for state in set(states.tolist()):
                numbers[state] = self._number(_unpacked(other._places[state]))
            self._room = len(self._places) + SPEECH_STATES
        return np.array([numbers[state] for state in states.tolist()], dtype=np.int32)

    def _open(self, state: int) -> None:
        first, children, letter, ends, _ = self._automaton.tries
        width = self._width
        moves: dict[int, list[int]] = {}
        # Where any letter leads to in a wildcard, and any letter or apostrophe inside a word of it.
        free: list[int] = []
        inside: list[int] = []
        for place in _unpacked(self._places[state]):
            node, behind = divmod(place, width)
            if node >= RESERVED:
                for child in range(first[node], first[node] + children[node]):
                    to = moves.get(letter[child])
                    if to is None:
                        to = moves[letter[child]] = []
                    if children[child]:
                        to.append(child * width + behind)
                    if ends[child]:
                        self._end_word(to, behind)
            elif node == WORD_END:
                opening = self._opening(behind)
                if opening:
                    moves.setdefault(SPACE, []).extend(opening)
            else:
                to = [ANY_LETTER * width + behind]
                self._end_word(to, behind)
                free += to
                if node == ANY_LETTER:
                    inside += to
        row, self._rows = self._rows, self._rows + 1
        if row == len(self.follows):
            self.follows = _grown(self.follows, row + 1, -1)
            self.bound = _grown(self.bound, row + 1)
        follows, bound = self.follows[row], self.bound[row]
        # Most letters of a wildcard lead to one state: it is found once, not for each of them.
        if free and not moves.keys() >= _ALL_LETTERS:
            after = self._number(sorted({*free}))
            follows[_FIRST_LETTER:] = after
            bound[_FIRST_LETTER:] = not self.loose[after]
        if inside:
            moves.setdefault(_APOSTROPHE, [])
        for label, to in moves.items():
            more = free if label >= _FIRST_LETTER else inside if label == _APOSTROPHE else ()
            after = self._number(sorted({*to, *more}))
            follows[label] = after
            bound[label] = not self.loose[after]
        self.row[state] = row  # last: another thread takes it for a sign that the rest is there

    def _end_word(self, to: list[int], behind: int) -> None:
        """Adds what may follow a word to the places `to`."""
        width = self._width
        to.append(WORD_END * width + behind)
        to += [root * width + target for root, target in self._automaton.glued[behind]]

    def _opening(self, state: int) -> list[int]:
        """The places in which the transitions of a state of the automaton begin."""
        found = self._openings.get(state)
        if found is None:
            edges: tuple[Edge, ...] = self._automaton.edges[state]
            found = self._openings[state] = [root * self._width + to for root, to in edges]
        return found

    def _number(self, places: list[int]) -> int:
        """The state of `places`, which are in ascending order."""
        packed = array("q", places).tobytes()
        number = self._numbers.get(packed)
        if number is not None:
            return number
        number = self._numbers[packed] = len(self._places)
        if number >= self.accepts.size:
            self.accepts = _grown(self.accepts, number + 1)
            self.loose = _grown(self.loose, number + 1)
            self.row = _grown(self.row, number + 1, -1)
        automaton, width = self._automaton, self._width
        # Sorted: places at the end of a word come first, those of wildcards next.
        for place in places:
            if place >= width:
                break
            if automaton.accepts[place]:
                self.accepts[number] = True
                break
        loose, reserved = automaton.loose, RESERVED * width
        if loose and places[-1] < reserved:
            self.loose[number] = all(place % width in loose for place in places)
        self._places.append(packed)
        return number


def _unpacked(places: bytes) -> list[int]:
    numbers: list[int] = memoryview(places).cast("q").tolist()
    return numbers


def _grown(array: npt.NDArray[_Type], least: int, fill: int = 0) -> npt.NDArray[_Type]:
    size = max(least, len(array) * 3 // 2)  # doubled, most of the last megabyte stays empty
    grown = np.full((size, *array.shape[1:]), fill, dtype=array.dtype)
    grown[: len(array)] = array
    return grown
