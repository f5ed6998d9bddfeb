"""Who is being spoken to: wake phrases, commands, and the time in which more may be said.

Without wake phrases everything said is taken for a command. With them, speech is only listened to
for the phrases until one is heard. What follows it, in the same breath or soon after, is a command;
after a command, for a while, so is whatever is said next. The phrases are listened for all the
time: one in the middle of a command begins anew.

Events come in a fixed order: every `SpeechStart` has one `SpeechEnd`, with a `Command` or a
`Rejected` right behind it; every `Wake` has a `SpeechStart` after it, or a `Rejected` when nothing
is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from edge.events import Command, Partial, Rejected, SpeechEnd, SpeechStart, VoiceEvent, Wake
from edge.voice.alphabet import LABELS
from edge.voice.answers import ASK_BACK
from edge.voice.pcm import SAMPLE_RATE
from edge.voice.utterance import Utterance
from edge.voice.wake.spotting import FRAME_SECONDS
from edge.voice.wake.wake import Heard, WakePhrase, detector

if TYPE_CHECKING:
    from edge.voice.posteriors import Posteriors
    from edge.voice.pronunciation import Pronouncer
    from edge.voice.recognizer import Recognizer
    from edge.voice.settings import StreamSettings
    from edge.voice.wake.table import WakeTable

_ROW: Final = round(FRAME_SECONDS * SAMPLE_RATE)
"""Samples of one row of posteriors."""
_SAY_AGAIN: Final = ASK_BACK | {"unsure"}
"""Rejections after which somebody will say it again, without the wake phrase."""
_EDGE: Final = 4
"""Rows before the place where a wake phrase is found to begin in which its first letter may lie."""
_KEPT_ROWS: Final = 32
"""Rows kept besides a detection's delay, since they come several at a time."""


