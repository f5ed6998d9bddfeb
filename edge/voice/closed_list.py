"""Which of a closed list of sentences was said: all of them are followed, none is given up early.

A search that keeps the best beginnings (`edge.voice.decoder`) suits a grammar, where what follows
is shared. In a list of unlike sentences the right one may begin badly and be far behind for a
while; with a few thousand sentences there is no need to give it up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from edge.errors import UsageError
from edge.limits import SPEECH_LETTERS, SPEECH_SENTENCES
from edge.voice.alphabet import BLANK, spell
from edge.voice.hypothesis import Hypothesis
from edge.voice.posteriors import checked
from edge.voice.spoken import say_text

if TYPE_CHECKING:
    import numpy.typing as npt

    from edge.voice.posteriors import Posteriors

    Floats = npt.NDArray[np.floating]

_SMOOTH: Final = 0.02
"""Share of every frame that is spread over all labels: one letter misread by a model that is sure
of itself must not outweigh a whole sentence."""
_RANKED: Final = 24
"""Sentences that are compared by the sum over all their alignments, not by the best alone."""


class ClosedList:
    """Sentences, of which one is said.

    Raises:
        UsageError: none of them can be said, or they are more than `edge.limits` allows.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        said = {words for text in texts if (words := say_text(text))}
        if not said:
            raise UsageError("no sentence that can be said", allowed="one or more")
        letters = sum(map(len, said))
        if len(said) > SPEECH_SENTENCES or letters > SPEECH_LETTERS:
            raise UsageError(
                f"{len(said)} sentences of {letters} letters",
                allowed=f"{SPEECH_SENTENCES} sentences, {SPEECH_LETTERS} letters",
            )
        self.sentences: tuple[str, ...] = tuple(sorted(said))
        """As they are said, in order."""
        self._labels = [spell(text) for text in self.sentences]
        self._grow()

    def choose(self, log_posteriors: Posteriors, n: int = 5) -> list[Hypothesis]:
        """The likeliest sentences of an utterance, the best first.

        Args:
            log_posteriors: [frames, labels], natural logarithms.
            n: how many, at most; fewer where fewer fit into the frames.

        Raises:
            UsageError: another shape or type, or a value that is not finite or is above 0.
        """
        frames = _smoothed(checked(log_posteriors))
        best = self._follow(frames)[self._ends]
        near = np.argsort(-best, kind="stable")[: max(n, _RANKED)]
        near = near[np.isfinite(best[near])]
        sums = [_probability(frames, self._labels[at]) for at in near]
        ranked = sorted(zip(sums, near.tolist(), strict=True), key=lambda pair: (-pair[0], pair[1]))
        return [Hypothesis(self.sentences[at], total, total, True) for total, at in ranked[:n]]

    def _grow(self) -> None:
        """The trie: parents come before their children."""
        parents, letters, ends = [0], [BLANK], []
        path: list[int] = []
        before: Sequence[int] = ()
        for labels in self._labels:
            shared = 0
            while shared < min(len(before), len(labels)) and before[shared] == labels[shared]:
                shared += 1
            del path[shared:]
            for label in labels[shared:]:
                parents.append(path[-1] if path else 0)
                letters.append(label)
                path.append(len(parents) - 1)
            ends.append(path[-1])
            before = labels
        self._parents = np.array(parents, np.intp)
        self._letters = np.array(letters, np.intp)
        self._ends = np.array(ends, np.intp)
        # After the same letter a second one needs a blank between the two.
        self._doubled = self._letters == self._letters[self._parents]
        self._doubled[0] = False

    def _follow(self, frames: Floats) -> Floats:
        """Score of the best alignment that ends in each node of the trie: [nodes]."""
        blank = np.full(len(self._parents), -np.inf)
        letter = blank.copy()
        blank[0] = 0.0
        for frame in frames:
            either = np.maximum(blank, letter)
            entered = either[self._parents]
            entered[self._doubled] = blank[self._parents[self._doubled]]
            letter = np.maximum(letter, entered) + frame[self._letters]
            letter[0] = -np.inf
            blank = either + frame[BLANK]
        best: Floats = np.maximum(blank, letter)
        return best


def _smoothed(frames: Posteriors) -> Floats:
    shares = np.exp(frames.astype(np.float64))
    logarithms: Floats = np.log((1 - _SMOOTH) * shares + _SMOOTH / shares.shape[1])
    return logarithms


def _probability(frames: Floats, labels: Sequence[int]) -> float:
    """Natural logarithm of a text's probability, over all alignments (Graves et al. 2006)."""
    states = np.full(2 * len(labels) + 1, BLANK)
    states[1::2] = labels
    skips = np.zeros(len(states), bool)
    skips[3::2] = states[3::2] != states[1:-2:2]
    scores = np.full(len(states) + 2, -np.inf)
    scores[2] = 0.0
    begun = False
    for frame in frames:
        here, before = scores[2:], scores[1:-1]
        total = np.logaddexp(here, before)
        total = np.where(skips, np.logaddexp(total, scores[:-2]), total)
        if not begun:  # before the first frame only the first blank, or the first letter, is open
            total = np.full(len(states), -np.inf)
            total[:2] = 0.0
            begun = True
        scores[2:] = total + frame[states]
    return float(np.logaddexp(scores[-1], scores[-2]))
