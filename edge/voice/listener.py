"""Listening: a source of sound on a thread of its own, and the events that it brings.

with hub.listen(wake="hey jarvis") as events:
    for event in events:
        ...
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, Self

from edge.closing import Closing
from edge.events import AudioBack, AudioLost, Partial, VoiceEvent

if TYPE_CHECKING:
    from edge.voice.sources import Source
    from edge.voice.stream import VoiceStream

QUEUE: Final = 256
"""Events that wait to be taken. When there are more, partial results are left out, and the sound
waits for the others to be taken."""
_JOIN_SECONDS: Final = 5.0


def heard_from(
    source: Source, stream: VoiceStream, interrupted: threading.Event | None = None
) -> Iterator[VoiceEvent]:
    """The events of a source, until it ends; an utterance that is going on then ends too.

    When the sound is lost, so is the utterance: what was said of it is decided before `AudioLost`.

    Args:
        interrupted: set by another thread to have what is being said forgotten.

    Raises:
        AudioError: the source cannot be read on.
    """
    for heard in source:
        if interrupted is not None and interrupted.is_set():
            interrupted.clear()
            yield from stream.interrupt()
        if isinstance(heard, AudioLost | AudioBack):
            yield from stream.flush()
            yield heard
        else:
            yield from stream.push(heard)
    yield from stream.close()


class Listening(Closing):
    """A source being listened to. An iterator of events, and a context manager that ends it.

    The iterator waits for events, and ends when the source does or when it is closed.

    Args:
        source: where the sound comes from; it is closed at the end.
        stream: what listens to it.
        queue: events that may wait.
    """

    def __init__(self, source: Source, stream: VoiceStream, queue: int = QUEUE) -> None:
        self.source = source
        self.stream = stream
        self._most = queue
        self._events: deque[VoiceEvent] = deque()
        self._changed = threading.Condition()
        self._interrupted = threading.Event()
        self._ended = self._closed = False
        self._error: Exception | None = None
        self._partials_dropped = 0
        self._thread = threading.Thread(target=self._listen, name="edge-listen", daemon=True)
        self._thread.start()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> VoiceEvent:
        """The next event; waits for it.

        Raises:
            EdgeError: listening failed; what was found before was given before.
            StopIteration: the sound ended, or it was closed.
        """
        while not self.ended:
            # In pieces: a wait without an end keeps Ctrl-C from being heard on some systems.
            if (event := self.take(1.0)) is not None:
                return event
        raise StopIteration

    @property
    def ended(self) -> bool:
        """Whether nothing comes any more, neither an event nor an error."""
        with self._changed:
            is_over = self._closed or (self._ended and self._error is None)
            return is_over and not self._events

    def take(self, seconds: float) -> VoiceEvent | None:
        """The next event; None where none came in time, or nothing comes any more (`ended`).

        For those who cannot wait without an end, such as an event loop:

            event = await loop.run_in_executor(None, listening.take, 1.0)

        Args:
            seconds: how long to wait for it.

        Raises:
            EdgeError: listening failed; what was found before was given before.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._events or self._closed or self._ended, seconds)
            if self._events:
                event = self._events.popleft()
                self._changed.notify_all()
                return event
            error, self._error = self._error, None
            if error is not None and not self._closed:
                raise error
            return None

    def interrupt(self) -> None:
        """Forgets what is being said, with the next sound that comes; see `VoiceStream.interrupt`.

        By the thread that listens, so that events keep their order.
        """
        self._interrupted.set()

    @property
    def problems(self) -> tuple[str, ...]:
        """What was odd about the sound so far, in sentences for a person."""
        return self.source.problems

    def statistics(self) -> dict[str, Any]:
        """What the stream and its source have been through, as plain data for JSON."""
        return {
            **self.stream.statistics.to_dict(),
            "source": self.source.statistics.to_dict(),
            "partials_dropped": self._partials_dropped,
        }

    def close(self) -> None:
        """Stops listening and lets go of the source. Twice is no error."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self.source.close()
        if self._thread is not threading.current_thread():
            self._thread.join(_JOIN_SECONDS)

    # --- the thread ---------------------------------------------------------------------------

    def _listen(self) -> None:
        try:
            try:
                for event in heard_from(self.source, self.stream, self._interrupted):
                    if not self._put(event):
                        return
            finally:
                self.source.close()
        except Exception as error:  # whatever it is, the thread that waits has to be told
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def _put(self, event: VoiceEvent) -> bool:
        """Adds an event, when there is room; whether anybody still wants it."""
        with self._changed:
            while len(self._events) >= self._most and not self._closed:
                if isinstance(event, Partial):
                    self._partials_dropped += 1
                    return True
                self._changed.wait(1.0)
            if self._closed:
                return False
            self._events.append(event)
            self._changed.notify_all()
            return True
