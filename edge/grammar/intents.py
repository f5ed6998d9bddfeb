"""What the sentences of each intent say, read off a compiled grammar."""

from __future__ import annotations

from collections.abc import Iterator

from edge.grammar.file import GrammarTables


def intents_by_word(tables: GrammarTables) -> dict[str, frozenset[str]]:
    """Word → the intents that have a sentence with it."""
    return _intents_of(tables, len(tables.labels))


def intents_by_first_word(tables: GrammarTables) -> dict[str, frozenset[str]]:
    """Word → the intents that have a sentence which begins with it."""
    return _intents_of(tables, int(tables.first_edge[1]))  # all begin in the first state


def _intents_of(tables: GrammarTables, edges: int) -> dict[str, frozenset[str]]:
    """The words of the first so many transitions → the intents of sentences through them."""
    first, labels, targets = (
        array.tolist() for array in (tables.first_edge, tables.labels, tables.targets)
    )
    # Backwards from where sentences end, until nothing is new.
    leads = [_accepted(tables, state) for state in range(len(tables.accepts))]
    count = -1
    while count != (count := sum(map(len, leads))):
        for state in reversed(range(len(leads))):
            leads[state].update(
                *(leads[target] for target in targets[first[state] : first[state + 1]])
            )
    found: dict[str, set[str]] = {}
    for label, target in zip(labels[:edges], targets, strict=False):
        if label < len(tables.words):
            found.setdefault(tables.words[label], set()).update(leads[target])
    return {word: frozenset(intents) for word, intents in found.items()}


def words_after(tables: GrammarTables) -> dict[str, frozenset[str]]:
    """Word → the slots that a sentence has right before it, of words that follow any."""
    known = len(tables.words)
    found: dict[str, set[str]] = {}
    for slot, _, _, after in _slots_said(tables):
        for word in after:
            if word < known:
                found.setdefault(tables.words[word], set()).add(slot)
    return {word: frozenset(slots) for word, slots in found.items()}


def words_before(tables: GrammarTables) -> dict[str, frozenset[str]]:
    """Slot → the words that sentences have right before it."""
    first, labels, targets = (
        array.tolist() for array in (tables.first_edge, tables.labels, tables.targets)
    )
    known = len(tables.words)
    into: dict[int, set[str]] = {}
    for label, target in zip(labels, targets, strict=True):
        if label < known:
            into.setdefault(target, set()).add(tables.words[label])
    found: dict[str, set[str]] = {}
    for state in range(len(tables.accepts)):
        for label in labels[first[state] : first[state + 1]]:
            slot = tables.references[label - known][1] if label >= known else ""
            if slot:
                found.setdefault(slot, set()).update(into.get(state, ()))
    return {slot: frozenset(words) for slot, words in found.items()}


def slots_counted(tables: GrammarTables) -> frozenset[str]:
    """Slots whose numbers have a word behind them in every sentence: "five *minutes*"."""
    known = len(tables.words)
    said: set[str] = set()
    bare: set[str] = set()
    for slot, kind, state, after in _slots_said(tables):
        if kind == "range":
            said.add(slot)
            if tables.accepts[state] or any(label >= known for label in after):
                bare.add(slot)
    return frozenset(said - bare)


def labels_said(tables: GrammarTables) -> list[frozenset[str]]:
    """For every label of a transition the slots that it says: one, or none."""
    none = frozenset[str]()
    slots = [frozenset((slot,)) if slot else none for _, slot in tables.references]
    return [none] * len(tables.words) + slots


def rules_at(tables: GrammarTables, state: int) -> list[int]:
    """The rules of sentences that end in a state."""
    accepted = int(tables.accepts[state])
    return tables.accept_sets[accepted - 1] if accepted else []


def _slots_said(tables: GrammarTables) -> Iterator[tuple[str, str, int, list[int]]]:
    """Transitions that say a slot: it, the kind of its list, the state behind it and the labels
    that go on from there."""
    first, labels, targets = (
        array.tolist() for array in (tables.first_edge, tables.labels, tables.targets)
    )
    known = len(tables.words)
    for label, state in zip(labels, targets, strict=True):
        number, slot = tables.references[label - known] if label >= known else (0, "")
        if slot:
            yield slot, tables.lists[number].kind, state, labels[first[state] : first[state + 1]]


def _accepted(tables: GrammarTables, state: int) -> set[str]:
    """The intents of sentences that end in a state."""
    return {tables.rules[number].intent for number in rules_at(tables, state)}
