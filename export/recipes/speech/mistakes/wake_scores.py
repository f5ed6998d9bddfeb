"""Phrases that people might choose, and what they score where they are said and where not."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.voice.posteriors import letters, phones
from edge.voice.pronunciation import Pronouncer
from edge.voice.wake.phrase_sounds import PhraseSounds
from edge.voice.wake.spotting import FRAME_SECONDS, Hearing, Pace, PhraseScorer, place, silent_rows

PATIENCE: Final = 8
"""Frames after a phrase that are known when a detector decides, as a rule."""
_TRIMMED: Final = (0, 3, 6)
PEAKS: Final = 40
"""Highest peaks of the background that are kept of each phrase."""
_BLOCK: Final = round(1 / FRAME_SECONDS)
"""Frames in which there is one detection at most: a detector's refractory time."""


class Spoken(NamedTuple):
    """One utterance as the acoustic model hears it."""

    posteriors: NDArray[np.floating]
    """[frames, 29], natural logarithms; [frames, 69] with sounds."""
    text: str
    """What was said: lower-case words."""


class Measured(NamedTuple):
    """What one phrase scores."""

    phrase: str
    peaks: NDArray[np.float64]
    """The highest in the background, one a second at most, falling; nats a letter."""
    hours: float
    """Of that background."""
    calls: NDArray[np.float64]
    """The highest of each utterance that has the phrase."""
    peak_sounds: NDArray[np.float64] = np.zeros(0)
    """How well sounds fit each of the peaks, nats a sound; empty where none are heard."""
    call_sounds: NDArray[np.float64] = np.zeros(0)
    """The same of the calls."""


class _Place(NamedTuple):
    """Where a score is highest."""

    score: float
    utterance: int
    start: int
    """Frame of the first letter."""
    end: int
    """Frame after the last letter."""


def draw_phrases(texts: Sequence[str], count: int, seed: int = 0) -> list[str]:
    """Distinct phrases of one to three words, 4 to 24 letters.

    A third as they were said, a third of words in an order of chance, and a third of words made up
    of one word's beginning and another's end, as names are: their letters go together in rare ways.
    """
    generator = random.Random(seed)
    sentences = [words for text in texts if (words := text.split())]
    vocabulary = sorted({word for words in sentences for word in words})
    found: dict[str, None] = {}
    for attempt in range(50 * count):
        size = generator.choice((1, 1, 2, 2, 3))
        if attempt % 3 == 0:
            words = generator.choice(sentences)
            start = generator.randrange(len(words))
            drawn = words[start : start + size]
        else:
            drawn = generator.choices(vocabulary, k=size)
            if attempt % 3 == 1:
                ends = generator.choices(vocabulary, k=size)
                pairs = zip(drawn, ends, strict=True)
                drawn = [one[: len(one) // 2 + 1] + end[len(end) // 2 :] for one, end in pairs]
        phrase = " ".join(drawn)
        if 4 <= sum(map(str.isalpha, phrase)) <= 24:
            found.setdefault(phrase)
        if len(found) == count:
            break
    return list(found)


def measure(
    spoken: Iterable[Spoken],
    phrases: Sequence[str],
    hearing: Hearing | None = None,
    pace: Pace | None = None,
    pronouncer: Pronouncer | None = None,
) -> list[Measured]:
    """Scores of all phrases in all utterances; of their sounds, too, where there is a pronouncer.

    An utterance is background for a phrase only where the phrase's letters are nowhere in its text.
    A call is scored as if it stood alone: whoever calls a device makes a pause.
    Memory grows with seconds × phrases: 3 hours and 300 phrases take 50 MB.
    """
    spoken = list(spoken)
    hearing = hearing or Hearing()
    scorer = PhraseScorer(phrases, hearing, pace)
    alone = replace(hearing, edge=0.0, pause=0)
    silence = silent_rows(scorer.hearing.silence)
    joined = [phrase.replace(" ", "") for phrase in phrases]
    blocks: list[NDArray[np.float32]] = []
    frames = np.zeros(len(phrases))
    calls: list[list[_Place]] = [[] for _ in phrases]
    for number, utterance in enumerate(spoken):
        scorer.reset()
        heard = letters(utterance.posteriors)
        # What is said last ends in silence, also where the recording does not.
        scores, taken, since = scorer.push(np.concatenate([heard, silence]))
        text = utterance.text.replace(" ", "")
        padded = f" {utterance.text} "
        inside = np.array([each in text for each in joined])
        for index in np.flatnonzero(inside).tolist():
            if f" {phrases[index]} " in padded:
                alike = PhraseScorer([phrases[index]], alone, pace).push(heard)
                at = int(alike[0].argmax())
                calls[index].append(_place(number, at, *(each[at, 0] for each in alike)))
        scores[:, inside] = -math.inf
        frames += np.where(inside, 0, len(utterance.posteriors))
        for start in range(0, len(scores), _BLOCK):
            at_best = scores[start : start + _BLOCK].argmax(0)
            row = (start + at_best, np.arange(len(phrases)))
            end = row[0] + 1 - since[row]
            places = (scores[row], np.full(len(phrases), number), end - taken[row], end)
            blocks.append(np.array(places, np.float32))
    kept = min(PEAKS, len(blocks))
    table = np.array(blocks, np.float32).reshape(len(blocks), len(_Place._fields), len(phrases))
    order = np.argsort(-table[:, 0], axis=0, kind="stable")[:kept]
    found = []
    for index, phrase in enumerate(phrases):
        top = table[order[:, index], :, index]
        top = top[np.isfinite(top[:, 0])]
        peaks = [_Place(float(row[0]), *(round(float(at)) for at in row[1:])) for row in top]
        fitting = _fitting(spoken, phrase, pronouncer)
        found.append(
            Measured(
                phrase,
                np.array([place.score for place in peaks]),
                float(frames[index]) * FRAME_SECONDS / 3600,
                np.array([place.score for place in calls[index]]),
                fitting(peaks),
                fitting(calls[index], _TRIMMED),
            )
        )
    return found


def _place(
    utterance: int, frame: int, score: np.floating, taken: np.floating, since: np.integer
) -> _Place:
    start, end = place(frame, float(taken), int(since))
    return _Place(float(score), utterance, round(start), end)


def _fitting(
    spoken: Sequence[Spoken], phrase: str, pronouncer: Pronouncer | None
) -> Callable[..., NDArray[np.float64]]:
    """How well a phrase's sounds fit places, as the device judges it.

    A call in the middle of a sentence has other words' sounds beside it, which one to a device has
    not: so many frames are left out on either side, as few as fit best.
    """
    if pronouncer is None:
        return lambda places, trimmed=(0,): np.zeros(0)
    sounds = PhraseSounds([phrase], pronouncer)

    def score(place: _Place, trimmed: Sequence[int]) -> float:
        heard = phones(spoken[place.utterance].posteriors)
        sounds.reset()
        if heard is not None:
            sounds.push(heard)
        return max(
            sounds.score(0, max(0, place.start + before), place.end - after, place.end + PATIENCE)
            for before in trimmed
            for after in trimmed
        )

    return lambda places, trimmed=(0,): np.array([score(place, trimmed) for place in places])
