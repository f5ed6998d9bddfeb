"""When to trust the model: a calibrated score, and the threshold below which it says nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from edge.intent.model import Calibration, Frame
from export.corpora import OUT_OF_SCOPE, Utterance

FALSE_REJECTS = 0.01
"""Share of rightly read commands that may be rejected for the sake of rejecting the rest."""
FALSE_ACCEPTS = 0.02
"""Share of misheard sentences out of scope that may pass for commands, where that can be had for
as many more false rejects at most."""
_FEW_MISTAKES = 10
"""Below so many, or as few rightly read, how sure the model was says nothing: its word is taken."""
_LIKELIER_THAN_NOT = 0.5
"""Lowest thresholds where the share of false rejects is less than one of the commands."""
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
    gold: Sequence[Utterance],
    frames: Sequence[Frame | None],
    false_rejects: float = FALSE_REJECTS,
    misheard: Sequence[tuple[Utterance, Frame | None]] = (),
) -> dict[str, float]:
    """The manifest's `calibration`, from the frames of the dev set.

    The score is a logistic regression (Platt 1999). Two thresholds turn away what is not sure: one
    on the intent's probability, which tells commands from the rest, and one on the score, which
    tells rightly read slots from others. Each is set where the commands it rejects although they
    were read rightly reach `false_rejects` of all: as high as that allows. Where the dev set is too
    small for that share to be a command, the least sure of a few would be the measure of all; there
    they are at least one half.

    Of misheard sentences the score has to be true as well. The thresholds stay where clean ones put
    them, since a misheard command that is not sure can be said again; and where more than
    `FALSE_ACCEPTS` of the misheard sentences out of scope would pass, that on the score goes up.

    Args:
        gold: the dev set.
        frames: what the model makes of it.
        false_rejects: see above.
        misheard: sentences of the dev set as they may be heard, and what it makes of those.
    """
    commands, _ = _parted(zip(gold, frames, strict=True))
    heard, rubbish = _parted(misheard)
    # The clean ones count as much as the misheard, however often each was heard.
    weights = [1.0] * len(commands) + [len(commands) / max(1, len(heard))] * len(heard)
    fitted = _scores(commands + heard, weights)
    scores = [
        fitted.score(*_logs(frame)) for item, frame in commands if frame_is_right(item, frame)
    ]
    allowed = int(false_rejects * len(commands))
    is_small = 0 < false_rejects * len(commands) < 1
    least = _LIKELIER_THAN_NOT if is_small else 0.0
    threshold = max(least, _threshold(commands, allowed))
    passing = [
        fitted.score(*_logs(frame))
        for _, frame in rubbish
        if frame.intent_probability >= max(threshold, frame.out_of_scope)
    ]
    wanted = _above(passing, int(FALSE_ACCEPTS * len(rubbish)))
    lowest = max(least, _cut(scores, allowed), min(wanted, _cut(scores, 2 * allowed)))
    return {
        "bias": round(fitted.bias, 5),
        "intent": round(fitted.intent, 5),
        "tags": round(fitted.tags, 5),
        "threshold": round(threshold, 5),
        "lowest_score": round(lowest, 5),
    }


def _scores(pairs: Sequence[tuple[Utterance, Frame]], weights: Sequence[float]) -> Calibration:
    """How the score is computed of what the model says; without thresholds."""
    from sklearn.linear_model import LogisticRegression

    right = np.array([frame_is_right(*pair) for pair in pairs], bool)
    bias, intent, tags = 0.0, 1.0, 1.0
    if min(right.sum(), len(right) - right.sum()) >= _FEW_MISTAKES:
        logs = np.array([_logs(frame) for _, frame in pairs])
        found = LogisticRegression(C=10.0, max_iter=1000).fit(logs, right, weights)
        if found.coef_.min() >= 0:  # else the less sure it was the better: that is no rule
            bias, (intent, tags) = found.intercept_[0], found.coef_[0]
    return Calibration(float(bias), float(intent), float(tags), 0.0, 0.0)


def _parted(
    pairs: Iterable[tuple[Utterance, Frame | None]],
) -> tuple[list[tuple[Utterance, Frame]], list[tuple[Utterance, Frame]]]:
    """Commands, and what is out of scope, of all that is labelled and was read."""
    read = [(item, frame) for item, frame in pairs if frame is not None and item.intent is not None]
    return (
        [pair for pair in read if pair[0].intent != OUT_OF_SCOPE],
        [pair for pair in read if pair[0].intent == OUT_OF_SCOPE],
    )


def _logs(frame: Frame) -> tuple[float, float]:
    """What the score is computed from: see `edge.intent.model.Calibration`."""
    return (
        math.log(max(frame.intent_probability, _FLOOR)),
        math.log(max(frame.tags_probability, _FLOOR)),
    )


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


def _above(values: Sequence[float], allowed: int) -> float:
    """A value that `allowed` of the values reach, at most; 0 where that many are all."""
    ordered = sorted(values, reverse=True)
    return min(1.0, ordered[allowed] / _ROUNDING) if len(ordered) > allowed else 0.0
