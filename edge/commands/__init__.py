"""One module per verb of the command line.

A verb is anything with the three members of `Verb`: a module of this package, or an object that
another package registers under the entry point group `edge.commands`.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from edge.errors import UsageError
from edge.table import printable

if TYPE_CHECKING:
    import argparse

    from edge.runtime import Runtime

GROUP = "edge.commands"
"""Entry point group of verbs that other packages add."""


class Verb(Protocol):
    """What a verb of the command line has."""

    @property
    def help(self) -> str:
        """One line for the list of verbs: lower case, no full stop."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add the verb's own arguments; may set `parser.description` and `parser.epilog`."""

    def run(self, args: argparse.Namespace) -> int:
        """Do it and return the exit status: 0 done, 1 failed, 2 misuse."""


DEFAULT_BUNDLE = "(default: the English one that comes with the package)"
"""What the help says of a bundle that need not be named; see `bundle_of`."""


def add_bundle(parser: argparse.ArgumentParser) -> None:
    """Add the bundle that a verb works with; see `bundle_of`."""
    parser.add_argument(
        "bundle",
        metavar="BUNDLE",
        nargs="?",
        help=f"a bundle: a folder or a .tar {DEFAULT_BUNDLE}",
    )


def bundle_of(args: argparse.Namespace) -> str:
    """The bundle that was named, or the one that comes with the package.

    Raises:
        BundleNotFound: none was named, and this copy of the package came without one.
    """
    if args.bundle is not None:
        return str(args.bundle)
    from edge.models import default_bundle

    return str(default_bundle())


def add_area(parser: argparse.ArgumentParser) -> None:
    """Add the area that something is said in."""
    parser.add_argument(
        "--area", metavar="AREA", help="where in the home it is said: an area's id or name"
    )


def warn_of_home(home: str | None, hub: Runtime) -> None:
    """Says on standard error which devices of a home that was named no sentence can name."""
    for problem in hub.unspoken if home is not None else ():
        print(printable(f"{home}: {problem}"), file=sys.stderr)


def add_json(
    parser: argparse.ArgumentParser, help: str = "print one JSON document instead of a table"
) -> None:
    """Add `--json`, which every verb has."""
    parser.add_argument("--json", action="store_true", help=help)


def to_json(document: Any, indent: int | None = None) -> str:
    """A JSON document for programs, with escapes for what standard output cannot write."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    is_unicode = encoding.lower().replace("-", "").startswith("utf")
    return json.dumps(document, ensure_ascii=not is_unicode, indent=indent)


def print_json(document: Any) -> None:
    """Print one JSON document for programs: indented, newline at the end."""
    print(to_json(document, indent=2))


def standard_input() -> BinaryIO:
    """The bytes of standard input.

    Raises:
        UsageError: it is closed.
    """
    if sys.stdin is None:
        raise UsageError("standard input is closed", allowed="a pipe, a file or a terminal")
    return sys.stdin.buffer


def check_place(path: str) -> None:
    """Refuses a name that no file can be written under, before the work for it and not after.

    Raises:
        UsageError: it is a folder, or in none that there is, or in one that may not be written to.
    """
    what, allowed = "cannot be written", "a file in a folder there is"
    if os.path.isdir(path) or not os.path.isdir(os.path.dirname(os.path.abspath(path))):
        raise UsageError(what, where=path, allowed=allowed)
    from edge.files import check_writable

    try:
        check_writable(path)
    except OSError as error:
        raise UsageError(
            f"{what}: {error.strerror or error}",
            where=path,
            allowed=f"{allowed}, and that may be written to",
        ) from None


def check_home(path: str | None) -> None:
    """Refuses a home that is no file: a pipe would be waited for until somebody writes into it.

    Raises:
        UsageError: there is something else of that name.
    """
    if path and os.path.exists(path) and not os.path.isfile(path):
        raise UsageError("is no file", where=path, allowed="a file of devices: .toml or .json")


def check_no_bundle(recordings: Sequence[str], verb: str) -> None:
    """Refuses a bundle among recordings: `--wav` takes all that follows it.

    Raises:
        UsageError: one of them is a folder, or is called as bundles are.
    """
    for path in recordings:
        if path.endswith((".edge", ".tar")) or os.path.isdir(path):
            raise UsageError(
                f"{path!r} is no recording",
                where="--wav",
                allowed="files of sound",
                hint=f"a bundle comes first: edge {verb} {shlex.quote(path)} --wav …",
            )


def terminal_width() -> int | None:
    """Columns to wrap tables to; None when standard output is no terminal."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns
