"""The home's sentences as one automaton, walked word by word.

A sentence is matched exactly or not at all. Where it fits a template but for a name, a number or a
place, the answer says which: see `Miss`. The time a sentence takes depends on its length and on the
templates it could still be, never on how many devices the home has, and ends at
`edge.limits.GRAMMAR_STEPS` whatever is said.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain, islice

from edge.grammar.file import GrammarTables, read_tables
from edge.grammar.match import UNKNOWN, Match, Miss, Path
from edge.grammar.ranking import FUNCTION_WORDS, Ranking
from edge.grammar.skip import Skipping
from edge.grammar.values import Ends, numbers_at, value_tree, values_at
from edge.home.home import Home
from edge.home.items import HOME_KINDS
from edge.home.names import Node
from edge.limits import (
    GRAMMAR_PATHS,
    GRAMMAR_STEPS,
    SENTENCE_TOKENS,
    UNKNOWN_NAME_TOKENS,
)
from edge.text import ARTICLES, Tokens, without_articles

__all__ = ["Grammar", "Match", "Miss", "Search"]

Layer = dict[int, list[Path]]
"""States that can be reached at one place of a sentence, and the ways that lead there."""
Layers = dict[int, Layer]
"""Place → layer, where there is one. Most sentences are lost after a word or two."""
Unfinished = tuple[int, tuple[str, ...], list[Path]]
"""A state, what is said between the end of a sentence and it, and the ways to read the sentence."""
Reached = tuple[Tokens, Layers, dict[int, Ends]]
"""A sentence, how far it was read, and the values found in it: by list << 8 | token."""

_LOOKED_AT = 300
"""States that are looked at to find how a sentence could go on."""
_NO_NAME = frozenset(
    "and or but then if when while because as than i you he she we they it me him her us them "
    "is are was were am be been being do does did done have has had will would can could should "
    "may might must not no yes what who whose which why how where there please s".split()
)
"""Words that end the search for a name the home does not have: nobody's lamp is called so."""


