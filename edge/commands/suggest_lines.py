"""What `edge suggest` answers to each line of its input."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from edge.commands import to_json
from edge.commands.lines import describe_suggestion, sentences
from edge.errors import EdgeError, UsageError, shown
from edge.events import Rejected, Suggestion
from edge.files import write_atomic
from edge.preference.actions import spoken
from edge.preference.event_line import Done, Time, Told, read_row, row_of
from edge.preference.week import DAYS, Seen, page
from edge.runtime import Runtime
from edge.table import printable

_RANKED = 3
"""Suggestions among which what was done is looked for."""


class Following:
    """Goes through the events of one household.

    Args:
        args: of the command line.
    """

    def __init__(self, hub: Runtime, args: argparse.Namespace) -> None:
        self._hub, self._args = hub, args
        self._household: str = args.household
        self._week: list[Seen] = []

    def answers(self, stream: BinaryIO) -> Iterator[str]:
        """One line for each line of the stream; none for those of another household, if one was
        named."""
        for number, line in enumerate(sentences(stream), 1):
            if isinstance(line, str) and not line.strip():
                continue
            try:
                answer = self._answer(line)
            except EdgeError as error:
                what = " ".join(str(error).split())
                answer = {"type": "error", "line": number, "what": what}
            if answer is not None:
                yield to_json(answer) if self._args.json else _text(answer)

    def draw(self, path: str) -> None:
        """Writes the page of the last seven days."""
        write_atomic(Path(path), page(self._week, f"A week with {self._hub.name}"))

    def _answer(self, line: str | Rejected) -> dict[str, Any] | None:
        if isinstance(line, Rejected):
            raise UsageError(line.reason)
        row = row_of(line)
        read = read_row(row)
        if isinstance(row, Mapping) and isinstance(read, Done):
            _check(row, read)
        if read.household and read.household != self._household:
            if self._args.household:
                return None
            if self._household:
                raise UsageError(
                    f"is of the household {shown(read.household)}",
                    allowed=f"events of {shown(self._household)}, the first that was named",
                    hint="choose one with --household",
                )
            self._household = read.household
        if isinstance(read, Told):
            if read.verdict == "again":
                self._hub.unblock(read.action)
            else:
                self._hub.feedback(read.action, read.verdict, read.person)  # type: ignore[arg-type]
            return {"type": "feedback", "action": read.action, "verdict": read.verdict}
        return self._of_event(read)

    def _of_event(self, event: Done) -> dict[str, Any]:
        who = event.person or self._args.person
        answer: dict[str, Any] = {"type": "suggestions", "time": _written(event.time)}
        if event.action:
            before = self._hub.suggest(event.time, event.context, _RANKED, who, everything=True)
            self._hub.observe(
                event.action, event.time, event.context, event.person, event.value, event.rating
            )
            actions = [suggestion.action for suggestion in before]
            rank = actions.index(event.action) + 1 if event.action in actions else 0
            shown = rank > 0 and before[rank - 1].shown
            self._remember(event, before, rank if shown else 0)
            answer |= {
                "done": event.action,
                "rank": rank or None,
                "shown": shown,
                "first": before[0].to_dict() if before else None,
            }
        found = self._hub.suggest(
            event.time, event.context, self._args.k, who, everything=self._args.everything
        )
        answer["suggestions"] = [suggestion.to_dict() for suggestion in found]
        if not self._args.json:
            answer["suggestions"] = [describe_suggestion(suggestion) for suggestion in found]
        return answer

    def _remember(self, event: Done, before: list[Suggestion], rank: int) -> None:
        """For the picture; what is older than it goes back is dropped."""
        time = _moment(event.time)
        if not self._args.picture or time is None:
            return
        first = before[0] if before else Suggestion("", 0.0, "")
        home = self._hub.home
        suggested = spoken(first.action, home) if first.action else ""
        said = spoken(event.action, home)
        self._week.append(Seen(time, said, rank, suggested, first.score, first.because))
        if len(self._week) % 1024 == 0:
            newest = max(seen.time for seen in self._week)
            oldest = newest - timedelta(days=DAYS + 1)
            self._week = [seen for seen in self._week if seen.time >= oldest]


def _check(row: Mapping[str, Any], read: Done) -> None:
    """Refuses what a log may hold and its reader leaves out: here somebody waits for an answer.

    Raises:
        UsageError: the context is none, or the time is a number that no clock shows.
    """
    context, time = row.get("context"), row.get("time")
    if context is not None and not isinstance(context, dict):
        raise UsageError(f"the context is {shown(context)}", allowed="an object: sensor → reading")
    # A clock that was never set shows 0, or a time before 1970.
    if read.time == 0.0 and isinstance(time, int | float) and not time <= 0:
        raise UsageError(f"the time is {shown(time)}", allowed="ISO 8601, or seconds since 1970")


def _text(answer: dict[str, Any]) -> str:
    if answer["type"] == "error":
        return printable(f"line {answer['line']}: {answer['what']}")
    if answer["type"] == "feedback":
        return printable(f"{answer['action']}: {answer['verdict']}")
    words = [answer["time"]]
    if "done" in answer:
        places = {1: "suggested first", 2: "suggested second", 3: "suggested third"}
        place = places.get(answer["rank"] if answer["shown"] else 0, "not suggested")
        words.append(f"{answer['done']} [{place}]")
    return printable(f"{' '.join(words)} -> {'; '.join(answer['suggestions']) or 'nothing likely'}")


def _moment(time: Time) -> datetime | None:
    if isinstance(time, datetime):
        return time.replace(tzinfo=None)
    try:
        return datetime.fromtimestamp(time, UTC).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError):
        return None


def _written(time: Time) -> str:
    moment = _moment(time)
    return str(time) if moment is None else moment.isoformat(sep=" ", timespec="minutes")
