"""The compiled grammar as bytes: checked as the hostile input it is, then handed out as tables.

Layout, all numbers little-endian:

    8 bytes            MAGIC
    u32                length of the header in bytes, a multiple of 4
    header             JSON, UTF-8: words, references, lists, rules, accept_sets, skip,
                       states, edges
    u32 × (states+1)   where the transitions of each state begin
    u32 × edges        the state each transition leads to
    u16 × edges        its label: below len(words) a word, from there on a reference
    u16 × states       0, or 1 + the index in accept_sets of the rules of sentences ending here
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from edge.bundle import strict_json
from edge.errors import BundleFormatError
from edge.events import SlotValue
from edge.home.items import HOME_KINDS
from edge.limits import (
    GRAMMAR_BYTES,
    GRAMMAR_EDGES,
    GRAMMAR_HEADER_BYTES,
    GRAMMAR_LABELS,
    GRAMMAR_STATES,
)
from edge.numbers import Number

if TYPE_CHECKING:
    import numpy.typing as npt  # costs 8 ms, and only annotations need it

MAGIC = b"HEARTHG1"

LIST_KINDS = (*HOME_KINDS, "wildcard", "range", "values")
_FRACTIONS = {"halves": 2, "tenths": 10}


class ListEntry(NamedTuple):
    """What may be said in a place of a template."""

    kind: str
    """One of LIST_KINDS."""
    name: str
    low: Number = 0
    high: Number = 0
    step: Number = 1
    parts: int = 1
    """Parts a whole is divided in: 2 allows halves, 10 tenths."""
    multiplier: float = 1.0
    percent: bool = False
    digits: bool = True
    words: bool = True
    values: Mapping[tuple[str, ...], SlotValue | None] = MappingProxyType({})
    """What is said → the value; None: what was said is the value. Of a range: its numbers, as they
    are said in another language than English."""


class Rule(NamedTuple):
    """What a sentence means that ends in a state."""

    intent: str
    slots: Mapping[str, SlotValue]
    kinds: frozenset[str]
    not_kinds: frozenset[str]
    needs_area: bool


class GrammarTables(NamedTuple):
    """A checked grammar: every index in it is in range."""

    language: str
    words: list[str]
    references: list[tuple[int, str]]
    """List and slot of each reference."""
    lists: list[ListEntry]
    rules: list[Rule]
    accept_sets: list[list[int]]
    skip: list[tuple[str, ...]]
    """Phrases that may be left out of a sentence, longest first."""
    first_edge: npt.NDArray[np.uint32]
    targets: npt.NDArray[np.uint32]
    labels: npt.NDArray[np.uint16]
    accepts: npt.NDArray[np.uint16]


def read_tables(data: bytes) -> GrammarTables:
    """Check a compiled grammar.

    Raises:
        BundleFormatError: it is not one, is larger than `edge.limits` allows, or an index in it
            points outside.
    """
    if len(data) > GRAMMAR_BYTES:
        raise _bad(f"{len(data)} bytes", f"at most {GRAMMAR_BYTES}")
    if data[:8] != MAGIC:
        raise _bad(f"it begins with {data[:8]!r}", f"{MAGIC!r}: a grammar of this version")
    size = int.from_bytes(data[8:12], "little")
    if size > min(GRAMMAR_HEADER_BYTES, len(data) - 12) or size % 4:
        raise _bad(f"a header of {size} bytes", "what the file holds, a multiple of 4")
    header = _parse(data[12 : 12 + size])
    states = _count(header, "states", GRAMMAR_STATES)
    edges = _count(header, "edges", GRAMMAR_EDGES)
    if states < 1:
        raise _bad("no states", "at least one")
    wanted = 12 + size + 4 * (states + 1) + 4 * edges + 2 * edges + 2 * states
    if len(data) != wanted:
        raise _bad(f"{len(data)} bytes", f"{wanted} for {states} states and {edges} edges")
    at = 12 + size
    first_edge = np.frombuffer(data, dtype="<u4", count=states + 1, offset=at)
    at += first_edge.nbytes
    targets = np.frombuffer(data, dtype="<u4", count=edges, offset=at)
    at += targets.nbytes
    labels = np.frombuffer(data, dtype="<u2", count=edges, offset=at)
    accepts = np.frombuffer(data, dtype="<u2", count=states, offset=at + labels.nbytes)

    words = _strings(header, "words", GRAMMAR_LABELS)
    lists = [_list_entry(entry) for entry in _items(header, "lists", dict, GRAMMAR_LABELS)]
    rules = [_rule(entry) for entry in _items(header, "rules", dict, GRAMMAR_LABELS)]
    references = [
        _reference(entry, len(lists))
        for entry in _items(header, "references", list, GRAMMAR_LABELS)
    ]
    accept_sets = [
        _accept_set(entry, len(rules))
        for entry in _items(header, "accept_sets", list, GRAMMAR_LABELS - 1)
    ]
    if (
        first_edge[0] != 0
        or first_edge[-1] != edges
        or (np.diff(first_edge.astype(np.int64)) < 0).any()
    ):
        raise _bad("transitions out of order", "each state's after those of the state before")
    if edges and int(targets.max()) >= states:
        raise _bad(f"a transition to state {int(targets.max())}", f"states below {states}")
    if edges and int(labels.max()) >= len(words) + len(references):
        raise _bad(f"a label {int(labels.max())}", f"below {len(words) + len(references)}")
    if int(accepts.max()) > len(accept_sets):
        raise _bad(f"an accept set {int(accepts.max())}", f"at most {len(accept_sets)}")
    language = header.get("language")
    return GrammarTables(
        language=language if isinstance(language, str) else "",
        words=words,
        references=references,
        lists=lists,
        rules=rules,
        accept_sets=accept_sets,
        skip=[tuple(phrase.split()) for phrase in _strings(header, "skip", 256) if phrase.split()],
        first_edge=first_edge,
        targets=targets,
        labels=labels,
        accepts=accepts,
    )


_HEADER_DEPTH: Final = 16
"""Of nested lists and objects; there are five."""


def _bad(what: str, allowed: str) -> BundleFormatError:
    return BundleFormatError(
        what, where="grammar", allowed=allowed, hint="export the bundle again; this one is damaged"
    )


def _parse(raw: bytes) -> dict[str, Any]:
    try:
        header = strict_json.loads(
            raw, "grammar", most_bytes=GRAMMAR_BYTES, most_depth=_HEADER_DEPTH
        )
    except BundleFormatError as error:
        raise _bad(f"its header is no JSON: {error.what}", "a JSON object in UTF-8") from None
    if not isinstance(header, dict):
        raise _bad("its header is no object", "a JSON object")
    return header


def _count(header: Mapping[str, Any], key: str, largest: int) -> int:
    value = header.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= largest:
        raise _bad(f"{key} = {str(value)[:40]}", f"0 to {largest}")
    return value


def _items(header: Mapping[str, Any], key: str, kind: type, largest: int) -> list[Any]:
    value = header.get(key)
    if not isinstance(value, list) or len(value) > largest:
        raise _bad(f"{key} is no list, or too long", f"a list of at most {largest}")
    for entry in value:
        if not isinstance(entry, kind):
            raise _bad(f"{key} holds {str(entry)[:40]!r}", f"only {kind.__name__}")
    return value


def _strings(header: Mapping[str, Any], key: str, largest: int) -> list[str]:
    return _items(header, key, str, largest)


def _reference(entry: list[Any], lists: int) -> tuple[int, str]:
    if len(entry) == 2:
        number, slot = entry
        if type(number) is int and 0 <= number < lists and isinstance(slot, str):
            return number, slot
    raise _bad(f"a reference {str(entry)[:40]}", f"[list below {lists}, slot]")


def _accept_set(entry: list[Any], rules: int) -> list[int]:
    if not entry or not all(type(rule) is int and 0 <= rule < rules for rule in entry):
        raise _bad(f"an accept set {str(entry)[:40]}", f"rules below {rules}")
    return entry


def _rule(entry: dict[str, Any]) -> Rule:
    intent, slots = entry.get("intent"), entry.get("slots", {})
    kinds, not_kinds = entry.get("kinds", []), entry.get("not_kinds", [])
    if not isinstance(intent, str) or not intent:
        raise _bad("a rule without an intent", "text")
    if not isinstance(slots, dict) or not all(_is_value(value) for value in slots.values()):
        raise _bad(f"{intent}: slots {str(slots)[:60]}", "an object of text and numbers")
    for names in (kinds, not_kinds):
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise _bad(f"{intent}: kinds {str(names)[:60]}", "a list of texts")
    needs_area = entry.get("needs_area", False) is True
    return Rule(intent, slots, frozenset(kinds), frozenset(not_kinds), needs_area)


def _list_entry(entry: dict[str, Any]) -> ListEntry:
    kind, name = entry.get("kind"), entry.get("name")
    if kind not in LIST_KINDS or not isinstance(name, str):
        raise _bad(f"a list {name!r} of kind {str(kind)[:40]!r}", ", ".join(LIST_KINDS))
    if kind == "range":
        low, high, step = entry.get("low", ""), entry.get("high", ""), entry.get("step", 1)
        multiplier = entry.get("multiplier", 1.0)
        numbers = (low, high, step, multiplier)
        if not all(_is_number(number) for number in numbers) or step <= 0 or low > high:
            raise _bad(f"list {name!r}: a range {str(entry)[:60]}", "low <= high, step > 0")
        fractions = entry.get("fractions")
        if fractions is not None and fractions not in tuple(_FRACTIONS):
            raise _bad(f"list {name!r}: fractions {str(fractions)[:40]}", ", ".join(_FRACTIONS))
        return ListEntry(
            kind,
            name,
            low=low,
            high=high,
            step=step,
            parts=_FRACTIONS.get(fractions, 1) if fractions is not None else 1,
            multiplier=multiplier,
            percent=entry.get("percent", False) is True,
            digits=entry.get("digits", True) is True,
            words=entry.get("words", True) is True,
            values=_values(entry, "spelled", name) if "spelled" in entry else MappingProxyType({}),
        )
    if kind == "values":
        return ListEntry(kind, name, values=_values(entry, "values", name))
    return ListEntry(kind, name)


def _values(
    entry: dict[str, Any], key: str, name: str
) -> Mapping[tuple[str, ...], SlotValue | None]:
    values: dict[tuple[str, ...], SlotValue | None] = {}
    only_numbers = key == "spelled"
    for pair in _items(entry, key, list, GRAMMAR_LABELS):
        if len(pair) != 2 or not isinstance(pair[0], str) or not pair[0].split():
            raise _bad(f"list {name!r}: a value {str(pair)[:40]}", "[what is said, value]")
        if only_numbers and not _is_number(pair[1]):
            raise _bad(f"list {name!r}: a number {str(pair)[:40]}", "[what is said, number]")
        if pair[1] is not None and not _is_value(pair[1]):
            raise _bad(f"list {name!r}: a value {str(pair)[:40]}", "text, a number or null")
        values[tuple(pair[0].split())] = pair[1]
    return values


def _is_value(value: Any) -> bool:
    return isinstance(value, str) or _is_number(value)


def _is_number(value: Any) -> bool:
    # json.loads takes NaN and Infinity; a slot never has them.
    return isinstance(value, int | float) and -1e15 <= value <= 1e15
