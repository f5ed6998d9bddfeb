"""`edge train intent`: what it takes, and what it prints."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from edge.commands import add_json
from edge.errors import UsageError
from export.recipes.settings import read_settings_file, trials_of
from export.recipes.speaking import show, tell, warn_of

help = "intents and slots of commands: teachers and a student from a corpus of sentences"

MISHEARD_AT_HOME = 0.3
"""`student.misheard` where a home's settings say nothing: homes are spoken to."""

_EPILOG = """\
examples:
  edge train intent --data my-home --out runs/home
  edge train intent --data my-home --out runs/home --sentences en
  edge train intent --data corpus.jsonl --out runs/mine --teachers 2 --epochs 8
  edge train intent --data snips --out runs/snips --settings snips.toml --resume
  edge train intent --data snips --out runs/snips --encoder bert-base-uncased --lora 16
  edge train intent --data snips --out runs/snips --search 20
  accelerate launch --multi_gpu --num_processes 4 -m edge train intent --data snips --out runs/snips

A corpus is a folder or file in one of the layouts snips, slurp, clinc150, jsonl (one utterance a
line) or home (templates of sentences in the syntax of Home Assistant's intents, with home.toml and
out_of_scope.txt). Lines that cannot be used are listed and left out.

accelerate starts several processes with --multi_gpu only, on processors too; --cpu starts one.

The run folder gets the student, the vocabulary, the dev set, figures (run.json), TensorBoard logs,
and a report: confusion matrix (confusion.png), misread sentences (misread.jsonl), report.html.

A settings file is TOML: `teachers`, `student_alone`, and the tables [teacher] and [student].
The student of a home that is spoken to in English also learns to read what a recogniser of letters
mishears: `student.misheard` is the share of its sentences that come once more so (0.3, else 0).
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Corpus, run folder, and what is changed most often."""
    parser.epilog = _EPILOG
    parser.add_argument("--data", required=True, type=Path, metavar="PATH", help="the corpus")
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="the run folder")
    parser.add_argument("--layout", help="the corpus' layout, where it cannot be told by its files")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="settings as TOML")
    parser.add_argument("--encoder", help="the teacher: 'minilm' (default), a folder or a hub name")
    parser.add_argument("--teachers", type=int, metavar="N", help="teachers to average")
    parser.add_argument("--epochs", type=int, metavar="N", help="epochs of each teacher")
    parser.add_argument("--lora", type=int, metavar="RANK", help="LoRA instead of full fine-tuning")
    parser.add_argument("--seed", type=int, help="seed of everything random (default 0)")
    parser.add_argument(
        "--sentences",
        metavar="LANGUAGE",
        help="for a home: Home Assistant's own sentences in this language, such as en, "
        "in place of the folder's",
    )
    parser.add_argument(
        "--samples",
        type=int,
        help="sentences drawn from a home's templates, in all (default: 250 for each intent)",
    )
    parser.add_argument(
        "--search", type=int, metavar="TRIALS", help="search the student's settings on dev first"
    )
    parser.add_argument("--resume", action="store_true", help="go on where the last run stopped")
    parser.add_argument("--test", action="store_true", help="report on the test split, not on dev")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Train, report, and print what came out."""
    settings = _settings(args)
    trials = trials_of(args.search)
    if args.sentences is not None and args.data.exists() and not args.data.is_dir():
        raise UsageError(
            "is no home's folder, and --sentences is for a home",
            where=str(args.data),
            allowed="with --sentences, a folder with home.toml",
            hint="leave --sentences out: other corpora bring their own",
        )
    from export.corpora import read
    from export.distill import is_first_process
    from export.recipes.intent import command

    grammar = None
    looks_so = args.layout is None and (args.data / "sentences").is_dir()
    is_home = args.layout == "home" or looks_so
    if is_home or args.sentences is not None:
        from edge.intent.asides import LANGUAGE as ENGLISH
        from export.corpora.templates import read_home

        corpus = read_home(args.data, args.samples, args.seed or 0, args.sentences)
        grammar = command.compile_home(args.data, args.sentences)
        corpus.problems += command.not_taken(
            grammar, corpus.problems, is_own=args.sentences is None
        )
        if grammar.language == ENGLISH:  # what is heard is English
            settings["student"].setdefault("misheard", MISHEARD_AT_HOME)
    else:
        corpus = read(args.data, args.layout)
    warn_of(corpus.problems if is_first_process() else ())
    outcome = command.train_and_report(
        corpus,
        settings,
        args.data,
        args.out,
        grammar=grammar,
        resume=args.resume,
        trials=trials,
        on_test=args.test,
        quiet=args.quiet or args.json or not sys.stderr.isatty(),
        say=tell,
    )
    return show(outcome, args.json)


def _settings(args: argparse.Namespace) -> dict[str, Any]:
    """The settings file's data with the options on top.

    Raises:
        UsageError: the file cannot be read, is not TOML, or has something else for a table.
    """
    data = read_settings_file(args.settings)
    teacher = data["teacher"]
    if args.encoder is not None:
        teacher["encoder"] = args.encoder
    if args.epochs is not None:
        teacher["epochs"] = args.epochs
    if args.lora is not None:
        teacher["lora_rank"] = args.lora
    if args.teachers is not None:
        data["teachers"] = args.teachers
    if args.seed is not None:
        teacher["seed"] = args.seed
        data["student"]["seed"] = args.seed
    return data
