"""Sentences as a recogniser of letters hears them, so that a model of text learns to read those.

Where no sentence of the home is sure enough, the intent model gets the free transcript of what was
said (`edge.voice.free_text`): letters without a dictionary, about a third of them wrong for a
stranger's voice. Sentences of the corpus are spelled the way it spells: vowels for vowels, sounds
for sounds like them, ends of words lost, words run together. Training on noisy text as the noise
comes is the plain remedy against it (Belinkov & Bisk 2018, arXiv 1711.02173). Teachers need none of
it: they judge the sentence as it was meant, and the student learns to say the same of what was
heard.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from itertools import groupby
from random import Random
from typing import Final, NamedTuple

import numpy as np

from export.corpora import Utterance
from export.corpora.speech.normalise import normalise
from export.recipes.intent.labels import Example, LabelSet, slot_spans, to_example, word_bounds
from export.recipes.intent.student import Lesson

# Counted in 160 recordings of eight second-language speakers (speechocean762, training part, none
# of whom the model had been trained on): the greedy transcript of the shipped speech model beside
# what was said, aligned by edit distance, 37 % of letters wrong. Letter → how often it is misheard,
# in units of the mean letter; and what for, as often as it stands there, "-" for nothing at all.
# What is rarer than one in twenty is left out; j, q, x, z and the apostrophe, met too seldom to
# count, are put beside the letters that sound like them.
_MISHEARD: Final = {
    "'": (1.5, "-"),
    "a": (1.0, "----eeeooii"),
    "b": (0.7, "------ttfmhpgd"),
    "c": (1.5, "-----tttsssk"),
    "d": (1.1, "-------tttsm"),
    "e": (1.1, "-------aaaoi"),
    "f": (1.3, "----tttbbssr"),
    "g": (1.3, "-----------t"),
    "h": (0.8, "-------ttsse"),
    "i": (1.0, "eeeeaaa---ooy"),
    "j": (1.3, "--gd"),
    "k": (1.6, "-----ttdheg"),
    "l": (1.4, "--------nhrm"),
    "m": (0.6, "nnnnn---hhdl"),
    "n": (0.7, "---------mmth"),
    "o": (0.6, "-----aaaaaei"),
    "p": (1.3, "tttt---ccbf"),
    "q": (1.3, "kkh"),
    "r": (1.4, "-----------s"),
    "s": (0.7, "-------ttch"),
    "t": (0.8, "---------ddh"),
    "u": (1.6, "----aaaooeei"),
    "v": (1.3, "---bbbpptaw"),
    "w": (0.8, "----------rb"),
    "x": (1.3, "kks-"),
    "y": (1.0, "eeeee-----iio"),
    "z": (1.0, "sss-"),
}
_LOST: Final = "-"
_LAST_CONSONANT: Final = 1.7
"""How much more often a consonant is lost at the end of a word than elsewhere: 25 % and 15 %."""
_DOUBLED: Final = 1.2
"""How often the second of two letters alike is lost, in units of the mean letter."""
_SPACE: Final = 0.25
"""How often the space between two words is lost, in units of the mean letter."""
_ADDED: Final = 0.2
"""Letters heard after a letter though none was said, in units of the mean letter …"""
_ADDITIONS: Final = "    eeoatshr"
"""… and which: a third of them end the word."""
_VOWELS: Final = frozenset("aeiouy")

RATES: Final = (0.02, 0.4, 0.1)
"""Share of letters misheard in a sentence: the least, the most, and the likeliest. Clearer than the
strangers' recordings: a grammar that is nearly sure has heard a clear voice."""
_WORST: Final = 0.6
"""Share of letters misheard in a word, at most: errors come in clusters, word by word."""
_DEV: Final = "misheard dev"


class Heard(NamedTuple):
    """A sentence as it was heard."""

    words: tuple[str, ...]
    sources: tuple[int, ...]
    """For each word the index of the word it stands for."""


