"""Answers to what was said: how sure, whether two are the same, and why there is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, NamedTuple

from edge.events import Command, Rejected
from edge.intent.understanding import Answer
from edge.voice.search.hypothesis import Evidence, edit_distance

ASK_BACK: Final = frozenset({"unknown_name", "ambiguous_name", "incomplete", "out_of_range"})
"""Rejections that say the sentence was understood but for one thing."""
_ALIKE: Final = 0.4
"""Letters to change, of each letter of the longer text, up to which two are like each other."""
_BEGUN: Final = 0.3
"""The same for what was heard and the beginning of a sentence: where it is told so, see
`edge.voice.recognizer`. With 0.4, 36 of those half sentences are, and 17 of other speech."""
_SHOWN: Final = 80
"""Characters of a text that a reason quotes."""
_BROKEN_OFF: Final = -3.0
"""Nats by which a sentence may be behind a mere beginning before it counts as not finished."""


class Reading(NamedTuple):
    """The best sentence of the home, and what it means."""

    text: str
    evidence: Evidence
    """Its margin is that to the best sentence with another meaning."""
    answer: Answer
    probability: float
    """That it was said."""


def scored(answer: Answer, probability: float, text: str) -> Answer:
    """The answer, as sure as what was heard is, and with its words."""
    if isinstance(answer, Rejected):
        return replace(answer, score=probability, text=text)
    also = tuple(replace(each, score=probability) for each in answer.also)
    return replace(answer, score=probability, text=text, also=also)


def same(one: Answer, other: Answer) -> bool:
    """Whether two answers come to the same."""
    if isinstance(one, Command) and isinstance(other, Command):
        return _acts((one, *one.also)) == _acts((other, *other.also))
    if isinstance(one, Rejected) and isinstance(other, Rejected):
        return (one.code, one.intent, one.reason) == (other.code, other.intent, other.reason)
    return False


def _acts(commands: Iterable[Command]) -> list[tuple[object, ...]]:
    return [(each.intent, dict(each.slots), each.targets) for each in commands]


def refused(
    heard: str, reading: Reading | None, beginning: str, free: Answer | None, problem: str
) -> Rejected:
    """Why nothing is done, in words that help to say it better.

    Args:
        heard: the free transcript.
        reading: the best whole sentence of the home.
        beginning: the best beginning of one, whole or not; empty where there is none.
        free: what the model of text makes of it, where there is one.
        problem: why nothing can be said in this home; empty where something can.
    """
    if isinstance(free, Rejected) and free.code in ASK_BACK:
        return replace(free, text=heard)
    behind = reading.evidence.completeness if reading is not None else _BROKEN_OFF
    if behind <= _BROKEN_OFF and _alike(heard, beginning, _BEGUN):
        reason = (
            f"heard {quoted(heard)}; the sentence stops after {quoted(beginning)}: say all of it"
        )
        return Rejected("incomplete", reason, text=heard)
    if reading is not None and _alike(heard, reading.text):
        doubt = f": heard {quoted(heard)}" if heard != reading.text else ""
        return Rejected(
            "unsure",
            f"not sure enough that {quoted(reading.text)} was said{doubt}; say it again",
            text=heard,
            intent=reading.answer.intent,
            score=reading.probability,
        )
    if isinstance(free, Rejected):
        return replace(free, reason=f"heard {quoted(heard)}; {free.reason}", text=heard)
    reason = f"heard {quoted(heard)}; {problem or 'no sentence of this home is like it'}"
    return Rejected("not_in_grammar", reason, text=heard)


def quoted(text: str) -> str:
    """A text in quotation marks, cut where it is long."""
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")


def _alike(heard: str, text: str, most: float = _ALIKE) -> bool:
    return bool(text) and edit_distance(heard, text) <= most * max(len(heard), len(text))
