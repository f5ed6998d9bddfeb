"""When to trust the model: a calibrated score, and the threshold below which it says nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge.intent import Calibration, Frame
from export.corpora import OUT_OF_SCOPE, Utterance

FALSE_REJECTS = 0.01
"""Share of rightly read commands that may be rejected for the sake of rejecting the rest."""
_FLOOR = 1e-9
_ROUNDING = 1 - 1e-4
"""Thresholds are put just below the value found: kernels of other processors round differently."""


def frame_is_right(gold: Utterance, frame: Frame) -> bool:
    """Whether intent and all slots are as labelled."""
    found = {(slot.label, slot.start, slot.end) for slot in frame.slots}
    return gold.intent == frame.intent and found == {
        (span.label, span.start, span.end) for span in gold.slots
    }


def fit(
    gold: Sequence[Utterance], frames: Sequence[Frame | None], false_rejects: float = FALSE_REJECTS
) -> dict[str, float]:
    """The manifest's `calibration`, from the frames of the dev set.

    The score is a logistic regression (Platt 1999). Two thresholds turn away what is not sure: one
    on the intent's probability, which tells commands from the rest, and one on the score, which
    tells rightly read slots from others. Each is set where the commands it rejects although they
    were read rightly reach `false_rejects` of all: as high as that allows.
    """
    from sklearn.linear_model import LogisticRegression

    pairs = [
        (item, frame)
        for item, frame in zip(gold, frames, strict=True)
        if frame is not None and item.intent is not None
    ]
    commands = [pair for pair in pairs if pair[0].intent != OUT_OF_SCOPE]
    right = np.array([frame_is_right(item, frame) for item, frame in commands])
    logs = np.array(
        [
            [
                np.log(max(frame.intent_probability, _FLOOR)),
                np.log(max(frame.tags_probability, _FLOOR)),
            ]
            for _, frame in commands
        ]
    )
    if right.all() or not right.any():  # too few mistakes to learn from: take the model's word
        bias, intent, tags = 0.0, 1.0, 1.0
    else:
        regression = LogisticRegression(C=10.0, max_iter=1000).fit(logs, right)
        (bias,), ((intent, tags),) = regression.intercept_, regression.coef_
    fitted = Calibration(float(bias), float(intent), float(tags), 0.0, 0.0)
    scores = [fitted.score(*row) for row in logs.tolist()]
    allowed = int(false_rejects * len(commands))
    return {
        "bias": round(fitted.bias, 5),
        "intent": round(fitted.intent, 5),
        "tags": round(fitted.tags, 5),
        "threshold": round(_threshold(commands, allowed), 5),
        "lowest_score": round(
            _cut([s for s, ok in zip(scores, right, strict=True) if ok], allowed), 5
        ),
    }


def _threshold(commands: Sequence[tuple[Utterance, Frame]], allowed: int) -> float:
    sure = [
        frame.intent_probability
        for item, frame in commands
        if item.intent == frame.intent and frame.out_of_scope <= frame.intent_probability
    ]
    return _cut(sure, allowed)


def _cut(values: Sequence[float], allowed: int) -> float:
    """The value that `allowed` of the values are below; 0 where there are none."""
    ordered = sorted(values)
    return ordered[min(allowed, len(ordered) - 1)] * _ROUNDING if ordered else 0.0
