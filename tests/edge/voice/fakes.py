"""Models that hear what is written into the samples: for tests of what comes after them.

Every sample of a letter's 20 ms has a value that says which label the acoustic model is to give
there. Silence is 0, and a noise without words is any other value.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from edge.grammar.file import GrammarTables, read_tables
from edge.home.home import Home
from edge.voice.alphabet import BLANK, LABELS, spell
from edge.voice.free_text import Understand
from edge.voice.pcm import SAMPLE_RATE
from edge.voice.recognizer import Recognizer
from edge.voice.settings import RecognizerSettings, StreamSettings
from edge.voice.stream import VoiceStream
from edge.voice.wake.wake import WakePhrase
from tests.edge.tiny_bundle import HOME, compiled_grammar
from tests.edge.voice.letters import frames

Samples = NDArray[np.int16]
ROW = 320
_FIRST, _STEP = 10_000, 100
NOISE = 5_000
JARVIS = WakePhrase("jarvis", -1.0)


def said(text: str, *, pause: int = 3) -> Samples:
    """Somebody says it: each letter for 20 ms, then `pause` times as long the blank."""
    labels: list[int] = []
    for letter in spell(text):
        labels += [letter] + [BLANK] * pause
    return np.repeat(np.array(labels) * _STEP + _FIRST, ROW).astype(np.int16)


def silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), np.int16)


def noise(seconds: float) -> Samples:
    """What is taken for a voice and has no words."""
    return np.full(round(seconds * SAMPLE_RATE), NOISE, np.int16)


def audio(*parts: Samples | str | float) -> Samples:
    """Texts are said, numbers are seconds of silence."""
    pieces = [
        said(part) if isinstance(part, str) else silence(part) if isinstance(part, float) else part
        for part in parts
    ]
    return np.concatenate(pieces)


_ROWS = frames(range(len(LABELS)))
"""Label → its row: sure of letters, and surer of blanks, as models of this kind are."""
_ROWS[BLANK] = frames([BLANK], peak=0.9995)


class FakeAcoustic:
    """An acoustic model: the rows of each 20 ms, as late as a real one gives them."""

    frame_seconds = 0.02

    def __init__(self, lag: float = 0.6) -> None:
        self.lag = lag

    def stream(self) -> FakeAcousticStream:
        return FakeAcousticStream(self.lag)


class FakeAcousticStream:
    def __init__(self, lag: float) -> None:
        self._late = round(lag * SAMPLE_RATE)
        self.pushed = 0
        """Samples of the whole life."""
        self.reset()

    def reset(self) -> None:
        self.frames = 0
        self._samples: Samples = np.empty(0, np.int16)
        self._gone = 0

    def flush(self, rows: int | None = None) -> NDArray[np.float32]:
        given = self.frames
        last = self.push(np.zeros(self._late + ROW // 2, np.int16))
        self.reset()
        return last if rows is None else last[: max(0, rows - given)]

    def push(self, samples: Samples) -> NDArray[np.float32]:
        self.pushed += len(samples)
        self._samples = np.concatenate([self._samples, samples])
        known = self._gone + len(self._samples) - self._late
        labels = []
        while (at := self.frames * ROW + ROW // 2) < known:
            value = int(self._samples[at - self._gone])
            label = (value - _FIRST) // _STEP
            labels.append(label if 0 <= label < len(LABELS) else BLANK)
            self.frames += 1
        drop = max(0, self.frames * ROW - self._gone)
        self._samples, self._gone = self._samples[drop:], self._gone + drop
        return _ROWS[labels]


class FakeActivity:
    """Anything but silence is speech."""

    def stream(self) -> FakeActivityStream:
        return FakeActivityStream()


class FakeActivityStream:
    def push(self, frame: Samples) -> float:
        assert frame.shape == (512,)
        return float(np.abs(frame).max() >= NOISE)

    def reset(self) -> None:
        pass


@cache
def tables() -> GrammarTables:
    """The sentences of the tiny bundle."""
    with TemporaryDirectory() as folder:
        return read_tables(compiled_grammar(Path(folder)))


def tiny_home() -> Home:
    return Home.from_dict(HOME)


def recognizer(
    home: Home | None = None,
    understand: Understand | None = None,
    settings: RecognizerSettings | None = None,
) -> Recognizer:
    at = home if home is not None else tiny_home()
    return Recognizer(tables(), lambda: at, understand, settings)


def stream(
    *phrases: WakePhrase,
    settings: StreamSettings | None = None,
    by: Recognizer | None = None,
    lag: float = 0.6,
) -> VoiceStream:
    return VoiceStream(
        FakeAcoustic(lag).stream(),
        lag,
        FakeActivity().stream(),
        by or recognizer(),
        phrases,
        settings,
    )
