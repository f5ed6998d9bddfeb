"""Which of a closed list of sentences was said: all of them are followed, none is given up early.

A search that keeps the best beginnings (`edge.voice.search.decoder`) suits a grammar, where what
follows is shared. In a list of unlike sentences the right one may begin badly and be far behind for
a while; with a few thousand sentences there is no need to give it up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from edge.errors import UsageError
from edge.limits import SPEECH_LETTERS, SPEECH_SENTENCES
from edge.voice.alphabet import BLANK, spell
from edge.voice.likelihood import log_likelihoods
from edge.voice.posteriors import checked, letters, phones, smoothed
from edge.voice.search.hypothesis import Hypothesis
from edge.voice.search.rescoring import RESCORED, SMOOTH, by_sounds
from edge.voice.spoken import say_text

if TYPE_CHECKING:
    import numpy.typing as npt

    from edge.voice.posteriors import Posteriors
    from edge.voice.pronunciation import Pronouncer

    Floats = npt.NDArray[np.floating]


class ClosedList:
    """Sentences, of which one is said.

    Args:
        texts: the sentences.
        pronouncer: says how they are pronounced, where the model hears sounds.

    Raises:
        UsageError: none of them can be said, or they are more than `edge.limits` allows.
    """

    def __init__(self, texts: Iterable[str], pronouncer: Pronouncer | None = None) -> None:
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
        self._pronouncer = pronouncer
        self._grow()

    def choose(self, log_posteriors: Posteriors, n: int = 5) -> list[Hypothesis]:
        """The likeliest sentences of an utterance, the best first.

        Args:
            log_posteriors: [frames, labels], natural logarithms.
            n: how many, at most; fewer where fewer fit into the frames.

        Raises:
            UsageError: another shape or type, or a value that is not finite or is above 0.
        """
        heard = checked(log_posteriors)
        frames = smoothed(letters(heard), SMOOTH)
        best = self._follow(frames)[self._ends]
        # The likeliest are compared by the sum over all their alignments, not by the best alone.
        near = np.argsort(-best, kind="stable")[: max(n, RESCORED)]
        near = near[np.isfinite(best[near])]
        totals = log_likelihoods(frames, [self._labels[at] for at in near]).tolist()
        found = [
            Hypothesis(self.sentences[at], total, total, True)
            for at, total in zip(near.tolist(), totals, strict=True)
        ]
        sounds = phones(heard)
        if sounds is not None and self._pronouncer is not None:
            found = by_sounds(found, sounds, self._pronouncer)
        return sorted(found, key=lambda one: (-one.score, one.text))[:n]

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
