"""What may be said, letter by letter: where a search for a spoken command can go."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from edge.grammar.file import GrammarTables
from edge.home.home import Home
from edge.voice.search import automaton
from edge.voice.search.automaton import WordAutomaton
from edge.voice.search.freed import give_back
from edge.voice.search.states import States
from edge.voice.search.tries import labels_of
from edge.voice.spoken import say_text


class SearchGraph:
    """Sentences as a deterministic automaton of letters that is made while it is used.

    Many searches can use one graph at once, also from several threads. It does not follow changes
    of a home: make a new one, which takes about as long as a hundred milliseconds for a thousand
    names.
    """

    def __init__(self, words: WordAutomaton) -> None:
        """See `of_grammar`, `of_sentences` and `of_anything`."""
        self._words = words
        self._longest = max((len(said) for said in words.written), default=0)
        self._states = States(words)

    @classmethod
    def of_grammar(
        cls, tables: GrammarTables, home: Home, *, several: bool = False, asides: bool = False
    ) -> SearchGraph:
        """The sentences of a home.

        Every sentence that `edge.grammar.grammar.Grammar` matches can be said, with phrases like
        "please" at its ends. Numbers out of a list's range cannot, and words that no letters stand
        for are left out; see `left_out`.

        Args:
            tables: the home's compiled grammar.
            home: whose names may be said, as it is now.
            several: whether commands may follow one another, joined by "and" or "then".
            asides: whether words may be said beside a sentence that make no command of it.

        Raises:
            UsageError: no sentence of it can be said, or it is larger than `edge.limits` allows.
        """
        return cls(automaton.of_grammar(tables, home, several=several, asides=asides))

    @classmethod
    def of_sentences(cls, texts: Iterable[str]) -> SearchGraph:
        """A closed list of sentences, found as `edge.voice.spoken.say_text` spells them.

        Raises:
            UsageError: none of them can be said, or there are more than `edge.limits` allows.
        """
        return cls(automaton.of_sentences(texts))

    @classmethod
    def of_anything(cls) -> SearchGraph:
        """Any letters, in words with one space between them."""
        return cls(automaton.of_anything())

    @property
    def open(self) -> bool:
        """Whether a part of some sentence may be any words."""
        return bool(self._words.loose)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Words, names and sentences that cannot be spelled, the first hundred of them."""
        return self._words.left_out

    def states(self) -> States:
        """The states to search in; others than before when those had become too many."""
        if self._states.full:
            self._states = States(self._words)
            give_back()  # the old ones were megabytes in small pieces
        return self._states

    def accepts(self, text: str) -> bool:
        """Whether `text` is a sentence of it, numerals said in words."""
        said = say_text(text)
        if said is None:
            return False
        states = self.states()
        passed = _passed(states, said)
        return bool(passed and states.accepts[passed[-1]])

    def fixed(self, beginning: str) -> float:
        """The share of a beginning's letters that a sentence, a name or a number asks for: the
        others are there because a wildcard takes any. 0 where no sentence begins so."""
        states = self.states()
        passed = _passed(states, beginning)[1:]
        return sum(not states.loose[state] for state in passed) / max(1, len(passed))

    def written(self, said: str) -> tuple[str, ...]:
        """Ways to write what was said, the likeliest first.

        The grammar of the text knows "café" and "a4" as the home writes them, what was heard is
        "cafe" and "a four".
        """
        words = said.split()
        result: list[str] = []
        at = 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 0, -1):
                word = self._words.written.get(tuple(words[at : at + length]))
                if word is not None:
                    result.append(word)
                    at += length
                    break
            else:
                result.append(words[at])
                at += 1
        other = " ".join(result)
        return (said,) if other == said else (said, other)


def _passed(states: States, said: str) -> list[int]:
    """The state at the start, and that after each letter; none where one cannot follow."""
    passed = [states.start]
    for label in labels_of(said) or b"":
        states.open(np.array(passed[-1:], dtype=np.int32))
        after = int(states.follows[states.row[passed[-1]], label])
        if after < 0:
            return []
        passed.append(after)
    return passed
