"""`edge run`: sentences, or recordings of them, in; commands out."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from functools import partial

from edge.commands import (
    add_area,
    add_bundle,
    add_json,
    bundle_of,
    check_home,
    check_no_bundle,
    standard_input,
    to_json,
    warn_of_home,
)
from edge.commands.lines import describe, sentences
from edge.errors import UsageError
from edge.events import Command, Rejected

_RECORDINGS = (".wav", ".flac", ".ogg", ".opus", ".mp3")
"""What a recording's name ends with."""

help = "understand sentences or recordings: one a line in, one result a line out"

_EPILOG = """\
examples:
  edge run --text "turn off the kitchen lights"
  edge run home.edge --home home.toml < sentences.txt
  edge run home.edge --wav orders/*.wav
  some-recogniser | edge run home.edge --json | some-firmware

Without --text, sentences are read from standard input as UTF-8, one a line, and each gives exactly
one line, written at once; with --json that line is one JSON object. A line that cannot be read
gives a rejection and the next one is taken.

With --wav each recording (WAV, FLAC, OGG, MP3 …) gives one line: all the commands heard in it. One
that cannot be read gives a line that says why, and the next one is taken.

exit status: with --text 0 when understood, 1 when rejected; with --wav 0 when all that was said in
every recording was understood, 1 otherwise; from standard input 0 at its end.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundle, the home, the profile, a sentence."""
    parser.epilog = _EPILOG
    add_bundle(parser)
    parser.add_argument(
        "--home",
        metavar="FILE",
        help="devices and areas of the household (.toml or .json)",
    )
    parser.add_argument(
        "--profile",
        metavar="NAME",
        help="take this profile's variant instead of the one nearest to this machine",
    )
    add_area(parser)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--text", metavar="SENTENCE", help="understand this one sentence")
    what.add_argument(
        "--wav", metavar="FILE", nargs="+", help="listen to these recordings, one after the other"
    )
    add_json(parser, "print one JSON object a line (JSONL) instead of text")


def run(args: argparse.Namespace) -> int:
    """Load the bundle once and answer every sentence."""
    from edge.runtime import Runtime  # here, because it brings in ONNX Runtime

    _check_bundle(args)
    check_no_bundle(args.wav or (), "run")
    check_home(args.home)
    runtime = Runtime.load(bundle_of(args), home=args.home, profile=args.profile)
    warn_of_home(args.home, runtime)
    understand = partial(runtime.understand, area=args.area)
    try:
        if args.text is not None:
            event = answer(args.text, understand)
            _write(event, args.json)
            return 0 if isinstance(event, Command) else 1
        if args.wav is not None:
            from edge.commands.recordings import run_recordings

            return run_recordings(runtime, args.wav, args.json, args.area)
        for sentence in sentences(standard_input()):
            _write(answer(sentence, understand), args.json)
        return 0
    finally:
        runtime.close()


def _check_bundle(args: argparse.Namespace) -> None:
    """Refuses a sentence or a recording in the place of the bundle: an option was forgotten.

    Raises:
        UsageError: it is one of them, by its looks.
    """
    named = args.bundle or ""
    if named.lower().endswith(_RECORDINGS):
        option = "--wav"
    elif " " in named and not os.path.exists(named):
        option = "--text"
    else:
        return
    raise UsageError(
        f"{named!r} is no bundle",
        where="BUNDLE",
        allowed="a bundle's folder, or an uncompressed .tar of one",
        hint=f'edge run {option} "{named}"',
    )


def answer(
    sentence: str | Rejected, understand: Callable[[str], Command | Rejected]
) -> Command | Rejected:
    """The answer to one sentence; to one that was rejected while reading, that rejection."""
    if isinstance(sentence, Rejected):
        return sentence
    try:
        sentence.encode("utf-8")
    except UnicodeEncodeError:  # bytes on the command line that were no text
        shown = sentence[:80].encode("utf-8", "backslashreplace").decode("utf-8")
        return Rejected(code="not_text", reason="the sentence is not UTF-8", text=shown)
    return understand(sentence)


def _write(event: Command | Rejected, as_json: bool) -> None:
    # Flushed line by line: whoever reads the other end of the pipe is waiting for this answer.
    print(to_json(event.to_dict()) if as_json else describe(event), flush=True)
