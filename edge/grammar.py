"""The home's sentences as one automaton, walked word by word.

A sentence is matched exactly or not at all. Where it fits a template but for a name, a number or a
place, the answer says which: see `Miss`. The time a sentence takes depends on its length and on the
templates it could still be, never on how many devices the home has, and ends at
`edge.limits.GRAMMAR_STEPS` whatever is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edge.grammar_file import HOME_KINDS, GrammarTables, ListEntry, read_tables
from edge.grammar_rank import UNKNOWN, Match, Miss, OutOfRange, Path, Ranking
from edge.home import Home
from edge.limits import (
    GRAMMAR_PATHS,
    GRAMMAR_STEPS,
    SENTENCE_TOKENS,
    UNKNOWN_NAME_TOKENS,
)
from edge.names import Node
from edge.numbers import PERCENT_WORDS, Number, parse_number, parse_percent
from edge.targets import in_range
from edge.text import Tokens

__all__ = ["Grammar", "Match", "Miss"]

Layer = dict[int, list[Path]]
"""States that can be reached at one place of a sentence, and the ways that lead there."""
Ends = list[tuple[int, Any]]
"""Where a value that begins at some token ends, and what it is."""

_NO_NAME = frozenset(
    "and or but then if when while because as than i you he she we they it me him her us them "
    "is are was were am be been being do does did done have has had will would can could should "
    "may might must not no yes what who whose which why how where there please s".split()
)
"""Words that end the search for a name the home does not have: nobody's lamp is called so."""


