"""The acoustic model of a bundle over recordings, streaming, as the runtime runs it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.speech.noise import QUIET, Condition, noisy
from edge.bundle.bundle import Bundle
from edge.voice.acoustic import TASK, AcousticModel
from edge.voice.pcm import SAMPLE_RATE
from export.corpora.speech.noise import Stored, store
from export.corpora.speech.recording import Recording, Wave, read_audio

Posteriors = npt.NDArray[np.floating[Any]]
BEFORE = 0.25
"""Seconds of the room before a recording: many are cut where the voice begins."""
_CHUNK = 4096
"""Samples of one push. How audio is cut changes nothing; larger pieces are fewer calls."""


class Ear:
    """One variant of a bundle, which remembers what it has heard.

    Args:
        bundle: opened with the variant's profile.
        noises: recorded noise for `Condition`s that want it.
        read: recording → wave; for tests.
    """

    def __init__(
        self,
        bundle: Bundle,
        noises: Sequence[Stored] = (),
        read: Callable[[Path], Wave] = read_audio,
    ) -> None:
        self.bundle = bundle
        self.task = bundle.tasks[TASK]
        """The manifest's entry."""
        self.scheme = bundle.graph(TASK).scheme
        self.model = AcousticModel.of(bundle)
        self.seconds = 0.0
        """Audio heard so far."""
        self.computing = 0.0
        """Seconds that took."""
        self._noises, self._read = noises, read
        self._stream = self.model.stream()
        self._known: dict[tuple[Path, Condition], Posteriors] = {}

    @classmethod
    def of(cls, path: Path, noises: Sequence[Stored] = (), profile: str | None = None) -> Ear:
        """That of a bundle's file.

        Args:
            profile: whose variant; the one nearest to this machine when None.

        Raises:
            EdgeError: the bundle cannot be loaded, or does not hear.
        """
        return cls(Bundle.open(path, profile), noises)

    def hear(self, recording: Recording, condition: Condition = QUIET) -> Posteriors:
        """Log posteriors [frames, labels] of a recording in a room."""
        key = (recording.audio, condition)
        if key not in self._known:
            self._known[key] = self.listen(self.samples(recording, condition))
        return self._known[key]

    def samples(self, recording: Recording, condition: Condition = QUIET) -> Stored:
        """What a microphone in that room gives: int16, 16 kHz; the room is heard before and after
        the recording, for as long as the model needs for the last sounds."""
        after = self.model.lag + BEFORE
        wave = np.pad(
            self._read(recording.audio), (_samples(BEFORE), _samples(after)), mode="constant"
        )
        name = f"{recording.audio.parent.name}/{recording.audio.name}"
        return store(noisy(wave, name, condition, self._noises))

    def listen(self, samples: Stored) -> Posteriors:
        """Log posteriors of one recording's samples."""
        began = time.perf_counter()
        self._stream.reset()
        parts = [
            self._stream.push(samples[start : start + _CHUNK])
            for start in range(0, len(samples), _CHUNK)
        ]
        parts.append(self._stream.flush())
        self.computing += time.perf_counter() - began
        self.seconds += len(samples) / SAMPLE_RATE
        return np.concatenate(parts)

    def forget(self) -> None:
        """What was heard; the model stays loaded."""
        self._known.clear()


def variants(path: Path) -> tuple[str | None, str | None]:
    """Profiles: that of this machine's own variant (None: take the nearest), and one whose graph is
    float, or None where there is none or the first one is float itself.

    Raises:
        EdgeError: the bundle cannot be opened.
    """
    if Bundle.open(path).graph(TASK).scheme == "float":
        return None, None
    for profile in sorted(Bundle.open(path, None).profiles):
        if Bundle.open(path, profile).graph(TASK).scheme == "float":
            return None, profile
    return None, None


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)
