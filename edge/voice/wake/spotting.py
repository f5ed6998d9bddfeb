"""How much a stretch of speech sounds like a phrase, for any phrase that can be typed.

A phrase is spelled into a small automaton of CTC states (letter, blank, letter, …), entered afresh
at every frame. Its score is a log-likelihood ratio: the sum over all paths through it (CTC's
forward algorithm, Graves 2006) against a background, as in the keyword and filler models of Rose
and Paul (1990). All labels together have the probability 1 in each frame; the background is
between that and the best label alone, so that a phrase is not blamed for what is unclear anyway.

Words begin and end somewhere: a phrase has to stand between spaces or silence, or "art" would be in
every "party". That evidence counts more than a letter's, since it is right more often. And whoever
calls a device has not been speaking just before, as a rule: a pause is evidence, too.

The score is divided by the number of letters, so that phrases compare. Every phrase and spelling is
one stretch of the same vectors: more of them cost little more.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from edge.voice.alphabet import BLANK, FIRST_LETTER, LABELS, SPACE, spell
from edge.voice.posteriors import WITH_PHONES, WITHOUT_PHONES, give_to_blank

if TYPE_CHECKING:
    from numpy.typing import NDArray

FRAME_SECONDS: Final = 0.02
"""One row of posteriors, seconds."""
MOST_SILENCE: Final = 100
"""Frames of silence that may be asked for at the edges of a phrase."""
MOST_PAUSE: Final = 200
"""Frames of a pause that may be asked for before a phrase."""
MOST_BLANK: Final = 5.0
"""Nats that may be given back to the blank."""
_DEAD: Final = len(LABELS)
"""A label behind the others that is never heard: it keeps phrases apart in the vectors."""
_UNHEARD: Final = 1e-300


@dataclass(frozen=True, slots=True)
class Hearing:
    """How scores are made. Thresholds are fitted with one of these and hold for no other."""

    floor: float = -12.0
    """The least log-posterior of a letter that counts: what a letter costs that was not heard."""
    best: float = 0.5
    """The background is the best label's probability to this power, within 0 and 1."""
    edge: float = 2.0
    """What the log-posteriors of the edges are multiplied by; 0 if phrases may be inside words."""
    edge_floor: float = -6.0
    """The least that an edge costs before that."""
    silence: int = 10
    """Frames of blank that are as good as a space: the delay of a phrase that nothing follows."""
    blank: float = 0.0
    """Nats that are given back to the blank, where the model's letters are made likelier than it
    learned them: sentences need that, but a phrase's edges are told by blanks."""
    pause: int = 0
    """Frames before a phrase in which no letters are expected; 0 if any may be there."""
    pause_floor: float = -6.0
    """The most that letters there cost, nats: who calls in the middle of talk is heard, if well."""
    mistaken: tuple[tuple[float, ...], ...] = ()
    """How much of each letter's probability (the inner index) speaks for each letter (the outer):
    the model writes others than were said, most of all in names. Empty: each for itself alone."""

    def __post_init__(self) -> None:
        floors = (self.floor, self.edge_floor, self.pause_floor)
        if not all(within(floor, -25, 0) for floor in floors):
            raise ValueError("a floor is not from -25 to 0")
        if not (within(self.best, 0, 1) and within(self.edge, 0, 10)):
            raise ValueError("best or edge is out of range")
        if not within(self.blank, 0, MOST_BLANK):
            raise ValueError(f"blank is out of range: not from 0 to {MOST_BLANK} nats")
        if not 1 <= self.silence <= MOST_SILENCE:
            raise ValueError(f"silence is not from 1 to {MOST_SILENCE} frames")
        if not 0 <= self.pause <= MOST_PAUSE:
            raise ValueError(f"pause is not from 0 to {MOST_PAUSE} frames")
        letters = len(LABELS) - FIRST_LETTER
        if self.mistaken and [len(row) for row in self.mistaken] != [letters] * letters:
            raise ValueError(f"mistaken is not {letters} × {letters}")
        if not all(within(share, 0, 1) for row in self.mistaken for share in row):
            raise ValueError("a share that is mistaken is not from 0 to 1")

    def as_learned(self, rows: NDArray[np.floating]) -> None:
        """Gives log posteriors [..., 29] in place what was taken off their blank."""
        if self.blank:
            give_to_blank(rows, self.blank)

    def mistakes(self) -> NDArray[np.float64] | None:
        """How much of each label speaks for each: `mistaken`, blank and space for themselves alone;
        [29, 29], or None where no letter is."""
        if not self.mistaken:
            return None
        found = np.eye(len(LABELS))
        found[FIRST_LETTER:, FIRST_LETTER:] = self.mistaken
        return found

    def pause_of(self, log_posterior: float) -> float:
        """The likelihood of a pause, from the log-posterior of there being no letters in it."""
        return math.exp(max(log_posterior, self.pause_floor))

    def pauses(self, log_posteriors: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same of many."""
        return np.exp(np.maximum(log_posteriors, self.pause_floor))

    def edge_of(self, log_posterior: float) -> float:
        """The likelihood of an edge, from the log-posterior of its space or silence."""
        return math.exp(self.edge * max(log_posterior, self.edge_floor))

    def edges(self, log_posteriors: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same of many."""
        return np.exp(self.edge * np.maximum(log_posteriors, self.edge_floor))


@dataclass(frozen=True, slots=True)
class Pace:
    """How quickly a phrase is said, from its first letter to its end."""

    quickest: float = 0.03
    """Seconds a letter at the least."""
    slowest: float = 0.3
    """Seconds a letter at the most."""

    def __post_init__(self) -> None:
        if not 0 <= self.quickest < self.slowest <= 10:
            raise ValueError("quickest and slowest are not in order")


class Automaton:
    """The states of several spellings, one stretch of a vector after the other.

    Args:
        spellings: lower-case letters, apostrophes and single spaces, at least one letter each.
        pace: how quickly the phrases are said.

    Raises:
        ValueError: there are no spellings, or one has no letters or others than the model writes.
    """

    def __init__(self, spellings: Sequence[str], pace: Pace) -> None:
        spelled = [spell(text) for text in spellings]
        if not spelled or not all(spelled):
            raise ValueError("no letters to listen for")
        labels: list[int] = []
        first, last = [], []
        for letters in spelled:
            first.append(len(labels) + 1)
            labels.append(_DEAD)
            for letter in letters:
                labels += [letter, BLANK]
            labels.pop()  # the blank after the last letter
            last.append(len(labels) - 1)
        self.labels, self.first, self.last = np.array(labels), np.array(first), np.array(last)
        # CTC: from a letter straight to the next, unless they are the same.
        behind = np.array([_DEAD, _DEAD, *labels[:-2]])
        barred = (behind == self.labels) | np.isin(self.labels, (BLANK, _DEAD))
        barred[self.first] = True
        self._skip = 1.0 - barred
        self._letters = np.array([sum(c != SPACE for c in letters) for letters in spelled])
        self._quickest = self._letters * pace.quickest / FRAME_SECONDS - 1e-6
        self._slowest = self._letters * pace.slowest / FRAME_SECONDS + 1e-6

    def step(
        self,
        paths: NDArray[np.float64],
        start: float | NDArray[np.float64],
        gains: NDArray[np.float64],
    ) -> NDArray[np.float64]:
        """The likelihoods of all states, a frame on.

        Args:
            paths: [2, …, states + 2]: likelihoods, and likelihoods times the frames since the
                first letter. Two states in front that nothing reaches make a shift a view.
            start: likelihood that a word begins here.
            gains: [… states], likelihood ratios of this frame.

        Returns:
            [2, …, states].
        """
        new: NDArray[np.float64] = paths[..., :-2] * self._skip
        new += paths[..., 1:-1]
        new += paths[..., 2:]
        new[0][..., self.first] += start
        new[1] += new[0]
        new *= gains
        return new

    def scores(
        self, likelihoods: NDArray[np.float64], weighted: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What whole spellings score and how many frames they took.

        Args:
            likelihoods: [… spellings].
            weighted: the same times the frames since the first letter.
        """
        likelihoods = np.maximum(likelihoods, _UNHEARD)
        taken = weighted / likelihoods
        scores = np.minimum(np.log(likelihoods) / self._letters, 0.0)
        scores[(taken < self._quickest) | (taken > self._slowest)] = -math.inf
        return scores, taken


class PhraseScorer:
    """The scores of several spellings, frame by frame.

    Args:
        spellings: lower-case letters, apostrophes and single spaces, at least one letter each.
        hearing: how scores are made.
        pace: how quickly the phrases are said.

    Raises:
        ValueError: there are no spellings, or one has no letters or others than the model writes.
    """

    def __init__(
        self,
        spellings: Sequence[str],
        hearing: Hearing | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.hearing = hearing or Hearing()
        self._automaton = Automaton(spellings, pace or Pace())
        self._row = np.empty(len(LABELS))
        self._gains = np.zeros(len(LABELS) + 1)
        self._mistaken = self.hearing.mistakes()
        self._heard = self._gains[:_DEAD] if self._mistaken is None else np.empty(len(LABELS))
        self._paths = np.empty((2, len(self._automaton.labels) + 2))
        # Of what has ended: the same two, and likelihoods times the frames since the end.
        self._tails = np.empty((3, len(spellings)))
        self._ended = np.empty((self.hearing.silence, 2, len(spellings)))
        self.reset()

    def reset(self) -> None:
        """Forgets what was heard, as if after silence; the next frame is frame 0."""
        self.frames = 0
        self._paths.fill(0.0)
        self._tails.fill(0.0)
        self._ended.fill(0.0)
        self._blanks = [0.0] * self.hearing.silence
        self._gaps = [0.0] * self.hearing.pause
        self._space = 0.0

    def push(
        self, log_posteriors: NDArray[np.floating]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
        """Scores of the spellings as known to have ended at each frame.

        Args:
            log_posteriors: [frames, 29], natural logarithms; sounds besides are not looked at.

        Returns:
            All [frames, spellings]: nats a letter, at most 0 and −inf where the phrase would have
            been said too quickly or too slowly; frames from the first letter to the end; frames
            since the end.

        Raises:
            ValueError: the array has another shape.
        """
        if log_posteriors.ndim != 2 or log_posteriors.shape[1] not in (WITHOUT_PHONES, WITH_PHONES):
            raise ValueError(f"posteriors of shape {log_posteriors.shape}, not [frames, 29]")
        log_posteriors = log_posteriors[:, :WITHOUT_PHONES]
        spaces = np.empty((len(log_posteriors), 3, len(self._automaton.last)))
        silences = np.empty_like(spaces[:, :2])
        with np.errstate(invalid="ignore"):
            for index, row in enumerate(log_posteriors):
                self._step(row, spaces[index], silences[index])
        by_silence = silences[:, 0] > spaces[:, 0]
        found = np.where(by_silence[:, None], silences, spaces[:, :2])
        scores, taken = self._automaton.scores(found[:, 0], found[:, 1])
        since = np.rint(spaces[:, 2] / np.maximum(spaces[:, 0], _UNHEARD)).astype(np.int64)
        return scores, taken, np.where(by_silence, self.hearing.silence, since)

    def _step(
        self,
        posteriors: NDArray[np.floating],
        by_space: NDArray[np.float64],
        by_silence: NDArray[np.float64],
    ) -> None:
        """One frame. Row by row in buffers of one size, so that no chunking changes a bit."""
        hearing, automaton, row = self.hearing, self._automaton, self._row
        row[:] = posteriors
        # fmax, not maximum: what is not a number is as good as not heard.
        np.fmax(row, hearing.floor, out=row)
        np.minimum(row, 0.0, out=row)
        hearing.as_learned(row)
        blank, space = float(row[BLANK]), float(row[SPACE])
        np.exp(row - hearing.best * row.max(), out=self._heard)
        if self._mistaken is not None:
            np.matmul(self._mistaken, self._heard, out=self._gains[:_DEAD])
        start = hearing.edge_of(max(self._space, sum(self._blanks)))
        start *= hearing.pause_of(sum(self._gaps))

        # What had ended by the last frame, and what this frame says to that.
        # The likeliest end, not the sum: an edge that could be anywhere is no evidence of one.
        open_ends, ended = self._tails, self._paths[:, automaton.last + 2]
        better = ended[0] > open_ends[0]
        np.copyto(open_ends[:2], ended, where=better)
        np.copyto(open_ends[2], 0.0, where=better)
        open_ends[2] += open_ends[0]
        np.multiply(open_ends, hearing.edge_of(space), out=by_space)
        np.multiply(open_ends, hearing.edge_of(blank), out=self._tails)

        new = automaton.step(self._paths, start, self._gains.take(automaton.labels))
        self._paths[:, 2:] = new

        slot = self.frames % hearing.silence
        self._blanks[slot] = blank
        silent = hearing.edge_of(sum(self._blanks))
        np.multiply(self._ended[slot], silent, out=by_silence)
        self._ended[slot] = new[:, automaton.last]
        if hearing.pause:
            self._gaps[self.frames % hearing.pause] = no_letter(blank, space)
        self._space = max(space, self._space + blank)
        self.frames += 1


def place(frame: int, taken: float, since: int) -> tuple[float, int]:
    """Where what scores at a frame begins, and the frame after its end.

    Args:
        frame: counted from 0.
        taken: see `PhraseScorer.push`.
        since: likewise.
    """
    end = frame + 1 - since
    return max(0.0, end - taken), end


def no_letter(blank: float, space: float) -> float:
    """The log-posterior of a frame without a letter, at most 0."""
    return min(max(blank, space) + math.log1p(math.exp(-abs(blank - space))), 0.0)


def silent_rows(frames: int) -> NDArray[np.float32]:
    """Log-posteriors of silence, float32 [frames, 29]."""
    rows = np.full((frames, len(LABELS)), -math.inf, np.float32)
    rows[:, BLANK] = 0.0
    return rows


def within(value: float, least: float, most: float) -> bool:
    """Whether it is in the range; what is not a number is in none."""
    return least <= value <= most
