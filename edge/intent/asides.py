"""Words beside a command that make none of it: "did you open the door", "open the door tomorrow".

Whoever listens for a home's sentences finds one in them, and takes the words beside it for a noise
or for "please". So these are listened for as well, and what has one of them is refused. English
only, and a list: what it lacks is heard as before.
"""

from __future__ import annotations

from itertools import product
from typing import Final

from edge.intent.modifiers import compiled

LANGUAGE: Final = "en"
"""Of the words below."""


def _several(phrases: str) -> tuple[str, ...]:
    return tuple(phrases.split("|"))


def _each(*words: str) -> tuple[str, ...]:
    """One of each, in every combination."""
    return tuple(" ".join(chosen) for chosen in product(*map(_several, words)))


_ASKED: Final = _several(
    "did you|did somebody|did we|did i|does he ever|do they|do you always|do i have to|"
    "do we need to|should i|should we|should anybody|why did you|why did it|why would you|"
    "why do you|why should i|when did you|when do you|how do i|how do you|how did they|"
    "how would one|who told you to|who said to|what happens if i|what if i|what made you|"
    "is it wise to|is it safe to|was it you who said to|do you know how to|"
    "have you ever tried to|are we allowed to|do you think i should|do you think we should"
)
_TOLD: Final = _several(
    "i forgot to|i tried to|i used to|i meant to|i will|i am about to|i was going to|i had to|"
    "she wants to|he likes to|they always|we usually|you used to|nobody should|"
    "my mother used to|i remember when we would|he told me to|it took an hour to|it is easy to|"
    "it is hard to|i learned how to|somebody has to|i saw her|i heard him|thanks for letting me"
)
_FORBIDDEN: Final = _several(
    "never|don't|do not|please don't|please do not|you must not|you should not|you shouldn't|"
    "don't you dare|i don't want you to|i do not want to|there is no need to|you don't have to|"
    "do not ever|let's not|we can't|i can't|you can't|nobody may|no need to"
)
_IF: Final = _several(
    "if it rains|if i am not home|when i get home|as soon as it gets dark|"
    "whenever somebody comes in|unless i say so|before you|after you|once the guests are gone|"
    "in case of fire"
)
_OTHERS: Final = (
    *_each("did|does|will|would|can|could|should|must", "he|she|it|somebody|anybody"),
    *_each("did|do|will|would|can|could|should|must", "they|the kids|people"),
    *_each("is|was|are|were", "he|she|it|they|we|you|somebody", "going to|about to"),
    *_each(
        "he|she|it|they|somebody|nobody",
        "will|would|can|could|should|must|might|had to|always|never|wants to|want to",
    ),
    *_each("i|we", "would|could|should|must|always|never|usually|often|almost"),
    *_each("who|when|why|how", "will|would|can|could|should|did|does"),
    *_each("remind|tell|ask|show|teach", "me|her|him|them", "to|how to"),
    *_several("stop trying to|quit trying to|instead of|rather than|think about|talk about"),
)
"""What somebody else does or did, and what is only thought of."""

SPOKEN_OF: Final = (*_ASKED, *_TOLD, *_FORBIDDEN, *_IF)
"""In front of a command, in whatever words: "I would" may be the beginning of one."""
BEFORE: Final = (*SPOKEN_OF, *_OTHERS)
"""In front of a command."""

_OF_CLOCK: Final = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_NUMBERS: Final = f"{_OF_CLOCK}|fifteen|twenty|thirty|forty|forty five|fifty|sixty|ninety|a few"
_TIMES: Final = (
    *_each("at|at half past|at quarter past|at quarter to", _OF_CLOCK),
    *_each("at", _OF_CLOCK, "o'clock|thirty|fifteen|forty five"),
    *_each("in", _NUMBERS, "seconds|minutes|hours|days"),
    *_each("in", "a|one|half a", "second|minute|moment|bit|while|hour|day"),
    *_several("in an hour|in half an hour|in a quarter of an hour|in an hour and a half"),
)
BEHIND: Final = (
    *_TIMES,
    *_each("tomorrow|this|every|in the", "morning|afternoon|evening"),
    *_each(
        "on|next|every|this", "monday|tuesday|wednesday|thursday|friday|saturday|sunday|weekend"
    ),
    *_each("at|until|before|after", "noon|midnight|sunset|sunrise|dawn|dusk|bedtime"),
    *_each("before|after", "bed|breakfast|lunch|dinner|work|school"),
    *_each("every|next", "day|night|week|month|hour"),
    *_several(
        "later|tomorrow|tomorrow night|tonight|at night|overnight|some other time|not now|"
        "the day after tomorrow|on weekdays|at the weekend"
    ),
)
"""Behind a command."""

