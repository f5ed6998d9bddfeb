"""What is said where nothing lies at a path that was given."""

from __future__ import annotations

from pathlib import Path

from edge.errors import UsageError

SAMPLES = Path(__file__).parent / "samples"
_IN_THE_SOURCES = ("export", "samples")
"""How the samples' paths begin in the examples, which are of a checkout."""


def no_such(path: Path, hint: str = "check the path") -> UsageError:
    """The error for it. Of a sample it says where the samples lie in the package as installed."""
    if path.parts[:2] == _IN_THE_SOURCES:
        there = SAMPLES.joinpath(*path.parts[2:])
        hint = (
            f"that path is of a checkout; in the package that is installed it is {there}"
            if there.exists()
            else f"the samples that are installed are in {SAMPLES}"
        )
    return UsageError("no such file or folder", where=str(path), hint=hint)
