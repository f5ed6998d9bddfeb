"""Short histories and the sure answer after each: what `edge doctor` compares a board with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edge.events import Suggestion
from export.corpora.interactions.corpus import Event
from export.recipes.preference.trials.held_out import HeldOut

SURE = 0.2
"""Score from which a first suggestion is looked at."""
_MARGIN = 1.5
"""How many times as likely as the second it has to be: no rounding turns them round then."""
NOT_SET = 0.0
"""What a clock says that was never set: a moment that is not known."""
EVENTS = 40
"""Events of one golden history at most."""


def golden_histories(
    bundle: Path, profile: str, histories: Sequence[HeldOut], most: int
) -> list[dict[str, Any]]:
    """At most `most` of the held-out histories, their beginnings, with what the runtime suggests.

    An entry is `{"events": […], "at": seconds, "context": {…}, "action": …}`.
    """
    from edge.runtime import Runtime

    found: list[dict[str, Any]] = []
    with Runtime.load(bundle, profile=profile) as hub:
        for history, _ in histories:
            if len(found) == most:
                break
            events = history.events[:EVENTS]
            surest, at, action = 0.0, 0, ""
            hub.forget()
            for position, event in enumerate(events):
                when, context = event.time or NOT_SET, event.context
                answer = hub.suggest(at=when, context=context, k=2, everything=True)
                margin = _margin(answer) if position else 0.0
                if margin > surest:
                    surest, at, action = margin, position, answer[0].action
                hub.observe(
                    event.action, at=when, context=context, value=event.value, rating=event.rating
                )
            if surest >= _MARGIN and action not in {entry["action"] for entry in found}:
                asked = events[at]
                found.append(
                    {
                        "events": [_plain(event) for event in events[:at]],
                        "at": asked.time or NOT_SET,
                        "context": dict(asked.context),
                        "action": action,
                    }
                )
    return found


def _margin(answer: Sequence[Suggestion]) -> float:
    """How many times as likely as the second the first is; 0 where it is not likely at all."""
    if not answer or answer[0].score < SURE:
        return 0.0
    return answer[0].score / max(1e-6, answer[1].score if len(answer) > 1 else 0.0)


def _plain(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = {"action": event.action, "time": event.time or NOT_SET}
    if event.context:
        found["context"] = dict(event.context)
    if event.value:
        found["value"] = event.value
    if event.rating is not None:
        found["rating"] = event.rating
    return found
