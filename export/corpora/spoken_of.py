"""Words of commands that command nothing: "why did you turn on the lamp", "and the kitchen".

A model that has only seen commands, and sentences that are nothing like them, takes a command's
words for the command. So some of a home's own sentences are sampled once more behind words that
make no command of them, and some of what they name comes by itself: what is left of a sentence
whose beginning was not heard. As many come behind words that ask for them: it must not be learned
that whatever stands behind other words is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random

from edge.intent.asides import SPOKEN_OF
from edge.text import words_of
from export.corpora.utterance import OUT_OF_SCOPE, SlotSpan, Utterance

Words = tuple[str, ...]
"""Of a sentence."""

SHARE = 0.06
"""Of a home's sentences, so many are spoken of besides."""
PIECES = 0.03
"""Of so many others, what one of their slots says comes by itself."""
_VERBS = frozenset(
    "turn switch set put make open close shut lock unlock start stop pause resume play add remove "
    "raise lower dim brighten heat cool warm change adjust activate deactivate enable disable arm "
    "disarm run send clean vacuum mute unmute increase decrease cancel begin end".split()
)
"""What a sentence begins with that can stand behind the words below."""
_POLITE = (
    "could you maybe|could you just|could you perhaps|can you just|can you quickly|"
    "can somebody|could somebody|would you kindly|would you please|will you please|"
    "i want you to|i'd like you to|i would like you to|i need you to|i would love you to|"
    "i'd be glad if you could|do me a favor and|do me a favour and|be a dear and|"
    "be so good and|maybe you could|perhaps you can|you could|you can|you may|you can now|"
    "go and|time to|it's time to|i think it's time to|can we|could we|shall we|let's|let us|"
    "may i ask you to|i was wondering if you could|it would be nice if you could|"
    "it would be great if you could|if it's no trouble|if you don't mind|"
    "when you have a moment|would it be possible to|is it possible to|i want to|"
    "i would like to|i need to|we need to|somebody please|quick|alright then|so please|"
    "okay now|now please|yes please|oh and|and also|then"
).split("|")
_BEFORE_PIECES = (
    "|the|and|and the|in the|or the|no the|oh the|on the|to|at|of the|my|just the".split("|")
)


def spoken_of(commands: Sequence[Utterance], rng: Random, taken: set[Words]) -> list[Utterance]:
    """Sentences that are no commands, made of `commands`: `SHARE` of as many.

    Args:
        commands: of one part of a corpus.
        rng: draws them, and the words before them.
        taken: all sentences of the corpus, to which these are added: none is there twice, and none
            is what a command says itself ("don't bother").
    """
    made = (
        Utterance(f"{rng.choice(SPOKEN_OF)} {item.text}", OUT_OF_SCOPE, (), item.id)
        for item in _drawn(commands, _is_order, SHARE, rng)
    )
    return _new(made, taken)


def asked_for(commands: Sequence[Utterance], rng: Random, taken: set[Words]) -> list[Utterance]:
    """Commands behind words that ask for them: as many as are `spoken_of`; see there."""
    drawn = _drawn(commands, _is_order, SHARE, rng)
    return _new((_behind(f"{rng.choice(_POLITE)} ", item) for item in drawn), taken)


def pieces(commands: Sequence[Utterance], rng: Random, taken: set[Words]) -> list[Utterance]:
    """What slots of `commands` say, by itself: of `PIECES` of them; see `spoken_of`.

    None of what is a command by itself ("movie night").
    """
    made = []
    for item in _drawn(commands, lambda item: bool(item.slots), PIECES, rng):
        span = rng.choice(item.slots)
        text = f"{rng.choice(_BEFORE_PIECES)} {item.text[span.start : span.end]}".strip()
        made.append(Utterance(text, OUT_OF_SCOPE, (), item.id))
    return _new(made, taken)


def _drawn(
    commands: Sequence[Utterance], usable: Callable[[Utterance], bool], share: float, rng: Random
) -> list[Utterance]:
    """A share of as many as there are, of those that are usable."""
    found = [item for item in commands if usable(item)]
    return rng.sample(found, min(len(found), round(share * len(commands))))


def _new(made: Iterable[Utterance], taken: set[Words]) -> list[Utterance]:
    """Those that are not taken yet; from now on they are."""
    found = []
    for item in made:
        words = words_of(item.text)
        if words not in taken:
            taken.add(words)
            found.append(item)
    return found


def _behind(before: str, item: Utterance) -> Utterance:
    """The same command with something said before it."""
    by = len(before)
    slots = tuple(SlotSpan(slot.label, slot.start + by, slot.end + by) for slot in item.slots)
    return Utterance(before + item.text, item.intent, slots, item.id)


def _is_order(item: Utterance) -> bool:
    words = words_of(item.text)
    return bool(words) and words[0] in _VERBS
