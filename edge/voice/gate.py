"""An energy gate: the voice activity network need not look at a room that sounds as it did.

A frame's loudness is compared with that of the background, which is learned from frames that the
network itself found to be without speech. A voice adds to the background and makes the frame
louder, so the gate opens at the very first such frame; it closes when the network has heard no
speech for a while in sound that does not change. Silence, a hum or a fan is thus looked at once.

Loudness is measured twice: of the wave, and of its differences from sample to sample. The first is
deaf to a voice beside a hum, which the second hardly hears (−34 dB at 50 Hz); the second is deaf to
a voice beside hiss. The background follows a fall of loudness at once and a rise slowly, as a
minimum would (R. Martin, "Noise power spectral density estimation based on optimal smoothing and
minimum statistics", 2001), without its buffers.
"""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FRAME: Final = 512
"""Samples of a frame: 32 ms at 16 kHz."""

# Chosen on read speech from -56 to -26 dB of full scale beside silence, white to brown noise, hum,
# fans and household sounds down to -11 dB: what the network makes of the frames let through gives
# the same 547 of 550 utterances as what it makes of all, to within 64 ms in the other 3.

_QUIET: Final = 0.1
"""Probability of speech below which a frame counts as background."""
_AFTER_SPEECH: Final = 25
_AFTER_NOTHING: Final = 8
"""Frames of steady background in a row before the gate closes: 0.8 s, and a quarter of a second
where all that it opened for was not taken for speech."""
_FALL: Final = 0.4
_RISE: Final = 0.05
"""Share of the way to a frame's loudness that the background goes, downwards and upwards."""
_SPREAD: Final = 0.05
"""The same for how far frames stray from it."""
_STRAYS: Final = 4.0
_SMALLEST: Final = 1.5
_LARGEST: Final = 5.0
"""What opens the gate: so many times the usual stray above the background, but at least and at most
so many dB."""
_LOUDEST: Final = 130.0
"""Energy of a frame, in dB, that none reaches."""
_LEAST: Final = 0.25 * FRAME
"""Energy that is added to every frame: that of a wave half a step of the converter high. Digital
silence has a loudness, then, and the last bit's coming and going is nearly none."""


class Gate:
    """Says of each frame whether it could hold speech. For one stream of audio."""

    __slots__ = (
        "_change",
        "_differences",
        "_earlier",
        "_later",
        "_ones",
        "_patience",
        "_settled",
        "_wave",
        "_waves",
        "open",
    )

    def __init__(self) -> None:
        self._wave = np.zeros(FRAME)
        self._later, self._earlier = self._wave[1:], self._wave[:-1]
        self._change = np.zeros(FRAME - 1)
        self._ones = np.ones(FRAME)
        self._waves, self._differences = _Background(), _Background()
        self.reset()

    def reset(self) -> None:
        """Forgets the background: the gate is open until it is learned again."""
        self.open = True
        """Whether the last frame could hold speech."""
        self._settled, self._patience = 0, _AFTER_SPEECH
        self._waves.forget()
        self._differences.forget()

    def push(self, frame: NDArray[np.int16]) -> bool:
        """Whether `frame`, int16 [512], could hold speech.

        Where it could, `heard` is to be told what the network made of it.
        """
        wave, change = self._wave, self._change
        wave[:] = frame
        total = self._ones.dot(wave)
        np.subtract(self._later, self._earlier, change)
        # Less its mean: an offset of the converter is no sound.
        self._waves.loudness = 10 * log10(wave.dot(wave) - total * total / FRAME + _LEAST)
        self._differences.loudness = 10 * log10(change.dot(change) + _LEAST)
        if not self.open:
            if self._waves.exceeded() or self._differences.exceeded():
                self.open, self._settled, self._patience = True, 0, _AFTER_NOTHING
            else:
                self._waves.learn()
                self._differences.learn()
        return self.open

    def heard(self, probability: float) -> None:
        """Tells what the network made of the frame just pushed: its probability of speech."""
        if not probability < _QUIET:
            self._settled, self._patience = 0, _AFTER_SPEECH
            return
        changed = self._waves.exceeded() or self._differences.exceeded()
        self._settled = 0 if changed else self._settled + 1
        self._waves.learn()
        self._differences.learn()
        self.open = self._settled < self._patience


class _Background:
    """How loud it is when nobody speaks, by one measure, in dB."""

    __slots__ = ("level", "loudness", "stray")

    def forget(self) -> None:
        self.loudness = 0.0
        """Of the last frame."""
        self.level = _LOUDEST
        self.stray = 0.0
        """How far frames are from it, as a rule."""

    def exceeded(self) -> bool:
        """Whether the last frame is louder than the background ever is."""
        usual = self.stray * _STRAYS
        return self.loudness - self.level > min(max(usual, _SMALLEST), _LARGEST)

    def learn(self) -> None:
        """Takes the last frame for background."""
        beyond = self.loudness - self.level
        self.level += beyond * (_RISE if beyond > 0 else _FALL)
        self.stray += (min(abs(beyond), _LARGEST) - self.stray) * _SPREAD
