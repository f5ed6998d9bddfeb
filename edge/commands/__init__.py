"""One module per verb of the command line.

A verb is anything with the three members of `Verb`: a module of this package, or an object that
another package registers under the entry point group `edge.commands`.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import argparse

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


def add_json(
    parser: argparse.ArgumentParser, help: str = "print one JSON document instead of a table"
) -> None:
    """Add `--json`, which every verb has."""
    parser.add_argument("--json", action="store_true", help=help)


def print_json(document: Any) -> None:
    """Print one JSON document for programs: UTF-8, indented, newline at the end."""
    print(json.dumps(document, ensure_ascii=False, indent=2))


def terminal_width() -> int | None:
    """Columns to wrap tables to; None when standard output is no terminal."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns
