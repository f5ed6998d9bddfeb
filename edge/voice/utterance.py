"""One utterance while it is being said: its posteriors, the search in them, what it may be."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

import numpy as np

from edge.limits import SPEECH_FRAMES
from edge.voice.alphabet import BLANK, LABELS, SPACE
from edge.voice.greedy import greedy
from edge.voice.posteriors import checked, letters, phones

if TYPE_CHECKING:
    from edge.voice.posteriors import Posteriors
    from edge.voice.recognizer import Attempt

_LACKING: Final = 3.0
"""Nats that whole sentences have to be behind for somebody to be in the middle of one: a last sound
that is hardly heard costs less. On dev, orders read by people, in quiet and in kitchen noise at
6 dB: 9 and 13 % of what was rightly found is behind by that at its end (28 and 45 % are by 0), and
93 and 81 % (96 and 98 %) of what stops in the middle."""
_GONE: Final = -30.0
"""Log probability that is left to a label whose share the blank was given."""


class Utterance:
    """What has been said since somebody began to speak, or since the wake phrase.

    Args:
        attempt: the search; None where the home has no sentences.
        start: sample of the stream at which it begins.
        row: row of the acoustic model's output that is its first.
        tails: where it follows a wake phrase in one breath: labels that the phrase may end with.
            The model may write the last of them, and a space, for some frames more; up to the
            first letter these count as blanks.
    """

    def __init__(
        self, attempt: Attempt | None, start: int, row: int, tails: Collection[int] = ()
    ) -> None:
        self.attempt = attempt
        self.start = start
        self.row = row
        self.words = not tails
        """Whether anything has been said; of what begins with a voice it is taken for granted. One
        letter is not enough: it may be left of the wake phrase."""
        self.first = 0
        """The row after `row` at which it was."""
        self._leading = bool(tails)
        self._tails = frozenset(tails)
        self._last = BLANK
        self._rows: list[Posteriors] = []
        self._count = 0
        self._partial = ""

    def push(self, rows: Posteriors) -> None:
        """Goes on with more frames: float32 [n, labels], natural logarithms."""
        rows = checked(rows)[: SPEECH_FRAMES - self._count]
        if not len(rows):
            return
        if not self.words:
            rows = self._led_in(rows)
        self._rows.append(rows)
        self._count += len(rows)
        if self.attempt is not None:
            self.attempt.search.push(rows)

    def partial(self) -> str | None:
        """What it may be so far; None where that has not changed since the last time."""
        text = self.attempt.search.partial() if self.attempt else greedy(self.posteriors())
        if not self.words or not text or text == self._partial:
            return None
        self._partial = text
        return text

    def unfinished(self) -> bool:
        """Whether a mere beginning of a sentence fits much better than any whole sentence."""
        if self.attempt is None or not self.words:
            return False
        return self.attempt.search.lacking() >= _LACKING

    def said_before(self, row: int) -> bool:
        """Whether there are letters before a row of the acoustic model's output."""
        return bool(greedy(self.posteriors()[: max(0, row - self.row)]))

    def posteriors(self) -> Posteriors:
        """All frames so far: float32 [frames, labels]."""
        if len(self._rows) > 1:
            self._rows = [np.concatenate(self._rows)]
        return self._rows[0] if self._rows else np.zeros((0, len(LABELS)), np.float32)

    def _led_in(self, rows: Posteriors) -> Posteriors:
        """The rows, with blanks for what is left of the wake phrase before the first letter."""
        result = rows.copy()
        for at, label in enumerate(letters(rows).argmax(axis=1).tolist()):
            if not self._leading:
                if label not in (BLANK, SPACE, self._last):
                    self.words = True
                    break
            elif label in (BLANK, SPACE) or label in self._tails:
                if label not in self._tails:
                    self._tails = frozenset()
                quiet = [SPACE, *self._tails]
                row = result[at]
                row[BLANK] = min(0.0, np.logaddexp.reduce(row[[BLANK, *quiet]]))
                row[quiet] = _GONE
                if (sounds := phones(result)) is not None:
                    sounds[at] = _GONE
                    sounds[at, BLANK] = 0.0
            else:
                self._leading, self.first = False, self._count + at
            self._last = label
        return result
