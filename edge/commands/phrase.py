"""`edge phrase`: is this text a good wake phrase?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from edge.commands import DEFAULT_BUNDLE, add_json, bundle_of, print_json, terminal_width
from edge.table import printable, table

if TYPE_CHECKING:
    from edge.voice.wake.phrase import PhraseQuality
    from edge.voice.wake.table import WakeTable

help = "say how good a wake phrase is before it is used"

_EPILOG = """\
examples:
  edge phrase "hey jarvis"
  edge phrase computer snowboy "hey snowboy" --per-hour 0.1
  edge phrase "okay" --bundle home.edge --json

The bundle's calibration tells how many calls would be missed at the wanted rate of false accepts.

exit status: 0 when every phrase can be used (weak ones included), 1 when one is bad.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The phrases, the bundle, the rate."""
    parser.epilog = _EPILOG
    parser.add_argument("phrase", metavar="PHRASE", nargs="+", help="a wake phrase, in quotes")
    parser.add_argument(
        "--bundle", metavar="BUNDLE", help=f"the bundle that is to hear it {DEFAULT_BUNDLE}"
    )
    parser.add_argument(
        "--per-hour",
        metavar="RATE",
        type=float,
        default=0.5,
        help="false accepts put up with in an hour of other speech (default: 0.5)",
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print one line a phrase, and what speaks against it."""
    from edge.voice.wake.phrase import assess

    knowledge = _table_of(bundle_of(args))
    found = [assess(phrase, knowledge, args.per_hour) for phrase in args.phrase]
    if args.json:
        print_json([quality.to_dict() for quality in found])
    else:
        _print(found)
    return 1 if any(quality.verdict == "bad" for quality in found) else 0


def _table_of(path: str) -> WakeTable:
    """What the bundle knows of wake phrases.

    Raises:
        BundleError: it cannot be loaded, or knows nothing of wake phrases.
    """
    from edge.bundle.bundle import Bundle
    from edge.errors import BundleFormatError
    from edge.voice.wake.table import WakeTable

    bundle = Bundle.open(path)
    table = WakeTable.of_task(bundle.tasks.get("speech", {}), bundle.asset)
    if table is None:
        raise BundleFormatError(
            "listens for no wake phrases",
            where=path,
            hint="give a bundle with a speech model, or leave --bundle out",
        )
    return table


def _print(found: list[PhraseQuality]) -> None:
    rows = [
        (
            quality.phrase,
            quality.verdict,
            quality.letters or "",
            quality.syllables or "",
            "" if quality.false_accepts is None else f"{quality.false_accepts:.1f}",
            "" if quality.misses is None else f"{quality.misses:.0%}",
        )
        for quality in found
    ]
    header = ("phrase", "verdict", "letters", "syllables", "false/hour", "missed")
    print(table(header, rows, right={2, 3, 4, 5}, width=terminal_width()))
    for quality in found:
        for reason in quality.reasons:
            print(f"\n{printable(quality.phrase)}: {printable(reason)}")
