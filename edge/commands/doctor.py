"""`edge doctor`: can this machine run bundles?"""

from __future__ import annotations

import argparse

from edge.commands import add_json, print_json, terminal_width
from edge.table import table

help = "check that this machine can run bundles"

_EPILOG = """\
examples:
  edge doctor
  edge doctor home.edge
  edge doctor home.edge --profile raspberry-pi-4 --json

Imports numpy and ONNX Runtime and runs graphs with known answers in a process of its own, so that
a crash is explained instead of suffered. With a bundle, what it is known to answer is tried too:
sentences, suggestions, and what is heard in a made-up voice.

exit status: 0 when every check passed (warnings included), 1 when one failed, 2 when there is no
such bundle.
"""


_LONGEST = 86_400
"""Seconds of a day."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundle, the profile, the time limit."""
    parser.epilog = _EPILOG
    parser.add_argument("bundle", metavar="BUNDLE", nargs="?", help="try this bundle")
    parser.add_argument("--profile", metavar="NAME", help="judge by this profile")
    parser.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        default=120.0,
        help="longest time for the test (default: 120)",
    )
    add_json(parser)


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= _LONGEST:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number of seconds above 0 and at most {_LONGEST}"
        )
    return value


def run(args: argparse.Namespace) -> int:
    """Print one line a check."""
    from edge.bundle.store import open_store
    from edge.doctor.doctor import examine

    if args.bundle is not None:
        open_store(args.bundle).close()  # one that is not there is misuse, and tells nothing
    checks = examine(args.bundle or "", args.profile, args.timeout)
    failed = sum(check.status == "fail" for check in checks)
    if args.json:
        print_json({"ok": not failed, "checks": [check.to_dict() for check in checks]})
        return 1 if failed else 0
    rows = [(check.name, check.status, check.detail) for check in checks]
    print(table(("check", "result", "found"), rows, width=terminal_width()))
    for check in checks:
        if check.help:
            print(f"\n{check.name}: {check.help}")
    print(f"\n{failed} of {len(checks)} checks failed" if failed else "\nready")
    return 1 if failed else 0
