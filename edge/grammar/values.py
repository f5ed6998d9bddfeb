"""Values that a sentence of the grammar may have in the place of a list: words and numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edge.grammar.file import ListEntry
from edge.grammar.match import OutOfRange
from edge.home.names import Node
from edge.home.targets import in_range
from edge.numbers import PERCENT_WORDS, Number, parse_number, parse_percent

Ends = list[tuple[int, Any]]
"""Where a value that begins at some token ends, and what it is."""

_NOWHERE: Node = {}


def value_tree(entry: ListEntry) -> Node:
    """The values of a list, word by word."""
    root: Node = {}
    for said, value in entry.values.items():
        node = root
        for word in said:
            node = node.setdefault(word, {})
        node[""] = value
    return root


def values_at(node: Node, words: Sequence[str], place: int) -> Ends:
    """Values of the tree `node` that begin at token `place`."""
    found: Ends = []
    for at in range(place, len(words)):
        node = node.get(words[at], _NOWHERE)
        if not node:
            break
        if "" in node:
            found.append((at + 1, node[""]))
    return found


def numbers_at(entry: ListEntry, spelled: Node, words: Sequence[str], place: int) -> Ends:
    """A number at token `place`, in range or not, with and without its "percent".

    Args:
        spelled: `value_tree` of the entry: its numbers as another language than English has them.
    """
    if spelled and (known := values_at(spelled, words, place)):
        return [(end, _taken(entry, value)) for end, value in known]
    found = (parse_percent if entry.percent else parse_number)(words, place)
    if found is None or not (entry.digits if words[place][-1].isdecimal() else entry.words):
        return []
    value, end = found
    ends: Ends = [(end, _taken(entry, value))]
    if words[end - 1] in PERCENT_WORDS and end - 1 > place:
        ends.append((end - 1, ends[0][1]))
    elif words[end - 1] == "half" and end - 3 > place:
        # "two and a half hours" can be a template of its own: {hours} and a {half} hours.
        ends.append((end - 3, _taken(entry, int(value))))
    return ends


def _taken(entry: ListEntry, value: Number) -> Number | OutOfRange:
    taken = in_range(value, entry.low, entry.high, entry.step, entry.parts, entry.multiplier)
    return OutOfRange(value) if taken is None else taken
