"""Some minutes of other people's speech, as the acoustic model hears it: a phrase's background.

Phrases of the same length differ in how often speech happens to sound like them. Ten minutes tell:
the scores of a phrase's 3rd to 25th best places in them fix where the tail of its false accepts
lies, and its shape is known from hours of speech (`edge.voice.wake.table`). The few best places
are left out, as somebody may have said it there.

The file is zlib's: the number of frames (uint32, little-endian), for each frame a byte, how many
labels it has, and for each of those a byte: label × 8 + level, of eight levels of log-posteriors.
What is not listed is less likely than the last.
"""

from __future__ import annotations

import math
import zlib
from typing import TYPE_CHECKING, Final

import numpy as np

from edge.errors import BundleFormatError
from edge.voice.alphabet import BLANK, LABELS, SPACE
from edge.voice.wake.spotting import FRAME_SECONDS, Automaton, Hearing, Pace, silent_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_FRAMES: Final = 60_000
"""20 minutes: bounds the memory and time of listening to it."""
RANKS: Final = (3, 25)
"""Places of a phrase, best first, that its level is read from."""
_LEVELS: Final = np.array([0.0, -0.3, -0.7, -1.2, -1.9, -2.8, -4.0, -5.5], np.float32)
_LEAST: Final = -6.2
"""What is below is not listed, and read as `_UNLISTED`."""
_UNLISTED: Final = -9.0
_LANES: Final = 48
"""Stretches that are listened to side by side: numpy's calls cost more than their work."""
_SECOND: Final = round(1 / FRAME_SECONDS)


def pack(rows: NDArray[np.floating]) -> bytes:
    """The file of log-posteriors [frames, 29].

    Raises:
        ValueError: there are more than MOST_FRAMES.
    """
    if len(rows) > MOST_FRAMES:
        raise ValueError(f"{len(rows)} frames are more than {MOST_FRAMES}")
    middles = (_LEVELS[1:] + _LEVELS[:-1]) / 2
    levels = len(middles) - np.searchsorted(middles[::-1], rows)
    listed = np.asarray(rows) > _LEAST
    entries = np.arange(len(LABELS)) * len(_LEVELS) + levels
    parts = (listed.sum(1).astype(np.uint8), entries[listed].astype(np.uint8))
    count = len(rows).to_bytes(4, "little")
    return zlib.compress(count + b"".join(part.tobytes() for part in parts), 9)


def unpack(data: bytes) -> NDArray[np.float32]:
    """The log-posteriors of a file, float32 [frames, 29]; rounded, so not quite distributions.

    Raises:
        BundleFormatError: it is no such file, or one of more than MOST_FRAMES.
    """
    most = 4 + MOST_FRAMES * (1 + len(LABELS))
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(data, most)
    except zlib.error as error:
        raise _wrong(f"is not zlib's ({error})") from None
    frames = int.from_bytes(plain[:4], "little")
    if not stream.eof or not 0 < frames <= min(MOST_FRAMES, len(plain) - 4):
        raise _wrong("is cut off, or longer than it may be")
    bytes_ = np.frombuffer(plain, np.uint8, offset=4)
    counts, entries = bytes_[:frames], bytes_[frames:]
    labels = entries // len(_LEVELS)
    if int(counts.sum(dtype=np.int64)) != len(entries) or np.any(labels >= len(LABELS)):
        raise _wrong("does not have the labels it counts")
    rows = np.full((frames, len(LABELS)), _UNLISTED, np.float32)
    rows[np.repeat(np.arange(frames), counts), labels] = _LEVELS[entries % len(_LEVELS)]
    return rows


def _wrong(what: str) -> BundleFormatError:
    return BundleFormatError(what, where="the background of wake phrases", allowed="a packed one")


class Background:
    """Speech that is not for the device.

    Args:
        data: the file; only it is kept, as phrases are few and seldom new.
        hearing: how scores are made.
        pace: how quickly phrases are said.

    Raises:
        BundleFormatError: it is no such file.
    """

    def __init__(self, data: bytes, hearing: Hearing, pace: Pace) -> None:
        self.hours = len(unpack(data)) * FRAME_SECONDS / 3600
        self._data, self._hearing, self._pace = data, hearing, pace

    def peaks(self, spelled: str) -> NDArray[np.float64]:
        """The scores of a phrase's best places, one a second at most, falling; nats a letter."""
        rows = _lanes(unpack(self._data), self._hearing.silence)
        scores = _scores(rows, Automaton([spelled], self._pace), self._hearing)
        seconds = [scores[i : i + _SECOND].max(0) for i in range(0, len(scores), _SECOND)]
        return -np.sort(-np.concatenate(seconds))

    def level(self, spelled: str, slope: float) -> float:
        """The threshold at one false accept an hour.

        Args:
            spelled: lower-case letters, apostrophes and single spaces.
            slope: how a threshold changes with the natural logarithm of the rate.
        """
        peaks = self.peaks(spelled)
        first, last = RANKS
        logs = log_rates(last, self.hours)[first - 1 :]
        found = peaks[first - 1 : last]
        return float(np.mean(found - slope * logs[: len(found)]))


