"""`edge profiles`: what boards there are, and which of them this machine is nearest to."""

from __future__ import annotations

import argparse

import device_profiles
from device_profiles import Profile
from edge.commands import add_json, print_json, terminal_width
from edge.table import table

help = "list, show and detect device profiles"

_EPILOG = """\
examples:
  edge profiles list
  edge profiles show raspberry-pi-4
  edge profiles show ./my-board.toml --json
  edge profiles detect

A profile is one TOML file. To add a board, copy one that is near it into a folder of your own,
change it, and name the folder in the environment variable EDGE_PROFILES.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`list`, `show NAME` and `detect`."""
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="every profile in one table")
    show = actions.add_parser("show", help="one profile in full")
    show.add_argument("name", metavar="NAME", help="a profile's name, or the path of a TOML file")
    detect = actions.add_parser("detect", help="this machine, and the profile nearest to it")
    for action in (listing, show, detect):
        add_json(action)


def run(args: argparse.Namespace) -> int:
    """Print what was asked for."""
    if args.action == "list":
        _list(args.json)
        return 0
    if args.action == "show":
        _show(device_profiles.load(args.name), args.json)
        return 0
    return _detect(args.json)


def _list(as_json: bool) -> None:
    profiles = [device_profiles.load(name) for name in device_profiles.available()]
    if as_json:
        print_json([profile.to_dict() for profile in profiles])
        return
    rows = [
        (
            profile.name,
            profile.core or profile.architecture,
            profile.cores,
            profile.clock_mhz,
            profile.memory_mb,
            "yes" if profile.dot_product else "no",
            ", ".join(f"{t} {ms:g}" for t, ms in profile.budgets.latency_ms.items()),
            f"{profile.budgets.bundle_mb:g}",
            profile.quantization.schemes[0],
        )
        for profile in profiles
    ]
    header = (
        "profile",
        "core",
        "cores",
        "MHz",
        "MiB",
        "int8 dot",
        "budget ms",
        "bundle MiB",
        "first",
    )
    print(table(header, rows, right={2, 3, 4, 7}))


def _show(profile: Profile, as_json: bool) -> None:
    if as_json:
        print_json(profile.to_dict())
        return
    budgets, session = profile.budgets, profile.session
    rows = [
        ("name", profile.name),
        ("description", profile.description),
        ("architecture", f"{profile.architecture} {profile.core}".strip()),
        ("features", " ".join(sorted(profile.features))),
        ("cores", f"{profile.cores} at {profile.clock_mhz} MHz"),
        ("memory", f"{profile.memory_mb} MiB"),
        ("storage", f"{profile.storage_mb} MiB"),
        ("onnxruntime", profile.onnxruntime),
        *((f"budget: {task}", f"{ms:g} ms (99 %)") for task, ms in budgets.latency_ms.items()),
        (
            "budget: memory",
            f"{budgets.resident_memory_mb:g} MiB resident, "
            f"{budgets.listening_memory_mb:g} with speech",
        ),
        ("budget: bundle", f"{budgets.bundle_mb:g} MiB"),
        (
            "session",
            f"{session.threads} thread(s), "
            f"spinning {'on' if session.allow_spinning else 'off'}, "
            f"arena {'on' if session.memory_arena else 'off'}, "
            f"optimisation {session.optimization}",
        ),
        ("quantisation", ", then ".join(profile.quantization.schemes)),
    ]
    print(table(("what", "value"), rows, width=terminal_width()))


def _detect(as_json: bool) -> int:
    machine = device_profiles.detect()
    nearest = ""
    refused: dict[str, list[str]] = {}
    for name in device_profiles.available():
        reasons = machine.lacks(device_profiles.load(name))
        if reasons:
            refused[name] = list(reasons)
    fitting = [name for name in device_profiles.available() if name not in refused]
    if fitting:
        nearest = device_profiles.closest(machine, fitting)
    if as_json:
        print_json(
            {
                "machine": machine.to_dict(),
                "closest": nearest or None,
                "fits": fitting,
                "does_not_fit": refused,
            }
        )
        return 0 if nearest else 1
    print(device_profiles.summary(machine))
    print(f"nearest profile: {nearest or 'none fits'}\n")
    rows = [
        (name, "no" if name in refused else "yes", "; ".join(refused.get(name, ())))
        for name in device_profiles.available()
    ]
    print(table(("profile", "fits", "why not"), rows, width=terminal_width()))
    return 0 if nearest else 1
