"""Which slots a home's sentences have together, said and unsaid.

A model reads slots one by one. Those of a sentence have to be all that some sentence of the home
needs: "what is playing" asks for the state of nothing. And a template may fix slots
(`slots: {kind: light}`): the grammar adds them, a model reads only what is said, and "kill the
lights in the hall" would turn off all that there is. So to what a model read is added what the
sentences with the same slots have fixed. Where these are of several kinds, words decide that only
one kind has.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from edge.events import SlotValue
from edge.grammar.file import GrammarTables
from edge.grammar.intents import labels_said, rules_at
from edge.grammar.ranking import FUNCTION_WORDS

Fixed = tuple[tuple[str, SlotValue], ...]
"""Slots that a sentence has without saying them, in order."""
_MOST_EDGES = 200_000
"""Transitions, once for every set of slots that may have been said before; a grammar that has more
is left alone."""


_MOST_SLOTS = 64
"""Slots in one sentence; likewise."""


class _Way(NamedTuple):
    """Sentences of one rule that say the same slots."""

    said: frozenset[str]
    rule: int


class _Sets(NamedTuple):
    """What the sentences of one intent say."""

    labels: frozenset[str]
    """All slots that any of them says."""
    said: frozenset[frozenset[str]]
    """The slots of each of them."""
    here: frozenset[frozenset[str]]
    """The slots of those that are of the place they are said in."""
    needs: Mapping[_Way, frozenset[str]]
    """The slots of each way, with the area where it is said stands in for one: that is none that a
    model has read."""


_NOTHING = _Sets(frozenset(), frozenset(), frozenset(), {})


class _Graph(NamedTuple):
    """A grammar's states, each once for every set of slots that may have been said before it."""

    sources: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    targets: npt.NDArray[np.int64]
    ends: dict[str, dict[_Way, list[int]]]
    """Intent → its ways → where sentences of each end."""
    states: int


_NONE = np.zeros(0, np.int64)
_EMPTY = _Graph(_NONE, _NONE, _NONE, {}, 0)


