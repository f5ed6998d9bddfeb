"""What the device needs to know about wake phrases that nobody has typed yet.

Some hundred phrases are drawn from the words of speech that the acoustic model was not trained on
and listened for in all of it at once. Where a phrase was said, its score is that of a call; the
rest is background. From these come, for any phrase, the threshold for a rate of false accepts and
the share of calls it would miss (`edge.voice.wake.table`). Some minutes of the speech go along in
the bundle, for the device to hold a phrase against.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from edge.errors import UsageError
from edge.voice.alphabet import LETTERS
from edge.voice.posteriors import letters
from edge.voice.pronunciation import Pronouncer
from edge.voice.wake.background import MOST_FRAMES, log_rates, pack
from edge.voice.wake.phrase import PER_HOUR
from edge.voice.wake.spotting import FRAME_SECONDS, Hearing, silent_rows
from edge.voice.wake.table import CHARACTERS, TRAITS, WakeTable
from export.recipes.speech.mistakes.mistakes import mistaken
from export.recipes.speech.mistakes.wake_scores import Measured, Spoken, draw_phrases, measure

PHRASES: Final = 300
"""Phrases that are listened for."""
SAMPLE: Final = round(6.5 * 60 / FRAME_SECONDS)
"""Frames of speech that go along in the bundle: ten more minutes tell hardly more."""
WORDS: Final = 1000
"""Common words that are listed."""
MARGIN: Final = 0.5
"""Standard deviations between phrases that every threshold is raised by."""
_RATES: Final = (0.1, 20.0)
"""Rates an hour that the thresholds are fitted for."""
_RARE: Final = 5.0
"""Rates an hour up to which the device's thresholds have to be right."""
_MORE: Final = (2.0, 5.0, 10.0, 20.0)
"""How many times as many false accepts letters may let through, to choose from."""
_WEIGHT: Final = 0.5
"""Of sounds. On average over rates from 0.2 to 5 false accepts an hour, 14.0 % of the calls of 409
dev phrases are missed in quiet and 20.1 at 10 dB; with 0.25, 14.7 and 21.0."""
_FEWEST: Final = 20
"""Phrases with peaks, and calls, below which there is nothing to fit."""


def calibrate(
    spoken: Sequence[Spoken],
    texts: Sequence[str],
    hours: float,
    hearing: Hearing | None = None,
    pronouncer: Pronouncer | None = None,
) -> tuple[dict[str, Any], bytes]:
    """The manifest's `tasks.speech.wake`, and the asset `background`.

    Args:
        spoken: hours of speech that the model was not trained on, of many speakers; better two or
            more. In any order: it is shuffled, the same way every time.
        texts: transcripts of training speech; words and letters are counted in them.
        hours: how long they take to say.
        hearing: how scores are to be made; which letters are mistaken is counted.
        pronouncer: says how phrases are said, where the model hears sounds.

    Raises:
        UsageError: there is too little speech to fit anything.
    """
    mixed = list(spoken)
    random.Random(0).shuffle(mixed)
    sample, rest = _split(mixed, SAMPLE)
    hearing = replace(hearing or Hearing(), mistaken=mistaken(mixed))
    silence = silent_rows(max(hearing.silence, hearing.pause))
    rows = [part for item in sample for part in (letters(item.posteriors), silence)]
    background = pack(np.concatenate([silence, *rows])[:MOST_FRAMES])
    said = [item.text for item in sample]
    phrases = [
        phrase
        for phrase in draw_phrases([item.text for item in mixed], PHRASES)
        if not any(phrase.replace(" ", "") in text.replace(" ", "") for text in said)
    ]
    measured = measure(rest, phrases, hearing, pronouncer=pronouncer)
    knowledge = fit(measured, texts, hours, hearing, background)
    if pronouncer is not None:
        knowledge["sounds"] = fit_sounds(measured, WakeTable.of(knowledge, background))
    return knowledge, background


