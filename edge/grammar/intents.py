"""What the sentences of each intent say, read off a compiled grammar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from edge.grammar.file import GrammarTables


def intents_by_word(tables: GrammarTables) -> dict[str, frozenset[str]]:
    """Word → the intents that have a sentence with it."""
    return _intents_of(tables, len(tables.labels))


def intents_by_first_word(tables: GrammarTables) -> dict[str, frozenset[str]]:
    """Word → the intents that have a sentence which begins with it."""
    return _intents_of(tables, int(tables.first_edge[1]))  # all begin in the first state


def _intents_of(tables: GrammarTables, edges: int) -> dict[str, frozenset[str]]:
    """The words of the first so many transitions → the intents of sentences through them."""
    intents = sorted({rule.intent for rule in tables.rules})
    leads = _leading_to(tables, intents)
    known = len(tables.words)
    found = np.zeros((known + 1, leads.shape[1]), np.uint64)  # one more for all that is no word
    labels = np.minimum(tables.labels[:edges].astype(np.int64), known)
    np.bitwise_or.at(found, labels, leads[tables.targets[:edges]])
    shared: dict[bytes, frozenset[str]] = {}
    result = {}
    for word, bits in zip(tables.words, found, strict=False):
        if bits.any():
            key = bits.tobytes()
            if key not in shared:
                one = np.unpackbits(bits.view(np.uint8), bitorder="little")
                shared[key] = frozenset(intents[at] for at in np.flatnonzero(one).tolist())
            result[word] = shared[key]
    return result


def _leading_to(tables: GrammarTables, intents: Sequence[str]) -> npt.NDArray[np.uint64]:
    """[states, ⌈intents / 64⌉]: for every state, a bit for each intent of sentences from there."""
    leads = np.zeros((len(tables.accepts), -(-len(intents) // 64)), np.uint64)
    numbers = {intent: at for at, intent in enumerate(intents)}
    for state in np.flatnonzero(tables.accepts).tolist():
        for rule in rules_at(tables, state):
            at = numbers[tables.rules[rule].intent]
            leads[state, at // 64] |= np.uint64(1 << at % 64)
    starts = tables.first_edge[:-1].astype(np.int64)
    going_on = np.flatnonzero(np.diff(tables.first_edge.astype(np.int64)))
    # Backwards from where sentences end, until nothing is new.
    while len(going_on):
        after = np.bitwise_or.reduceat(leads[tables.targets], starts[going_on], axis=0)
        more = leads[going_on] | after
        if np.array_equal(more, leads[going_on]):
            break
        leads[going_on] = more
    return leads


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
    known = len(tables.words)
    sources = np.repeat(np.arange(len(tables.accepts)), np.diff(tables.first_edge).astype(np.int64))
    is_word = tables.labels < known
    into, words = tables.targets[is_word], tables.labels[is_word]
    labels: dict[str, list[int]] = {}
    for number, (_, slot) in enumerate(tables.references, start=known):
        labels.setdefault(slot, []).append(number)
    labels.pop("", None)
    found = {}
    for slot, numbers in labels.items():
        is_said = np.zeros(known + len(tables.references), bool)
        is_said[numbers] = True
        says = np.zeros(len(tables.accepts), bool)
        says[sources[is_said[tables.labels]]] = True
        found[slot] = frozenset(tables.words[word] for word in set(words[says[into]].tolist()))
    return found


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
    known = len(tables.words)
    says = tables.labels >= known
    said = zip(tables.labels[says].tolist(), tables.targets[says].tolist(), strict=True)
    # Each once: from many states the same is said, and leads to the same.
    for label, state in sorted(set(said)):
        number, slot = tables.references[label - known]
        if slot:
            after = tables.labels[tables.first_edge[state] : tables.first_edge[state + 1]]
            yield slot, tables.lists[number].kind, state, after.tolist()
