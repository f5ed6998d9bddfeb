"""What the learned model of text makes of letters, where no sentence of the home is sure enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from edge.events import Command, Rejected
from edge.intent.understanding import Answer
from edge.voice.answers import same, scored

if TYPE_CHECKING:
    from edge.voice.search.hypothesis import Hypothesis

Understand = Callable[[str, str | None], Answer]
"""Reads a sentence, whatever it is, that is said in an area or nobody knows where."""


def by_model(
    texts: Sequence[Hypothesis],
    understand: Understand,
    threshold: float,
    area: str | None = None,
) -> Answer | None:
    """A command that is sure enough, or what is wrong with the likeliest transcript.

    Each transcript counts as much as it is likely to be what was said, of all that are looked at;
    where several come to the same command they add up. The whole is worth no more than its letters
    are: by the geometric mean of their probabilities.

    Args:
        texts: transcripts with letters in them, the likeliest first.
        understand: reads one.
        threshold: probability from which a command counts.
        area: where it was said.

    Returns:
        None: nothing was heard, or a command that is not sure enough.
    """
    if not texts:
        return None
    top = texts[0].log_probability
    weights = [math.exp(one.log_probability - top) for one in texts]
    clarity = math.exp(min(0.0, top) / len(texts[0].text))
    answers = [understand(one.text, area) for one in texts]
    found: list[tuple[Command, str, float]] = []
    for one, answer, weight in zip(texts, answers, weights, strict=True):
        if not isinstance(answer, Command):
            continue
        share = answer.score * weight / sum(weights)
        alike = next((at for at, each in enumerate(found) if same(each[0], answer)), None)
        if alike is None:
            found.append((answer, one.text, share))
        else:
            command, text, score = found[alike]
            found[alike] = (command, text, score + share)
    if found:
        command, text, score = max(found, key=lambda each: each[2])
        if min(1.0, score) * clarity >= threshold:
            return scored(command, min(1.0, score) * clarity, text)
    return answers[0] if isinstance(answers[0], Rejected) else None
