"""Short histories and the sure answer after each: what `edge doctor` compares a board with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from export.corpora.interactions.corpus import Event
from export.recipes.preference.held_out import HeldOut

SURE = 0.5
"""Score from which a first suggestion is the same under every scheme and on every processor."""
_MARGIN = 2.0
"""How many times as likely as the second it has to be."""
EVENTS = 12
"""Events of one golden history at most."""


def golden_histories(
    bundle: Path, profile: str, histories: Sequence[HeldOut], most: int
) -> list[dict[str, Any]]:
    """At most `most` of the held-out histories, their beginnings, with what the runtime suggests.

    An entry is `{"events": […], "at": seconds, "context": {…}, "action": …}`.
    """
    from edge.runtime import Runtime

    found: list[dict[str, Any]] = []
    known: set[str] = set()
    with Runtime.load(bundle, profile=profile) as hub:
        for history, _ in histories:
            if len(found) == most:
                break
            events = history.events[:EVENTS]
            if len(events) < 2:
                continue
            hub.forget()
            for event in events[:-1]:
                hub.observe(event.action, at=event.time, context=event.context, value=event.value)
            asked = events[-1]
            answer = hub.suggest(at=asked.time, context=asked.context, k=2, everything=True)
            if not answer or answer[0].score < SURE or answer[0].action in known:
                continue
            if len(answer) > 1 and answer[0].score < _MARGIN * answer[1].score:
                continue
            known.add(answer[0].action)
            found.append(
                {
                    "events": [_plain(event) for event in events[:-1]],
                    "at": asked.time,
                    "context": dict(asked.context),
                    "action": answer[0].action,
                }
            )
    return found


def _plain(event: Event) -> dict[str, Any]:
    found: dict[str, Any] = {"action": event.action, "at": event.time}
    if event.context:
        found["context"] = dict(event.context)
    if event.value:
        found["value"] = event.value
    return found