def _lanes(rows: NDArray[np.float32], silence: int) -> NDArray[np.float32]:
    """Stretches of equal length side by side, each ending in silence: [frames, lanes, 29]."""
    length = -(-len(rows) // _LANES)
    padded = np.concatenate([rows, silent_rows(length * _LANES - len(rows))])
    lanes = padded.reshape(_LANES, length, len(LABELS)).swapaxes(0, 1)
    ending = np.broadcast_to(silent_rows(silence)[:, None], (silence, _LANES, len(LABELS)))
    return np.concatenate([lanes, ending])


def _scores(
    rows: NDArray[np.float32], automaton: Automaton, hearing: Hearing
) -> NDArray[np.float64]:
    """[frames, lanes]: what `PhraseScorer` gives, for all lanes at once."""
    rows = np.clip(rows, hearing.floor, 0.0)
    hearing.as_learned(rows)
    gains = np.zeros((*rows.shape[:2], len(LABELS) + 1))
    np.exp(rows - hearing.best * rows.max(2, keepdims=True), out=gains[:, :, :-1])
    mistaken = hearing.mistakes()
    if mistaken is not None:
        gains[:, :, :-1] = gains[:, :, :-1] @ mistaken.T
    blank, space = rows[:, :, BLANK].astype(np.float64), rows[:, :, SPACE].astype(np.float64)
    by_blank, by_space = hearing.edges(blank), hearing.edges(space)
    silent = _sums_before(blank, np.zeros((hearing.silence, blank.shape[1])))
    paused = hearing.pauses(_gaps(np.minimum(np.logaddexp(blank, space), 0.0), hearing))

    paths = np.zeros((2, rows.shape[1], len(automaton.labels) + 2))
    ended = np.zeros((len(rows) + 1, 2, rows.shape[1]))
    tails, last_space = np.zeros((2, rows.shape[1])), np.zeros(rows.shape[1])
    best = np.zeros((2, *rows.shape[:2]))
    for t in range(len(rows)):
        start = hearing.edges(np.maximum(last_space, silent[t])) * paused[t]
        open_ends = np.where(ended[t, 0] > tails[0], ended[t], tails)
        best[:, t] = open_ends * by_space[t]
        tails = open_ends * by_blank[t]
        new = automaton.step(paths, start[:, None], gains[t][:, automaton.labels])
        paths[:, :, 2:] = new
        ended[t + 1] = new[:, :, automaton.last[0]]
        last_space = np.maximum(space[t], last_space + blank[t])
    quiet = hearing.edges(silent[1:])
    late = np.zeros_like(best)
    kept = len(rows) - hearing.silence
    late[:, hearing.silence :] = ended[1 : kept + 1].swapaxes(0, 1)
    late *= quiet
    found = np.where(late[0] > best[0], late, best)
    return automaton.scores(found[0][..., None], found[1][..., None])[0][..., 0]


def _sums_before(values: NDArray[np.float64], before: NDArray[np.float64]) -> NDArray[np.float64]:
    """[frames + 1, lanes]: before each frame, and after the last, the sum of the last so many.

    Args:
        values: [frames, lanes].
        before: what came before the first frame; as many frames as are summed.
    """
    sums = np.cumsum(np.concatenate([np.zeros((1, values.shape[1])), before, values]), axis=0)
    found: NDArray[np.float64] = sums[len(before) :] - sums[: len(values) + 1]
    return found


def _gaps(no_letter: NDArray[np.float64], hearing: Hearing) -> NDArray[np.float64]:
    """[frames + 1, lanes]: log-posterior of there being no letters in the frames before each.

    Args:
        no_letter: [frames, lanes], of single frames; each lane goes on where the one before it is
            at its end, and ends in silence besides.
        hearing: how many frames.
    """
    pause, length = hearing.pause, len(no_letter) - hearing.silence
    before = np.zeros((pause, no_letter.shape[1]))
    known = min(pause, length)
    before[pause - known :, 1:] = no_letter[length - known : length, :-1]
    return _sums_before(no_letter, before)


def log_rates(count: int, hours: float) -> NDArray[np.float64]:
    """Expected log-rates an hour of the best, second best, … place in some hours of speech.

    Where places come as a Poisson process, the k-th is at a rate of Γ(k) / hours, whose expected
    logarithm is ψ(k) − log hours.
    """
    digamma = np.cumsum([-0.5772156649015329, *(1 / k for k in range(1, count))])
    return digamma - math.log(hours)