def fit_sounds(measured: Sequence[Measured], table: WakeTable) -> dict[str, float]:
    """How much more letters may let through, and what sounds then have to say: see `SoundCheck`.

    Whatever they are, as many false accepts are left as are wanted; those that miss the fewest
    calls are taken, of equals those in which letters say less: in noise it is they that are unsure.

    Args:
        measured: phrases, with their sounds.
        table: thresholds of letters alone.
    """
    fitting = _joined(item.peak_sounds for item in measured)
    fit = _joined(item.call_sounds for item in measured)
    wanted = int(PER_HOUR * sum(item.hours for item in measured))
    found = []
    for more in _MORE:
        limits = [table.threshold(item.phrase, PER_HOUR * more) for item in measured]
        pairs = list(zip(measured, limits, strict=True))
        peaks = _joined(item.peaks - limit for item, limit in pairs)
        calls = _joined(item.calls - limit for item, limit in pairs)
        false = np.sort((peaks + _WEIGHT * fitting)[peaks >= 0])[::-1]
        if len(false) < max(wanted, _FEWEST) or not (calls >= 0).any():
            continue
        least = float(false[max(wanted, 1) - 1])
        heard = (calls >= 0) & (calls + _WEIGHT * fit >= least)
        missed = 1 - float(heard.sum() / (calls >= 0).sum())
        found.append((float(heard.mean()), more, least, missed))
    _, more, least, missed = max(found, default=(0.0, 1.0, 0.0, 0.0))
    return {
        "more": more,
        "weight": _WEIGHT if found else 0.0,
        "least": round(least, 4),
        "missed": round(missed, 4),
    }


