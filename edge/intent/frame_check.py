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
from edge.home.home import Home, NameSaid
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
from edge.text import Tokens

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
_SWITCHED: Final = frozenset({"on", "off"})
_POINTING: Final = frozenset("it that this them those these".split())
"""English for what was named before, and here was not."""
_BEHIND_IT: Final = frozenset({"", "again", "back", "now", "please", "right", "too"})
"""What may be said behind what is to be switched, and is no name of it: "this music" is one."""
_PARTLY: Final = frozenset("bit little crack slightly partly partway somewhat ajar".split())
"""English for less of it than all."""

_Amiss = tuple[RejectCode, str] | None


class FrameCheck:
    """Checks frames for one grammar. What is read off it is made when it is first needed, or told
    to be: it takes as long as fifty sentences.

    Args:
        grammar: the home's exact sentences.
        schema: what each slot of each intent takes.
    """

    def __init__(self, grammar: Grammar, schema: SlotSchema) -> None:
        self._schema = schema
        self._vocabulary = Vocabulary(grammar)
        self.mood = Mood(self._vocabulary, grammar.language, grammar.plain)
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
        telling = frozenset({_OFF, *_PARTLY, *self._kinds})
        self._telling = telling if self._is_english else frozenset[str]()
        """Words that may tell something else than the intent that was read."""
        self._here = Here(self._sets, schema) if self._is_english else None

    def prepare(self) -> None:
        """Reads off the grammar what it needs, so that the first sentence is as quick as others."""
        self.mood.prepare()
        self._vocabulary.prepare()
        self._sets.prepare()
        self._units.prepare()

    def checked(self, said: Tokens, frame: Frame, home: Home) -> tuple[Frame, _Amiss]:
        """A frame with numbers in the slots that words tell, and no number, choice or name over;
        and why it is no command all the same, None where nothing is amiss.

        Args:
            said: the sentence it was read from, as for all that is asked here.
            home: whose names it may have.
        """
        names = home.names_in(said.words)
        frame = self._units.completed(said, self._units.corrected(said, frame))
        frame = self._choices.completed(said, frame)
        frame = self._names.completed(said, frame, names)
        return frame, self._amiss(said, frame, names)

    def _amiss(self, said: Tokens, frame: Frame, names: Sequence[NameSaid]) -> _Amiss:
        own = self._sets.of(frame.intent)
        taken = self._schema.types.get(frame.intent, {}).keys() | (own or set())
        slots = [slot for slot in frame.slots if own is None or slot.label in taken]
        here = self._said_here(said, frame)
        return (
            self.mood.amiss(said, frame, slots)
            or self._lacking(said, frame, slots, here)
            or self._left(said, frame, slots, names, here)
            or self._untold(said, frame, slots, here)
        )

    def place(self, said: Tokens, frame: Frame) -> Literal["asked", "meant"] | None:
        """Whether a frame is of the room that it is said in: since it says so, or as the home's own
        sentences with its slots are."""
        if self._said_here(said, frame):
            return "asked"
        is_meant = self._here is not None and self._here.is_meant(said.text, frame)
        return "meant" if is_meant else None

    def fixed(
        self, said: Tokens, frame: Frame, *, here: bool = False
    ) -> Mapping[str, SlotValue] | None:
        """Slots that a frame has without their being said; None where that cannot be told.

        Args:
            here: it is of the room that it is said in.
        """
        if frame.intent not in self._sets.fixing:
            return {}
        labels = {slot.label for slot in frame.slots} | ({"area"} if here else set())
        return self._sets.fixed(frame.intent, labels, _outside(said, frame.slots))

    def _lacking(
        self, said: Tokens, frame: Frame, slots: Sequence[SlotReading], here: str
    ) -> _Amiss:
        """Slots that no sentence of the intent goes without, and numbers without a unit."""
        understood = f"{frame.intent} was understood, but not"
        labels = {slot.label for slot in slots}
        if here:
            labels.add("area")
        if lacking := self._sets.lacking(frame.intent, labels):
            named = _either(lacking[:_SHOWN])
            return "incomplete", f"{understood} its {named}; say that too"
        if uncounted := self._units.uncounted(said, frame):
            number, meanings = uncounted
            named = _either({slot} for slot in sorted(meanings))
            return "unsure", f"{understood} what {number!r} counts; say {named} behind it"
        return None

    def _left(
        self,
        said: Tokens,
        frame: Frame,
        slots: Sequence[SlotReading],
        names: Sequence[NameSaid],
        here: str,
    ) -> _Amiss:
        """What was said, and is nothing to the intent."""
        left = (
            (here if here and not self._sets.take_place(frame.intent) else "")
            or self._number_left(said, frame.slots)
            or self._names.left(said, frame, names)
            or self._units.miscounted(said, frame, self._vocabulary.intents)
            or next((slot.text for slot in frame.slots if slot not in slots), "")
            or self._word_left(said, frame)
        )
        if not left:
            return None
        what = f"{frame.intent} was understood, but not what {left!r} is to it"
        return "unsure", f"{what}; say it differently"

    def _untold(
        self, said: Tokens, frame: Frame, slots: Sequence[SlotReading], here: str
    ) -> _Amiss:
        """That no word tells that it is this intent, or that all there is is meant."""
        intent, words = frame.intent, said.words
        understood = f"{intent} was understood, but not"
        own = self._vocabulary.own.get(intent, frozenset[str]())
        is_told = has_like(words, own)
        if (not slots and not (own and is_told)) or (
            not is_told and self._sets.all_have(intent, own)
        ):
            return "unsure", f"{understood} by a word that tells; say it differently"
        if slots or here:
            return None
        if self._is_english and (what := _pointing(words)):
            return "incomplete", f"{what!r} may be anything; name it as the home does"
        wanted = self._sets.telling(intent)
        # A word that the home does not know may be one of them: "dors", but not "lock".
        known = self._vocabulary.intents
        if not has_like([one for one in words if one in wanted or one not in known], wanted):
            return "unsure", f"{understood} of what; name it as the home does"
        return None

    def _said_here(self, said: Tokens, frame: Frame) -> str:
        return self._here.said(said.text, frame) if self._here is not None else ""

    def _word_left(self, said: Tokens, frame: Frame) -> str:
        """A word that tells something else where no sentence of the intent has it: "turn off the
        lights at 10", "open the garage door a bit", "set the lights to 21 degrees"."""
        if self._telling.isdisjoint(said.words):
            return ""
        intents = self._vocabulary.intents
        named = any(slot.label == _NAME for slot in frame.slots)
        for word in _outside(said, frame.slots):
            tells = (word == _OFF and word in intents) or word in _PARTLY
            tells = tells or (word in self._kinds and not named)
            if tells and frame.intent not in intents.get(word, ()):
                return word
        return ""

    def _number_left(self, said: Tokens, slots: Sequence[SlotReading]) -> str:
        """A number outside of all slots: "1:30" is not one second."""
        for at in range(len(said)):
            if not self._is_number(said.words, at):
                continue
            start, end = said.starts[at], said.ends[at]
            if not any(slot.overlaps(start, end) for slot in slots):
                return said.text[start:end]
        return ""

    def _is_number(self, words: Sequence[str], at: int) -> bool:
        word = words[at]
        if word[-1].isdecimal():
            return word.lstrip("-")[0].isdecimal()  # "a4" is a word
        if word in _ALSO_NUMBERS:
            return self._is_english and any(map(self._units.has, words[at + 1 : at + 2]))
        return self._is_english and word in _NUMBERS


def _outside(said: Tokens, slots: Sequence[SlotReading]) -> list[str]:
    """The words of a sentence that no slot of it says."""
    rest = list(said.words)
    for slot in sorted(slots, key=lambda slot: slot.start, reverse=True):
        del rest[said.at(slot.start) : said.at(slot.end)]
    return rest


def _pointing(words: Sequence[str]) -> str:
    """A word for something that is to be on or off, and was not named: "turn that off"."""
    if _SWITCHED.isdisjoint(words):
        return ""
    padded = ("", *words, "", "")
    for at, word in enumerate(words, 1):
        before, after, beyond = padded[at - 1], padded[at + 1], padded[at + 2]
        is_between = after in _SWITCHED or (after == "back" and beyond in _SWITCHED)
        if word in _POINTING and (is_between or (before in _SWITCHED and after in _BEHIND_IT)):
            return word
    return ""


def _listed(slots: Iterable[str]) -> str:
    return " and ".join(sorted(slot.replace("_", " ") for slot in slots))


def _either(choices: Iterable[Iterable[str]]) -> str:
    *others, last = map(_listed, choices)
    return f"{', '.join(others)} or {last}" if others else last