LINKS: Final = _several(
    "when|whenever|if|unless|until|till|once|before|after|while|as soon as|as long as|in case"
)
"""Behind a command, and with more words to come."""

_WORDS: Final = tuple(f" {phrase} " for phrase in (*BEFORE, *BEHIND))
_BEGINNINGS: Final = tuple(f"{phrase} " for phrase in SPOKEN_OF)


def spoken_of(text: str) -> str:
    """The words that a text begins with, of `SPOKEN_OF`; empty where it begins with none."""
    begun = f"{text.lower().strip()} "
    if not begun.startswith(_BEGINNINGS):  # one call for all of them: most texts have none
        return ""
    found = [words for words in _BEGINNINGS if begun.startswith(words)]
    return max(found, key=len, default="").strip()


_LEAD: Final = r"(?:(?:well|so|and|but|oh|hey|ok|okay|yes|no|actually|sorry)\W+)*"
_PAST: Final = (
    r"have|had|am|are|was|were|will|shall|can|could(?! use\b)|may|might|did|just|already|only"
    r"|accidentally|set|put|let|(?!need)\w+ed"
)
_WHY: Final = (
    r"(?:(?:so|too|very|really|a bit) )?(?:cold|hot|warm|freezing|chilly|boiling|leaving|off|out"
    r"|home|back|going (?:to bed|to sleep|out|home)|ready|tired|done)\b"
)
"""What somebody may be who wants something done: "I'm cold"."""
_TELLS: Final = (
    rf"{_LEAD}((?:i['\u2019]?m|we['\u2019]re|(?:i|we)(?:['\u2019]?ve|['\u2019]ll| (?:{_PAST})))"
    rf"(?: (?:just|already|now))?)\b(?! {_WHY})"
)
_ASKS: Final = (
    rf"{_LEAD}((?:is|are|was|were|am|does|did|has|had|why|when|where|who)(?:n['\u2019]?t)?"
    r"|do (?:i|we|you(?! mind\b)|they)|have (?:i|we|you|they)|leave)\b"
)
STATES: Final = frozenset({"on", "off", "open", "closed", "shut", "locked", "unlocked"})
"""Words that sentences end with which say how something is."""
_STANDS: Final = (
    rf"{_LEAD}(?!make sure|check|see|tell|let|i want|i need|i'd|can|could|would|will|please|what"
    r"|which|how|when|if)(?P<said>\S.*\b(?:is|are|was|were|should be|must be|has been|have been)"
    rf"(?: (?:still|already|now))? (?:{'|'.join(sorted(STATES))}))\W*$"
)


KEEPING: Final = frozenset({"leave"})
"""Words that sentences begin with which want things left as they are."""
QUESTIONS: Final = frozenset({"is", "are", "did", "have", "do", "what", "how"})
"""Words that sentences begin with which ask for something."""


def told(text: str) -> str:
    """The words that a text begins with, where it tells what somebody does: "I've locked"."""
    found = compiled(_TELLS).match(text.strip())
    return found[1] if found is not None else ""


def asked(text: str) -> str:
    """The words that a text begins with, where they ask, or want things left as they are."""
    found = compiled(_ASKS).match(text.strip())
    return found[1] if found is not None else ""


def stands(text: str) -> str:
    """A text that says how something is: "the stereo is off"; empty where it does not."""
    found = compiled(_STANDS).match(text.strip())
    return found["said"] if found is not None else ""


def refusal(words: str, effect: str = "makes no command of it") -> str:
    """Why what has these words in it is refused."""
    return f"{words!r} {effect}; say what is to be done now, no more"


def aside(said: str) -> str:
    """The words beside a command in what was said, the longest of them; empty where there are none.

    Args:
        said: words in lower case. They are taken to be beside a command, whatever is around them.
    """
    text = f" {said} "
    found = [phrase for phrase in _WORDS if phrase in text]
    found += [text[text.rindex(f" {link} ") :] for link in LINKS if f" {link} " in text]
    return max(found, key=len, default="").strip()
