"""Words that change what a command means: "never unlock the door", "all but the lamp", "at seven".

A small model knows words better than what they do to each other, and "never" is one word among
five. What a household has written down as a sentence of its own may say anything; what a model
makes of other words is no command if one of these stands beside what it names. English only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple

from edge.intent.model import SlotReading
from edge.text import Tokens

_UNIT: Final = r"(?:second|minute|hour|moment|bit|while)s?"
_NUMBER: Final = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
    r"|half past|quarter (?:past|to))"
)
_OF_DAY: Final = r"(?:morning|afternoon|evening|night)"


class Modifier(NamedTuple):
    """Words that do the same to a command."""

    words: str
    """A regular expression, compiled when it is first needed: that takes a millisecond."""
    tells: frozenset[str]
    """Tokens without one of which a sentence has none of them: to look for these takes a tenth of
    the time, and most sentences have neither."""
    effect: str
    """What they do, as the end of a sentence that begins with them."""
    alone: frozenset[str] = frozenset()
    """Single words that tell by themselves that a sentence speaks of such things."""

    def found(self, said: Tokens, slots: Iterable[SlotReading]) -> str:
        """The first of them outside what was read as a slot; empty where there is none.

        A song may be called "Don't stop me now".
        """
        if self.tells.isdisjoint(said.words):
            return ""
        taken = list(slots)
        text = said.text
        # In lower case the pattern takes a third of the time; outside of ASCII that moves letters.
        is_ascii = text.isascii()
        pattern = compiled(self.words, in_lower_case=is_ascii)
        for found in pattern.finditer(text.lower() if is_ascii else text):
            start, end = found.span()
            if not any(slot.overlaps(start, end) for slot in taken):
                return text[start:end].strip(" ,;.!?")
        return ""

    def has(self, word: str) -> bool:
        """Whether a word, in lower case, is one of them."""
        pattern = compiled(self.words, in_lower_case=True)
        return pattern.fullmatch(word) is not None or word in self.alone


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


@cache
def compiled(words: str, *, in_lower_case: bool = False) -> re.Pattern[str]:
    """A pattern, compiled when it is first needed.

    Args:
        in_lower_case: for texts in lower case; for others, capitals do not matter.
    """
    return re.compile(words, 0 if in_lower_case else re.IGNORECASE)


_AUXILIARIES: Final = (
    "ai are ca could dare did do does had has have is may might must need ought sha should was "
    "were wo would"
).split()
"""English words, or what is left of them, that are denied with "n't"."""

CONTRARY: Final = Modifier(
    r"\b(?:not|never|cannot|unless|instead|no[- ]?(?:one|body)|nothing|avoid|refuse"
    rf"|(?:{'|'.join(_AUXILIARIES)})n(?:t|['’]t(?! mind\b))|(?<=\s)but)\b",
    _words("not never cannot unless instead no noone nobody nothing avoid refuse but")
    | {f"{word}n{t}" for word in _AUXILIARIES for t in ("t", "'t", "'t've")},
    "may turn it into its contrary",
    frozenset({"but"}),
)
"""Somebody may want it not to be done."""

EXCEPT: Final = Modifier(
    r"\b(?:exc?ept(?:s|ed|ing|ions?|ional(?:ly)?)?|exclud(?:e|es|ed|ing)|without|apart from"
    r"|aside from|besides?|ignoring|(?:any )?other(?: than)?|save for|(?:bar|save) (?:the|my|our)"
    r"|leaving (?:on|off|the|my|our|only|just)|and leave|most of|barring|(?<=\S )keep)\b",
    _words(
        "exclude excludes excluded excluding without apart aside beside besides ignoring other "
        "save bar leaving leave most barring keep"
    )
    | {
        f"{stem}{ending}"
        for stem in ("except", "exept")
        for ending in ("", "s", "ed", "ing", "ion", "ions", "ional", "ionally")
    },
    "leaves something out of it",
    frozenset({"except", "without", "other"}),
)
"""Somebody may want it done to all else."""

EITHER: Final = Modifier(
    r"\bor\b(?! so\b)", _words("or"), "leaves open what is meant", frozenset({"or"})
)
"""Somebody asks, or has not decided."""

ELSEWHERE: Final = Modifier(
    r"\b(?:outside|outdoors|out there|next door|in (?:the|my|our) car)\b",
    _words("outside outdoors there next car"),
    "is of somewhere else",
    frozenset({"outside", "outdoors"}),
)
"""Somebody may speak of a place that no home has."""

BOTH: Final = Modifier(
    r"\b(?:on(?: and|,)?(?: then)? (?:back )?off|off(?: and|,)?(?: then)? (?:back )?on)\b",
    _words("off"),
    "is both",
)
"""Somebody tries what happens."""

CORRECTED: Final = Modifier(
    r"(?<=\S)[\s,;.!?\u2026]+(?:no|nope|i mean|i meant|oops|wait|rather)\b",
    _words("no nope mean meant oops wait rather"),
    "corrects what was said before it",
)
"""Somebody says it anew, and what of it is meant is not known."""

TAKEN_BACK: Final = Modifier(
    r"(?<=\S)[\s,;.!?]+(?:no(?:pe)?(?:,? wait)?|wait|hang on|hold on|never ?mind|forget (?:it|that)"
    r"|scratch that|cancel that|on second thoughts?)(?: (?:sorry|thanks))?\W*$",
    _words("no nope wait hang hold never nevermind forget scratch cancel thought thoughts"),
    "takes it back",
)
"""Somebody has changed their mind, and says so at the end."""

LATER: Final = Modifier(
    r"\b(?:later|tomorrow|tonight|overnight|eventually|until|till|remind|schedule"
    r"|after|before|whenever|when(?! you\b)|while(?! you\b)|if(?! if\b| you\b| possible\b)"
    r"|as soon as(?! you\b| possible\b)|(?<!at )once(?! more\b| again\b)"
    rf"|(?:in|for) (?:\w+ ){{1,3}}{_UNIT}"
    rf"|at (?:\d[\d:.]*|{_NUMBER}|noon|midnight|night|dawn|dusk|sunset|sunrise|bedtime)"
    rf"|(?:in the|this|every|each) {_OF_DAY}|(?:every|each|next) (?:hour|day|week|weekend)"
    r"|on (?:(?:mon|tues|wednes|thurs|fri|satur|sun|week)days?|(?:the )?weekends?))\b",
    _words(
        "later tomorrow tonight overnight eventually until till remind schedule after before "
        "whenever when while if soon once second seconds minute minutes hour hours moment moments "
        "bit bits whiles at morning afternoon evening night day week weekend weekends"
    )
    | {
        f"{day}day{s}"
        for day in ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun", "week")
        for s in ("", "s")
    },
    "puts it off, or makes it depend on something",
    frozenset({"second", "seconds", "minute", "minutes", "hour", "hours", "noon", "midnight"}),
)
"""Somebody may want it at another time than now."""

MODIFIERS: Final = (CONTRARY, EXCEPT, EITHER, BOTH, ELSEWHERE, TAKEN_BACK, CORRECTED, LATER)

_ALL_BUT: Final = (
    r"\b(?:all|every\w*|any\w*)\b.*\b(?:but|except|apart from|other than|besides|excluding)\b"
)
_AT_ITS_END: Final = (
    r"(?<=\S )(?:"
    rf"(?:in|for) (?:\w+ ){{1,3}}(?:minute|hour|day)s?"
    rf"|at (?:\d[\d:.]*|{_NUMBER})(?: [\w']+){{0,2}}"
    rf"|(?:tomorrow|this|every|each) {_OF_DAY}|(?:every|each) (?:day|hour|week)"
    r"|(?:when|as soon as|before|after) (?:(?:i|we|you|he|she|they) "
    r"(?:am|are|is|(?:get|come|leave|go)s?)|i'm|we're|you're|they're|s?he's)\b.*)$"
)


def put_off(text: str) -> str:
    """The words at the end of a text that put a command off; empty where there are none.

    Of words that may be any, such as a song's: "jazz in five minutes" is no song, but "see you
    tomorrow" and "tonight tonight" are, so fewer words are taken for a time than in `LATER`.
    """
    found = compiled(_AT_ITS_END).search(text)
    return found.group() if found is not None else ""


def all_but(text: str) -> str:
    """The words of a text that leave something out of all; empty where none do.

    Of words that may be any: "everything except milk" is nothing to be taken off a list.
    """
    found = compiled(_ALL_BUT).search(text)
    return found.group() if found is not None else ""
