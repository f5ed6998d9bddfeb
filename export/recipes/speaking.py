"""What every `edge train FAMILY` says before and after the training."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, Protocol

from edge.commands import print_json


class Outcome(Protocol):
    """A finished training run."""

    @property
    def text(self) -> str:
        """For people."""

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""


def warn_of(problems: Iterable[object]) -> None:
    """A line on standard error for each thing in the corpus that a person should look at."""
    for problem in problems:
        print(f"warning: {problem}", file=sys.stderr)


def tell(line: str) -> None:
    """A line about the progress, on standard error: standard output is for the result."""
    print(line, file=sys.stderr, flush=True)


def show(outcome: Outcome | None, as_json: bool) -> int:
    """Prints what came out and returns the exit status.

    Args:
        outcome: None on every process of a launch but the first, which speaks for all.
    """
    if outcome is not None:
        if as_json:
            print_json(outcome.to_dict())
        else:
            print(outcome.text)
    return 0
