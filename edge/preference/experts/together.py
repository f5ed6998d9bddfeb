"""Everything that speaks for an action at once: a product, where a mixture can only say "either".

A mixture of "after the door" and "at seven" believes what is likely by one of them; what a
household does is likely by both. This expert multiplies: naive Bayes over the person's own counts,
p(action) · p(what was done before | action) · p(hour | action) · p(pause | action) · p(each sensor
| action).

- What was done before is a chain, not a factor for each length: the last two actions, filled up by
  the last one, filled up by how often (Witten and Bell 1991, as in
  `edge.preference.experts.others`).
- Every other factor p(x | a) / p(x) is (n(a, x) + d · p(x)) / (n(a) + d) / p(x): the d events that
  each action is given in advance were spread as all events are (`DOUBT`; a Dirichlet prior).
- Nobody turns on what is on. How often a device's action is the one that was done to it last is
  counted for each action (`edge.preference.memory.keys.AGAIN`), and is a factor as the others are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from edge.preference.experts.lasting import Counts, Course
from edge.preference.experts.opinion import Opinion
from edge.preference.memory.keys import AGAIN
from edge.preference.memory.past import Past

DOUBT: Final = 2.0
"""Events that each action is given in advance, spread as all events are."""
REPEATS: Final = 0.3
"""How often an action is the last one of its device, where nothing is known of it."""
_SUREST: Final = 0.99
_FAINT: Final = 1e-3
"""Counts below this have been forgotten."""
_NEXT_TO_NOTHING: Final = 1e-3
"""Of the likeliest: what is less likely by course and time is not looked at any more."""


def course_of(past: Past, often: Counts, after: Counts, after_two: Counts) -> Course | None:
    """The course of events so far; None where nothing is counted.

    Args:
        after: after the action before; empty where that never came before.
        after_two: the same of the two actions before.
    """
    total = sum(often.values())
    if total < _FAINT:
        return None
    scores = _by_course(often, after, after_two, total)
    doubts = {action: DOUBT / (DOUBT + often.get(action, 0.0)) for action in scores}
    return Course(total, scores, doubts, _repeats(scores, past, often), {0: scores})


def together(
    past: Past, course: Course, when: Sequence[Counts], sensors: Iterable[str]
) -> Opinion | None:
    """What all of it says at once; None where that is nothing.

    Args:
        course: of the past.
        when: counted at this time: for every action there is.
        sensors: keys of what they say: looked up for those that are likely without it.
    """
    given = _counted((counts, sum(counts.values())) for counts in when)
    scores = dict(course.unseen(len(given)))
    _multiply(scores, given, course)
    least = _NEXT_TO_NOTHING * max(scores.values())
    scores = {action: score for action, score in scores.items() if score > least}
    if not scores:
        return None
    given = _counted(past.memory.some(key, scores) for key in sensors)
    for action in scores:
        scores[action] *= course.doubts[action] ** len(given)
    _multiply(scores, given, course)
    for action in scores.keys() & course.repeats.keys():
        scores[action] *= course.repeats[action]
    return Opinion(past.as_candidates(scores), course.total, sum(scores.values()))


def _by_course(often: Counts, after: Counts, after_two: Counts, total: float) -> dict[int, float]:
    weight = 1 / total
    if not after:
        return {action: count * weight for action, count in often.items()}
    weight *= len(after)
    scores = {action: count * weight for action, count in often.items()}
    for action, count in after.items():
        scores[action] = scores.get(action, 0.0) + count
    if after_two:
        weight = len(after_two) / (sum(after.values()) + len(after))
        for action in scores:
            scores[action] *= weight
        for action, count in after_two.items():
            scores[action] = scores.get(action, 0.0) + count
    return scores


def _counted(seen: Iterable[tuple[Counts, float]]) -> list[tuple[Counts, float]]:
    """How often each action was done with something, and how often that was seen; where it was."""
    return [(counts, often) for counts, often in seen if often >= _FAINT]


def _multiply(
    scores: dict[int, float], given: Iterable[tuple[Counts, float]], course: Course
) -> None:
    """Multiplies scores, in place, by p(x | action) / p(x) for each x that is `given`.

    They are those of `Course.unseen`, where no action was done with any of them.
    """
    for counts, seen in given:
        lift = course.total / (DOUBT * seen)
        for action, count in counts.items():
            if action in scores:
                scores[action] *= 1 + count * lift


def _repeats(actions: Iterable[int], past: Past, often: Counts) -> dict[int, float]:
    """What it says of an action that it would be done again, or not, to a device."""
    devices = past.devices
    last = {devices[action]: action for action in past.recent}
    last.pop("", None)
    touched = [action for action in actions if devices[action] in last]
    again, _ = past.memory.some(AGAIN, touched)
    found = {}
    for action in touched:
        known = often.get(action, 0.0) + DOUBT
        share = min(_SUREST, (again.get(action, 0.0) + DOUBT * REPEATS) / known)
        found[action] = (
            share / REPEATS if last[devices[action]] == action else (1 - share) / (1 - REPEATS)
        )
    return found