class Search:
    """What came of holding one sentence against a grammar.

    Attributes:
        match: what it says, where it is a sentence of the grammar.
    """

    __slots__ = ("_missed", "_near", "_unfinished", "match")

    def __init__(
        self,
        match: Match | None,
        missed: Miss | None,
        near: Callable[[], Miss | None] | None = None,
        unfinished: Callable[[], Miss | None] | None = None,
    ) -> None:
        self.match = match
        self._missed = missed
        self._near = near
        self._unfinished = unfinished

    def miss(self) -> Miss | None:
        """What is amiss, where the sentence fits a template but for one thing; looked for once."""
        if self._near is not None:
            self._missed, self._near = self._near(), None
        return self._missed

    def unfinished(self) -> Miss | None:
        """How it could go on, where all of it is the beginning of a sentence of the grammar."""
        return self._unfinished() if self._unfinished is not None else None


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
        self._values: list[Node] = [value_tree(entry) for entry in tables.lists]
        self._home_lists = [entry.kind in HOME_KINDS for entry in tables.lists]
        self._ranking = Ranking(tables)
        self._skipping = Skipping(tables.skip)

    @classmethod
    def from_bytes(cls, data: bytes) -> Grammar:
        """Check and open a compiled grammar.

        Raises:
            BundleFormatError: it is damaged, or larger than `edge.limits` allows.
        """
        return cls(read_tables(data))

    @property
    def tables(self) -> GrammarTables:
        """What it was compiled to."""
        return self._tables

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

    def plain(self, tokens: Tokens) -> Tokens:
        """A sentence without the phrases at its ends that may be left out: "please", "could you".

        All of it where it has nothing else.
        """
        return self._skipping.attempts(tokens)[0]

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
        found = self.search(tokens, home, area=area)
        return found.match or found.miss()

    def search(self, tokens: Tokens, home: Home, *, area: str | None = None) -> Search:
        """The same, but what is only near is not looked for before it is asked for."""
        if not 0 < len(tokens) <= SENTENCE_TOKENS:
            return Search(None, None)
        missed: Miss | None = None
        kept: Reached | None = None
        for attempt in self._skipping.attempts(tokens):
            layers: Layers = {0: {0: [None]}}
            cache: dict[int, Ends] = {}
            if not self._walk(attempt.words, home, layers, cache, wildcards=True):
                return Search(None, None)
            final = layers.get(len(attempt))
            if final is not None:
                found = self._ranking.best(final, self._accepts, attempt, home, area)
                if isinstance(found, Match):
                    return Search(found, None)
                missed = missed or found
            kept = kept or (attempt, layers, cache)
        if kept is None:
            return Search(None, missed)
        unfinished = partial(self._unfinished, kept[0], home)
        if missed is None:
            return Search(None, None, partial(self._near, *kept, home), unfinished)
        # "Set the lamp" is no scene, but the beginning of something else.
        return Search(None, missed, None, unfinished if missed.code == "wrong_kind" else None)

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
        layers: Layers,
        cache: dict[int, Ends],
        *,
        wildcards: bool,
        unfinished: bool = False,
    ) -> bool:
        """Extends `layers`, place by place, to the end; False when it took too many steps.

        Args:
            wildcards: whether any words are read as such.
            unfinished: whether a sentence may also end in its middle.
        """
        moves_of, references_of, accepts = self._moves, self._references, self._accepts
        count = len(words)
        steps = 0
        for place in range(count):
            layer = layers.get(place)
            if layer is None:
                continue
            word = words[place]
            bare = count - len(without_articles(words[place:])) if word in ARTICLES else place
            for state, paths in layer.items():
                moves = moves_of[state]
                if moves is None:
                    moves = self._expand(state)
                after = moves.get(word)
                if after is not None:
                    _join(layers, place + 1, after, paths)
                steps += 1
                for reference, number, target in references_of[state]:
                    # "That lamp", where a template has "the lamp", or has no article at all.
                    begin = bare if after is None and self._home_lists[number] else place
                    key = number << 8 | begin
                    ends = cache.get(key)
                    if ends is None:
                        ends = cache[key] = self._ends(number, words, begin, home)
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
                        if (
                            unfinished or accepts[target]
                            if end == count
                            else any_list or words[end] in beyond
                        ):
                            fresh: list[Path] = [
                                (reference, begin, end, value, path) for path in paths
                            ]
                            _join(layers, end, target, fresh)
        return True

    def _ends(self, number: int, words: Sequence[str], place: int, home: Home) -> Ends:
        """Values of a list that begin at token `place`."""
        entry = self._lists[number]
        if self._home_lists[number]:
            return home.index[entry.kind].starting_at(words, place)
        if entry.kind == "wildcard":
            return [(end, None) for end in range(place + 1, len(words) + 1)]
        if entry.kind == "range":
            return numbers_at(entry, self._values[number], words, place)
        return values_at(self._values[number], words, place)

    def _near(
        self, tokens: Tokens, layers: Layers, cache: dict[int, Ends], home: Home
    ) -> Miss | None:
        """A sentence that fits but for one name that the home does not have."""
        words = tokens.words
        count = len(words)
        seeds: Layers = {}
        for place in range(count):
            layer = layers.get(place)
            if layer is None or words[place] in _NO_NAME:
                continue
            limit = place + 1
            while limit < min(count, place + UNKNOWN_NAME_TOKENS) and words[limit] not in _NO_NAME:
                limit += 1
            for state, paths in layer.items():
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
                            _join(seeds, end, target, fresh)
        if not seeds or not self._walk(words, home, seeds, cache, wildcards=False):
            return None
        final = seeds.get(count)
        return None if final is None else self._ranking.nearest(final, self._accepts, tokens)

    def _unfinished(self, tokens: Tokens, home: Home) -> Miss | None:
        """The shortest way to go on where a sentence stops, of those that fit what it names."""
        layers: Layers = {0: {0: [None]}}
        words = tokens.words
        if FUNCTION_WORDS.issuperset(words) or not self._walk(
            words, home, layers, {}, wildcards=False, unfinished=True
        ):
            return None
        ends = layers.get(len(tokens), {})
        waiting: deque[Unfinished] = deque((state, (), paths) for state, paths in ends.items())
        met: set[int] = set()
        while waiting and len(met) < _LOOKED_AT:
            state, rest, paths = waiting.popleft()
            if state in met:
                continue
            met.add(state)
            if rest and self._accepts[state]:
                found = self._ranking.unfinished(paths, self._accepts[state], rest, tokens, home)
                if found is not None:
                    return found
            moves = self._moves[state]
            if moves is None:
                moves = self._expand(state)
            onward = chain(
                moves.items(),
                (
                    (f"<{self._ranking.label(reference)}>", target)
                    for reference, _, target in self._references[state]
                ),
            )
            room = max(0, _LOOKED_AT - len(waiting) - len(met))
            waiting += [(target, (*rest, said), paths) for said, target in islice(onward, room)]
        return None


def _join(layers: Layers, place: int, state: int, paths: list[Path]) -> None:
    layer = layers.get(place)
    if layer is None:
        layers[place] = {state: paths}
        return
    known = layer.get(state)
    layer[state] = paths if known is None else (known + paths)[:GRAMMAR_PATHS]
