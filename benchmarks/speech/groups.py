"""The speech family on the command line of the benchmarks: what it takes, and who does it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.speech.names import FAMILY, FLOAT, NAMES
from edge.errors import UsageError

GROUPS = ("speech-accuracy", "speech-domains", "speech-speed", "speech-peers")
"""Each has a results file of its own; `--only speech` runs all of them."""
_HOURS = 1 / 3
_CLIPS = 300


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much of it to run."""
    parser.add_argument(
        "--recordings",
        type=int,
        help="speech: so many of each set, where there are as many; default: what fits into some "
        "minutes; 2500 is all there are",
    )
    parser.add_argument(
        "--clips",
        type=int,
        default=_CLIPS,
        help=f"speech-peers: recordings of each grammar, default {_CLIPS}",
    )
    parser.add_argument(
        "--hours",
        type=float,
        default=_HOURS,
        help="speech-speed: audio that memory must not grow over, default 20 minutes; a simulated "
        "day (24) takes about a quarter of an hour",
    )


def lacks(group: str, bundles: Mapping[str, Path], data: Path | None) -> str:
    """What the group needs and has not; empty where it can run."""
    if FAMILY not in bundles and not (group == "speech-domains" and set(NAMES) & set(bundles)):
        return "the bundle speech=PATH"
    if data is None or not (data / "speech").is_dir():
        return "recordings under --data (or EDGE_DATA): speech/ and noise/"
    return ""


def run(
    group: str,
    arguments: argparse.Namespace,
    bundles: Mapping[str, Path],
    *,
    report: Callable[[str], None],
) -> dict[str, Any]:
    """The results of one of `GROUPS`.

    Raises:
        UsageError: an argument that cannot be.
        EdgeError: a set or a bundle cannot be read.
    """
    for name in ("recordings", "clips", "hours"):
        value = getattr(arguments, name)
        if value is not None and value <= 0:
            raise UsageError(f"is {value}", where=f"--{name}", allowed="above 0")
    data, limit = arguments.data, arguments.recordings
    if group == "speech-domains":
        from benchmarks.speech.domains import domains

        found = domains(bundles, data, report, limit=limit)
    elif group == "speech-accuracy":
        from benchmarks.speech.accuracy import accuracy
        from benchmarks.speech.corpora import Sizes

        found = accuracy(
            bundles[FAMILY],
            data,
            Sizes.of(limit),
            report,
            reading=bundles.get("home"),
            exact=bundles.get(FLOAT),
        )
    elif group == "speech-speed":
        from benchmarks.speech.speed import speed

        found = speed(
            bundles[FAMILY], data, repeats=arguments.repeats, hours=arguments.hours, report=report
        )
    else:
        from benchmarks.speech.peers import peers

        found = peers(bundles, data, clips=arguments.clips, report=report)
    return found | ({"limit": limit} if limit else {})
