"""What may be said, word by word: the grammar's automaton with its words and lists as tries.

Each transition is a trie that is spelled out and the state that is reached behind it. Names,
numbers and choices are one trie each, however many templates they are in; a wildcard is any letters
for any number of words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from edge.errors import UsageError
from edge.grammar.file import GrammarTables, ListEntry
from edge.home.home import Home
from edge.home.items import HOME_KINDS
from edge.home.names import ENDS, Node
from edge.intent.asides import BEFORE, BEHIND, LANGUAGE, LINKS
from edge.limits import SPEECH_SENTENCES
from edge.text import words_of
from edge.voice.search.tries import Tries, build, labels_of
from edge.voice.spoken import number_words, numbers_of, say, say_all

WORD_END: Final = 0
"""The node between two words: behind it, at a space, the transitions of a state begin."""
ANY_START: Final = 1
"""The node in front of a word that is not known: any letter follows."""
ANY_LETTER: Final = 2
"""The node inside such a word."""

_SHOWN: Final = 100
"""Names and words that cannot be spelled of which a graph keeps account."""
_JOINING: Final = ("and", "then", "and then")

Edge = tuple[int, int]
"""A transition: the node its trie begins at, and the state behind it."""


class WordAutomaton(NamedTuple):
    """Sentences as tries one after the other. State 0 is where each begins."""

    tries: Tries
    edges: list[tuple[Edge, ...]]
    """State → transitions; only those from which a sentence can be brought to its end."""
    glued: list[tuple[Edge, ...]]
    """State → transitions that no space comes before: "'s"."""
    accepts: bytes
    """State → 1 where a sentence may end."""
    loose: frozenset[int]
    """States inside a wildcard."""
    left_out: tuple[str, ...]
    """Words, names and sentences that cannot be spelled, the first of them."""
    written: dict[tuple[str, ...], str]
    """What is said → the word that is written in another way: ("cafe",) → "café"."""


class _Phrases:
    """Collects what the tries are to hold."""

    def __init__(self) -> None:
        self.phrases: list[tuple[int, bytes]] = []
        self.count = 0
        self.glued: set[int] = set()
        """Tries of "'s", which no space comes before."""
        self.left_out: dict[str, None] = {}
        self.written: dict[tuple[str, ...], str] = {}
        self._words: dict[str, int | None] = {}

    def trie(self, texts: Iterable[str | None]) -> int | None:
        """A trie of what is said; None where there is nothing."""
        rows = [(self.count, labels) for text in texts if text and (labels := labels_of(text))]
        if not rows:
            return None
        self.phrases += rows
        self.count += 1
        return self.count - 1

    def word(self, word: str) -> int | None:
        """The trie of one word of a template, which all its transitions share."""
        if word not in self._words:
            trie = self._words[word] = self.trie([self._said((word,))])
            if trie is not None and word.startswith("'"):
                self.glued.add(trie)
        return self._words[word]

    def names(self, root: Node) -> int | None:
        """A trie of names."""
        names = islice(_names(root), SPEECH_SENTENCES + 1)
        # A name with a numeral is in the index with number words too.
        return self.trie([self._said(words, numerals=False) for words in names])

    def values(self, values: Iterable[tuple[str, ...]]) -> int | None:
        """A trie of choices, or of whole sentences."""
        return self.trie([self._said(words) for words in values])

    def _said(self, words: tuple[str, ...], *, numerals: bool = True) -> str | None:
        said = say_all(words)
        if said is None or (len(words) > 1 and words[0].startswith("'")):
            if len(self.left_out) < _SHOWN:
                self.left_out[" ".join(words)] = None
            return None
        for word in words if said != " ".join(words) else ():
            spoken = say(word)
            if spoken is not None and spoken != word and (numerals or not word.isdecimal()):
                self.written[tuple(spoken.split())] = word
        return said


def of_grammar(
    tables: GrammarTables, home: Home, *, several: bool = False, asides: bool = False
) -> WordAutomaton:
    """What a home's grammar takes, with the names that the home has now.

    Args:
        tables: the compiled grammar.
        home: whose names may be said. Later changes of it do not count.
        several: whether commands may follow one another, joined by "and" or "then".
        asides: whether what is said may be no command at all. Words may then be said beside a
            sentence that make none of it (see `edge.intent.asides`; in other languages than theirs
            none are), and a single word is too little to be one.

    Raises:
        UsageError: no sentence of it can be said, or it is larger than `edge.limits` allows.
    """
    phrases = _Phrases()
    states = len(tables.accepts)
    accepts = [bool(number) for number in tables.accepts]
    lists = [_list_trie(entry, home, phrases) for entry in tables.lists]
    known = len(tables.words)
    first = tables.first_edge.tolist()
    pairs = list(zip(tables.labels.tolist(), tables.targets.tolist(), strict=True))
    words = {label: phrases.word(tables.words[label]) for label, _ in pairs if label < known}
    skip = phrases.trie(say_all(phrase) for phrase in tables.skip)
    joining = phrases.trie(_JOINING) if several else None

    edges: list[list[tuple[int | None, int]]] = []
    named: list[tuple[int, int]] = []
    """The state behind a name of the home, and that in front of it."""
    repeats: dict[tuple[int | None, int], int] = {}
    """Trie that may be said again and again, and what follows → the state it is said in."""
    for state in range(states):
        row: list[tuple[int | None, int]] = []
        for label, target in pairs[first[state] : first[state + 1]]:
            if label < known:
                if words[label] is not None:
                    row.append((words[label], target))
                continue
            number = tables.references[label - known][0]
            trie, again = lists[number]
            if again:
                row.append((trie, repeats.setdefault((trie, target), states + len(repeats))))
            elif trie is not None:
                row.append((trie, target))
                if tables.lists[number].kind in HOME_KINDS:
                    named.append((target, state))
        edges.append(row)
    loose = set()
    for (trie, target), state in repeats.items():
        edges.append([*edges[target], (trie, state)])
        accepts.append(accepts[target])
        if trie is None:
            loose.add(state)
    if asides:
        _take_single(set(words.values()), edges, accepts)
    if asides and tables.language == LANGUAGE:
        loose |= _set_aside(phrases, edges, accepts, is_open=bool(loose))
    for state, row in enumerate(edges):
        # Anywhere else they would stand in for any noise, and cost a sixth of the search.
        if skip is not None and (state == 0 or accepts[state]):
            row.append((skip, state))
        if joining is not None and accepts[state]:
            row.append((joining, 0))
    if joining is not None:
        for behind, before in named:  # "the hall and the study": see `edge.intent.conjunction`
            edges[behind].append((joining, before))
    return _finished(phrases, edges, accepts, frozenset(loose))


def _take_single(
    words: set[int | None], edges: list[list[tuple[int | None, int]]], accepts: list[bool]
) -> None:
    """Takes away sentences of one word: "brighter" is what is found in any "right".

    They end in states where longer ones end, too, so those that begin with the word go on from
    states of their own.

    Args:
        words: tries of the words of templates.
    """
    for at, (trie, target) in enumerate(edges[0]):
        if trie in words and accepts[target]:
            edges[0][at] = (trie, len(edges))
            edges.append(list(edges[target]))
            accepts.append(False)


def _set_aside(
    phrases: _Phrases,
    edges: list[list[tuple[int | None, int]]],
    accepts: list[bool],
    *,
    is_open: bool,
) -> set[int]:
    """Lets words be said beside a sentence that make no command of it: see `edge.intent.asides`.

    Args:
        is_open: whether any words may be said in some sentence; only then may they be said behind
            one, since they make a search wider than closed lists are worth.

    Returns:
        States inside what may be any words.
    """
    before, behind, links = map(phrases.trie, (BEFORE, BEHIND, LINKS))
    sentences = len(edges)
    ended, linked, more = range(sentences, sentences + 3)
    for state in range(sentences):
        if accepts[state]:
            edges[state].append((behind, ended))
            if is_open:
                edges[state].append((links, linked))
    edges[0].append((before, 0))
    edges.append([])
    accepts.append(True)
    if is_open:
        edges += [[(None, more)], [(None, more)]]
        accepts += [False, True]
        return {linked, more}
    return set()


def of_sentences(texts: Iterable[str]) -> WordAutomaton:
    """A closed list of sentences; each is said as `edge.voice.spoken.say_text` has it.

    Raises:
        UsageError: none of them can be said, or there are more than `edge.limits` allows; an
            endless list is read no further than that.
    """
    taken = list(islice(texts, SPEECH_SENTENCES + 1))
    phrases = _Phrases()
    if len(taken) > SPEECH_SENTENCES:
        raise UsageError(
            f"more than {SPEECH_SENTENCES} sentences",
            where="search graph",
            allowed=f"at most {SPEECH_SENTENCES}",
            hint="write templates with lists: what they have in common is then searched once",
        )
    trie = phrases.values(words_of(text) for text in taken)
    return _finished(phrases, [[] if trie is None else [(trie, 1)], []], [False, True], frozenset())


def of_anything() -> WordAutomaton:
    """Any letters, in words with one space between them."""
    return _finished(_Phrases(), [[(None, 1)], [(None, 1)]], [False, True], frozenset({1}))


def _list_trie(entry: ListEntry, home: Home, phrases: _Phrases) -> tuple[int | None, bool]:
    """The trie of a list, and whether it may be said again and again; None: any word."""
    if entry.kind in HOME_KINDS:
        return phrases.names(home.index[entry.kind].root), False
    if entry.kind == "wildcard":
        return None, True
    if entry.kind == "values":
        return phrases.values(entry.values), False
    numbers = numbers_of(entry, beyond=True)
    if numbers is None:
        return phrases.trie(number_words()), True
    return phrases.trie(numbers), False


def _names(root: Node) -> Iterator[tuple[str, ...]]:
    """Every name of an index, as its words."""
    waiting: list[tuple[tuple[str, ...], Node]] = [((), root)]
    while waiting:
        words, node = waiting.pop()
        for word, behind in node.items():
            if not word:
                yield words
            elif word not in ENDS:  # an apostrophe is not heard
                waiting.append(((*words, word), behind))


def _finished(
    phrases: _Phrases,
    edges: list[list[tuple[int | None, int]]],
    accepts: list[bool],
    loose: frozenset[int],
) -> WordAutomaton:
    """Builds the tries and drops what leads nowhere. Raises UsageError when nothing is left."""
    useful = _before_an_end(edges, accepts)
    if 0 not in useful:
        more = f"; it cannot spell {list(phrases.left_out)[:3]}" if phrases.left_out else ""
        raise UsageError(
            f"there is no sentence that could be said{more}",
            where="search graph",
            allowed="one sentence of letters, numbers and names of the home, or more",
            hint="check that the templates' lists and the home's names are not empty",
        )
    tries = build(phrases.phrases, phrases.count)
    kept: list[tuple[Edge, ...]] = []
    glued: list[tuple[Edge, ...]] = []
    for row in edges:
        rows: tuple[list[Edge], list[Edge]] = ([], [])
        for trie, target in row:
            if target in useful:
                root = ANY_START if trie is None else tries.roots[trie]
                rows[trie in phrases.glued].append((root, target))
        kept.append((*dict.fromkeys(rows[0]),))
        glued.append((*dict.fromkeys(rows[1]),))
    return WordAutomaton(
        tries,
        kept,
        glued,
        bytes(accepts),
        loose,
        tuple(phrases.left_out),
        phrases.written,
    )


def _before_an_end(edges: list[list[tuple[int | None, int]]], accepts: list[bool]) -> set[int]:
    """States from which a sentence can be brought to its end."""
    before: list[list[int]] = [[] for _ in edges]
    for state, row in enumerate(edges):
        for _, target in row:
            before[target].append(state)
    waiting = [state for state, ends in enumerate(accepts) if ends]
    useful = set(waiting)
    while waiting:
        for state in before[waiting.pop()]:
            if state not in useful:
                useful.add(state)
                waiting.append(state)
    return useful
