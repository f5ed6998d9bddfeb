"""What a model is sure of, held against the home's own sentences of that intent.

A small model takes the words it knows for what they mostly mean. What all of the home's sentences
of an intent have, none has, or some say, is known exactly, and corrects or refuses its reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Final, Literal

from edge.events import RejectCode, SlotValue
from edge.grammar.grammar import Grammar
from edge.grammar.intents import intents_by_first_word, intents_by_word
from edge.grammar.match import Match
from edge.grammar.ranking import FUNCTION_WORDS
from edge.home.home import Home
from edge.home.names import may_be
from edge.intent.asides import KEEPING, LANGUAGE, QUESTIONS, asked, refusal, spoken_of, stands, told
from edge.intent.choices import Choices
from edge.intent.here import Here
from edge.intent.model import Frame, SlotReading
from edge.intent.modifiers import EXCEPT, LATER, MODIFIERS, TAKEN_BACK, Modifier, all_but, put_off
from edge.intent.names_left import NamesLeft
from edge.intent.slot_sets import SlotSets
from edge.intent.slots import SlotSchema
from edge.intent.units import Units
from edge.numbers import FIRST_WORDS
from edge.text import tokenise, without_articles, words_of

_FEW: Final = 1 / 3
"""Of all intents: a word that no more of them have tells one from the others."""
_SHOWN: Final = 3
"""Slots of which one will do, in a reason."""
_ALSO_NUMBERS: Final = frozenset({"one", "two", "four"})
"""English words that mean a number, or what sounds like it: "to", "for"."""
_OFF: Final = "off"
_SHORTEST_STEM: Final = 2
_NUMBERS: Final = (FIRST_WORDS | {"half"}) - _ALSO_NUMBERS - {"a", "point", "minus", "negative"}
"""Those that mean a number wherever they are said."""


class FrameCheck:
    """Checks frames for one grammar. What is read off it is made when it is first needed.

    Args:
        grammar: the home's exact sentences.
        schema: what each slot of each intent takes.
    """

    def __init__(self, grammar: Grammar, schema: SlotSchema) -> None:
        self._grammar, self._schema = grammar, schema
        self._sets = SlotSets(grammar.tables)
        self._units = Units(grammar.tables, self._sets, schema)
        self._choices = Choices(self._sets, schema)
        self._names = NamesLeft(self._sets, schema)
        self._is_english = grammar.language == LANGUAGE
        self._here = Here(self._sets, schema) if self._is_english else None
        self._outspoken: dict[Modifier, frozenset[str]] = {}
        """Intents with sentences that have such words, of those that were asked for."""

    def corrected(self, text: str, frame: Frame, home: Home) -> Frame:
        """A frame with numbers in the slots that words tell, and no number, choice or name over."""
        frame = self._units.completed(text, self._units.corrected(text, frame))
        frame = self._choices.completed(text, frame)
        return self._names.completed(text, frame, home)

    def amiss(self, text: str, frame: Frame, home: Home) -> tuple[RejectCode, str] | None:
        """Why a frame is no command all the same; None where nothing is amiss."""
        own = self._sets.of(frame.intent)
        taken = self._schema.types.get(frame.intent, {}).keys() | (own or set())
        slots = [slot for slot in frame.slots if own is None or slot.label in taken]
        for slot in slots:
            if slot.end == len(text) and (reason := self._put_off(slot.text, frame.intent)):
                return "unsure", reason
        for said, modifier in self._modified(text, slots):
            if frame.intent not in self._speaking(modifier):
                return "unsure", refusal(said, modifier.effect)
        if self._is_english and (said := self._only_said(text, frame)):
            return "out_of_scope", refusal(said)
        if reason := self.asks(text, frame.intent, (slot.start for slot in slots)):
            return "unsure", reason
        understood = f"{frame.intent} was understood, but not"
        labels = {slot.label for slot in slots}
        if here := self._said_here(text, frame):
            if not self._sets.take_place(frame.intent):
                return "unsure", f"{understood} what {here!r} is to it; say it differently"
            labels.add("area")
        if lacking := self._sets.lacking(frame.intent, labels):
            named = _either(lacking[:_SHOWN])
            return "incomplete", f"{understood} its {named}; say that too"
        if uncounted := self._units.uncounted(text, frame):
            number, meanings = uncounted
            named = _either({slot} for slot in sorted(meanings))
            return "unsure", f"{understood} what {number!r} counts; say {named} behind it"
        if left := self._number_left(text, frame.slots):
            return "unsure", f"{understood} what {left!r} is to it; say it differently"
        if left := self._names.left(text, frame, home):
            return "unsure", f"{understood} what {left!r} is to it; say it differently"
        if miscounted := self._units.miscounted(text, frame, self._intents):
            return "unsure", f"{understood} what {miscounted!r} is to it; say it differently"
        if foreign := [slot.text for slot in frame.slots if slot not in slots]:
            return "unsure", f"{understood} what {foreign[0]!r} is to it; say it differently"
        words = words_of(text)
        rest = words_of(_without(text, frame.slots))
        if _OFF in rest and frame.intent not in self._intents.get(_OFF, (frame.intent,)):
            return "unsure", f"{understood} what {_OFF!r} is to it; say it differently"
        if own is not None and not self._has_own(frame.intent, words):
            return "unsure", f"{understood} by a word that tells; say it differently"
        if not slots and not self._has_word_of(frame.intent, words):
            return "unsure", f"{understood} by a word that tells; say it differently"
        if not slots and not here and not self._tells(words, frame.intent):
            return "unsure", f"{understood} of what; name it as the home does"
        return None

    def place(self, text: str, frame: Frame) -> Literal["asked", "meant"] | None:
        """Whether a frame is of the room that it is said in: since it says so, or as the home's own
        sentences with its slots are."""
        if self._said_here(text, frame):
            return "asked"
        is_meant = self._here is not None and self._here.is_meant(text, frame)
        return "meant" if is_meant else None

    def fixed(
        self, text: str, frame: Frame, *, here: bool = False
    ) -> Mapping[str, SlotValue] | None:
        """Slots that a frame has without their being said; None where that cannot be told.

        Args:
            text: the sentence it was read from.
            here: it is of the room that it is said in.
        """
        if frame.intent not in self._sets.fixing:
            return {}
        said = {slot.label for slot in frame.slots} | ({"area"} if here else set())
        return self._sets.fixed(frame.intent, said, words_of(_without(text, frame.slots)))

    def spoiled(self, match: Match, text: str) -> str | None:
        """Why a sentence of the grammar is no command: for its question mark, for what is left out
        of all, or for words at its end that put it off, where it may be any words.

        Args:
            text: all of it. None: where nothing does.
        """
        if reason := self.asks(text, match.intent, (slot.start for slot in match.slots)):
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

    def asks(self, text: str, intent: str, starts: Iterable[int]) -> str | None:
        """Why a sentence that begins with a name or a value is no command: "kettle on?" asks.

        Args:
            text: the sentence.
            intent: what it means without its question mark.
            starts: where what fills its slots begins. None: where nothing asks.
        """
        if not (self._is_english and text.rstrip().endswith("?")) or intent in self._asking:
            return None
        tokens = self._grammar.plain(tokenise(text))
        bare = len(tokens) - len(without_articles(tokens.words))
        if min(starts, default=len(text)) > tokens.starts[bare]:
            return None
        return "it asks; say what is to be done"

    def taken_back(self, text: str) -> str | None:
        """Why a sentence that is none of the home's is no command: its end takes it back."""
        words = TAKEN_BACK.found(text, ()) if self._is_english else ""
        return refusal(words, TAKEN_BACK.effect) if words else None

    def changed(self, said: str) -> tuple[str, str] | None:
        """Words in what was taken for a name that change what a command means, and what they do."""
        for words, modifier in self._modified(said, ()):
            return words, refusal(words, modifier.effect)
        return None

    def _said_here(self, text: str, frame: Frame) -> str:
        return self._here.said(text, frame) if self._here is not None else ""

    def _put_off(self, text: str, intent: str) -> str | None:
        """Why words of a slot that end a sentence put it off; None where they do not."""
        words = put_off(text) if self._is_english else ""
        is_later = words and intent not in self._speaking(LATER)
        return refusal(words, LATER.effect) if is_later else None

    def _modified(self, text: str, slots: Sequence[SlotReading]) -> Iterator[tuple[str, Modifier]]:
        """Words outside some slots that may change what a command means."""
        for modifier in MODIFIERS if self._is_english else ():
            if words := modifier.found(text, slots):
                yield words, modifier

    def _only_said(self, text: str, frame: Frame) -> str:
        """The words a text begins with, where with them it tells or asks, and commands nothing."""
        for words in (spoken_of(text), told(text)):
            if words and self._is_foreign(words, frame):
                return words
        if words := asked(text):
            own = self._first.get(words.lower(), ()) if words.lower() in KEEPING else self._asking
            if frame.intent not in own:
                return words
        if frame.intent not in self._asking and (words := stands(text)):
            return words
        tokens = self._grammar.plain(tokenise(text))
        if any(slot.start <= tokens.starts[0] for slot in frame.slots):
            return ""  # what is named first may be called anything: "heating to 20"
        done = tokens.words[0]
        is_done = any(frame.intent in self._intents.get(base, ()) for base in _bases(done))
        return done if is_done and frame.intent not in self._first.get(done, ()) else ""

    def _is_foreign(self, words: str, frame: Frame) -> bool:
        """Whether some of these words are in no sentence of an intent: "did you leave it on" is."""
        own = self._intents
        return not all(frame.intent in own.get(word, ()) for word in words_of(words))

    def _has_own(self, intent: str, words: Sequence[str]) -> bool:
        """Whether a word is one of an intent's that few others have, where all its sentences have
        one: no timer is cancelled by "turn off the oven"."""
        own = self._own.get(intent, frozenset[str]())
        return not self._sets.all_have(intent, own) or _has_like(words, own)

    def _tells(self, words: Sequence[str], intent: str) -> bool:
        """Whether a word tells that all there is is meant, or one that the home does not know may:
        "locks" and "dors", but not "lock"."""
        wanted = self._sets.telling(intent)
        return _has_like(
            [one for one in words if one in wanted or one not in self._intents], wanted
        )

    def _has_word_of(self, intent: str, words: Iterable[str]) -> bool:
        """Whether a word is like one of an intent's that few others have: "logan" locks nothing."""
        own = self._own.get(intent)
        return own is not None and _has_like(words, own)

    def _speaking(self, modifier: Modifier) -> frozenset[str]:
        """Intents whose own sentences have such words: "never mind" forbids nothing."""
        if modifier not in self._outspoken:
            said = (intents for word, intents in self._intents.items() if modifier.has(word))
            self._outspoken[modifier] = frozenset[str]().union(*said)
        return self._outspoken[modifier]

    def _number_left(self, text: str, slots: Iterable[SlotReading]) -> str | None:
        """A number outside of all slots: "1:30" is not one second."""
        tokens = tokenise(text)
        for at, (start, end) in enumerate(zip(tokens.starts, tokens.ends, strict=True)):
            is_read = any(slot.overlaps(start, end) for slot in slots)
            if not is_read and self._is_number(tokens.words, at):
                return text[start:end]
        return None

    def _is_number(self, words: Sequence[str], at: int) -> bool:
        word = words[at]
        if word[-1].isdecimal():
            return word.lstrip("-")[0].isdecimal()  # "a4" is a word
        is_counted = any(map(self._units.has, words[at + 1 : at + 2]))
        is_number = word in _NUMBERS or (word in _ALSO_NUMBERS and is_counted)
        return self._is_english and is_number

    @cached_property
    def _own(self) -> dict[str, frozenset[str]]:
        """Intent → words of its sentences that tell it from others."""
        most = max(1, len(self._grammar.intents) * _FEW)
        own: dict[str, set[str]] = {}
        for word, intents in self._intents.items():
            for intent in intents if len(intents) <= most else ():
                own.setdefault(intent, set()).add(word)
        return {intent: frozenset(words) for intent, words in own.items()}

    @cached_property
    def _first(self) -> dict[str, frozenset[str]]:
        return intents_by_first_word(self._grammar.tables)

    @cached_property
    def _asking(self) -> frozenset[str]:
        """Intents with sentences that begin as questions do."""
        return frozenset[str]().union(*(self._first.get(word, ()) for word in QUESTIONS))

    @cached_property
    def _intents(self) -> dict[str, frozenset[str]]:
        return intents_by_word(self._grammar.tables)


def _without(text: str, slots: Iterable[SlotReading]) -> str:
    """A text without what some slots of it say."""
    at, rest = 0, ""
    for slot in sorted(slots, key=lambda slot: slot.start):
        rest += f"{text[at : slot.start]} "
        at = slot.end
    return rest + text[at:]


def _has_like(words: Iterable[str], wanted: frozenset[str]) -> bool:
    """Whether some words have one of those that are wanted, or one like it; also if none is."""
    said = frozenset(words)
    return not wanted or bool(said & wanted) or any(may_be(*pair) for pair in product(said, wanted))


def _bases(word: str) -> Iterator[str]:
    """Verbs that a word may be a form of: "locked" is of "lock", "dimming" of "dim"."""
    for ending in ("ed", "ing"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > _SHORTEST_STEM:
            yield stem
            yield f"{stem}e"
            if stem[-1] == stem[-2]:
                yield stem[:-1]


def _listed(slots: Iterable[str]) -> str:
    return " and ".join(sorted(slot.replace("_", " ") for slot in slots))


def _either(choices: Iterable[Iterable[str]]) -> str:
    *others, last = map(_listed, choices)
    return f"{', '.join(others)} or {last}" if others else last
