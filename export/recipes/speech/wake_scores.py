"""Phrases that people might choose, and what they score where they are said and where not."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.voice.spotting import FRAME_SECONDS, Hearing, Pace, PhraseScorer, silent_rows

PEAKS: Final = 40
"""Highest peaks of the background that are kept of each phrase."""
_BLOCK: Final = round(1 / FRAME_SECONDS)
"""Frames in which there is one detection at most: a detector's refractory time."""


class Spoken(NamedTuple):
    """One utterance as the acoustic model hears it."""

    posteriors: NDArray[np.floating]
    """[frames, 29], natural logarithms."""
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
) -> list[Measured]:
    """Scores of all phrases in all utterances.

    An utterance is background for a phrase only where the phrase's letters are nowhere in its text.
    A call is scored as if it stood alone: whoever calls a device makes a pause.
    Memory grows with seconds × phrases: 3 hours and 300 phrases take 13 MB.
    """
    hearing = hearing or Hearing()
    scorer = PhraseScorer(phrases, hearing, pace)
    alone = replace(hearing, edge=0.0)
    silence = silent_rows(scorer.hearing.silence)
    joined = [phrase.replace(" ", "") for phrase in phrases]
    blocks: list[NDArray[np.float32]] = []
    frames = np.zeros(len(phrases))
    calls: list[list[float]] = [[] for _ in phrases]
    for utterance in spoken:
        scorer.reset()
        # What is said last ends in silence, also where the recording does not.
        scores = scorer.push(np.concatenate([utterance.posteriors, silence]))[0]
        text = utterance.text.replace(" ", "")
        padded = f" {utterance.text} "
        inside = np.array([letters in text for letters in joined])
        for index in np.flatnonzero(inside).tolist():
            if f" {phrases[index]} " in padded:
                call = PhraseScorer([phrases[index]], alone, pace).push(utterance.posteriors)[0]
                calls[index].append(float(call.max()))
        scores[:, inside] = -math.inf
        frames += np.where(inside, 0, len(utterance.posteriors))
        for start in range(0, len(scores), _BLOCK):
            blocks.append(scores[start : start + _BLOCK].max(0).astype(np.float32))
    kept = min(PEAKS, len(blocks))
    table = np.array(blocks, np.float32).reshape(len(blocks), len(phrases))
    peaks = -np.sort(-table, axis=0)[:kept].astype(np.float64)
    return [
        Measured(
            phrase,
            peaks[np.isfinite(peaks[:, i]), i],
            float(frames[i]) * FRAME_SECONDS / 3600,
            np.array(calls[i]),
        )
        for i, phrase in enumerate(phrases)
    ]