class Dialogue:
    """Posteriors in, events out. Positions are samples since the stream began.

    Args:
        recognizer: what finds commands.
        phrases: wake phrases; none when everything said is a command.
        settings: times and thresholds.
        table: what is known of how the acoustic model hears wake phrases.
        pronouncer: says how they are said, where their sounds have to fit as well.
    """

    def __init__(
        self,
        recognizer: Recognizer,
        phrases: Sequence[WakePhrase],
        settings: StreamSettings,
        table: WakeTable | None = None,
        pronouncer: Pronouncer | None = None,
    ) -> None:
        self._recognizer = recognizer
        self._settings = settings
        self._wake = detector(phrases, table, pronouncer) if phrases else None
        self._tails = {text[-1] for phrase in phrases for text in phrase.spelled}
        self._utterance: Utterance | None = None
        self._started = False
        """Whether the `SpeechStart` of the utterance was given."""
        self._until = 0
        """Position up to which a command may begin without a wake phrase."""
        self._called = False
        """Whether a wake phrase was heard and nothing since."""
        self._origin = 0
        """Position of row 0."""
        self._count = 0
        """Rows so far."""
        self._shown = 0
        """Row of the last partial result."""
        self._recent: Posteriors = np.zeros((0, len(LABELS)), np.float32)
        """The last rows, for what comes before a wake phrase is noticed."""
        self.utterances = 0
        """Times that somebody spoke, to this device or not."""

    # --- what the stream asks -----------------------------------------------------------------

    def begin(self, start: int, origin: int) -> list[VoiceEvent]:
        """Somebody began to speak at `start`; row 0 is at `origin`."""
        self.utterances += 1
        self._origin, self._count, self._shown = origin, 0, 0
        if self._wake is None:
            return self._listen(start)
        self._wake.reset()
        self._recent = self._recent[:0]
        return self._listen(start) if start < self._until else []

    def hear(self, rows: Posteriors) -> list[VoiceEvent]:
        """More of it: float32 [n, labels], natural logarithms."""
        if not len(rows):
            return []
        events: list[VoiceEvent] = []
        new = len(rows)
        self._count += new
        if self._utterance is not None:
            self._utterance.push(rows)
        if self._wake is not None:
            keep = self._wake.delay + _KEPT_ROWS
            if len(self._recent):
                rows = np.concatenate([self._recent, rows])
            self._recent = rows[-max(keep, new) :]
            for heard in self._wake.push(rows[-new:]):
                events += self._awake(heard)
        return events + self._progress()

    def end(self, end: int, position: int, cut: float = 0.0) -> list[VoiceEvent]:
        """It ended at `end`, which is known at `position`.

        Args:
            cut: seconds after which it was ended though nobody paused; 0 where somebody did.
        """
        events: list[VoiceEvent] = []
        if self._wake is not None:
            for heard in self._wake.flush():
                events += self._awake(heard)
            events += self._progress()
        utterance, self._utterance = self._utterance, None
        if utterance is None or not self._started:
            return events
        self._started = False
        answer = self._recognizer.answer(
            utterance.attempt,
            utterance.posteriors(),
            self._settings.threshold,
            cut=cut,
            area=self._settings.area,
        )
        if isinstance(answer, Command) or answer.code in _SAY_AGAIN:
            self._until = max(self._until, position + _samples(self._settings.follow_up))
        return [*events, SpeechEnd(end / SAMPLE_RATE), answer]

    def tick(self, position: int, *, open_ear: bool) -> list[VoiceEvent]:
        """Time passes: gives up on who called and said nothing.

        Args:
            open_ear: whether somebody speaks, of whom the last second was not understood yet.
        """
        grace = SAMPLE_RATE if open_ear else 0
        if not self._called or position < self._until + grace:
            return []
        self._called, self._utterance = False, None
        return [Rejected("nothing_heard", "nothing was said after the wake phrase")]

    def unfinished(self) -> bool:
        """Whether somebody is in the middle of a sentence of the home."""
        return self._utterance is not None and self._utterance.unfinished()

    def since(self) -> int | None:
        """Where the utterance began that may become a command; None while there is none."""
        return self._utterance.start if self._utterance is not None else None

    def interrupt(self, position: int, reason: str) -> list[VoiceEvent]:
        """Forgets what is being said, and that more may be said without a wake phrase."""
        events: list[VoiceEvent] = []
        if self._started or self._called:
            events = [Rejected("interrupted", reason)]
        if self._started:
            events = [SpeechEnd(position / SAMPLE_RATE), *events]
        self._utterance, self._started, self._called, self._until = None, False, False, 0
        return events

    # --- parts --------------------------------------------------------------------------------

    def _listen(self, start: int) -> list[VoiceEvent]:
        self._recognizer.refresh()
        self._utterance = Utterance(self._recognizer.start(), start, 0)
        self._started, self._called = True, False
        return [SpeechStart(start / SAMPLE_RATE)]

    def _awake(self, heard: Heard) -> list[VoiceEvent]:
        """The wake phrase was said: what came before it is void, what comes after it a command."""
        first, last = round(heard.start / FRAME_SECONDS), round(heard.end / FRAME_SECONDS)
        at = self._origin + last * _ROW
        events: list[VoiceEvent] = []
        before = self._utterance
        if self._started and before is not None and before.said_before(first - _EDGE):
            began = max(before.start, self._origin + first * _ROW)
            events = self.interrupt(began, "the wake phrase was said, which begins anew")
        self._recognizer.refresh()
        tails = [LABELS.index(letter) for letter in self._tails]
        self._utterance = Utterance(self._recognizer.start(), at, last, tails)
        self._utterance.push(self._recent[max(0, len(self._recent) - (self._count - last)) :])
        self._shown = self._count
        self._called = not self._started
        now = self._origin + self._count * _ROW
        self._until = now + _samples(self._settings.patience)
        return [*events, Wake(heard.phrase, at / SAMPLE_RATE, heard.score)]

    def _progress(self) -> list[VoiceEvent]:
        """What is new of the utterance: that it began, what it may be."""
        utterance = self._utterance
        if utterance is None or not utterance.words:
            return []
        events: list[VoiceEvent] = []
        if not self._started:
            self._started, self._called = True, False
            events.append(SpeechStart((utterance.start + utterance.first * _ROW) / SAMPLE_RATE))
        if (self._count - self._shown) * _ROW >= _samples(self._settings.partial_every):
            self._shown = self._count
            text = utterance.partial()
            if text is not None:
                events.append(Partial(text, (self._origin + self._count * _ROW) / SAMPLE_RATE))
        return events


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)
