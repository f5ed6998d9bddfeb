"""`edge train`: a corpus in, a trained student in a run folder out. One recipe a family."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path

from edge.commands import Verb
from export.recipes import RECIPES

help = "train teachers and distil a student from a corpus"

_EPILOG = """\
examples:
  edge train intent --data my-home --out runs/home
  edge train intent --data snips --out runs/snips --settings snips.toml --resume
  edge train preference --data export/samples/household --out runs/household
  edge train preference --data log.jsonl --out runs/mine --epochs 8
  accelerate launch --multi_gpu --num_processes 4 -m edge train intent --data snips --out runs/snips

`edge train FAMILY --help` says what each family takes.

accelerate starts several processes with --multi_gpu only, on processors too; --cpu starts one.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The families, each with arguments of its own."""
    parser.epilog = _EPILOG
    families = parser.add_subparsers(dest="family", metavar="FAMILY", required=True)
    for family in RECIPES:
        verb = _verb(family)
        verb.add_arguments(
            families.add_parser(
                family,
                help=verb.help,
                description=verb.help[:1].upper() + verb.help[1:] + ".",
                formatter_class=argparse.RawDescriptionHelpFormatter,
            )
        )


def run(args: argparse.Namespace) -> int:
    """Train, report, and print what came out."""
    try:
        return _verb(args.family).run(args)
    except KeyboardInterrupt:
        _say_interrupted(args.out)
        raise
    finally:
        _leave()


def _say_interrupted(folder: Path) -> None:
    """On standard error, by the first of several processes; and how to go on, if there is a way."""
    if int(os.environ.get("RANK", "0")):
        return
    # What trains is imported when it trains: as long as it is not, nothing was trained either.
    can_go_on = getattr(sys.modules.get("export.run_folder"), "can_go_on", None)
    more = ""
    if can_go_on is not None and can_go_on(folder):
        more = f"\n  help: the same command with --resume goes on with what is in {folder}"
    print(f"\nedge: interrupted; the training is not finished{more}", file=sys.stderr)


def _leave() -> None:
    """Ends this process' part in a launch of several.

    Threads that still listen to the others when the interpreter ends bring it down (SIGABRT).
    """
    torch = sys.modules.get("torch")
    if torch is not None and torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def _verb(family: str) -> Verb:
    verb: Verb = import_module(f"{RECIPES[family]}.verb")
    return verb
