"""The same command in other words: what people say around a template's sentence.

Templates are tidy, people are not. A sentence is changed in one to three of these ways, each of
which keeps what it means and where its slots are:

- politeness before or after it ("could you …", "… please"), and a name ("hey house, …");
- fillers and restarts ("um", "you know", "the the");
- articles left out or put in;
- a place moved to the front ("in the kitchen turn …");
- contractions opened or closed ("what is" / "what's");
- words taken for words that sound alike ("of" for "off", "to" for "two") and slips of the finger,
  outside slots only.

Slot spans stay exact: the words of a slot are never touched. All of it is English; in any other
language the words that its templates may be said with ("bitte") are put around a sentence, and it
is restarted and has slips.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from export.corpora.utterance import SlotSpan

_BEFORE = (
    "please|could you|can you|would you|will you|hey|okay|ok|hi|hello|so|right|i want you to|"
    "i'd like you to|i need you to|go ahead and|quickly|now|hey house|computer|would you mind and|"
    "could you please|can you please|please could you|alright|kindly|just|be so kind and|"
    "let's|you should|i think you should|if you could|is it possible to|could i ask you to"
).split("|")
_NAMES = (
    "computer|house|assistant|alexa|siri|google|jarvis|cortana|nova|friday|robin|ziggy|buddy|"
    "echo|hal|nestor|samantha|milo|dottie|bixby|aida|hestia|otto|pixie"
).split("|")
"""What people call whatever they speak to."""
_TO_NAMES = ("", "", "", "hey ", "ok ", "okay ", "hi ")
_AFTER = (
    "please|now|right now|for me|thanks|thank you|will you|would you|if you can|okay|quickly|"
    "when you can|for us|immediately|again|at once|right away|if you please|my dear|ok"
).split("|")
_FILLERS = "um|uh|er|like|you know|well|hmm|actually|erm|i mean".split("|")
_SOUND_ALIKE = {
    "off": ("of",),
    "to": ("too", "two"),
    "for": ("four",),
    "lights": ("light", "lites"),
    "turn": ("tern", "torn"),
    "on": ("own",),
    "set": ("sit", "said"),
    "the": ("da", "de"),
    "close": ("clothes",),
    "play": ("pay",),
    "percent": ("per cent",),
    "degrees": ("degree",),
    "switch": ("which", "swish"),
    "lock": ("log",),
    "timer": ("time",),
    "is": ("as",),
    "what's": ("whats",),
    "it's": ("its",),
}
_PLACES = frozenset({"in", "on", "at"})
_CONTRACTIONS = (
    (("what", "is"), ("what's",)),
    (("it", "is"), ("it's",)),
    (("do", "not"), ("don't",)),
    (("does", "not"), ("doesn't",)),
    (("i", "would"), ("i'd",)),
)
_PIECES = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word outside slots, or the whole text of one slot."""

    text: str
    label: str = ""
    glued: bool = False
    """Nothing stands between it and what is before it."""


def split(text: str, spans: tuple[SlotSpan, ...]) -> list[Word]:
    """A sentence as words, each slot in one piece."""
    words: list[Word] = []

    def outside(first: int, last: int) -> None:
        for match in _PIECES.finditer(text, first, last):
            glued = match.start() > 0 and not text[match.start() - 1].isspace()
            words.append(Word(match[0], glued=glued))

    at = 0
    for span in spans:
        outside(at, span.start)
        glued = span.start > 0 and not text[span.start - 1].isspace()
        words.append(Word(text[span.start : span.end], span.label, glued))
        at = span.end
    outside(at, len(text))
    return words


def unsplit(words: list[Word]) -> tuple[str, tuple[SlotSpan, ...]]:
    """The inverse of `split`."""
    text = ""
    spans: list[SlotSpan] = []
    for word in words:
        if text and not word.glued:
            text += " "
        if word.label:
            spans.append(SlotSpan(word.label, len(text), len(text) + len(word.text)))
        text += word.text
    return text, tuple(spans)


def paraphrase(
    text: str,
    spans: tuple[SlotSpan, ...],
    rng: Random,
    *,
    gentle: bool = False,
    manner: Manner | None = None,
) -> tuple[str, tuple[SlotSpan, ...]]:
    """The sentence in other words.

    Args:
        gentle: only with words around it, and fillers.
        manner: of its language; English where it is left out.
    """
    words = split(text, spans)
    manner = manner or ENGLISH
    ways = manner.gentle if gentle else manner.ways
    for way in rng.choices(ways, k=rng.choice((1, 1, 2, 2, 3))) if ways else ():
        words = way(words, rng)
    return unsplit(words)


