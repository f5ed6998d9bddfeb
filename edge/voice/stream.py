"""Audio in, events out: one stream, from whatever pieces it comes in.

Everything goes in frames of 512 samples, so how the audio is cut into pieces changes nothing. While
nobody speaks only the gate, and where it opens the voice activity network, look at a frame. When
somebody begins, the acoustic model is started anew on the half second before, and its posteriors
are searched as they come; when they stop, what has been said is decided.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from threading import RLock
from typing import TYPE_CHECKING, Final, Protocol, Self

import numpy as np

from edge.errors import UsageError
from edge.events import VoiceEvent
from edge.voice.acoustic import FRAME as ROW
from edge.voice.dialogue import Dialogue
from edge.voice.endpoint import PRE_ROLL_MS, Endpointer, EndpointSettings
from edge.voice.gate import FRAME
from edge.voice.pcm import SAMPLE_RATE, Samples, as_samples
from edge.voice.search.freed import give_back
from edge.voice.settings import StreamSettings
from edge.voice.statistics import StreamStatistics

if TYPE_CHECKING:
    from types import TracebackType

    from edge.voice.posteriors import Posteriors
    from edge.voice.pronunciation import Pronouncer
    from edge.voice.recognizer import Recognizer
    from edge.voice.wake.table import WakeTable
    from edge.voice.wake.wake import WakePhrase

_PER_MS: Final = SAMPLE_RATE // 1000
_ROWS_AFTER: Final = 5
"""Rows of posteriors after the end of speech that are heard, 100 ms."""
_LOOK_AFTER: Final = 32
"""Frames of silence, about a second, between two looks at whether the home has changed."""


class Acoustic(Protocol):
    """An acoustic model over one stream of audio: see `edge.voice.acoustic`."""

    def push(self, samples: Samples) -> Posteriors:
        """Log posteriors of the frames that are complete now: [n, labels]."""
        ...

    def flush(self, rows: int | None = None) -> Posteriors:
        """Those of all that was pushed and not given yet, as if silence followed; then `reset`.

        Up to so many `rows` of the recording, where that is given.
        """
        ...

    def reset(self) -> None:
        """What comes next is another recording."""
        ...


class Activity(Protocol):
    """The probability of speech in a frame: see `edge.voice.activity`."""

    def push(self, frame: Samples) -> float:
        """Of int16 [512]."""
        ...

    def reset(self) -> None:
        """What comes next is another recording."""
        ...


class VoiceStream:
    """One stream of audio being listened to; made by `Runtime.stream`.

    `with` closes it, and drops what is being said: `flush` it, or `close` it, to have that too.
    Methods may be called from several threads; they take turns.

    Args:
        acoustic: posteriors of this stream.
        lag: seconds of audio after a frame that the acoustic model needs for it.
        activity: whether somebody speaks in it.
        recognizer: what finds commands.
        phrases: wake phrases; none when everything said is a command.
        settings: times and thresholds.
        endpoint: what counts as a beginning and an end of speech.
        table: what is known of how the acoustic model hears wake phrases.
        usable: raises where what the stream works with was closed.
        pronouncer: says how wake phrases are said, where their sounds have to fit as well.
    """

    def __init__(
        self,
        acoustic: Acoustic,
        lag: float,
        activity: Activity,
        recognizer: Recognizer,
        phrases: Sequence[WakePhrase] = (),
        settings: StreamSettings | None = None,
        endpoint: EndpointSettings | None = None,
        table: WakeTable | None = None,
        usable: Callable[[], None] = lambda: None,
        pronouncer: Pronouncer | None = None,
    ) -> None:
        self.settings = settings or StreamSettings()
        self.phrases = tuple(phrases)
        """What is listened for."""
        self._acoustic, self._activity, self._recognizer = acoustic, activity, recognizer
        self._usable = usable
        self._ends = Endpointer(endpoint or self.settings.endpoint)
        self._dialogue = Dialogue(recognizer, phrases, self.settings, table, pronouncer)
        ends = self._ends.settings
        self._pause = _frames(ends.hang_over_ms) * FRAME
        # Who sets a pause shorter than the acoustic model's delay wants an answer, not patience.
        patient = ends.hang_over_ms * _PER_MS >= lag * SAMPLE_RATE
        self._mid_sentence = round(self.settings.mid_sentence * SAMPLE_RATE) if patient else 0
        # Speech is reported when it has lasted a while: what came meanwhile is kept too.
        self._ring: deque[Samples] = deque(maxlen=_frames(PRE_ROLL_MS) + _frames(ends.shortest_ms))
        self._rest = np.empty(0, np.int16)
        self._position = 0
        """Samples taken, in whole frames."""
        self._heard_to = 0
        """Position up to which audio was part of an utterance: the next reaches back no further."""
        self._open = False
        """Whether the acoustic model is listening."""
        self._has_freed = False
        """Whether it was since memory that it left was given back, in a silence."""
        self._origin = 0
        """Position at which what it listens to began."""
        self._close_at: int | None = None
        """Position at which it stops unless somebody goes on speaking."""
        self._rows = 0
        """Rows of what it listens to that were heard."""
        self._silent_from: int | None = None
        """Row from which nobody speaks, where it waits for more of a sentence."""
        self._withheld: list[Posteriors] = []
        """Rows from there on: heard when somebody goes on, and of no account if nobody does."""
        self._closed = False
        self._turn = RLock()
        self._statistics = StreamStatistics()

    # --- what a caller does -------------------------------------------------------------------

    def push(self, pcm: object) -> list[VoiceEvent]:
        """What the next piece of audio brings, however long or short it is.

        Args:
            pcm: 16 kHz: bytes of int16, or an array of int16 or of floats in [-1, 1], as
                `edge.voice.pcm.as_samples` takes it.

        Raises:
            UsageError: the audio cannot be used, and is left out; or the stream, or its runtime, is
                closed.
        """
        samples = as_samples(pcm)
        with self._turn:
            self._check_open()
            data = np.concatenate([self._rest, samples]) if len(self._rest) else samples
            events: list[VoiceEvent] = []
            whole = len(data) - len(data) % FRAME
            self._rest = data[whole:].copy()
            try:
                for first in range(0, whole, FRAME):
                    events += self._timed(data[first : first + FRAME])
            except BaseException:  # a model of somebody else's: what follows is heard from anew
                self._forget()
                raise
            return self._counted(events)

    def flush(self) -> list[VoiceEvent]:
        """Takes the audio for over, or for lost: an utterance that is going on ends here.

        What is pushed after it is another recording; its events go on counting from here.

        Raises:
            UsageError: the stream, or its runtime, is closed.
        """
        with self._turn:
            self._check_open()
            return self._counted(self._flush())

    def interrupt(self) -> list[VoiceEvent]:
        """Forgets what is being said: no command comes of it; whoever wants one calls again.

        For an application's own reasons, such as a button. The wake phrase does it by itself.
        """
        with self._turn:
            self._check_open()
            reason = "the application interrupted it"
            return self._counted(self._dialogue.interrupt(self._position, reason))

    def close(self) -> list[VoiceEvent]:
        """Ends the stream, as `flush`; nothing can be pushed after it. Twice is no error.

        Nothing comes of it where the runtime is closed already.
        """
        with self._turn:
            if self._closed:
                return []
            try:
                self._usable()
            except UsageError:
                self._closed = True
                return []
            events = self._counted(self._flush())
            self._closed = True
            return events

    @property
    def statistics(self) -> StreamStatistics:
        """What it has been through, as of now."""
        with self._turn:
            statistics = self._statistics.copy()
            statistics.samples = self._position + len(self._rest)
            statistics.utterances = self._dialogue.utterances
            return statistics

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._turn:
            self._closed = True

    # --- frames -------------------------------------------------------------------------------

    def _timed(self, frame: Samples) -> list[VoiceEvent]:
        """One frame, and how long it took."""
        began = time.perf_counter()
        events = self._frame(frame)
        took = time.perf_counter() - began
        statistics = self._statistics
        if self._open or events:
            statistics.speech_computing += took
            statistics.speech_samples += FRAME
            if not self._open:
                statistics.longest_answer = max(statistics.longest_answer, took)
        else:
            statistics.silence_computing += took
        return events

    def _frame(self, frame: Samples) -> list[VoiceEvent]:
        self._position += FRAME
        self._ring.append(frame.copy())  # the caller may use its memory again
        boundary = self._ends.push(self._activity.push(frame))
        events: list[VoiceEvent] = []
        if self._open:
            events = self._hear(self._acoustic.push(frame))
        if boundary == "start":
            self._close_at = None
            events += self._go_on() if self._open else self._begin()
        elif boundary == "end" and self._open:
            wait = self._to_wait()
            self._close_at = self._position + wait
            if wait and not self._ends.cut:
                self._silent_from = self._rows_to_hear(self._ends.end)
        if self._close_at is not None and self._position >= self._close_at:
            events += self._end(self._position)
        events += self._dialogue.tick(self._position, open_ear=self._open)
        if not self._open and self._position // FRAME % _LOOK_AFTER == 0:
            self._recognizer.refresh()
            if self._has_freed:
                give_back()
                self._has_freed = False
        return events

    def _begin(self) -> list[VoiceEvent]:
        """Starts the acoustic model on what was said already and the half second before."""
        ring = np.concatenate(list(self._ring))
        start = self._ends.start
        oldest = self._position - len(ring)
        origin = max(start - PRE_ROLL_MS * _PER_MS // FRAME * FRAME, self._heard_to, oldest)
        self._open, self._origin, self._rows = True, origin, 0
        self._acoustic.reset()
        events = self._dialogue.begin(start, origin)
        return events + self._hear(self._acoustic.push(ring[origin - oldest :]))

    def _hear(self, rows: Posteriors) -> list[VoiceEvent]:
        """Has what is said go on by some rows; those of a pause in a sentence are withheld.

        Silence says nothing, but the longer it is, the more ways there are to find another word in
        it: "a large", and two seconds later "a large tea".
        """
        if self._silent_from is not None:
            heard = max(0, self._silent_from - self._rows)
            self._withheld.append(rows[heard:])
            rows = rows[:heard]
        self._rows += len(rows)
        return self._dialogue.hear(rows)

    def _go_on(self) -> list[VoiceEvent]:
        """Somebody did go on speaking after a pause."""
        withheld, self._withheld, self._silent_from = self._withheld, [], None
        return self._hear(np.concatenate(withheld)) if withheld else []

    def _rows_to_hear(self, end: int) -> int:
        """Rows of what it listens to, up to the last sound that ends at a position."""
        return -(-(end - self._origin) // ROW) + _ROWS_AFTER

    def _to_wait(self) -> int:
        """For how many samples more to listen though an end of speech was found."""
        if self._ends.cut:
            # Only what may become a command has to end some time.
            since = self._dialogue.since()
            longest = self._ends.settings.longest_ms * _PER_MS - 2 * FRAME
            return self._pause if since is None or self._position - since < longest else 0
        return self._mid_sentence if self._mid_sentence and self._dialogue.unfinished() else 0

    def _end(self, audio_end: int) -> list[VoiceEvent]:
        """Has the acoustic model hear out the last sounds, and decides what was said."""
        end = min(self._ends.end, audio_end)
        # What lies further behind the end is silence: to hear it out would cost as much as speech.
        events = self._hear(self._acoustic.flush(self._rows_to_hear(end)))
        self._stop_listening()
        cut = self._ends.settings.longest_ms / 1000 if self._ends.cut else 0.0
        self._has_freed = True
        self._heard_to = end
        return events + self._dialogue.end(end, self._position, cut)

    def _stop_listening(self) -> None:
        self._open, self._close_at = False, None
        self._withheld, self._silent_from = [], None

    def _flush(self) -> list[VoiceEvent]:
        rest, real = self._rest, self._position + len(self._rest)
        events: list[VoiceEvent] = []
        if len(rest):
            events = self._timed(np.pad(rest, (0, FRAME - len(rest))))
            self._rest = rest[:0]
        began = time.perf_counter()
        if self._ends.finish() == "end" or self._open:
            events += self._end(real)
            self._statistics.speech_computing += time.perf_counter() - began
        # The time of what comes next is that of the audio, not of the frame that was filled up.
        self._position = real
        return events + self._forget()

    def _forget(self) -> list[VoiceEvent]:
        """What comes next is another recording."""
        self._heard_to = self._position
        self._stop_listening()
        self._activity.reset()
        self._ends.reset(self._position)
        self._ring.clear()
        return self._dialogue.interrupt(self._position, "the audio ended")

    def _counted(self, events: list[VoiceEvent]) -> list[VoiceEvent]:
        for event in events:
            self._statistics.count(event)
        return events

    def _check_open(self) -> None:
        if self._closed:
            raise UsageError("the stream is closed", hint="open another one: hub.stream()")
        self._usable()


def _frames(ms: int) -> int:
    return -(-ms * _PER_MS // FRAME)
