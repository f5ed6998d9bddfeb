"""Wake phrases: letters' posteriors in, "that was the phrase" out, once each time it is said.

The score is `edge.voice.wake.spotting`'s; thresholds come from `edge.voice.wake.phrase`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from edge.errors import UsageError, shown
from edge.voice.alphabet import spell
from edge.voice.posteriors import phones
from edge.voice.wake.phrase_sounds import PhraseSounds
from edge.voice.wake.spotting import (
    FRAME_SECONDS,
    Hearing,
    Pace,
    PhraseScorer,
    place,
    silent_rows,
    within,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edge.voice.pronunciation import Pronouncer
    from edge.voice.wake.table import SoundCheck, WakeTable


_OVERLAP: Final = 10
"""Frames before the end of a call in which the next one may begin."""


@dataclass(frozen=True, slots=True)
class WakePhrase:
    """A phrase to listen for."""

    text: str
    """Its name in events."""
    threshold: float
    """The least score that counts, nats a letter, at most 0; see
    `edge.voice.wake.phrase.threshold`."""
    spellings: tuple[str, ...] = ()
    """What may be heard for it, lower-case letters ("siobhan" is heard as "shivawn"); `text` as it
    stands where there are none."""

    def __post_init__(self) -> None:
        """Checks them.

        Raises:
            UsageError: the threshold is no number up to 0, or a spelling cannot be spelled.
        """
        where = f"wake phrase {shown(self.text)}"
        threshold: object = self.threshold
        if not isinstance(threshold, int | float) or not within(threshold, -math.inf, 0):
            raise UsageError(
                f"a threshold is {shown(threshold)}", where=where, allowed="a number up to 0"
            )
        try:
            if not all(spell(text) for text in self.spelled):
                raise UsageError("has no letters", where=where)
        except (ValueError, TypeError, AttributeError) as error:
            raise UsageError(
                f"cannot be spelled: {error}",
                where=where,
                allowed="lower-case letters a to z, apostrophes and spaces",
            ) from None

    @property
    def spelled(self) -> tuple[str, ...]:
        """The spellings that are listened for."""
        return self.spellings or (self.text,)


@dataclass(frozen=True, slots=True)
class WakeSettings:
    """How scores become detections."""

    patience: int = 3
    """Frames after a peak without a higher one before it counts."""
    refractory: float = 1.0
    """Seconds after the end of a detection in which there is no other."""
    pace: Pace = field(default_factory=Pace)

    def __post_init__(self) -> None:
        if self.patience < 0 or not within(self.refractory, 0, 3600):
            raise ValueError("patience or refractory is out of range")


class Heard(NamedTuple):
    """A wake phrase that was said."""

    phrase: str
    start: float
    """Seconds from the first frame of the stream to where the phrase began."""
    end: float
    """The same to where it ended."""
    score: float
    """Nats a letter, at most 0."""


class _Peak(NamedTuple):
    frame: int
    margin: float
    track: int
    heard: Heard


class WakeWord:
    """Listens for wake phrases in a stream of posteriors.

    Two phrases that fit the same stretch ("computer" in "hey computer") are one detection, of the
    one further above its threshold. How frames are cut into calls changes nothing.

    Args:
        phrases: at least one.
        settings: how scores become detections.
        hearing: how scores are made: what the thresholds were fitted with.
        pronouncer: says how the phrases are said, where their sounds have to fit as well.
        check: how well they have to.

    Raises:
        ValueError: there are no phrases.
    """

    def __init__(
        self,
        phrases: WakePhrase | Sequence[WakePhrase],
        settings: WakeSettings | None = None,
        hearing: Hearing | None = None,
        pronouncer: Pronouncer | None = None,
        check: SoundCheck | None = None,
    ) -> None:
        self.phrases = (phrases,) if isinstance(phrases, WakePhrase) else tuple(phrases)
        self.settings = settings or WakeSettings()
        tracks = [(phrase, text) for phrase in self.phrases for text in phrase.spelled]
        self.scorer = PhraseScorer([text for _, text in tracks], hearing, self.settings.pace)
        self.sounds = (
            PhraseSounds([text for _, text in tracks], pronouncer)
            if pronouncer is not None and check is not None
            else None
        )
        self.check = check if self.sounds is not None else None
        """How letters and sounds are weighed together; None where letters decide."""
        self._phrase = [phrase.text for phrase, _ in tracks]
        self._thresholds = np.array([phrase.threshold for phrase, _ in tracks])
        self._forget()

    def _forget(self) -> None:
        self._peak: _Peak | None = None
        self._quiet_until = self._told_until = 0

    def reset(self) -> None:
        """Forgets what was heard; the next frame is frame 0."""
        self.scorer.reset()
        if self.sounds is not None:
            self.sounds.reset()
        self._forget()

    @property
    def delay(self) -> int:
        """Frames from the end of a phrase until it is told, at the most."""
        return self.scorer.hearing.silence + self.settings.patience

    def push(self, log_posteriors: NDArray[np.floating]) -> list[Heard]:
        """The phrases whose end these frames decide.

        Args:
            log_posteriors: [frames, 29], natural logarithms; sounds besides are not looked at.
        """
        frame = self.scorer.frames
        if self.sounds is not None and (heard := phones(log_posteriors)) is not None:
            self.sounds.push(heard)
        scores, taken, since = self.scorer.push(log_posteriors)
        margins = scores - self._thresholds
        tracks = margins.argmax(1)
        found = []
        for index, (track, margin) in enumerate(
            zip(tracks.tolist(), margins.max(1).tolist(), strict=True)
        ):
            peak = self._peak
            if margin >= 0 if peak is None else margin > peak.margin:
                start, end = place(
                    frame + index, float(taken[index, track]), int(since[index, track])
                )
                # A call that was told of already may fit a second time, with silence at its end.
                if end >= self._quiet_until and start >= self._told_until:
                    self._peak = peak = _Peak(
                        frame + index,
                        margin,
                        track,
                        Heard(
                            self._phrase[track],
                            start * FRAME_SECONDS,
                            end * FRAME_SECONDS,
                            float(scores[index, track]),
                        ),
                    )
            if peak is not None and frame + index - peak.frame >= self.settings.patience:
                found += self._told(peak, frame + index + 1)
        return found

    def flush(self) -> list[Heard]:
        """At the end of the audio, as if silence followed: what else was said. Then `reset`."""
        found = self.push(silent_rows(self.scorer.hearing.silence))
        if self._peak is not None:
            found += self._told(self._peak, self.scorer.frames)
        return found

    def _told(self, peak: _Peak, now: int) -> list[Heard]:
        """The peak, if its sounds fit: what sounds like the phrase is not waited for in vain."""
        self._peak = None
        if self.sounds is not None and self.check is not None:
            start, end = (round(at / FRAME_SECONDS) for at in (peak.heard.start, peak.heard.end))
            fit = self.sounds.score(peak.track, start, end, now)
            if peak.margin + self.check.weight * fit < self.check.least:
                return []
        self._told_until = round(peak.heard.end / FRAME_SECONDS) - _OVERLAP
        self._quiet_until = round((peak.heard.end + self.settings.refractory) / FRAME_SECONDS)
        return [peak.heard]


def detector(
    phrases: WakePhrase | Sequence[WakePhrase],
    table: WakeTable | None = None,
    pronouncer: Pronouncer | None = None,
    settings: WakeSettings | None = None,
) -> WakeWord:
    """What listens for phrases as a bundle's table says.

    Args:
        phrases: at least one.
        table: what the thresholds were made with; None: usual scores, of letters alone.
        pronouncer: of the bundle; looked at where the table wants sounds to fit.
        settings: how scores become detections.
    """
    hearing = table.hearing if table is not None else None
    check = table.sounds if table is not None else None
    return WakeWord(phrases, settings, hearing, pronouncer, check)
