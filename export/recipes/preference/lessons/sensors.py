"""What the sensors of a corpus say: which there are, and on what scale."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from edge.limits import CONTEXT_SENSORS
from edge.preference.experts.ratings import RATING
from edge.preference.moment import Senses, Sensor
from export.corpora.interactions.corpus import InteractionCorpus

_BINS = 4
"""Bins that a number is counted in: quartiles."""
_MOST_CHOICES = 16
_RARE = 0.005
"""Share of a sensor's readings below which a text is not told apart."""
_USUAL = (0.01, 0.99)
"""Quantiles between which readings are usual."""
_ABSURD = 100.0
"""Times the width between these beyond which one is absurd."""


def senses_of(corpus: InteractionCorpus) -> Senses:
    """The sensors that the training histories have, their scales and choices."""
    numbers: defaultdict[str, list[float]] = defaultdict(list)
    texts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    timed = False
    for index in sorted({target.history for target in corpus.train}):
        for event in corpus.histories[index].events:
            timed = timed or event.hour is not None
            if event.rating is not None and corpus.objective == "rating":
                numbers[RATING].append(event.rating)
            for name, reading in event.context.items():
                if isinstance(reading, bool):
                    texts[name]["yes" if reading else "no"] += 1
                elif isinstance(reading, str):
                    texts[name][reading] += 1
                else:
                    numbers[name].append(reading)
    found = [_numeric(name, values) for name, values in numbers.items() if name not in texts]
    found += [_textual(name, counts) for name, counts in texts.items()]
    found = [sensor for sensor in found if sensor.choices or sensor.edges]
    return Senses(sorted(found)[:CONTEXT_SENSORS], timed)


def _numeric(name: str, values: list[float]) -> Sensor:
    array = _plausible(np.array(values))
    quantiles = np.quantile(array, np.linspace(0, 1, _BINS + 1)[1:-1])
    edges = tuple(sorted({round(float(edge), 3) for edge in quantiles}))
    scale = float(array.std()) or 1.0
    return Sensor(name, round(float(array.mean()), 4), round(scale, 4) or 1.0, edges)


def _plausible(values: np.ndarray) -> np.ndarray:
    """The readings without those that are absurd: one of them would be all that the scale shows."""
    low, high = np.quantile(values, _USUAL)
    reach = _ABSURD * (high - low)
    return values[(values >= low - reach) & (values <= high + reach)] if reach else values


def _textual(name: str, counts: Counter[str]) -> Sensor:
    enough = _RARE * counts.total()
    common = [text for text, count in counts.most_common(_MOST_CHOICES) if count >= enough]
    return Sensor(name, choices=tuple(sorted(common)))