def _said(text: str) -> list[Word]:
    return [Word(word) for word in text.split()]


def _before(phrases: Sequence[str]) -> _Way:
    return lambda words, rng: _said(rng.choice(phrases)) + words


def _after(phrases: Sequence[str]) -> _Way:
    return lambda words, rng: words + _said(rng.choice(phrases))


def _addressed(words: list[Word], rng: Random) -> list[Word]:
    """By a name, mostly in front: whoever understands it need not have been told the name."""
    name = _said(rng.choice(_TO_NAMES) + rng.choice(_NAMES))
    return name + words if rng.random() < 0.8 else words + name[-1:]


def _filler(words: list[Word], rng: Random) -> list[Word]:
    at = rng.randrange(len(words) + 1)
    if at < len(words) and words[at].glued:
        return words
    return words[:at] + _said(rng.choice(_FILLERS)) + words[at:]


def _restart(words: list[Word], rng: Random) -> list[Word]:
    own = [i for i, word in enumerate(words) if not word.label and not word.glued]
    if not own:
        return words
    at = rng.choice(own)
    return words[: at + 1] + words[at:]


def _articles(words: list[Word], rng: Random) -> list[Word]:
    there = [
        i
        for i, word in enumerate(words)
        if not word.label and word.text in ("the", "my", "our", "a")
    ]
    if len(words) > 1 and there and rng.random() < 0.8:
        at = rng.choice(there)
        return words[:at] + words[at + 1 :]
    slots = [i for i, word in enumerate(words) if word.label in ("name", "area")]
    if not slots:
        return words
    at = rng.choice(slots)
    if words[at].glued or (at and words[at - 1].text in ("the", "my", "our")):
        return words
    return [*words[:at], Word(rng.choice(("the", "the", "my", "our"))), *words[at:]]


def _front(words: list[Word], rng: Random) -> list[Word]:
    """ "… in the kitchen" → "in the kitchen …"."""
    if not words[-1].label:
        return words
    for at in range(len(words) - 2, max(len(words) - 4, 0), -1):
        if words[at].text in _PLACES and not words[at].label:
            return words[at:] + words[:at]
    return words


def _contract(words: list[Word], rng: Random) -> list[Word]:
    texts = [word.text if not word.label else "" for word in words]
    for long, short in _CONTRACTIONS:
        for old, new in ((long, short), (short, long)):
            for at in range(len(texts) - len(old) + 1):
                if tuple(texts[at : at + len(old)]) == old:
                    return words[:at] + [Word(one) for one in new] + words[at + len(old) :]
    return words


def _mishear(words: list[Word], rng: Random) -> list[Word]:
    heard = [i for i, word in enumerate(words) if not word.label and word.text in _SOUND_ALIKE]
    if not heard:
        return words
    at = rng.choice(heard)
    other = rng.choice(_SOUND_ALIKE[words[at].text])
    return [*words[:at], Word(other, glued=words[at].glued), *words[at + 1 :]]


def _slip(words: list[Word], rng: Random) -> list[Word]:
    """One letter dropped, doubled or swapped in a longer word."""
    longer = [i for i, word in enumerate(words) if not word.label and len(word.text) > 4]
    if not longer:
        return words
    at = rng.choice(longer)
    text = words[at].text
    i = rng.randrange(1, len(text) - 1)
    other = rng.choice(
        (
            text[:i] + text[i + 1 :],
            text[:i] + text[i] + text[i:],
            text[:i] + text[i + 1] + text[i] + text[i + 2 :],
        )
    )
    return [*words[:at], Word(other, glued=words[at].glued), *words[at + 1 :]]


_Way = Callable[[list[Word], Random], list[Word]]


@dataclass(frozen=True, slots=True)
class Manner:
    """How a language says things in other words."""

    ways: tuple[_Way, ...]
    """What may become of a sentence; a way that is there twice is taken twice as often."""
    gentle: tuple[_Way, ...]
    """Those of them that leave its own words as they are."""


ENGLISH = Manner(
    (
        _before(_BEFORE),
        _before(_BEFORE),
        _after(_AFTER),
        _after(_AFTER),
        _addressed,
        _filler,
        _restart,
        _articles,
        _articles,
        _front,
        _contract,
        _mishear,
        _slip,
    ),
    (_before(_BEFORE), _after(_AFTER), _addressed, _filler),
)


def manner_of(around: Sequence[str]) -> Manner:
    """That of a language of which nothing is known but what may be said around its sentences."""

    gentle = (_before(around), _after(around)) if around else ()
    return Manner((*gentle, *gentle, _restart, _slip), gentle)
