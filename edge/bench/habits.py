"""What suggesting and learning cost, over the golden courses of events of a bundle."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from edge.bench.timing import Pace, by_kind, summary
from edge.bundle.bundle import Bundle
from edge.errors import UsageError
from edge.preference.event_line import Done, read_event
from edge.preference.model.model import TASK
from edge.runtime import Runtime

_MOST_CALLS = 20_000
_SHOWN = 3
"""Suggestions of one call."""


def courses(bundle: Bundle) -> list[list[Done]]:
    """The golden courses of events.

    Raises:
        UsageError: the bundle has none.
    """
    found = [
        [read_event(row) for row in entry["events"]]
        for entry in bundle.tasks[TASK].get("golden", ())
    ]
    if not any(found):
        raise UsageError(
            "the bundle has no golden events to time",
            where=bundle.path,
            hint="export it again from a run with a dev set",
        )
    return found


def habits(runtime: Runtime, lived: Sequence[Sequence[Done]], seconds: float) -> dict[str, Any]:
    """`suggest` and `observe`, in turn along the courses; what is learned is forgotten between."""
    suggested: list[int] = []
    observed: list[int] = []
    end = time.monotonic() + seconds
    warm = False
    while len(suggested) < _MOST_CALLS and (not warm or time.monotonic() < end):
        for course in lived:
            runtime.forget()
            for event in course:
                started = time.perf_counter_ns()
                runtime.suggest(event.time, event.context, _SHOWN, everything=True)
                middle = time.perf_counter_ns()
                runtime.observe(event.action, event.time, event.context, value=event.value)
                if warm:
                    suggested.append(middle - started)
                    observed.append(time.perf_counter_ns() - middle)
        warm = True
    return {"suggest": summary(suggested), "observe": summary(observed)} | _bare(runtime, seconds)


def _bare(runtime: Runtime, seconds: float) -> dict[str, Any]:
    """The bare `session.run` of the same graph, on an empty history."""
    preference = runtime.preference
    model = preference.model
    feeds = (
        preference.new_past().history,
        np.zeros(model.shape.moment, np.float32),
        np.zeros(model.shape.evidence, np.float32),
    )
    pace = Pace(seconds / 4, _MOST_CALLS)
    samples = by_kind(lambda _: model.read(*feeds), ("",), lambda _: "run", pace)
    return {"suggest_session_run": summary(samples["run"])}
