"""What `edge run --wav` does: recordings in, the commands that are heard in them out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edge.commands import to_json
from edge.commands.lines import describe
from edge.errors import EdgeError
from edge.events import Command, Rejected
from edge.table import printable

if TYPE_CHECKING:
    from edge.runtime import Runtime
    from edge.voice.settings import StreamSettings


@dataclass(frozen=True, slots=True)
class Listened:
    """What came of one recording."""

    file: str
    answers: tuple[Command | Rejected, ...]
    seconds: float
    problems: tuple[str, ...] = ()
    """What was odd about the file, in sentences."""
    error: str = ""
    """Why it could not be read to its end; empty where it could."""

    @property
    def understood(self) -> bool:
        """Whether all that was said in it is commands."""
        return not self.error and all(isinstance(one, Command) for one in self.answers)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        result: dict[str, Any] = {
            "type": "recording",
            "file": self.file,
            "seconds": round(self.seconds, 3),
            "results": [answer.to_dict() for answer in self.answers],
            "problems": list(self.problems),
        }
        if self.error:
            result["error"] = self.error
        return result

    def __str__(self) -> str:
        """One line for people."""
        parts = [describe(answer) for answer in self.answers]
        if self.error:
            parts.append(f"cannot be read: {self.error}")
        return printable(f"{self.file}: {'; '.join(parts)}")


def run_recordings(
    hub: Runtime, paths: Sequence[str], as_json: bool, area: str | None = None
) -> int:
    """One line a recording, written at once; 0 where everything in all of them was understood.

    Args:
        area: where it is said, as far as known.

    Raises:
        EdgeError: the bundle does not hear: that is no fault of a recording's.
    """
    from edge.voice.settings import StreamSettings

    settings = StreamSettings(area=area)
    hub.stream(settings=settings).close()
    understood = True
    for path in paths:
        found = listen_to(hub, path, settings)
        understood &= found.understood
        for problem in found.problems:
            print(f"edge: {printable(problem)}", file=sys.stderr)
        print(to_json(found.to_dict()) if as_json else found, flush=True)
    return 0 if understood else 1


def listen_to(hub: Runtime, path: str, settings: StreamSettings | None = None) -> Listened:
    """Everything that is commanded in one recording, or at least said."""
    from edge.voice.listener import heard_from
    from edge.voice.sources.files import Recording

    answers: list[Command | Rejected] = []
    with hub.stream(settings=settings) as stream:
        try:
            with Recording(path) as source:
                for event in heard_from(source, stream):
                    if isinstance(event, Command | Rejected):
                        answers.append(event)
                problems = source.problems
        except EdgeError as error:
            seconds = stream.statistics.audio_seconds
            return Listened(path, tuple(answers), seconds, error=_in_a_line(error))
        if not answers:
            answers = [Rejected("nothing_heard", "nobody speaks in it")]
        return Listened(path, tuple(answers), stream.statistics.audio_seconds, problems)


def _in_a_line(error: EdgeError) -> str:
    """What was wrong, what is allowed and what to do; not where, which the line begins with."""
    more = {"allowed": error.allowed, "help": error.hint}
    return "; ".join([error.what, *(f"{name}: {text}" for name, text in more.items() if text)])
