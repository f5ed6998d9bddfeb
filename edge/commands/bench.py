"""`edge bench`: what a bundle costs on this machine."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from pathlib import Path

from edge.commands import (
    add_bundle,
    add_json,
    bundle_of,
    check_home,
    check_no_bundle,
    check_place,
    print_json,
)
from edge.commands.bench_tables import describe
from edge.limits import BENCH_HOMES, HOME_ITEMS

help = "measure a bundle's speed, memory and size on this machine"

_EPILOG = """\
examples:
  edge bench home.edge
  edge bench home.edge --sentences logs.txt --out bench.json
  edge bench home.edge --homes 0,1000,10000
  edge bench home.edge --wav orders/*.wav
  edge bench home.edge --profile raspberry-pi-4 --quick --strict

Times are those of this very machine: p50, p90 and p99 after a warm-up, sentences taken in turn,
words heard before, as they are in use. `text to frame` and a bare `session.run` of the same input
are timed in turn; what the first takes longer is what the runtime adds. Start and memory are
medians over fresh processes, beside processes that import numpy and onnxruntime only. Accuracy is
what the manifest says; nothing of it is measured here.

Speech is pushed in frames of 32 ms: recordings that are named, or else a made-up voice, which says
nothing. A real-time factor of 0.03 is 3 % of one core.

exit status: 0 when measured; with --strict 1 when a figure is over the profile's budget.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundle, what to say to it, how long to measure, where to save."""
    parser.epilog = _EPILOG
    add_bundle(parser)
    parser.add_argument(
        "--sentences",
        metavar="FILE",
        default="",
        help="time these, one a line (default: the bundle's golden sentences)",
    )
    parser.add_argument(
        "--home",
        metavar="FILE",
        default="",
        help="devices and areas of the household (default: the bundle's own)",
    )
    parser.add_argument(
        "--homes",
        metavar="N,N,…",
        type=_counts,
        default=(),
        help="time the grammar again with so many made-up devices more",
    )
    parser.add_argument(
        "--wav",
        metavar="FILE",
        nargs="+",
        default=(),
        help="listen to these recordings (default: a made-up voice)",
    )
    parser.add_argument("--profile", metavar="NAME", help="take this profile's variant and budget")
    parser.add_argument(
        "--quick", action="store_true", help="about 5 seconds instead of 20, and rougher"
    )
    parser.add_argument(
        "--strict", action="store_true", help="exit status 1 when a figure is over its budget"
    )
    parser.add_argument(
        "--kind",
        choices=("host", "emulated"),
        default="",
        help="say that this machine is real, or emulated (default: found out, as far as it can be)",
    )
    parser.add_argument("--out", metavar="FILE", default="", help="also save the JSON document")
    add_json(parser)


def _counts(text: str) -> tuple[int, ...]:
    counts = []
    for part in text.split(","):
        if not (part.isascii() and part.isdigit() and len(part) < 8 and int(part) <= HOME_ITEMS):
            raise argparse.ArgumentTypeError(f"{part!r} is no number from 0 to {HOME_ITEMS}")
        counts.append(int(part))
    if len(counts) > BENCH_HOMES:
        raise argparse.ArgumentTypeError(f"{len(counts)} sizes; at most {BENCH_HOMES}")
    return tuple(counts)


def run(args: argparse.Namespace) -> int:
    """Measure, print, save."""
    out = Path(args.out) if args.out else None
    if args.out:
        check_place(args.out)
    check_no_bundle(args.wav, "bench")
    check_home(args.home)
    from edge.bench import suite

    request = suite.Request(
        bundle_of(args),
        sentences=args.sentences,
        home=args.home,
        profile=args.profile,
        recordings=tuple(args.wav),
        homes=args.homes,
        kind=args.kind,
        effort=suite.QUICK if args.quick else suite.FULL,
        command=command(args),
    )
    document = suite.run(request, _say if sys.stderr.isatty() else _say_nothing)
    if out is not None:
        from edge.files import write_atomic

        write_atomic(out, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    if args.json:
        print_json(document)
    else:
        print(describe(document))
    over = any(row["within"] is False for row in document["budgets"])
    return 1 if over and args.strict else 0


def command(args: argparse.Namespace) -> str:
    """How this was called. Of a path only the last part is kept: results are published, and where
    things lie on this machine is no part of them."""
    words = ["edge", "bench", *([Path(args.bundle).name] if args.bundle else [])]
    for option in ("sentences", "home"):
        value = getattr(args, option)
        if value:
            words += [f"--{option}", Path(value).name]
    if args.homes:
        words += ["--homes", ",".join(map(str, args.homes))]
    if args.wav:
        words += ["--wav", *(Path(path).name for path in args.wav)]
    if args.profile:
        words += ["--profile", args.profile]
    if args.kind:
        words += ["--kind", args.kind]
    words += [f"--{option}" for option in ("quick", "strict") if getattr(args, option)]
    return shlex.join(words)


def _say(line: str) -> None:
    print(f"… {line}", file=sys.stderr, flush=True)


def _say_nothing(line: str) -> None:
    """Standard error is no terminal: nobody waits there."""
