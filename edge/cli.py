"""The command `edge`: finds the verb, runs it, and turns errors into messages and exit statuses.

Exit statuses: 0 done; 1 failed (a bundle that will not load, a sentence not understood, a check
that failed); 2 misuse; 130 interrupted; 141 the reader of the output went away.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast

from device_profiles import ProfileError
from edge._version import __version__
from edge.commands import GROUP, Verb, to_json
from edge.errors import EdgeError, MissingExtra, UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_VERBS = {
    "run": "understand sentences or recordings: one a line in, one result a line out",
    "listen": "listen to a microphone: wake phrases and commands as they are said",
    "phrase": "say how good a wake phrase is before it is used",
    "suggest": "suggest what a household may want next, and learn from what it does",
    "verify": "check every byte of a bundle and say what is wrong with it",
    "profiles": "list, show and detect device profiles",
    "doctor": "check that this machine can run bundles",
    "bench": "measure a bundle's speed, memory and size on this machine",
}
"""Verbs of this package and what they do, so that a list of them imports none."""

_WORKSTATION = {
    "train": "train and distil a model from a corpus",
    "export": "quantise a trained model and write a bundle",
}
"""Verbs that come with the extra "export"."""

_EPILOG = """\
examples:
  edge doctor home.edge
  edge run home.edge --text "turn off the kitchen lights"
  edge profiles list --json

`edge VERB --help` explains a verb. Each prints a table for people or, with --json, JSON for
programs. The verbs train and export need the extra: pip install "hearth-edge[export]"
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status.

    Args:
        argv: the arguments without the program's name; those of the process when None.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    # A name with a character that the terminal's encoding lacks must not end in a traceback.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        if sys.stdout is None:  # `edge … >&-`: nobody would see the answer
            raise UsageError("standard output is closed", allowed="a pipe, a file or a terminal")
        status = _run(arguments)
        sys.stdout.flush()
        return status
    except (EdgeError, ProfileError) as error:
        return _report(error, "--json" in arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # `edge run … | head` is no failure of ours. What is still buffered must not be written
        # at exit, when Python would complain about it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        where = error.filename if isinstance(error.filename, str) else "input or output"
        print(f"edge: {where}: {error.strerror or error}", file=sys.stderr)
        return 1


def _run(arguments: list[str]) -> int:
    chosen = next((word for word in arguments if not word.startswith("-")), None)
    parser, verbs, own = _parser(chosen)
    try:
        args, more = parser.parse_known_args(arguments)
        if more:
            from shlex import quote

            # Of the verb, whose options its usage shows: argparse would show the program's.
            own.error(f"unrecognized arguments: {' '.join(map(quote, more))}")
    except SystemExit as stop:  # --help, --version, or misuse that argparse has explained
        return stop.code if isinstance(stop.code, int) else 2
    if args.verb is None:
        parser.print_help(sys.stderr)
        return 2
    try:
        return verbs[args.verb].run(args)
    except ModuleNotFoundError as error:
        raise _missing(args.verb, error) from error


def _parser(
    chosen: str | None,
) -> tuple[argparse.ArgumentParser, Mapping[str, Verb], argparse.ArgumentParser]:
    """The parser with every verb's name in it, and the arguments of the one that was chosen.

    Returns:
        The parser; verb → what it does; the parser of the one that was chosen, if any.
    """
    parser = argparse.ArgumentParser(
        prog="edge",
        description="Voice commands and preferences that run on the device itself.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"edge {__version__}")
    subparsers = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs")
    plugins = {} if chosen in _VERBS else _plugins()
    loaded: dict[str, Verb] = {}
    own = parser
    for name in dict.fromkeys((*_VERBS, *_WORKSTATION, *sorted(plugins))):
        verb: Verb | None = None
        if name == chosen:
            verb = _load(name, plugins)
            loaded[name] = verb
        summary = verb.help if verb else _summary(name, plugins)
        subparser = subparsers.add_parser(
            name,
            help=summary,
            description=summary[:1].upper() + summary[1:] + ".",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        if verb:
            verb.add_arguments(subparser)
            own = subparser
    return parser, loaded, own


def _plugins() -> dict[str, EntryPoint]:
    """Verbs that installed packages register; looked up only when one of them may be meant."""
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=GROUP) if entry.name not in _VERBS}


def _summary(name: str, plugins: Mapping[str, EntryPoint]) -> str:
    if name in _VERBS:
        return _VERBS[name]
    if name in _WORKSTATION:
        return _WORKSTATION[name]
    return f"from {plugins[name].value.partition(':')[0]}"


def _load(name: str, plugins: Mapping[str, EntryPoint]) -> Verb:
    if name in _VERBS:
        return cast(Verb, import_module(f"edge.commands.{name}"))
    if name not in plugins:
        raise _missing(name, None)
    try:
        return cast(Verb, plugins[name].load())
    except ModuleNotFoundError as error:
        raise _missing(name, error) from error


def _missing(verb: str, error: ModuleNotFoundError | None) -> Exception:
    """What to say when a verb, or a module that it needs, is not installed.

    A module of this project that is not there is a fault of the code, not of whoever runs it, and
    is shown as it is.
    """
    module = (error.name or "") if error else ""
    if error and (module.startswith(("edge", "device_profiles", "export."))):
        return error
    wanted = "hearth-edge" if verb in _VERBS else "hearth-edge[export]"
    place = "" if verb in _VERBS else "on a workstation: "
    return MissingExtra(
        f"needs {module!r}, which is not installed" if module else "is not installed",
        where=f"edge {verb}",
        hint=f'{place}pip install "{wanted}"',
    )


def _report(error: EdgeError | ProfileError, as_json: bool) -> int:
    """The message on standard error and, for programs, the same as JSON on standard output."""
    print(f"edge: {error}", file=sys.stderr)
    if as_json:
        document: dict[str, Any] = {
            "type": "error",
            "error": type(error).__name__,
            "what": error.what,
            "where": error.where,
            "allowed": error.allowed,
            "help": error.hint,
        }
        print(to_json(document))
    return error.exit_code
