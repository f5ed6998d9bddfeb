"""`edge listen`: a microphone, or samples from a pipe, in; what is heard and commanded out."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from edge.commands import (
    add_area,
    add_bundle,
    add_json,
    bundle_of,
    check_home,
    print_json,
    to_json,
    warn_of_home,
)
from edge.commands.lines import describe as describe_answer
from edge.errors import UsageError
from edge.table import printable, table

if TYPE_CHECKING:
    from edge.events import VoiceEvent
    from edge.runtime import Runtime
    from edge.voice.settings import StreamSettings

help = "listen to a microphone: wake phrases and commands as they are said"

_EPILOG = """\
examples:
  edge listen
  edge listen home.edge --home home.toml --wake "hey jarvis" --device "USB"
  edge listen --list-devices
  arecord -q -t raw -f S16_LE -r 16000 -c 1 | edge listen --raw --json

Without BUNDLE the English one that comes with the package listens. Without --wake all that is said
is a command; `edge phrase` tells whether a phrase is a good one. Each event is one line, written at
once; on a terminal what is being said is shown while it is. With --json every event is one JSON
object a line, partial results too; when the listening ends a line has the statistics, and where
it ended by a failure one of the type "error" follows that says why.

exit status: 0 at the end of --raw's input; 130 when interrupted (Ctrl-C).
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundle, the home, what to listen to, what for."""
    parser.epilog = _EPILOG
    add_bundle(parser)
    parser.add_argument(
        "--home", metavar="FILE", help="devices and areas of the household (.toml or .json)"
    )
    parser.add_argument(
        "--profile",
        metavar="NAME",
        help="take this profile's variant instead of the one nearest to this machine",
    )
    add_area(parser)
    parser.add_argument(
        "--wake",
        metavar="PHRASE",
        action="append",
        help="listen for this phrase first; may be given several times",
    )
    parser.add_argument(
        "--per-hour",
        metavar="RATE",
        type=float,
        help="false accepts of a phrase put up with in an hour of other speech (default: 0.5)",
    )
    parser.add_argument(
        "--follow-up",
        metavar="SECONDS",
        type=float,
        help="how long after a command the next needs no wake phrase (default: 8)",
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--device", metavar="NAME", help="a microphone's name, a part of it, or its number"
    )
    source.add_argument(
        "--raw", action="store_true", help="read samples from standard input: int16, little endian"
    )
    source.add_argument(
        "--list-devices", action="store_true", help="list the microphones of this machine"
    )
    parser.add_argument(
        "--rate", metavar="HZ", type=int, help="with --raw: samples a second (default: 16000)"
    )
    parser.add_argument(
        "--channels", metavar="N", type=int, help="with --raw: channels in turn (default: 1)"
    )
    add_json(parser, "print one JSON object a line (JSONL) instead of text")


def run(args: argparse.Namespace) -> int:
    """Listen until the sound ends or somebody interrupts."""
    if not args.raw and (args.rate is not None or args.channels is not None):
        raise UsageError("--rate and --channels say what comes in by --raw", hint="add --raw")
    if not args.wake and (args.per_hour is not None or args.follow_up is not None):
        raise UsageError("--per-hour and --follow-up are of a wake phrase", hint="add --wake")
    if args.list_devices:
        return _list_devices(args.json)
    check_home(args.home)
    from edge.runtime import Runtime  # here, because it brings in ONNX Runtime

    with Runtime.load(bundle_of(args), home=args.home, profile=args.profile) as hub:
        _warn(args, hub)
        warn_of_home(args.home, hub)
        if args.raw:
            _listen_raw(args, hub)
        else:
            _listen_microphone(args, hub)
    return 0


def _listen_microphone(args: argparse.Namespace, hub: Runtime) -> None:
    with hub.listen(args.device, args.wake, _settings(args)) as events:
        print("listening; Ctrl-C ends it", file=sys.stderr)
        try:
            _show(events, args.json)
        finally:
            _finish(events.statistics(), events.problems, args.json)


def _listen_raw(args: argparse.Namespace, hub: Runtime) -> None:
    from edge.voice.listener import heard_from
    from edge.voice.sources.raw import RawStream

    given = {"rate": args.rate, "channels": args.channels}
    source = RawStream(**{name: value for name, value in given.items() if value is not None})
    with source, hub.stream(args.wake, _settings(args)) as stream:
        try:
            _show(heard_from(source, stream), args.json)
        finally:
            found = {**stream.statistics.to_dict(), "source": source.statistics.to_dict()}
            _finish(found, source.problems, args.json)


def _settings(args: argparse.Namespace) -> StreamSettings:
    from edge.voice.settings import StreamSettings

    given = {"per_hour": args.per_hour, "follow_up": args.follow_up, "area": args.area}
    return StreamSettings(**{name: value for name, value in given.items() if value is not None})


def _warn(args: argparse.Namespace, hub: Runtime) -> None:
    """What speaks against a wake phrase: better now than after a week of wondering."""
    for phrase in args.wake or ():
        quality = hub.voice.assess(phrase, args.per_hour)
        for reason in quality.reasons:
            line = f"the wake phrase {phrase!r} is {quality.verdict}: {reason}"
            print(f"edge: {printable(line)}", file=sys.stderr)


def _show(events: Iterator[VoiceEvent], as_json: bool) -> None:
    """Prints events as they come; on a terminal partial results in a line that is written over."""
    from shutil import get_terminal_size

    from edge.events import Partial

    lively = not as_json and sys.stderr.isatty() and sys.stdout.isatty()
    width = 0
    for event in events:
        if as_json:
            print(to_json(event.to_dict()), flush=True)
            continue
        if isinstance(event, Partial) and not lively:
            continue
        if width:
            print("\r" + " " * width + "\r", end="", file=sys.stderr, flush=True)
            width = 0
        line = describe(event)
        if isinstance(event, Partial):
            line = line[: get_terminal_size().columns - 1]
            width = len(line)
            print(line, end="", file=sys.stderr, flush=True)
        else:
            print(line, flush=True)


def _finish(statistics: dict[str, Any], problems: tuple[str, ...], as_json: bool) -> None:
    for problem in problems:
        print(f"edge: {printable(problem)}", file=sys.stderr)
    if as_json:
        print(json.dumps(statistics), flush=True)
    else:
        print(describe_statistics(statistics), file=sys.stderr)


def describe(event: VoiceEvent) -> str:
    """One line for people: the second of the audio, where it has one, and what happened."""
    from edge import events

    match event:
        case events.Command() | events.Rejected():
            said = f" {event.text!r}:" if event.text else ""
            return printable(f"         {said} {describe_answer(event)}")
        case events.Wake():
            what = f"wake phrase {event.phrase!r} (score {event.score:.2f})"
        case events.SpeechStart():
            what = "speech"
        case events.Partial():
            what = f"… {event.text}"
        case events.SpeechEnd():
            what = "silence"
        case events.AudioLost():
            what = f"no sound: {event.reason}"
        case events.AudioBack():
            what = "sound again"
    return printable(f"{event.at:8.2f}  {what}")


def describe_statistics(found: dict[str, Any]) -> str:
    """One line for people at the end."""
    source = found["source"]
    parts = [
        f"{found['audio_seconds']:.1f} s of audio, {found['speech_seconds']:.1f} s of speech",
        f"{found['commands']} commands of {found['utterances']} utterances",
        f"computing {100 * found['real_time_factor']:.2f} % of the time "
        f"({100 * found['speech_real_time_factor']:.1f} % while somebody spoke)",
    ]
    if found["wakes"]:
        parts.append(f"{found['wakes']} wake phrases")
    if source["overflows"] or source["dropped_seconds"]:
        parts.append(f"{source['overflows']} overflows, {source['dropped_seconds']} s dropped")
    if source["losses"]:
        parts.append(f"{source['losses']} times without a microphone")
    return "; ".join(parts)


def _list_devices(as_json: bool) -> int:
    from edge.voice.sources.devices import devices

    found = devices()
    if as_json:
        print_json([device.to_dict() for device in found])
    elif not found:
        print("there is no microphone")
    else:
        rows = [
            (
                str(device.index),
                printable(device.name),
                printable(device.host),
                str(device.channels),
                str(device.rate),
                "default" if device.default else "",
            )
            for device in found
        ]
        header = ("number", "name", "system", "channels", "rate", "")
        print(table(header, rows, right={0, 3, 4}))
    return 0
