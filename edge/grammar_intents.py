"""What the sentences of an intent have in common, read off a compiled grammar."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from edge.grammar_file import GrammarTables


def intents_with(tables: GrammarTables, is_meant: Callable[[str], bool]) -> frozenset[str]:
    """The intents that have a sentence with a certain word in it.

    Args:
        tables: the grammar.
        is_meant: whether a word is one of those.
    """
    first, targets = tables.first_edge, tables.targets
    meant = [label for label, word in enumerate(tables.words) if is_meant(word)]
    waiting = targets[np.isin(tables.labels, meant)].tolist()
    met: set[int] = set()
    while waiting:
        state = waiting.pop()
        if state not in met:
            met.add(state)
            waiting += targets[first[state] : first[state + 1]].tolist()
    return frozenset(intent for state in met for intent in _accepted(tables, state))


class SlotsOf(NamedTuple):
    """The slots of an intent's sentences."""

    always: frozenset[str]
    """Those that every sentence has."""
    ever: frozenset[str]
    """Those that any sentence has."""


def slots_of(tables: GrammarTables) -> dict[str, SlotsOf]:
    """Intent → its slots, of all intents that have sentences."""
    always = _gathered(tables, frozenset.intersection)
    ever = _gathered(tables, frozenset.union)
    return {intent: SlotsOf(always[intent], ever[intent]) for intent in always}


def words_after(tables: GrammarTables) -> dict[str, frozenset[str]]:
    """Word → the slots that a sentence has right before it, of words that follow any."""
    first, labels, targets = (
        array.tolist() for array in (tables.first_edge, tables.labels, tables.targets)
    )
    known = len(tables.words)
    found: dict[str, set[str]] = {}
    for label, state in zip(labels, targets, strict=True):
        if label < known or not (slot := tables.references[label - known][1]):
            continue
        for word in labels[first[state] : first[state + 1]]:
            if word < known:
                found.setdefault(tables.words[word], set()).add(slot)
    return {word: frozenset(slots) for word, slots in found.items()}


def labels_said(tables: GrammarTables) -> list[frozenset[str]]:
    """For every label of a transition the slots that it says: one, or none."""
    none = frozenset[str]()
    slots = [frozenset((slot,)) if slot else none for _, slot in tables.references]
    return [none] * len(tables.words) + slots


def rules_at(tables: GrammarTables, state: int) -> list[int]:
    """The rules of sentences that end in a state."""
    accepted = int(tables.accepts[state])
    return tables.accept_sets[accepted - 1] if accepted else []


def _gathered(
    tables: GrammarTables, join: Callable[[frozenset[str], frozenset[str]], frozenset[str]]
) -> dict[str, frozenset[str]]:
    """Intent → the slots on the ways to its sentences, those of several ways joined."""
    first, labels, targets = (
        array.tolist() for array in (tables.first_edge, tables.labels, tables.targets)
    )
    slots = labels_said(tables)
    reached: dict[int, frozenset[str]] = {0: frozenset()}
    """State → the slots of the ways that lead there. To join only ever adds some, or only ever
    takes some away, so it ends."""
    waiting = [0]
    while waiting:
        state = waiting.pop()
        for edge in range(first[state], first[state + 1]):
            target = targets[edge]
            after = reached[state] | slots[labels[edge]]
            if target in reached:
                after = join(after, reached[target])
            if reached.get(target) != after:
                reached[target] = after
                waiting.append(target)
    found: dict[str, frozenset[str]] = {}
    for state, gathered in reached.items():
        for intent in _accepted(tables, state):
            found[intent] = join(found.get(intent, gathered), gathered)
    return found


def _accepted(tables: GrammarTables, state: int) -> set[str]:
    """The intents of sentences that end in a state."""
    return {tables.rules[number].intent for number in rules_at(tables, state)}
