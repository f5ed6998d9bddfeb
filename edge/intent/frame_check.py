"""What a model is sure of, held against the home's own sentences of that intent.

A small model takes the words it knows for what they mostly mean. What all of the home's sentences
of an intent have, none has, or some say, is known exactly, and corrects or refuses its reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

from edge.events import RejectCode, SlotValue
from edge.grammar.grammar import Grammar
from edge.home.home import Home
from edge.intent.asides import LANGUAGE
from edge.intent.choices import Choices
from edge.intent.here import Here
from edge.intent.model import Frame, SlotReading
from edge.intent.mood import Mood
from edge.intent.names_left import NamesLeft
from edge.intent.slot_sets import SlotSets
from edge.intent.slots import SlotSchema
from edge.intent.units import Units
from edge.intent.vocabulary import Vocabulary, has_like
from edge.numbers import FIRST_WORDS
from edge.text import tokenise, words_of

_SHOWN: Final = 3
"""Slots of which one will do, in a reason."""
_ALSO_NUMBERS: Final = frozenset({"one", "two", "four"})
"""English words that mean a number, or what sounds like it: "to", "for"."""
_NUMBERS: Final = (FIRST_WORDS | {"half"}) - _ALSO_NUMBERS - {"a", "point", "minus", "negative"}
"""Those that mean a number wherever they are said."""
_OFF: Final = "off"
"""English for the contrary of most that is asked for."""
_KIND: Final = "kind"
_NAME: Final = "name"
_PARTLY: Final = frozenset("bit little crack slightly partly partway somewhat ajar".split())
"""English for less of it than all."""

_Amiss = tuple[RejectCode, str] | None


class FrameCheck:
    """Checks frames for one grammar. What is read off it is made when it is first needed.

    Args:
        grammar: the home's exact sentences.
        schema: what each slot of each intent takes.
    """

    def __init__(self, grammar: Grammar, schema: SlotSchema) -> None:
        self._schema = schema
        self._vocabulary = Vocabulary(grammar)
        self.mood = Mood(grammar, self._vocabulary)
        """Whether a sentence commands at all."""
        self._sets = SlotSets(grammar.tables)
        self._units = Units(grammar.tables, self._sets, schema)
        self._choices = Choices(self._sets, schema)
        self._names = NamesLeft(self._sets, schema)
        self._is_english = grammar.language == LANGUAGE
        kinds = [types[_KIND].choices for types in schema.types.values() if _KIND in types]
        called = Counter(word for choices in kinds for word in choices if " " not in word)
        self._kinds = frozenset(word for word, intents in called.items() if intents > 1)
        """What kinds of device are called; what but one intent knows may be a word for all."""
        self._here = Here(self._sets, schema) if self._is_english else None

    def corrected(self, text: str, frame: Frame, home: Home) -> Frame:
        """A frame with numbers in the slots that words tell, and no number, choice or name over."""
        frame = self._units.completed(text, self._units.corrected(text, frame))
        frame = self._choices.completed(text, frame)
        return self._names.completed(text, frame, home)

    def amiss(self, text: str, frame: Frame, home: Home) -> _Amiss:
        """Why a frame is no command all the same; None where nothing is amiss."""
        own = self._sets.of(frame.intent)
        taken = self._schema.types.get(frame.intent, {}).keys() | (own or set())
        slots = [slot for slot in frame.slots if own is None or slot.label in taken]
        here = self._said_here(text, frame)
        return (
            self.mood.amiss(text, frame, slots)
            or self._lacking(text, frame, slots, here)
            or self._left(text, frame, slots, home, here)
            or self._untold(text, frame, slots, here)
        )

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

    def _lacking(self, text: str, frame: Frame, slots: Sequence[SlotReading], here: str) -> _Amiss:
        """Slots that no sentence of the intent goes without, and numbers without a unit."""
        understood = f"{frame.intent} was understood, but not"
        labels = {slot.label for slot in slots}
        if here:
            labels.add("area")
        if lacking := self._sets.lacking(frame.intent, labels):
            named = _either(lacking[:_SHOWN])
            return "incomplete", f"{understood} its {named}; say that too"
        if uncounted := self._units.uncounted(text, frame):
            number, meanings = uncounted
            named = _either({slot} for slot in sorted(meanings))
            return "unsure", f"{understood} what {number!r} counts; say {named} behind it"
        return None

    def _left(
        self, text: str, frame: Frame, slots: Sequence[SlotReading], home: Home, here: str
    ) -> _Amiss:
        """What was said, and is nothing to the intent."""
        left = (
            (here if here and not self._sets.take_place(frame.intent) else "")
            or self._number_left(text, frame.slots)
            or self._names.left(text, frame, home)
            or self._units.miscounted(text, frame, self._vocabulary.intents)
            or next((slot.text for slot in frame.slots if slot not in slots), "")
            or self._word_left(text, frame)
        )
        if not left:
            return None
        what = f"{frame.intent} was understood, but not what {left!r} is to it"
        return "unsure", f"{what}; say it differently"

    def _untold(self, text: str, frame: Frame, slots: Sequence[SlotReading], here: str) -> _Amiss:
        """That no word tells that it is this intent, or that all there is is meant."""
        intent, words = frame.intent, words_of(text)
        understood = f"{intent} was understood, but not"
        own = self._vocabulary.own.get(intent, frozenset[str]())
        is_told = has_like(words, own)
        if (not slots and not (own and is_told)) or (
            not is_told and self._sets.all_have(intent, own)
        ):
            return "unsure", f"{understood} by a word that tells; say it differently"
        if slots or here:
            return None
        wanted = self._sets.telling(intent)
        # A word that the home does not know may be one of them: "dors", but not "lock".
        known = self._vocabulary.intents
        if not has_like([one for one in words if one in wanted or one not in known], wanted):
            return "unsure", f"{understood} of what; name it as the home does"
        return None

    def _said_here(self, text: str, frame: Frame) -> str:
        return self._here.said(text, frame) if self._here is not None else ""

    def _word_left(self, text: str, frame: Frame) -> str:
        """A word that tells something else where no sentence of the intent has it: "turn off the
        lights at 10", "open the garage door a bit", "set the lights to 21 degrees"."""
        intents = self._vocabulary.intents
        named = any(slot.label == _NAME for slot in frame.slots)
        for word in words_of(_without(text, frame.slots)) if self._is_english else ():
            tells = (word == _OFF and word in intents) or word in _PARTLY
            tells = tells or (word in self._kinds and not named)
            if tells and frame.intent not in intents.get(word, ()):
                return word
        return ""

    def _number_left(self, text: str, slots: Iterable[SlotReading]) -> str:
        """A number outside of all slots: "1:30" is not one second."""
        tokens = tokenise(text)
        for at, (start, end) in enumerate(zip(tokens.starts, tokens.ends, strict=True)):
            is_read = any(slot.overlaps(start, end) for slot in slots)
            if not is_read and self._is_number(tokens.words, at):
                return text[start:end]
        return ""

    def _is_number(self, words: Sequence[str], at: int) -> bool:
        word = words[at]
        if word[-1].isdecimal():
            return word.lstrip("-")[0].isdecimal()  # "a4" is a word
        is_counted = any(map(self._units.has, words[at + 1 : at + 2]))
        is_number = word in _NUMBERS or (word in _ALSO_NUMBERS and is_counted)
        return self._is_english and is_number


def _without(text: str, slots: Iterable[SlotReading]) -> str:
    """A text without what some slots of it say."""
    at, rest = 0, ""
    for slot in sorted(slots, key=lambda slot: slot.start):
        rest += f"{text[at : slot.start]} "
        at = slot.end
    return rest + text[at:]


def _listed(slots: Iterable[str]) -> str:
    return " and ".join(sorted(slot.replace("_", " ") for slot in slots))


def _either(choices: Iterable[Iterable[str]]) -> str:
    *others, last = map(_listed, choices)
    return f"{', '.join(others)} or {last}" if others else last