def mishear(words: Sequence[str], rng: Random, kept: Container[int] = ()) -> Heard:
    """A sentence as it may be heard: lower case letters and apostrophes, numbers in words.

    Args:
        words: the sentence, one word or more.
        rng: where the errors come from.
        kept: indices of words that may be misspelled but not lost: those of slots. A word that two
            have run into stands for the first of them, one of `kept` before others.

    Returns:
        One word or more; the sentence as it is where nothing of it can be said in letters.
    """
    rate = rng.triangular(*RATES)
    letters: list[tuple[str, int]] = []
    for source, word in enumerate(words):
        wrong = min(_WORST, rate * rng.expovariate(1.0))
        spoken = normalise(word).split()
        spelled = [_spelled(part, wrong, rng) for part in spoken]
        if source in kept and not any(spelled):
            spelled = spoken or [word]
        for part in filter(None, spelled):
            if rng.random() >= rate * _SPACE:
                letters.append((" ", source))
            letters += [(letter, source) for letter in part]
    heard: list[str] = []
    sources: list[int] = []
    for is_space, run in groupby(letters, lambda each: each[0] == " "):
        if not is_space:
            said, of = zip(*run, strict=True)
            heard.append("".join(said))
            sources.append(next((source for source in of if source in kept), of[0]))
    if not heard:
        return Heard(tuple(words), tuple(range(len(words))))
    return Heard(tuple(heard), tuple(sources))


def _spelled(word: str, wrong: float, rng: Random) -> str:
    """One word with a share of its letters misheard; it may be nothing, or several words."""
    found = ""
    for at, letter in enumerate(word):
        unsure, instead = _MISHEARD[letter]
        if at and word[at - 1] == letter:
            unsure, instead = _DOUBLED, _LOST
        elif at and at == len(word) - 1 and letter not in _VOWELS:
            unsure *= _LAST_CONSONANT
        found += letter if rng.random() >= wrong * unsure else rng.choice(instead)
        if rng.random() < wrong * _ADDED:
            found += rng.choice(_ADDITIONS)
    return found.replace(_LOST, "").strip()


def misheard_example(example: Example, rng: Random) -> tuple[Example, tuple[int, ...]]:
    """`example` as it may be heard, with the frame it had; and `Heard.sources`."""
    slots = {index for index, tag in enumerate(example.tags) if tag}
    words, sources = mishear(example.words, rng, slots)
    tags: list[int] = []
    for at, source in enumerate(sources):
        tag = example.tags[source]
        begin = tag - (tag % 2 == 0) if tag else 0
        goes_on = tags[-1] in (begin, begin + 1) if tags and tag else False
        first = tag % 2 == 1 and (not at or sources[at - 1] != source)
        tags.append(begin + 1 if goes_on and not first else begin)
    return replace(example, words=words, tags=tuple(tags)), sources


def misheard_lesson(lesson: Lesson, rng: Random) -> Lesson:
    """What is said about a sentence, of the sentence as it may be heard.

    Each word gets what the teachers say of the word it stands for.
    """
    example, sources = misheard_example(lesson.example, rng)
    tags, hidden = lesson.tags, lesson.hidden
    if tags is not None:
        tags = tags[list(sources)]
        # The second half of a word that begins a slot goes on with it.
        split = np.array([at > 0 and sources[at - 1] == s for at, s in enumerate(sources)])
        tags[split, 2::2] += tags[split, 1::2]
        tags[split, 1::2] = 0
    if hidden is not None:
        hidden = hidden[list(sources)]
    return Lesson(example, lesson.intent, tags, hidden)


def misheard_utterances(split: Sequence[Utterance], seed: int, of_each: int = 1) -> list[Utterance]:
    """The sentences of a split as they may be heard, for measuring: the same for the same seed.

    Args:
        split: sentences with words, their slots of whole words.
        seed: of the errors; those of training are others.
        of_each: how often each sentence is heard.
    """
    rng = Random(f"{_DEV} {seed}")
    found = []
    for item in split:
        labels = LabelSet.of([item])
        example = to_example(item, labels)
        for _ in range(of_each):
            heard, _sources = misheard_example(example, rng)
            slots = slot_spans(heard.tags, word_bounds(heard.text), labels)
            found.append(replace(item, text=heard.text, slots=slots))
    return found
