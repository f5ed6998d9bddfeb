"""The preference family on the command line of the benchmarks: what it takes, and who does it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from benchmarks.preference.names import NAMES
from edge.errors import UsageError

GROUPS = ("preference", "learning", "preference-speed")
_CATALOGUES = ("beauty", "toys")
_HOUSEHOLDS = 20
_LARGEST = 1_000_000
_YEARS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much of it to run."""
    parser.add_argument(
        "--limit", type=int, help="preference: only the first so many targets of each set"
    )
    parser.add_argument(
        "--households",
        type=int,
        default=_HOUSEHOLDS,
        help=f"learning: made-up households, default {_HOUSEHOLDS}",
    )
    parser.add_argument(
        "--years",
        type=int,
        default=_YEARS,
        help=f"learning, preference-speed: simulated years at most, default {_YEARS}",
    )
    parser.add_argument(
        "--largest",
        type=int,
        default=_LARGEST,
        help=f"preference-speed: items of a catalogue at most, default {_LARGEST}",
    )


def lacks(group: str, bundles: Mapping[str, Path], *, alone: bool) -> str:
    """What the group needs and has not; empty where it can run.

    Args:
        alone: it was asked for by name. Else a run without a public set leaves accuracy out: its
            results would take the place of those that the documents show.
    """
    given = set(NAMES) & set(bundles)
    if group == "learning":
        return "" if "household" in given else "the bundle household=PATH"
    if group == "preference" and not alone:
        given -= {"household", "ratings"}
    return "" if given else "a bundle of the preference family"


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
    for name in ("limit", "households", "years", "largest"):
        value = getattr(arguments, name)
        if value is not None and value < 1:
            raise UsageError(f"is {value}", where=f"--{name}", allowed="at least 1")
    if group == "preference":
        from benchmarks.preference import accuracy

        rows = accuracy.rows(bundles, arguments.data, limit=arguments.limit, report=report)
        found = {"rows": rows, "training": accuracy.training(bundles)}
        return found | ({"limit": arguments.limit} if arguments.limit else {})
    if group == "learning":
        return _learning(arguments, bundles["household"], report)
    from benchmarks.preference.speed import YEARS, speed

    catalogues = [bundles[name] for name in _CATALOGUES if name in bundles]
    return speed(
        bundles.get("household"),
        catalogues[0] if catalogues else None,
        repeats=arguments.repeats,
        warm_up=arguments.warm_up,
        largest=arguments.largest,
        years=[years for years in YEARS if years <= arguments.years],
        report=report,
    )


def _learning(
    arguments: argparse.Namespace, bundle: Path, report: Callable[[str], None]
) -> dict[str, Any]:
    from benchmarks.preference.learning import learning
    from benchmarks.preference.plot import plot
    from benchmarks.preference.state import YEARS, growth

    found = learning(bundle, count=arguments.households, report=report)
    years = [count for count in YEARS if count <= arguments.years]
    found["state"] = growth(bundle, years=years, report=report)
    report(f"drawn: {plot(arguments.out / 'learning.svg', found)}")
    return found
