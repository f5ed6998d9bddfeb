"""Whether a sentence commands at all: it may ask, tell, forbid, put off, or take itself back.

A small model knows words better than what they do to each other, and a template's slot of any words
swallows them. So they are looked for by themselves: English words, beside what names things, unless
the home has sentences of that intent with such words ("never mind" forbids nothing).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Final

from edge.events import RejectCode
from edge.grammar.match import Match
from edge.grammar.ranking import FUNCTION_WORDS
from edge.intent.asides import (
    KEEPING,
    LANGUAGE,
    QUESTIONS,
    STATES,
    asked,
    refusal,
    spoken_of,
    stands,
    told,
)
from edge.intent.model import Frame, SlotReading
from edge.intent.modifiers import (
    EXCEPT,
    LATER,
    MODIFIERS,
    TAKEN_BACK,
    Modifier,
    all_but,
    put_off,
)
from edge.intent.vocabulary import Words
from edge.text import Tokens, tokenise, without_articles, words_of

_SHORTEST_STEM: Final = 2


class Mood:
    """Looks for what makes no command of a sentence; finds nothing in other languages.

    Args:
        words: of the home's own sentences, or of those that a model was taught.
        language: of these sentences.
        plain: a sentence without what may be left out at its ends.
    """

    def __init__(
        self, words: Words, language: str, plain: Callable[[Tokens], Tokens] = lambda said: said
    ) -> None:
        self._words, self._plain = words, plain
        self._is_english = language == LANGUAGE
        self._outspoken: dict[Modifier, frozenset[str]] = {}
        """Intents with sentences that have such words, of those that were asked for."""

    def prepare(self) -> None:
        """Compiles patterns now, and looks up who speaks as they find."""
        if self._is_english:
            for modifier in MODIFIERS:
                self._speaking(modifier)
            _ = self._asking
            for phrase in (spoken_of, told, asked, stands):
                phrase("")

    def amiss(
        self, said: Tokens, frame: Frame, slots: Sequence[SlotReading]
    ) -> tuple[RejectCode, str] | None:
        """Why what a model has read is no command; None where it may be one.

        Args:
            said: the sentence it was read from.
            slots: those of its slots that its intent has.
        """
        text = said.text
        for slot in slots:
            if slot.end == len(text) and (reason := self._put_off(slot.text, frame.intent)):
                return "unsure", reason
        for words, modifier in self._modified(said, slots):
            if frame.intent not in self._speaking(modifier):
                return "unsure", refusal(words, modifier.effect)
        if self._is_english and (words := self._only_said(said, frame)):
            return "out_of_scope", refusal(words)
        if reason := self._asks(text, frame.intent, (slot.start for slot in slots)):
            return "unsure", reason
        return None

    def spoiled(self, match: Match, text: str) -> str | None:
        """Why a sentence of the grammar is no command: for its question mark, for what is left out
        of all, or for words at its end that put it off, where it may be any words.

        Args:
            text: all of it. None: where nothing does.
        """
        if reason := self._asks(text, match.intent, (slot.start for slot in match.slots)):
            return reason
        for slot in match.slots if self._is_english else ():
            said = str(slot.value) if slot.free else ""
            if words := all_but(said):
                return refusal(words, EXCEPT.effect)
            if said and FUNCTION_WORDS.issuperset(words_of(said)):
                return f"it does not say what {slot.label.replace('_', ' ')}; say that too"
        last = match.slots[-1].value if match.slots else None
        is_end = isinstance(last, str) and match.text.endswith(last)
        return self._put_off(str(last), match.intent) if is_end else None

    def taken_back(self, said: Tokens) -> str | None:
        """Why a sentence that is none of the home's is no command: its end takes it back."""
        words = TAKEN_BACK.found(said, ()) if self._is_english else ""
        return refusal(words, TAKEN_BACK.effect) if words else None

    def changed(self, said: str) -> tuple[str, str] | None:
        """Words in what was taken for a name that change what a command means, and what they do."""
        for words, modifier in self._modified(tokenise(said), ()):
            return words, refusal(words, modifier.effect)
        return None

    def _asks(self, text: str, intent: str, starts: Iterable[int]) -> str | None:
        """Why a sentence that begins with a name or a value is no command: "kettle on?" asks.

        Args:
            intent: what it means without its question mark.
            starts: where what fills its slots begins. None: where nothing asks.
        """
        if not (self._is_english and text.rstrip().endswith("?")) or intent in self._asking:
            return None
        tokens = self._plain(tokenise(text))
        bare = len(tokens) - len(without_articles(tokens.words))
        if min(starts, default=len(text)) > tokens.starts[bare]:
            return None
        return "it asks; say what is to be done"

    def _only_said(self, said: Tokens, frame: Frame) -> str:
        """The words with which a text tells or asks, and commands nothing; mostly its first."""
        intent, known, text = frame.intent, self._words, said.text
        for words in (spoken_of(text), told(text)):
            if words and not known.has(intent, words_of(words)):
                return words
        if words := asked(text):
            keeps = words.lower() in KEEPING
            if intent not in (known.first.get(words.lower(), ()) if keeps else self._asking):
                return words
        may_stand = said.words[-1] in STATES and intent not in self._asking
        if may_stand and (words := stands(text)):
            return words
        tokens = self._plain(said)
        if any(slot.start <= tokens.starts[0] for slot in frame.slots):
            return ""  # what is named first may be called anything: "heating to 20"
        done = tokens.words[0]
        is_done = any(intent in known.intents.get(base, ()) for base in _bases(done))
        return done if is_done and intent not in known.first.get(done, ()) else ""

    def _put_off(self, text: str, intent: str) -> str | None:
        """Why words of a slot that end a sentence put it off; None where they do not."""
        words = put_off(text) if self._is_english else ""
        is_later = words and intent not in self._speaking(LATER)
        return refusal(words, LATER.effect) if is_later else None

    def _modified(
        self, said: Tokens, slots: Sequence[SlotReading]
    ) -> Iterator[tuple[str, Modifier]]:
        """Words outside some slots that may change what a command means."""
        for modifier in MODIFIERS if self._is_english else ():
            if words := modifier.found(said, slots):
                yield words, modifier

    def _speaking(self, modifier: Modifier) -> frozenset[str]:
        """Intents whose own sentences have such words: "never mind" forbids nothing."""
        if modifier not in self._outspoken:
            known = self._words.intents.items()
            said = (intents for word, intents in known if modifier.has(word))
            self._outspoken[modifier] = frozenset[str]().union(*said)
        return self._outspoken[modifier]

    @cached_property
    def _asking(self) -> frozenset[str]:
        """Intents with sentences that begin as questions do."""
        first = self._words.first
        return frozenset[str]().union(*(first.get(word, ()) for word in QUESTIONS))


def _bases(word: str) -> Iterator[str]:
    """Verbs that a word may be a form of: "locked" is of "lock", "dimming" of "dim"."""
    for ending in ("ed", "ing"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > _SHORTEST_STEM:
            yield stem
            yield f"{stem}e"
            if stem[-1] == stem[-2]:
                yield stem[:-1]
