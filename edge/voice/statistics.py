"""What a stream of audio has been through, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from edge.events import Command, Rejected, VoiceEvent, Wake
from edge.voice.pcm import SAMPLE_RATE


@dataclass(slots=True)
class StreamStatistics:
    """Counts of one stream since it was opened."""

    samples: int = 0
    """Samples pushed, at 16 kHz."""
    speech_samples: int = 0
    """Those of them during which the acoustic model ran."""
    silence_computing: float = 0.0
    """Time that the others took to look at, on the clock on the wall."""
    speech_computing: float = 0.0
    """Time that speech took: all of it, from the network to the answer."""
    utterances: int = 0
    """Times that somebody began to speak."""
    commands: int = 0
    """Commands, several of one sentence counted each."""
    rejections: int = 0
    """Utterances without a command."""
    wakes: int = 0
    """Times that a wake phrase was heard."""
    longest_answer: float = 0.0
    """Seconds from the last frame of an utterance to its answer, at the most."""

    @property
    def audio_seconds(self) -> float:
        """Audio pushed."""
        return self.samples / SAMPLE_RATE

    @property
    def computing_seconds(self) -> float:
        """Time that all of it took, on the clock on the wall."""
        return self.silence_computing + self.speech_computing

    @property
    def real_time_factor(self) -> float:
        """Seconds of computing for a second of audio; 0 before there was any."""
        return _ratio(self.computing_seconds, self.samples)

    @property
    def speech_real_time_factor(self) -> float:
        """The same while somebody spoke."""
        return _ratio(self.speech_computing, self.speech_samples)

    @property
    def silence_real_time_factor(self) -> float:
        """The same while nobody did."""
        return _ratio(self.silence_computing, self.samples - self.speech_samples)

    def count(self, event: VoiceEvent) -> None:
        """Counts what was found."""
        if isinstance(event, Command):
            self.commands += 1 + len(event.also)
        elif isinstance(event, Rejected):
            self.rejections += 1
        elif isinstance(event, Wake):
            self.wakes += 1

    def copy(self) -> StreamStatistics:
        """As of now."""
        return replace(self)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "type": "statistics",
            "audio_seconds": round(self.audio_seconds, 3),
            "speech_seconds": round(self.speech_samples / SAMPLE_RATE, 3),
            "computing_seconds": round(self.computing_seconds, 3),
            "real_time_factor": round(self.real_time_factor, 5),
            "speech_real_time_factor": round(self.speech_real_time_factor, 5),
            "silence_real_time_factor": round(self.silence_real_time_factor, 5),
            "longest_answer_ms": round(1000 * self.longest_answer, 2),
            "utterances": self.utterances,
            "commands": self.commands,
            "rejections": self.rejections,
            "wakes": self.wakes,
        }


def _ratio(seconds: float, samples: int) -> float:
    return seconds * SAMPLE_RATE / samples if samples else 0.0
