"""`edge export`: a run folder in, a bundle for the boards named out."""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import device_profiles
from edge.commands import add_json, print_json, terminal_width
from edge.errors import UsageError, shown
from edge.files import check_writable
from edge.limits import MANIFEST_DIGITS, NAME_CHARS
from edge.table import table

help = "quantise a trained model for device profiles and write a bundle"

_EPILOG = """\
examples:
  edge export runs/home --out home.edge
  edge export runs/home --out home.edge --profiles raspberry-pi-4,raspberry-pi-zero-2w
  edge export runs/home --out home.edge --tar home.tar --measure
  edge export runs/home runs/household --out home.edge    # commands and preferences in one
  edge export runs/household --keep home.edge --out home.edge    # the same, preferences anew

For every profile the quantisation schemes it names are tried in order; one that costs more than
--max-drop points of accuracy on the dev set, or does not fit the profile's budget, is refused. The
choice and its reasons are written in the manifest. The same run folder gives the same bytes, unless
--measure is given: then latencies on this machine are taken and written too.
"""

_LAST_SECOND = 253_402_300_799
"""The last one of the year 9999: a manifest's years have four digits."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Run folder, bundle, profiles, gate."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "runs",
        type=Path,
        nargs="+",
        metavar="RUN",
        help="folders that `edge train` wrote, each of another model family",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="BUNDLE", help="the bundle")
    parser.add_argument(
        "--keep", type=Path, metavar="BUNDLE", help="take its models of other families over"
    )
    parser.add_argument("--tar", type=Path, metavar="FILE", help="also write it as one tar")
    parser.add_argument(
        "--profiles", metavar="A,B", help="device profiles (default: every one there is)"
    )
    parser.add_argument("--name", help="the bundle's name (default: of --keep, or the corpus')")
    parser.add_argument("--bundle-version", default="0.1.0", metavar="VERSION")
    parser.add_argument(
        "--sequence",
        type=int,
        help="number that rises with every release (default: that of the bundle there, or 0)",
    )
    parser.add_argument(
        "--max-drop", type=float, default=0.5, metavar="POINTS", help="largest loss by quantising"
    )
    parser.add_argument(
        "--false-rejects",
        type=float,
        default=0.01,
        metavar="SHARE",
        help="share of rightly read commands that may be rejected (default 0.01)",
    )
    parser.add_argument("--measure", action="store_true", help="time the variants on this machine")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Choose a variant for every profile and write the bundle."""
    if not 0 <= args.false_rejects < 1:
        raise UsageError("--false-rejects is a share", allowed="from 0 to less than 1, as 0.01")
    if not (math.isfinite(args.max_drop) and args.max_drop >= 0):
        raise UsageError(
            f"--max-drop is no number of points: {args.max_drop}", allowed="a number from 0, as 0.5"
        )
    for option, text in (("--bundle-version", args.bundle_version), ("--name", args.name)):
        if text is not None and not (0 < len(text) <= NAME_CHARS and text.isprintable()):
            raise UsageError(
                f"is {shown(text)}", where=option, allowed=f"1 to {NAME_CHARS} printable characters"
            )
    _check_out(args.out, args.tar)
    sequence = _sequence(args.sequence, args.out)
    given = args.profiles
    names = given.split(",") if given is not None else list(device_profiles.available())
    profiles = [device_profiles.load(name) for name in dict.fromkeys(map(str.strip, names))]

    from export.build import build
    from export.tune import ERRORS

    built = build(
        args.runs,
        args.out,
        profiles,
        keep=args.keep,
        name=args.name,
        version=args.bundle_version,
        sequence=sequence,
        created=created(args.runs),
        largest_drop=args.max_drop,
        false_rejects=args.false_rejects,
        time_it=args.measure,
        say=lambda line: print(line, file=sys.stderr, flush=True),
    )
    if args.tar:
        from export.bundle_writer import pack

        pack(args.out, args.tar)
    if args.json:
        print_json(built.to_dict())
        return 0
    for part in built.parts:
        rows = [
            (
                choice.profile.name,
                choice.candidate.scheme,
                f"{len(choice.candidate.graph) / 1000:.0f} kB",
                f"{choice.candidate.accuracy[part.gate]:.2f}",
                f"{0 - choice.candidate.drop:+.2f}",
                f"{choice.candidate.latency['p50_us']:.0f}" if choice.candidate.latency else "-",
            )
            for choice in part.choices
        ]
        gate = part.gate if part.gate in ERRORS else f"{part.gate} %"
        head = (part.task, "scheme", "graph", f"{gate} on dev", "vs. float", "µs here")
        print(table(head, rows, right=(2, 3, 4, 5), width=terminal_width()))
        print()
    print(f"wrote {args.out}")
    return 0


def _sequence(given: int | None, out: Path) -> int:
    """The number of this release: never lower than that of the bundle which it replaces.

    Raises:
        UsageError: it would be.
    """
    try:
        there = json.loads((out / "manifest.json").read_text("utf-8")).get("sequence", 0)
    except (OSError, ValueError, AttributeError):
        there = 0
    least = there if type(there) is int and there > 0 else 0
    if given is not None and not least <= given < 10**MANIFEST_DIGITS:
        raise UsageError(
            f"is {given}",
            where="--sequence",
            allowed=f"a number from {least} on" + (f", that of {out}" if least else ""),
        )
    return least if given is None else given


def _check_out(out: Path, tar: Path | None) -> None:
    """Whether a bundle, and a tar of it, can be where they shall be; before the work, not after.

    Raises:
        UsageError: one of them cannot.
    """
    if out.exists() and not out.is_dir():
        raise UsageError("is no folder", where=str(out), allowed="a bundle, or a name that is free")
    from export.bundle_writer import check_target

    check_target(out)
    place = next(path for path in out.absolute().parents if path.exists())
    try:
        check_writable(place / out.name)
    except OSError as error:
        raise UsageError(
            f"cannot be written: {error.strerror or error}",
            where=str(out),
            allowed="a name in a folder that can be written",
        ) from error
    if tar is None:
        return
    inside = out.resolve() in (tar.resolve(), *tar.resolve().parents)
    if inside or tar.is_dir() or not tar.absolute().parent.is_dir():
        raise UsageError(
            "cannot be written",
            where=str(tar),
            allowed="a file's name, in a folder there is, outside of the bundle",
        )


def created(runs: Sequence[Path]) -> str:
    """SOURCE_DATE_EPOCH where it is set, else when training ended: never the present moment.

    Raises:
        UsageError: SOURCE_DATE_EPOCH is no number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        seconds = (
            int(epoch) if epoch else int(max((run / "run.json").stat().st_mtime for run in runs))
        )
        if not 0 <= seconds <= _LAST_SECOND:
            raise ValueError(seconds)
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
    except (FileNotFoundError, NotADirectoryError):
        return "1970-01-01T00:00:00Z"  # `build` says what is wrong with the run folder
    except (ValueError, OverflowError, OSError) as error:
        raise UsageError(
            f"SOURCE_DATE_EPOCH is {epoch!r}",
            allowed=f"seconds since 1970 as a whole number, at most {_LAST_SECOND}",
        ) from error
