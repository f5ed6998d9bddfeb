"""Wake phrases: how many calls are missed at how many false accepts an hour of other speech."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.timing import Timing, measure
from edge.voice.alphabet import LABELS
from edge.voice.posteriors import letters, phones
from edge.voice.pronunciation import Pronouncer
from edge.voice.wake.phrase import PER_HOUR, wake_phrase
from edge.voice.wake.spotting import FRAME_SECONDS, place, silent_rows
from edge.voice.wake.table import WakeTable
from edge.voice.wake.wake import WakeSettings, WakeWord
from edge.voice.wake.wake import detector as detector_of

Posteriors = NDArray[np.floating]
RATES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""False accepts an hour that the curve has a point for."""
_LOWEST = -1000.0
"""Below every score."""
_LEAST = -6.0
"""Nats a letter below which no place is looked at: whatever is said right is far above."""


class Point(NamedTuple):
    """One point of the curve of a phrase."""

    false_accepts: float
    """An hour."""
    misses: float
    """Share of the calls."""
    threshold: float
    """Nats a letter."""


class WakeResult(NamedTuple):
    """How one phrase did."""

    phrase: str
    calls: int
    hours: float
    """Of background."""
    at_threshold: Point
    """With the threshold that the bundle's table gives: what a user gets."""
    fixed: Point
    """With a threshold that was found elsewhere: a device has one, however noisy it is."""
    curve: tuple[Point, ...]
    """With the thresholds that reach RATES exactly on this background: what could be had."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            **self._asdict(),
            "at_threshold": self.at_threshold._asdict(),
            "fixed": self.fixed._asdict(),
            "curve": [point._asdict() for point in self.curve],
        }


def evaluate(
    calls: Mapping[str, Sequence[Posteriors]],
    background: Sequence[Posteriors],
    table: WakeTable,
    per_hour: float = PER_HOUR,
    settings: WakeSettings | None = None,
    pronouncer: Pronouncer | None = None,
    thresholds: Mapping[str, float] | None = None,
) -> dict[str, WakeResult]:
    """Every phrase on its own calls and on the same background, each with the whole detector.

    Args:
        calls: phrase → clips in which it is said once, log posteriors.
        background: speech without any of the phrases.
        table: of the bundle.
        per_hour: the rate that its thresholds are asked for.
        settings: of the detector.
        pronouncer: of the bundle.
        thresholds: phrase → one that was found elsewhere; where there is none, that which reaches
            `per_hour` on this background.
    """
    hours = sum(map(len, background)) * FRAME_SECONDS / 3600
    result = {}
    for text, clips in calls.items():
        phrase = wake_phrase(text, table, per_hour)
        detector = detector_of(phrase, table, pronouncer, settings)
        peaks = [peak for rows in background for peak in _peaks(detector, rows)]
        false = np.sort(peaks)[::-1]
        best = np.array([max(_peaks(detector, rows), default=-np.inf) for rows in clips])
        at_threshold = Point(
            sum(_detections(detector, rows) for rows in background) / hours,
            sum(not _detections(detector, rows) for rows in clips) / len(clips),
            phrase.threshold,
        )
        curve = tuple(_point(rate, false, best, hours) for rate in RATES)
        if thresholds and text in thresholds:
            fixed = _at(thresholds[text], false, best, hours)
        else:
            fixed = _point(per_hour, false, best, hours)
        result[text] = WakeResult(text, len(clips), hours, at_threshold, fixed, curve)
    return result


def cost(phrases: Sequence[str], table: WakeTable, repeats: int = 200) -> Timing:
    """What one second of audio costs, posteriors given: 25 calls of two frames each."""
    detector = WakeWord([wake_phrase(text, table) for text in phrases], hearing=table.hearing)
    rows = np.random.default_rng(0).normal(0, 3, (50, len(LABELS)))
    rows = (rows - np.logaddexp.reduce(rows, axis=1, keepdims=True)).astype(np.float32)

    def second() -> None:
        for start in range(0, len(rows), 2):
            detector.push(rows[start : start + 2])

    return measure({"wake": [second]}, repeats=repeats, warm_up=5).timings["wake"]


def _detections(detector: WakeWord, rows: Posteriors) -> int:
    """How often a detector fires in one stretch of audio."""
    detector.reset()
    return len(detector.push(rows)) + len(detector.flush())


def _peaks(detector: WakeWord, rows: Posteriors) -> list[float]:
    """The scores of one stretch of audio that no higher one is within a refractory time of.

    Where sounds count, they are in the score.
    """
    scorer, sounds = detector.scorer, detector.sounds
    weight = detector.check.weight if detector.check is not None else 0.0
    detector.reset()
    silence = silent_rows(scorer.hearing.silence)
    scores, taken, since = scorer.push(np.concatenate([letters(rows), silence]))
    best, track = scores.max(1), scores.argmax(1)
    if sounds is not None and (heard := phones(rows)) is not None:
        sounds.push(heard)
    apart = round(detector.settings.refractory / FRAME_SECONDS)
    peaks = []
    while len(best) and best[top := int(best.argmax())] > _LEAST:
        score = float(best[top])
        if sounds is not None:
            at = top, track[top]
            start, end = place(top, float(taken[at]), int(since[at]))
            now = top + 1 + detector.settings.patience
            score += weight * sounds.score(int(track[top]), round(start), end, now)
        peaks.append(score)
        best[max(0, top - apart) : top + apart + 1] = -np.inf
    return peaks


def _point(
    rate: float, false: NDArray[np.float64], best: NDArray[np.float64], hours: float
) -> Point:
    """The lowest threshold that lets at most `rate` × hours of the false peaks through."""
    allowed = int(rate * hours)
    threshold = float(np.nextafter(false[allowed], 1.0)) if allowed < len(false) else _LOWEST
    return _at(threshold, false, best, hours)


def _at(
    threshold: float, false: NDArray[np.float64], best: NDArray[np.float64], hours: float
) -> Point:
    return Point(
        float((false >= threshold).sum() / hours), float((best < threshold).mean()), threshold
    )
