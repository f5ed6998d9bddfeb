"""When to trust the model: a calibrated score, and the threshold below which it says nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge.intent import Frame
from export.corpora import OUT_OF_SCOPE, Utterance

FALSE_REJECTS = 0.01
"""Share of rightly read commands that may be rejected for the sake of rejecting the rest."""
_FLOOR = 1e-9


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

    The score is a logistic regression (Platt 1999). The threshold is on the intent's probability.
    It is set where rejected commands that were read rightly reach `false_rejects` of the commands:
    as high as that allows, so that as much as possible of what is no command is turned away.
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
    return {
        "bias": round(float(bias), 5),
        "intent": round(float(intent), 5),
        "tags": round(float(tags), 5),
        "threshold": round(_threshold(commands, false_rejects), 5),
    }


def _threshold(commands: Sequence[tuple[Utterance, Frame]], false_rejects: float) -> float:
    sure = sorted(
        frame.intent_probability
        for item, frame in commands
        if item.intent == frame.intent and frame.out_of_scope <= frame.intent_probability
    )
    if not sure:
        return 0.0
    return sure[min(int(false_rejects * len(commands)), len(sure) - 1)]
