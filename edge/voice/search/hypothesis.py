"""What may have been said, the evidence for it, and how sure that makes one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from edge.errors import UsageError
from edge.voice.alignment import align
from edge.voice.alphabet import spell
from edge.voice.greedy import greedy

if TYPE_CHECKING:
    from edge.voice.posteriors import Posteriors

_FURTHEST: Final = 20.0
"""Nats at which a margin counts as safe: further says no more."""
_FEWEST_WEIGHTS: Final = 7
"""Of a bundle from before sounds were heard."""


class Evidence(NamedTuple):
    """What speaks for a hypothesis and against it, as numbers that a threshold can be put on.

    Logarithms are natural. "Free" is the likeliest label of each frame, whatever may be said: the
    background that speech out of the grammar is better explained by (Bridle 1973, and since).
    """

    ratio: float
    """(Log probability of the hypothesis - of the free path) / letters; about -0.1 for what was
    said clearly, below -1 for what was not said."""
    worst_word: float
    """The same for the word of it that fits worst, aligned by itself."""
    margin: float
    """Its score less that of the next hypothesis, at most 20; 20 where there is no other."""
    completeness: float
    """Its score less that of the best beginning of any sentence: 0, or as low as -20 where the
    speaker stopped in the middle."""
    mismatch: float
    """Letters to change to turn the free transcript into it, in relation to its length."""
    length: float
    """Logarithm of its number of letters."""
    clarity: float
    """Mean log probability of the free path for a frame: lower in noise."""
    pronounced: float = 0.0
    """As `ratio`, of its sounds: (log probability - that of the likeliest sounds) / sounds, at
    least -20; 0 where the model hears no sounds."""
    wild: float = 0.0
    """What the words that its wildcards took cost, nats for each letter of the hypothesis: more
    where they are no words of the lexicon, 0 where it has no wildcards."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A sentence that may have been said."""

    text: str
    """In lower case, numbers in words; see `edge.voice.search.graph.SearchGraph.written`."""
    log_probability: float
    """Natural logarithm of its probability, summed over all its alignments."""
    score: float
    """The same with the decoder's bonuses and, where sounds are heard, `sounds`: what hypotheses
    are ranked by."""
    complete: bool
    """Whether it is a whole sentence."""
    sounds: float = 0.0
    """Natural logarithm of the probability of how it is pronounced, times what that counts."""
    pronounced: float = 0.0
    """See `Evidence`."""
    evidence: Evidence | None = None
    """For the best hypothesis of a search; see `Search.finish`."""


class Confidence:
    """The probability that a hypothesis is right: a logistic function of its evidence.

    Args:
        weights: one for each field of `Evidence`, in their order; fitted on the workstation. For
            what was not known when they were, the last fields, there may be none.
        bias: what is added to the weighted sum.

    Raises:
        UsageError: too few weights or too many, or one that is not finite.
    """

    def __init__(self, weights: Sequence[float], bias: float) -> None:
        most = len(Evidence._fields)
        known = _FEWEST_WEIGHTS <= len(weights) <= most
        if not known or not all(map(math.isfinite, (*weights, bias))):
            raise UsageError(
                f"confidence weights {[*weights, bias]}",
                where="speech",
                allowed=f"{_FEWEST_WEIGHTS} to {most} finite numbers and a bias",
            )
        self._weights = (*weights, *[0.0] * (most - len(weights)))
        self._bias = bias

    def __call__(self, evidence: Evidence) -> float:
        """Between 0 and 1."""
        total = self._bias + sum(map(float.__mul__, self._weights, evidence))
        return 0.5 * (1.0 + math.tanh(0.5 * total))


def weigh(
    posteriors: Posteriors,
    best: Hypothesis,
    second: Hypothesis | None,
    leading: float,
    wild: float,
) -> Evidence:
    """The evidence for `best`.

    Args:
        posteriors: [frames, 29], log posteriors of the utterance.
        best: a hypothesis of one letter or more that fits into the frames.
        second: the next one, where there is one.
        leading: the score of the best beginning of a sentence, by its letters.
        wild: nats that the words of its wildcards cost.
    """
    free = posteriors.max(axis=1)
    letters = len(best.text)
    words = align(posteriors, spell(best.text))
    return Evidence(
        (best.log_probability - float(free.sum())) / letters,
        min((word.log_probability - word.free) / (len(word.text) + 1) for word in words),
        min(best.score - second.score, _FURTHEST) if second is not None else _FURTHEST,
        max(best.score - best.sounds - leading, -_FURTHEST),
        edit_distance(greedy(posteriors), best.text) / letters,
        math.log(letters),
        float(free.mean()),
        best.pronounced,
        wild / letters,
    )


def edit_distance(first: str, second: str) -> int:
    """Insertions, deletions and substitutions of letters that turn one text into the other."""
    columns = np.arange(len(second) + 1)
    letters = np.array([ord(letter) for letter in second], dtype=np.int64)
    row = columns
    for at, letter in enumerate(first, start=1):
        fresh = np.concatenate([[at], np.minimum(row[1:] + 1, row[:-1] + (letters != ord(letter)))])
        # Insertions cost one a column: the least of all columns to the left, less their number.
        row = np.minimum.accumulate(fresh - columns) + columns
    return int(row[-1])