def _joined(parts: Iterable[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate([np.zeros(0), *parts])


def _split(spoken: Sequence[Spoken], frames: int) -> tuple[Sequence[Spoken], Sequence[Spoken]]:
    """The first utterances of so many frames together, and the others."""
    total = np.cumsum([len(item.posteriors) for item in spoken])
    count = int(np.searchsorted(total, frames)) + 1
    return spoken[:count], spoken[count:]


def fit(
    measured: Sequence[Measured],
    texts: Sequence[str],
    hours: float,
    hearing: Hearing | None = None,
    background: bytes = b"",
) -> dict[str, Any]:
    """The manifest's `tasks.speech.wake`.

    Args:
        measured: of phrases that are none of the ones it is judged by.
        texts: transcripts of training speech; words and letters are counted in them.
        hours: how long they take to say.
        hearing: what the phrases were measured with.
        background: other speech, packed; without it, the margin for it stays 0.

    Raises:
        UsageError: there are too few phrases, calls or hours to fit anything.
    """
    knowledge: dict[str, Any] = {
        "level": [0.0] * TRAITS,
        "slope": [0.0] * TRAITS,
        "margin": 0.0,
        "heard_margin": 0.0,
        "misses": [0.0] * (2 * TRAITS),
        "letters": [1.0, 1000.0],
        "commonness": [-20.0, 0.0],
        "pairs": _pairs(texts),
        "words": _words(texts, hours),
        "hearing": _plain(hearing or Hearing()),
    }
    table = WakeTable.of(knowledge)
    known = np.array([table.traits(item.phrase) for item in measured])
    fewest, most = 1 / known[:, 1].max(), 1 / known[:, 1].min()
    knowledge["letters"] = _rounded([fewest, most])
    # Names have letters in odd orders: without bounds, a line would take the oddest for the safest.
    knowledge["commonness"] = _rounded(np.quantile(known[:, 2], [0.05, 0.95]))
    traits = WakeTable.of(knowledge).traits
    weights, margin = _fit_thresholds(measured, traits)
    knowledge["level"], knowledge["slope"] = _rounded(weights[:TRAITS]), _rounded(weights[TRAITS:])
    knowledge["margin"] = round(margin, 5)
    knowledge["misses"] = _rounded(_fit_misses(measured, traits))
    if background:
        table = WakeTable.of(knowledge, background)
        knowledge["heard_margin"] = round(_heard_margin(measured, table), 5)
    return knowledge


def _fit_thresholds(measured: Sequence[Measured], traits: Any) -> tuple[NDArray[np.float64], float]:
    """Least squares of peaks on traits and log-rates, and how far phrases are off on average."""
    rows, targets, owners = [], [], []
    for index, item in enumerate(measured):
        known = traits(item.phrase)
        rates = log_rates(len(item.peaks), item.hours) if len(item.peaks) else ()
        for rate, peak in zip(rates, item.peaks, strict=True):
            if math.log(_RATES[0]) <= rate <= math.log(_RATES[1]):
                rows.append([*known, *(rate * trait for trait in known)])
                targets.append(peak)
                owners.append(index)
    if len(set(owners)) < _FEWEST:
        raise UsageError(
            f"{len(set(owners))} phrases have peaks in the background",
            where="wake calibration",
            allowed=f"at least {_FEWEST}",
            hint="give more hours of speech",
        )
    x, y, owner = np.array(rows), np.array(targets), np.array(owners)
    weights = np.linalg.lstsq(x, y, rcond=None)[0]
    off = y - x @ weights
    spread = [off[owner == index].mean() for index in np.unique(owner)]
    return weights, float(MARGIN * np.std(spread))


def _heard_margin(measured: Sequence[Measured], table: WakeTable) -> float:
    """What takes the levels that are heard in the background to those of hours of speech."""
    off = []
    for item in measured:
        rates = log_rates(max(len(item.peaks), 1), item.hours)[: len(item.peaks)]
        rare = rates <= math.log(_RARE)
        if rare.any():
            expected = [table.threshold(item.phrase, math.exp(rate)) for rate in rates[rare]]
            off.append(float(np.mean(item.peaks[rare] - expected)))
    return float(np.mean(off) + MARGIN * np.std(off))


def _fit_misses(measured: Sequence[Measured], traits: Any) -> NDArray[np.float64]:
    """Logistic regression of "a call scores below" on traits and thresholds (Newton's method)."""
    grid = np.linspace(-3.0, -0.05, 24)
    rows, targets = [], []
    for item in measured:
        known = traits(item.phrase)
        for threshold in grid if len(item.calls) else ():
            rows.append([*known, *(threshold * trait for trait in known)])
            targets.append((item.calls < threshold).mean())
    if len(rows) < _FEWEST * len(grid):
        raise UsageError(
            f"{len(rows) // len(grid)} phrases were said",
            where="wake calibration",
            allowed=f"at least {_FEWEST}",
            hint="give more hours of speech, or phrases from its texts",
        )
    x, y = np.array(rows), np.array(targets)
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        share = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        gradient = x.T @ (y - share) - weights * 1e-3
        curvature = (x.T * (share * (1 - share) + 1e-9)) @ x + np.eye(len(weights)) * 1e-3
        step = np.linalg.solve(curvature, gradient)
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def _pairs(texts: Sequence[str]) -> list[list[float]]:
    """Log-probability of each letter after each, smoothed by a count of 0.5."""
    counts = np.full((len(CHARACTERS), len(CHARACTERS)), 0.5)
    for text in texts:
        places = [CHARACTERS.index(character) for character in f" {text} "]
        np.add.at(counts, (places[:-1], places[1:]), 1)
    logs = np.log(counts / counts.sum(1, keepdims=True))
    return [_rounded(row, 2) for row in logs]


def _words(texts: Sequence[str], hours: float) -> dict[str, float]:
    counts = Counter(word for text in texts for word in text.split())
    common = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:WORDS]
    return {word: round(count / hours, 2) for word, count in common}


def _plain(hearing: Hearing) -> dict[str, Any]:
    """As the manifest has it: of letters that are mistaken, the others that speak for each."""
    plain = asdict(hearing)
    shares = plain.pop("mistaken")
    if not shares:
        return plain
    mistaken = {
        letter: {
            other: share
            for other, share in zip(LETTERS, row, strict=True)
            if share and other != letter
        }
        for letter, row in zip(LETTERS, shares, strict=True)
    }
    return {**plain, "mistaken": {letter: others for letter, others in mistaken.items() if others}}


def _rounded(values: Iterable[float], digits: int = 5) -> list[float]:
    return [round(float(value), digits) for value in values]
