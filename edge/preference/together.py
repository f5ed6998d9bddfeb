"""Everything that speaks for an action at once: a product, where a mixture can only say "either".

A mixture of "after the door" and "at seven" believes what is likely by one of them; what a
household does is likely by both. This expert multiplies: naive Bayes over the person's own counts,
p(action) · p(what was done before | action) · p(hour | action) · p(pause | action) · p(each sensor
| action).

- What was done before is a chain, not a factor for each length: the last two actions, filled up by
  the last one, filled up by how often (Witten and Bell 1991, as in `edge.preference.others`).
- Every other factor p(x | a) / p(x) is (n(a, x) + d · p(x)) / (n(a) + d) / p(x): the d events that
  each action is given in advance were spread as all events are (`DOUBT`; a Dirichlet prior).
- Nobody turns on what is on. How often a device's action is the one that was done to it last is
  counted for each action (`edge.preference.keys.AGAIN`), and is a factor as the others are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from edge.preference.keys import AGAIN
from edge.preference.memory import SLOW
from edge.preference.others import Opinion
from edge.preference.past import Past

Counts = Mapping[int, float]
"""Action → how often, faded."""

DOUBT: Final = 2.0
"""Events that each action is given in advance, spread as all events are."""
REPEATS: Final = 0.3
"""How often an action is the last one of its device, where nothing is known of it."""
_SUREST: Final = 0.99
_FAINT: Final = 1e-3
"""Counts below this have been forgotten."""
_NEXT_TO_NOTHING: Final = 1e-3
"""Of the likeliest: what is less likely by course and time is not looked at any more."""


class Evidence(NamedTuple):
    """What is counted of a moment: under each of its keys, action → how often."""

    often: Counts
    after: Counts
    """After the action before it; empty where that never came before."""
    after_two: Counts
    when: Sequence[Counts]
    """At this time: for every action there is."""
    sensors: Sequence[Counts]
    """With a sensor that says this: for those that are likely without it."""


def together(past: Past, evidence: Evidence) -> Opinion | None:
    """What all of it says at once; None where nothing is counted."""
    often = evidence.often
    total = sum(often.values())
    if total < _FAINT:
        return None
    scores = _by_course(evidence, total)
    _multiply(scores, evidence.when, often, total)
    least = _NEXT_TO_NOTHING * max(scores.values())
    scores = {action: score for action, score in scores.items() if score > least}
    if not scores:
        return None
    _multiply(scores, evidence.sensors, often, total)
    _mind_repeats(scores, past, often)
    whole = sum(scores.values())
    candidate = past.candidate
    return Opinion({candidate[a]: score / whole for a, score in scores.items()}, total)


def _by_course(evidence: Evidence, total: float) -> dict[int, float]:
    """Action → a score that is in proportion to its probability after what was done before."""
    weight = 1 / total
    after = evidence.after
    if not after:
        return {action: count * weight for action, count in evidence.often.items()}
    weight *= len(after)
    scores = {action: count * weight for action, count in evidence.often.items()}
    for action, count in after.items():
        scores[action] = scores.get(action, 0.0) + count
    after_two = evidence.after_two
    if after_two:
        weight = len(after_two) / (sum(after.values()) + len(after))
        for action in scores:
            scores[action] *= weight
        for action, count in after_two.items():
            scores[action] = scores.get(action, 0.0) + count
    return scores


def _multiply(
    scores: dict[int, float], given: Sequence[Counts], often: Counts, total: float
) -> None:
    """Multiplies scores, in place, by p(x | action) / p(x) for each x that is counted."""
    factors = 0
    for counts in given:
        seen = sum(counts.values())
        if seen < _FAINT:
            continue
        factors += 1
        lift = total / (DOUBT * seen)
        for action in counts.keys() & scores.keys():
            scores[action] *= 1 + counts[action] * lift
    if factors:
        for action in scores:
            scores[action] *= (DOUBT / (DOUBT + often.get(action, 0.0))) ** factors


def _mind_repeats(scores: dict[int, float], past: Past, often: Counts) -> None:
    """Multiplies the scores of actions of devices that something was done to lately, in place."""
    devices = past.devices
    last = {devices[action]: action for action in past.recent}
    last.pop("", None)
    again = past.memory.together(((AGAIN, 1.0),), SLOW)
    for action in scores:
        done = last.get(devices[action])
        if done is None:
            continue
        known = often.get(action, 0.0) + DOUBT
        repeats = min(_SUREST, (again.get(action, 0.0) + DOUBT * REPEATS) / known)
        odds = repeats / REPEATS if done == action else (1 - repeats) / (1 - REPEATS)
        scores[action] *= odds
