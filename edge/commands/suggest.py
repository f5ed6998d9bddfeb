"""`edge suggest`: what is done in, what may be wanted next out."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge.commands import (
    add_bundle,
    add_json,
    bundle_of,
    check_home,
    check_place,
    print_json,
    standard_input,
    to_json,
)
from edge.commands.lines import describe_suggestion
from edge.errors import StateError, UsageError
from edge.limits import SUGGESTIONS

if TYPE_CHECKING:
    from edge.runtime import Runtime

help = "suggest what a household may want next, and learn from what it does"

_EPILOG = """\
examples:
  edge suggest home.edge --state home.state < events.jsonl
  edge suggest home.edge --home home.toml --at 2024-01-08T07:30 --context '{"presence": true}'
  edge suggest home.edge --picture week.html < events.jsonl
  edge suggest home.edge --state home.state --forget --person anna

Events are read from standard input, one JSON object a line as in docs/interaction-log.md:

  {"time": "2024-01-08T07:31", "action": "light.kitchen:turn_on", "context": {"lux": 12}}

Each gives one line: what was done, where it had stood among the suggestions, and what may come
next. Without "action" a line only asks. {"feedback": "dismissed", "action": "fan.office:turn_on"}
says what became of a suggestion: accepted, dismissed, never, or "again" after that. A line that
cannot be read gives a line that says why, and the next one is taken.

exit status: 0 at the end of the input.
"""

_NOTHING_LIKELY = "nothing is likely enough; --everything shows what there is"
_NOTHING_KNOWN = (
    "nothing is known that could be done: --home says what devices there are, and --state what was "
    "done before"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundle, the home, the state, the moment, what to do."""
    parser.epilog = _EPILOG
    add_bundle(parser)
    parser.add_argument("--home", metavar="FILE", help="devices of the household (.toml or .json)")
    parser.add_argument("--state", metavar="FILE", help="keep what is learned in this file")
    parser.add_argument("--profile", metavar="NAME", help="take this profile's variant")
    parser.add_argument("-k", type=int, default=3, metavar="N", help="suggestions (default: 3)")
    parser.add_argument("--person", default="", metavar="NAME", help="for this person")
    parser.add_argument(
        "--household", default="", metavar="NAME", help="take only the events of this household"
    )
    parser.add_argument(
        "--everything", action="store_true", help="also what is not likely enough to be shown"
    )
    parser.add_argument("--picture", metavar="FILE.html", help="draw the last seven days of it")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--at", metavar="TIME", help="ask once, for this moment")
    what.add_argument("--forget", action="store_true", help="erase what was learned, or a person's")
    what.add_argument("--export", action="store_true", help="print what was learned, as JSON")
    parser.add_argument("--context", metavar="JSON", help="with --at: what the sensors say")
    add_json(parser, "print one JSON object a line (JSONL) instead of text")


def run(args: argparse.Namespace) -> int:
    """Load the bundle once and go through the input."""
    from edge.bundle.bundle import Bundle
    from edge.commands.suggest_lines import Following
    from edge.home.home import Home
    from edge.preference.event_line import read_time
    from edge.preference.memory.keeper import check_state
    from edge.runtime import Runtime  # here, because it brings in ONNX Runtime

    if (args.forget or args.export) and not args.state:
        raise UsageError("needs the file of what was learned", hint="add --state FILE")
    if args.context is not None and args.at is None:
        raise UsageError("--context is of the moment that --at says", hint="add --at TIME")
    if not 1 <= args.k <= SUGGESTIONS:
        raise UsageError(f"is {args.k}", where="-k", allowed=f"1 to {SUGGESTIONS}")
    once = args.at is not None or args.forget or args.export
    for option, value in (("--picture", args.picture), ("--household", args.household)):
        if once and value:
            raise UsageError(f"{option} is of the events that are read", hint="leave it out")
    if args.picture:
        check_place(args.picture)
    if Path(args.picture or ".html").suffix.lower() in (".png", ".jpg", ".svg", ".pdf"):
        raise UsageError("is a page", where=args.picture, allowed="a name that ends in .html")
    check_home(args.home)
    bundle = Bundle.open(bundle_of(args), args.profile)
    home = Home.load(args.home) if args.home else None
    if args.state:  # a name mistyped here must not put anybody's file aside
        check_state(args.state, bundle.name)
    with Runtime(bundle, home, args.state) as hub:
        if args.forget:
            _check_known(hub, args.person)
            hub.forget(args.person or None)
            document = {"type": "forgotten", "person": args.person or None}
            said = f"forgotten: {args.person or 'everything'}"
            print(to_json(document) if args.json else said)
        elif args.export:
            print_json(hub.export_state())
        elif args.at is not None:
            at, context = read_time(args.at), _context(args.context)
            found = hub.suggest(at, context, args.k, args.person, everything=args.everything)
            for suggestion in found:
                as_text = describe_suggestion(suggestion)
                print(to_json(suggestion.to_dict()) if args.json else as_text)
            if not found and not args.json:
                known = hub.suggest(at, context, 1, args.person, everything=True)
                print(_NOTHING_LIKELY if known else _NOTHING_KNOWN, file=sys.stderr)
        else:
            following = Following(hub, args)
            for answer in following.answers(standard_input()):
                # Flushed line by line: whoever reads the other end is waiting for this answer.
                print(answer, flush=True)
            if args.state:
                _save(hub, args.state)
            if args.picture:
                following.draw(args.picture)
    return 0


def _save(hub: Runtime, path: str) -> None:
    """Writes what was learned.

    Raises:
        StateError: it cannot be written.
    """
    try:
        hub.save()
    except OSError as error:
        raise StateError(
            f"what was learned cannot be saved: {error.strerror or error}",
            where=path,
            hint="make room, or name another file, and give it the events again",
        ) from None


def _check_known(hub: Runtime, person: str) -> None:
    known = sorted(name for name in hub.preference.pasts if name)
    if person and person not in known:
        raise UsageError(
            f"nothing was learned of {person!r}",
            where="--person",
            allowed=", ".join(known) or "nobody: nothing was learned of any person",
        )


def _context(text: str | None) -> Mapping[str, Any]:
    if text is None:
        return {}
    try:
        context = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"is no JSON: {error}", where="--context") from None
    if not isinstance(context, dict):
        raise UsageError("is no JSON object", where="--context", allowed='{"sensor": reading, …}')
    return context
