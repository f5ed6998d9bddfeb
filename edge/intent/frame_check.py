"""What a model is sure of, held against the home's own sentences of that intent.

A small model takes the words it knows for what they mostly mean. What all of the home's sentences
of an intent have, none has, or some say, is known exactly, and corrects or refuses its reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Final

from edge.events import RejectCode, SlotValue
from edge.grammar.grammar import Grammar
from edge.grammar.intents import intents_by_word
from edge.grammar.match import Match
from edge.home.names import may_be
from edge.intent.asides import LANGUAGE, refusal, spoken_of
from edge.intent.choices import Choices
from edge.intent.model import Frame, SlotReading
from edge.intent.modifiers import LATER, MODIFIERS, Modifier, put_off
from edge.intent.slot_sets import SlotSets
from edge.intent.slots import SlotSchema
from edge.intent.units import Units
from edge.numbers import FIRST_WORDS
from edge.text import tokenise, words_of

_FEW: Final = 1 / 3
"""Of all intents: a word that no more of them have tells one from the others."""
_SHOWN: Final = 3
"""Slots of which one will do, in a reason."""
_ALSO_NUMBERS: Final = frozenset({"one", "two", "four"})
"""English words that mean a number, or what sounds like it: "to", "for"."""
_NUMBERS: Final = FIRST_WORDS - _ALSO_NUMBERS - {"a", "point", "minus", "negative"}
"""Those that mean a number wherever they are said."""


class FrameCheck:
    """Checks frames for one grammar. What is read off it is made when it is first needed.

    Args:
        grammar: the home's exact sentences.
        schema: what each slot of each intent takes.
    """

    def __init__(self, grammar: Grammar, schema: SlotSchema) -> None:
        self._grammar, self._schema = grammar, schema
        self._units = Units(grammar.tables, schema)
        self._sets = SlotSets(grammar.tables)
        self._choices = Choices(self._sets, schema)
        self._is_english = grammar.language == LANGUAGE
        self._outspoken: dict[Modifier, frozenset[str]] = {}
        """Intents with sentences that have such words, of those that were asked for."""

    def corrected(self, text: str, frame: Frame) -> Frame:
        """A frame with numbers in the slots that words tell, and no choice left over."""
        return self._choices.completed(text, self._units.corrected(text, frame))

    def amiss(self, text: str, frame: Frame) -> tuple[RejectCode, str] | None:
        """Why a frame is no command all the same; None where nothing is amiss."""
        own = self._sets.of(frame.intent)
        taken = self._schema.types.get(frame.intent, {}).keys() | (own or set())
        slots = [slot for slot in frame.slots if own is None or slot.label in taken]
        for slot in slots:
            if slot.end == len(text) and (reason := self._put_off(slot.text, frame.intent)):
                return "unsure", reason
        for words, modifier in self._modified(text, slots):
            if frame.intent not in self._speaking(modifier):
                return "unsure", refusal(words, modifier.effect)
        if self._is_english and (words := spoken_of(text)) and self._is_foreign(words, frame):
            return "out_of_scope", refusal(words)
        understood = f"{frame.intent} was understood, but not"
        if lacking := self._sets.lacking(frame.intent, (slot.label for slot in slots)):
            named = _either(lacking[:_SHOWN])
            return "incomplete", f"{understood} its {named}; say that too"
        if uncounted := self._units.uncounted(text, frame):
            number, meanings = uncounted
            named = _either({slot} for slot in sorted(meanings))
            return "unsure", f"{understood} what {number!r} counts; say {named} behind it"
        if left := self._number_left(text, frame.slots):
            return "unsure", f"{understood} what {left!r} is to it; say it differently"
        if foreign := [slot.text for slot in frame.slots if slot not in slots]:
            return "unsure", f"{understood} what {foreign[0]!r} is to it; say it differently"
        if not slots and not self._has_word_of(frame.intent, words_of(text)):
            return "unsure", f"{understood} by a word that tells; say it differently"
        return None

    def fixed(self, text: str, frame: Frame) -> Mapping[str, SlotValue] | None:
        """Slots that a frame has without their being said; None where that cannot be told."""
        if frame.intent not in self._sets.fixing:
            return {}
        at, rest = 0, ""
        for slot in sorted(frame.slots, key=lambda slot: slot.start):
            rest += f"{text[at : slot.start]} "
            at = slot.end
        said = (slot.label for slot in frame.slots)
        return self._sets.fixed(frame.intent, said, words_of(rest + text[at:]))

    def put_off(self, match: Match) -> str | None:
        """Why a sentence of the grammar is no command: any words may end it, and these put it off.

        None where nothing does.
        """
        last = match.slots[-1].value if match.slots else None
        is_end = isinstance(last, str) and match.text.endswith(last)
        return self._put_off(str(last), match.intent) if is_end else None

    def changed(self, said: str) -> tuple[str, str] | None:
        """Words in what was taken for a name that change what a command means, and what they do."""
        for words, modifier in self._modified(said, ()):
            return words, refusal(words, modifier.effect)
        return None

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

    def _is_foreign(self, words: str, frame: Frame) -> bool:
        """Whether some of these words are in no sentence of an intent: "did you leave it on" is."""
        return not all(frame.intent in self._intents.get(word, ()) for word in words.split())

    def _has_word_of(self, intent: str, words: Iterable[str]) -> bool:
        """Whether a word is like one of an intent's that few others have: "logan" locks nothing."""
        own = self._own.get(intent, frozenset[str]())
        said = frozenset(words)
        return bool(own & said) or any(may_be(*pair) for pair in product(said, own))

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
    def _intents(self) -> dict[str, frozenset[str]]:
        return intents_by_word(self._grammar.tables)


def _listed(slots: Iterable[str]) -> str:
    return " and ".join(sorted(slot.replace("_", " ") for slot in slots))


def _either(choices: Iterable[Iterable[str]]) -> str:
    *others, last = map(_listed, choices)
    return f"{', '.join(others)} or {last}" if others else last
