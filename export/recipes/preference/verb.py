"""`edge train preference`: what it takes, and what it prints."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from edge.commands import add_json
from export.recipes.settings import read_settings_file, trials_of
from export.recipes.speaking import show, tell, warn_of

help = "what a household wants next: a teacher and a student from what households did"

_EPILOG = """\
examples:
  edge train preference --data export/samples/household --out runs/household
  edge train preference --data log.jsonl --out runs/mine
  edge train preference --data Beauty.txt --out runs/beauty --settings beauty.toml --resume
  edge train preference --data log.parquet --out runs/mine --search 12

A corpus is an interaction log (docs/interaction-log.md) as JSON lines or Parquet, a file or a
folder; the settings of made-up households (households.toml) or ratings (ratings.toml); or one of
the public layouts smartthings, smartgen and amazon. Lines that cannot be used are listed and left
out. Where most events have a rating, it is ratings that are learned.

The run folder gets the student, what other households did as counts, the dev set, figures
(run.json), TensorBoard logs, and a plot of how far suggestions can be believed (reliability.png).

A settings file is TOML: `window`, `fast_days`, `slow_days`, `measure`, `student_alone`, and the
tables [teacher] and [student].
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Corpus, run folder, and what is changed most often."""
    parser.epilog = _EPILOG
    parser.add_argument("--data", required=True, type=Path, metavar="PATH", help="the corpus")
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="the run folder")
    parser.add_argument("--layout", help="the corpus' layout, where it cannot be told by its files")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="settings as TOML")
    parser.add_argument("--epochs", type=int, metavar="N", help="epochs of teacher and student")
    parser.add_argument(
        "--practice",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help="another corpus to learn on how far counts of others can be trusted; two at least, "
        "of one catalogue",
    )
    parser.add_argument("--window", type=int, metavar="N", help="events that are read back")
    parser.add_argument("--seed", type=int, help="seed of everything random (default 0)")
    parser.add_argument(
        "--search", type=int, metavar="TRIALS", help="search the student's settings on dev first"
    )
    parser.add_argument("--resume", action="store_true", help="go on where the last run stopped")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Train, report, and print what came out."""
    settings = _settings(args)
    trials = trials_of(args.search)
    from export.corpora.interactions import read
    from export.distill import is_first_process
    from export.recipes.preference import command

    corpus = read(args.data, args.layout, seed=args.seed or 0)
    warn_of(corpus.problems if is_first_process() else ())
    outcome = command.train_and_report(
        corpus,
        settings,
        args.out,
        practice=[read(path, args.layout, seed=args.seed or 0) for path in args.practice],
        resume=args.resume,
        trials=trials,
        quiet=args.quiet or args.json or not sys.stderr.isatty(),
        say=tell,
    )
    return show(outcome, args.json)


def _settings(args: argparse.Namespace) -> dict[str, Any]:
    data = read_settings_file(args.settings)
    for name in ("teacher", "student"):
        if args.epochs is not None:
            data[name]["epochs"] = args.epochs
        if args.seed is not None:
            data[name]["seed"] = args.seed
    if args.window is not None:
        data["window"] = args.window
    return data