class Grammar:
    """A compiled grammar. Unchanging once made, but for tables that fill up as they are used."""

    def __init__(self, tables: GrammarTables) -> None:
        self._tables = tables
        count = len(tables.accepts)
        # A state's transitions become dicts when it is first reached: most never are.
        self._moves: list[dict[str, int] | None] = [None] * count
        self._references: list[tuple[tuple[int, int, int], ...]] = [()] * count
        self._accepts: list[int] = tables.accepts.tolist()
        self._lists = tables.lists
        self._values: list[Node] = [_value_tree(entry) for entry in tables.lists]
        self._home_lists = [entry.kind in HOME_KINDS for entry in tables.lists]
        self._ranking = Ranking(tables)
        self._skip: dict[str, list[tuple[str, ...]]] = {}
        for phrase in tables.skip:
            self._skip.setdefault(phrase[0], []).append(phrase)

    @classmethod
    def from_bytes(cls, data: bytes) -> Grammar:
        """Check and open a compiled grammar.

        Raises:
            BundleFormatError: it is damaged, or larger than `edge.limits` allows.
        """
        return cls(read_tables(data))

    @property
    def language(self) -> str:
        """The language its sentences are in."""
        return self._tables.language

    @property
    def states(self) -> int:
        """Number of states of the automaton."""
        return len(self._accepts)

    @property
    def intents(self) -> tuple[str, ...]:
        """Sorted names of the intents it can find."""
        return tuple(sorted({rule.intent for rule in self._tables.rules}))

    def match(self, tokens: Tokens, home: Home, *, area: str | None = None) -> Match | Miss | None:
        """What a sentence says.

        Args:
            tokens: the sentence.
            home: whose names it may use.
            area: id of the area it was said in, where that is known. It fills templates that ask
                for it, and settles which of several devices with one name is meant.

        Returns:
            The best `Match`; a `Miss` where it fits a template but for a name, number or place;
            None where it fits none.
        """
        if not 0 < len(tokens) <= SENTENCE_TOKENS:
            return None
        missed: Miss | None = None
        kept: tuple[Tokens, list[Layer], dict[int, Ends]] | None = None
        for attempt in self._attempts(tokens):
            layers: list[Layer] = [{} for _ in range(len(attempt) + 1)]
            layers[0][0] = [None]
            cache: dict[int, Ends] = {}
            if not self._walk(attempt.words, home, layers, cache, wildcards=True):
                return None
            if layers[-1]:
                found = self._ranking.best(layers[-1], self._accepts, attempt, home, area)
                if isinstance(found, Match):
                    return found
                missed = missed or found
            kept = kept or (attempt, layers, cache)
        if missed is None and kept is not None:
            missed = self._near(*kept, home)
        return missed

    def _attempts(self, tokens: Tokens) -> list[Tokens]:
        """The sentence without the phrases that may be left out: first at its ends, then anywhere.

        The ends come first because a phrase inside can belong to what is said: "play I want to
        break free, please".
        """
        skip = self._skip
        words = tokens.words
        if not skip or skip.keys().isdisjoint(words):
            return [tokens]
        skippable: list[tuple[int, int]] = []
        at = 0
        while at < len(words):
            length = self._skippable(words, at)
            if length:
                skippable.append((at, at + length))
            at += length or 1
        first, last = 0, len(words)
        for start, end in skippable:
            if start == first:
                first = end
        for start, end in reversed(skippable):
            if end == last and start >= first:
                last = start
        attempts = []
        if first < last:
            attempts.append(tokens.part(first, last))
            inside = [
                at - first
                for start, end in skippable
                if start >= first and end <= last
                for at in range(start, end)
            ]
            if inside:
                attempts.append(attempts[0].without(inside))
        if skippable:
            attempts.append(tokens)
        return attempts or [tokens]

    def _skippable(self, words: Sequence[str], at: int) -> int:
        for phrase in self._skip.get(words[at], ()):
            if tuple(words[at : at + len(phrase)]) == phrase:
                return len(phrase)
        return 0

    def _expand(self, state: int) -> dict[str, int]:
        """Transitions of `state`: those on words as a dict, those on lists in `_references`."""
        tables = self._tables
        first, last = int(tables.first_edge[state]), int(tables.first_edge[state + 1])
        count = len(tables.words)
        moves: dict[str, int] = {}
        references: list[tuple[int, int, int]] = []
        for label, target in zip(
            tables.labels[first:last].tolist(), tables.targets[first:last].tolist(), strict=True
        ):
            if label < count:
                moves[tables.words[label]] = target
            else:
                reference = label - count
                references.append((reference, tables.references[reference][0], target))
        self._moves[state] = moves
        self._references[state] = tuple(references)
        return moves

    def _walk(
        self,
        words: Sequence[str],
        home: Home,
        layers: list[Layer],
        cache: dict[int, Ends],
        *,
        wildcards: bool,
    ) -> bool:
        """Extends `layers`, place by place, to the end; False when it took too many steps."""
        moves_of, references_of, accepts = self._moves, self._references, self._accepts
        count = len(words)
        steps = 0
        for place in range(count):
            layer = layers[place]
            if not layer:
                continue
            word = words[place]
            following = layers[place + 1]
            for state, paths in layer.items():
                moves = moves_of[state]
                if moves is None:
                    moves = self._expand(state)
                target = moves.get(word)
                if target is not None:
                    _join(following, target, paths)
                steps += 1
                for reference, number, target in references_of[state]:
                    key = number << 8 | place
                    ends = cache.get(key)
                    if ends is None:
                        ends = cache[key] = self._ends(number, words, place, home)
                    if not ends or not (wildcards or self._lists[number].kind != "wildcard"):
                        continue
                    steps += len(ends) * len(paths)
                    if steps > GRAMMAR_STEPS:
                        return False
                    beyond = moves_of[target]
                    if beyond is None:
                        beyond = self._expand(target)
                    any_list = references_of[target]
                    for end, value in ends:
                        # Only where the sentence can go on, or may end: most places it cannot.
                        if accepts[target] if end == count else any_list or words[end] in beyond:
                            fresh: list[Path] = [
                                (reference, place, end, value, path) for path in paths
                            ]
                            _join(layers[end], target, fresh)
        return True

    def _ends(self, number: int, words: Sequence[str], place: int, home: Home) -> Ends:
        """Values of a list that begin at token `place`."""
        entry = self._lists[number]
        if self._home_lists[number]:
            return home.starting_at(entry.kind, words, place)
        if entry.kind == "wildcard":
            return [(end, None) for end in range(place + 1, len(words) + 1)]
        if entry.kind == "range":
            return _numbers(entry, words, place)
        found: Ends = []
        node = self._values[number]
        for at in range(place, len(words)):
            node = node.get(words[at], _NOWHERE)
            if not node:
                break
            if "" in node:
                found.append((at + 1, node[""]))
        return found

    def _near(
        self, tokens: Tokens, layers: list[Layer], cache: dict[int, Ends], home: Home
    ) -> Miss | None:
        """A sentence that fits but for one name that the home does not have."""
        words = tokens.words
        count = len(words)
        seeds: list[Layer] = [{} for _ in range(count + 1)]
        for place in range(count):
            if words[place] in _NO_NAME:
                continue
            limit = place + 1
            while limit < min(count, place + UNKNOWN_NAME_TOKENS) and words[limit] not in _NO_NAME:
                limit += 1
            for state, paths in layers[place].items():
                for reference, number, target in self._references[state]:
                    if not self._home_lists[number]:
                        continue
                    known = {end for end, _ in cache.get(number << 8 | place, ())}
                    beyond = self._moves[target]
                    if beyond is None:
                        beyond = self._expand(target)
                    goes_on = self._references[target]
                    for end in range(place + 1, limit + 1):
                        if end in known:
                            continue
                        if (
                            self._accepts[target]
                            if end == count
                            else goes_on or words[end] in beyond
                        ):
                            fresh: list[Path] = [(reference, place, end, UNKNOWN, paths[0])]
                            _join(seeds[end], target, fresh)
        if not self._walk(words, home, seeds, cache, wildcards=False) or not seeds[-1]:
            return None
        return self._ranking.nearest(seeds[-1], self._accepts, tokens)


_NOWHERE: Node = {}


def _join(layer: Layer, state: int, paths: list[Path]) -> None:
    known = layer.get(state)
    layer[state] = paths if known is None else (known + paths)[:GRAMMAR_PATHS]


def _value_tree(entry: ListEntry) -> Node:
    root: Node = {}
    for said, value in entry.values.items():
        node = root
        for word in said:
            node = node.setdefault(word, {})
        node[""] = value
    return root


def _numbers(entry: ListEntry, words: Sequence[str], place: int) -> Ends:
    """A number at token `place`, in range or not, with and without its "percent"."""
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