class SlotSets:
    """The slots of a grammar's sentences. What is read off it is made when it is first needed."""

    def __init__(self, tables: GrammarTables) -> None:
        self._tables = tables
        self.fixing = frozenset(rule.intent for rule in tables.rules if rule.slots)
        """Intents that have sentences with fixed slots."""
        self._words: dict[_Way, frozenset[str]] = {}
        self._telling: dict[str, frozenset[str]] = {}

    def prepare(self) -> None:
        """Reads them now."""
        _ = self._of

    def of(self, intent: str) -> frozenset[str] | None:
        """The slots that any sentence of an intent says; None of an intent that has none."""
        return self._of[intent].labels if intent in self._of else None

    def are_said(self, intent: str, slots: Set[str]) -> bool:
        """Whether a sentence of an intent says these slots and no others."""
        return slots in self._of.get(intent, _NOTHING).said

    def ask_where(self, intent: str, slots: Set[str]) -> bool:
        """Whether a sentence of an intent that says these slots is of the place it is said in."""
        return slots in self._of.get(intent, _NOTHING).here

    def take_place(self, intent: str) -> bool:
        """Whether a sentence of an intent says an area, or is of the one it is said in."""
        return any("area" in needed for needed in self._of.get(intent, _NOTHING).needs.values())

    def telling(self, intent: str) -> frozenset[str]:
        """Words of which an intent's sentences without slots all have one, and the others none.

        "Doors", "everything": what is locked where nothing is named. Empty where there are none.
        """
        if intent not in self._telling:
            self._telling[intent] = self._find_telling(intent)
        return self._telling[intent]

    def all_have(self, intent: str, words: frozenset[str]) -> bool:
        """Whether every sentence of an intent has one of some words; not of one without any."""
        ways = self._graph.ends.get(intent, {})
        ends = [state for states in ways.values() for state in states]
        return bool(ends) and not self._reached(words, avoiding=True)[ends].any()

    def lacking(self, intent: str, said: Iterable[str]) -> list[frozenset[str]]:
        """The fewest slots that these lack to be all that a sentence of an intent says.

        Any one of them, where sentences lack as few others. Empty where nothing is lacking, and of
        an intent that has no sentences.
        """
        given, sets = frozenset(said), self._of.get(intent, _NOTHING)
        if given in sets.said:
            return []
        missing = {slots - given for slots in sets.said}
        fewest = min(map(len, missing), default=0)
        return sorted((few for few in missing if len(few) == fewest > 0), key=sorted)

    def fixed(
        self, intent: str, said: Iterable[str], words: Iterable[str]
    ) -> Mapping[str, SlotValue] | None:
        """What is fixed in the sentences of an intent that say most of these slots, no others.

        Args:
            intent: what was read.
            said: the slots that were read.
            words: of the sentence, outside its slots.

        Returns:
            Slots that are not among `said`; None where sentences of several kinds say these slots,
            and none of the words tells which it is.
        """
        if intent not in self.fixing:
            return {}
        given = frozenset(said)
        needs = self._of.get(intent, _NOTHING).needs
        fitting = [way for way, needed in needs.items() if needed <= given]
        most = max((len(needs[way]) for way in fitting), default=0)
        kinds: dict[Fixed, list[_Way]] = {}
        for way in fitting:
            if len(needs[way]) == most:
                fixed = tuple(sorted(self._tables.rules[way.rule].slots.items()))
                kinds.setdefault(fixed, []).append(way)
        told = list(kinds)
        if len(kinds) > 1:
            told = self._told(intent, kinds, frozenset(words))
            if len(told) != 1:
                return None
        return {label: value for fixed in told for label, value in fixed if label not in given}

    def _find_telling(self, intent: str) -> frozenset[str]:
        ways = self._graph.ends.get(intent, {})
        without = [way for way in ways if not way.said]
        if len(without) in (0, len(ways)):
            return frozenset()
        others = self._words_to([way for way in ways if way.said], ways) | FUNCTION_WORDS
        reached = self._reached(others)
        if any(reached[ways[way]].any() for way in without):
            return frozenset()  # there is one without any
        return self._words_to(without, ways) - others

    def _reached(self, words: frozenset[str], *, avoiding: bool = False) -> npt.NDArray[np.bool_]:
        """Which states sentences come to that have no slots, and no words but these; or, avoiding
        them, that have any slots and all words but these."""
        known = self._tables.words
        plain = np.array([(word in words) != avoiding for word in known] + [avoiding], bool)
        graph = self._graph
        passes = plain[np.minimum(graph.labels, len(known))]
        reached = np.zeros(graph.states, bool)
        reached[:1] = True
        count = 0
        while count != (count := int(reached.sum())):
            reached[graph.targets[passes & reached[graph.sources]]] = True
        return reached

    @cached_property
    def _of(self) -> dict[str, _Sets]:
        """Intent → what its sentences say."""
        rules, of = self._tables.rules, {}
        for intent, ways in self._graph.ends.items():
            here = {way: way.said | {"area"} for way in ways if rules[way.rule].needs_area}
            of[intent] = _Sets(
                frozenset[str]().union(*(way.said for way in ways)),
                frozenset(way.said for way in ways),
                frozenset(way.said for way in here),
                {way: here.get(way, way.said) for way in ways},
            )
        return of

    def _told(
        self, intent: str, kinds: Mapping[Fixed, Sequence[_Way]], words: frozenset[str]
    ) -> list[Fixed]:
        """Those of which there is a word that no other has."""
        spoken = {
            fixed: frozenset[str]().union(*(self._words_of(intent, way) for way in ways))
            for fixed, ways in kinds.items()
        }
        shared = Counter(word for said in spoken.values() for word in said)
        return [
            fixed
            for fixed, said in spoken.items()
            if any(shared[word] == 1 for word in words & said)
        ]

    def _words_of(self, intent: str, way: _Way) -> frozenset[str]:
        """Words that are said in sentences of that way."""
        if way not in self._words:
            self._words[way] = self._words_to([way], self._graph.ends[intent])
        return self._words[way]

    def _words_to(
        self, chosen: Iterable[_Way], ways: Mapping[_Way, Sequence[int]]
    ) -> frozenset[str]:
        """Words that are said in sentences of some of an intent's ways."""
        graph = self._graph
        leads = np.zeros(graph.states, bool)
        leads[[state for way in chosen for state in ways[way]]] = True
        count = 0
        while count != (count := int(leads.sum())):
            leads[graph.sources[leads[graph.targets]]] = True
        labels = set(graph.labels[leads[graph.targets]].tolist())
        known = self._tables.words
        return frozenset(known[label] for label in labels if label < len(known))

    @cached_property
    def _graph(self) -> _Graph:
        tables = self._tables
        first = tables.first_edge.tolist()
        slots = labels_said(tables)
        start = (0, frozenset[str]())
        numbers = {start: 0}
        states = [start]
        sources, words, onward = array("q"), array("q"), array("q")
        for source, (state, said) in enumerate(states):  # grows while it is walked
            if len(said) > _MOST_SLOTS:
                return _EMPTY
            edges = slice(first[state], first[state + 1])
            moves = zip(tables.labels[edges].tolist(), tables.targets[edges].tolist(), strict=True)
            for label, target in moves:
                after = (target, said | slots[label])
                if after not in numbers:
                    numbers[after] = len(states)
                    states.append(after)
                sources.append(source)
                words.append(label)
                onward.append(numbers[after])
            if len(sources) > _MOST_EDGES:
                return _EMPTY
        ends: dict[str, dict[_Way, list[int]]] = {}
        for number, (state, said) in enumerate(states):
            for rule in rules_at(tables, state):
                ways = ends.setdefault(tables.rules[rule].intent, {})
                ways.setdefault(_Way(said, rule), []).append(number)
        came, said_by, went = (np.frombuffer(part, np.int64) for part in (sources, words, onward))
        return _Graph(came, said_by, went, ends, len(states))
