"""What the sentences of an intent have in common, read off a compiled grammar."""

from __future__ import annotations

from collections.abc import Callable

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


def required_slots(tables: GrammarTables) -> dict[str, frozenset[str]]:
    """Intent → the slots that every sentence of it has."""
    first, labels, targets = (
        array.tolist() for array in (tables.first_edge, tables.labels, tables.targets)
    )
    slots = [frozenset[str]()] * len(tables.words)
    slots += [frozenset((label,) if label else ()) for _, label in tables.references]
    always: dict[int, frozenset[str]] = {0: frozenset()}
    """State → the slots of all ways that lead there. They only ever lose some, so it ends."""
    waiting = [0]
    while waiting:
        state = waiting.pop()
        for edge in range(first[state], first[state + 1]):
            target = targets[edge]
            after = always[state] | slots[labels[edge]]
            if target in always:
                after &= always[target]
            if always.get(target) != after:
                always[target] = after
                waiting.append(target)
    found: dict[str, frozenset[str]] = {}
    for state, required in always.items():
        for intent in _accepted(tables, state):
            found[intent] = found.get(intent, required) & required
    return found


def _accepted(tables: GrammarTables, state: int) -> set[str]:
    """The intents of sentences that end in a state."""
    accepted = int(tables.accepts[state])
    rules = tables.accept_sets[accepted - 1] if accepted else ()
    return {tables.rules[number].intent for number in rules}
