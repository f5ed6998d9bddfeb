"""`edge train speech`: what it takes, and what it prints."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from edge.commands import add_json
from export.recipes.settings import read_settings_file
from export.recipes.speaking import show, tell, warn_of

help = "what is said: the shipped model made to fit your sentences, or a model from the beginning"

_EPILOG = """\
examples:
  edge train speech --sentences coffee.yaml --out runs/coffee
  edge train speech --sentences export/samples/home --data recordings --out runs/home-speech
  edge train speech --data corpora/speech --noise corpora/noise --out runs/speech --resume

With --sentences the English model that ships with the package is trained on with your sentences,
said by synthetic voices, in a quarter of an hour on two cores; the bundle then recognises them out
of the box. FILE has sentence templates in the syntax of Home Assistant's intents (YAML, or a folder
of it), or one sentence or template a line, where a line [Intent] names what follows. Real
recordings (--data, or EDGE_DATA) make it better: they keep what is known of people, and what
words of your sentences are said in them is put together as your sentences.

Without --sentences a model is trained from the published speech embedding: real recordings are
needed, and texts for the synthetic ones are taken from the sample home and from the public corpora
that EDGE_DATA names. Real recordings are folders with a manifest.jsonl (docs/speech.md); where
--data is not given, those under $EDGE_DATA/speech are taken, and noise from $EDGE_DATA/noise/esc10.

With --practise FILE, laid out as that of --sentences, training goes on from --begin, or from the
model that ships, and what is said is in FILE: words of a trade, or of another dialect. The bundle
has no grammar of them; they are only heard better.

Synthetic voices come from espeak-ng, flite and festival, as many of them as are installed:
  apt-get install espeak-ng flite festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts \\
    festlex-cmu

A teacher is a run of speech with a larger network, or a CTC model of transformers (wav2vec2,
HuBERT, ...; a folder or a name on the hub) that writes English letters. The latter reads each
recording once before the training begins, and is learned from where that is heard unchanged.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Sentences, recordings, run folder, and what is changed most often."""
    parser.epilog = _EPILOG
    parser.add_argument(
        "--sentences", type=Path, metavar="FILE", help="your own sentences, or templates of them"
    )
    parser.add_argument(
        "--data",
        action="append",
        type=Path,
        metavar="FOLDER",
        help="real recordings; may be given several times",
    )
    parser.add_argument("--noise", type=Path, metavar="FOLDER", help="recorded noise")
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="the run folder")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="settings as TOML")
    parser.add_argument("--name", help="what a bundle of it is called")
    parser.add_argument(
        "--begin", type=Path, metavar="RUN", help="go on from this run's weights (no --sentences)"
    )
    parser.add_argument(
        "--practise",
        type=Path,
        metavar="FILE",
        help="sentences to be heard better, without a grammar of them (no --sentences)",
    )
    parser.add_argument("--epochs", type=int, metavar="N", help="times through the recordings")
    parser.add_argument("--synthetic", type=int, metavar="N", help="sentences to be synthesised")
    parser.add_argument("--seed", type=int, help="seed of everything random (default 0)")
    parser.add_argument(
        "--teacher",
        type=Path,
        metavar="PATH",
        help="a speech run or a CTC model of transformers, which is learned from besides",
    )
    parser.add_argument(
        "--cache", type=Path, metavar="FOLDER", help="where features are kept, for several runs"
    )
    parser.add_argument("--resume", action="store_true", help="go on where the last run stopped")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Train, and print what came out."""
    from export.recipes.speech import command

    data: dict[str, Any] = read_settings_file(args.settings, tables=())
    for name in ("epochs", "synthetic", "seed"):
        if getattr(args, name) is not None:
            data[name] = getattr(args, name)
    outcome = command.train_and_report(
        args.sentences,
        args.data,
        args.noise,
        data,
        args.out,
        name=args.name,
        practised=args.practise,
        begin=args.begin,
        teacher=args.teacher,
        cache=args.cache,
        resume=args.resume,
        quiet=args.quiet or args.json or not sys.stderr.isatty(),
        say=tell,
        warn=warn_of,
    )
    return show(outcome, args.json)
