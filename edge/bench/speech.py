"""What listening costs: while somebody speaks, while nobody does, and from a word to its command.

The sound is real where recordings are named, and a made-up voice where none are. It is pushed frame
by frame, as a microphone would give it, and each push is timed: what a frame takes is what a second
core, or a smaller one, has to find time for.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from edge.bench.timing import summary
from edge.errors import UsageError
from edge.events import Command, Rejected
from edge.limits import BENCH_AUDIO_SECONDS
from edge.runtime import Runtime
from edge.voice.gate import FRAME
from edge.voice.pcm import SAMPLE_RATE, Samples
from edge.voice.signals import made_up_voice, quiet_room

_FRAME_NS: Final = 1e9 * FRAME / SAMPLE_RATE
_PAUSE_SECONDS: Final = 2.0
"""Silence behind each recording, in which its answer comes."""
_SETTLING_SECONDS: Final = 5.0
"""Silence that is not counted: the gate has to learn what the room sounds like."""


@dataclass(frozen=True, slots=True)
class Sound:
    """What is listened to."""

    origin: str
    """Where it comes from: "recordings" or "made up"."""
    pieces: tuple[Samples, ...]
    """Utterances: int16[n], 16 kHz."""

    @property
    def seconds(self) -> float:
        """Of all of them."""
        return sum(map(len, self.pieces)) / SAMPLE_RATE


def sound(paths: Sequence[str]) -> Sound:
    """The recordings at `paths`, or a made-up voice.

    Raises:
        UsageError, AudioError: a recording cannot be read, or they are too long.
    """
    if not paths:
        return Sound("made up", (made_up_voice(),))
    found = Sound("recordings", tuple(map(_recording, paths)))
    if found.seconds > BENCH_AUDIO_SECONDS:
        raise UsageError(
            f"{found.seconds:.0f} s of recordings", allowed=f"at most {BENCH_AUDIO_SECONDS} s"
        )
    return found


def _recording(path: str) -> Samples:
    from edge.voice.sources.files import Recording

    with Recording(path) as source:
        chunks = list(source)
    return np.concatenate(chunks) if chunks else np.empty(0, np.int16)


def listening(
    runtime: Runtime, heard: Sound, seconds: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Times for `latency`, and what `speech` says besides: each part goes on for `seconds`.

    Returns:
        `speaking_frame`, `silence_frame` and `speech_answer` as distributions; an answer is the
        frame with which it comes. The second: the sound, real-time factors, answers.
    """
    speaking, answers, counts = _speaking(runtime, heard, seconds)
    quiet = _silence(runtime, seconds)
    latency: dict[str, Any] = {"silence_frame": summary(quiet)}
    if speaking:
        latency["speaking_frame"] = summary(speaking)
    if answers:
        latency["speech_answer"] = summary(answers)
    return latency, {
        "from": heard.origin,
        "seconds": round(heard.seconds, 2),
        "commands": counts["commands"],
        "rejected": counts["rejected"],
        "real_time_factor": {
            "speaking": _factor(speaking + answers),
            "silence": _factor(quiet),
        },
    }


def _speaking(
    runtime: Runtime, heard: Sound, seconds: float
) -> tuple[list[int], list[int], dict[str, int]]:
    """Nanoseconds of the frames while the acoustic model runs, and of those that bring answers."""
    speaking: list[int] = []
    answers: list[int] = []
    counts = {"commands": 0, "rejected": 0}
    pause = quiet_room(_PAUSE_SECONDS)
    end = time.monotonic() + seconds
    passes = 0
    while passes < 2 or time.monotonic() < end:
        warm = passes > 0  # the first one does not count
        passes += 1
        for piece in heard.pieces:
            stream = runtime.stream()
            frames = np.concatenate([pause, piece, pause])
            running = 0
            for first in range(0, len(frames) - FRAME + 1, FRAME):
                began = time.perf_counter_ns()
                events = stream.push(frames[first : first + FRAME])
                took = time.perf_counter_ns() - began
                now = stream.statistics.speech_samples
                answered = [one for one in events if isinstance(one, Command | Rejected)]
                if warm and answered:
                    answers.append(took)
                elif warm and now > running:
                    speaking.append(took)
                running = now
                for one in answered if warm else ():
                    counts["commands" if isinstance(one, Command) else "rejected"] += 1
    return speaking, answers, counts


def _silence(runtime: Runtime, seconds: float) -> list[int]:
    """Nanoseconds of frames in a room in which nobody speaks."""
    stream = runtime.stream()
    stream.push(quiet_room(_SETTLING_SECONDS))
    room = quiet_room(10.0)
    samples: list[int] = []
    end = time.monotonic() + seconds
    while not samples or time.monotonic() < end:
        for first in range(0, len(room) - FRAME + 1, FRAME):
            began = time.perf_counter_ns()
            stream.push(room[first : first + FRAME])
            samples.append(time.perf_counter_ns() - began)
    return samples


def _factor(samples: Sequence[int]) -> float | None:
    """Seconds of computing for a second of audio, by the mean: a long frame is not left out."""
    return round(float(np.mean(samples)) / _FRAME_NS, 5) if samples else None
