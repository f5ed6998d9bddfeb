"""Where sound comes from: a microphone, a file, or a stream of bytes.

Each gives the same: chunks of 16 kHz mono, in order, and where a microphone can vanish, an
`AudioLost` when it has and an `AudioBack` when it is heard again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self, runtime_checkable

from edge.events import AudioBack, AudioLost
from edge.voice.pcm import SAMPLE_RATE, Samples

Heard = Samples | AudioLost | AudioBack
"""What a source gives: int16[n], n ≥ 1, or the news that there is no sound, or sound again."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a source has been through."""

    samples: int = 0
    """Samples given out, at 16 kHz."""
    overflows: int = 0
    """Times that the system lost sound before this process could take it."""
    dropped: int = 0
    """Samples, at 16 kHz, that were thrown away because nobody took them in time."""
    losses: int = 0
    """Times that the microphone vanished."""

    @property
    def seconds(self) -> float:
        """Audio given out."""
        return self.samples / SAMPLE_RATE

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "seconds": round(self.seconds, 3),
            "overflows": self.overflows,
            "dropped_seconds": round(self.dropped / SAMPLE_RATE, 3),
            "losses": self.losses,
        }


@runtime_checkable
class Source(Protocol):
    """Sound to listen to: iterated once, by one thread. Any thread may close it to end that."""

    @property
    def statistics(self) -> Statistics:
        """As of now; may be read by any thread."""
        ...

    @property
    def problems(self) -> tuple[str, ...]:
        """What was odd about the sound so far, in sentences for a person."""
        ...

    def __iter__(self) -> Iterator[Heard]:
        """What is heard, until the sound ends or the source is closed."""
        ...

    def close(self) -> None:
        """Frees what the source holds. More than once is fine."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
