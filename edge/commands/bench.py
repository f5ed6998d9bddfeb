"""`edge bench`: what a bundle costs on this machine."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edge.commands import add_json, print_json, terminal_width
from edge.errors import UsageError
from edge.limits import BENCH_HOMES, HOME_ITEMS
from edge.table import printable, table

help = "measure a bundle's speed, memory and size on this machine"

_EPILOG = """\
examples:
  edge bench home.edge
  edge bench home.edge --sentences logs.txt --out bench.json
  edge bench home.edge --homes 0,1000,10000
  edge bench home.edge --profile raspberry-pi-4 --quick --strict

Times are those of this very machine: p50, p90 and p99 after a warm-up, sentences taken in turn,
words heard before, as they are in use. `text to frame` and a bare `session.run` of the same input
are timed in turn; what the first takes longer is what the runtime adds. Start and memory are
medians over fresh processes, beside processes that import numpy and onnxruntime only. Accuracy is
what the manifest says; nothing of it is measured here.

exit status: 0 when measured; with --strict 1 when a figure is over the profile's budget.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundle, what to say to it, how long to measure, where to save."""
    parser.epilog = _EPILOG
    parser.add_argument("bundle", metavar="BUNDLE", help="a bundle: a folder or a .tar")
    parser.add_argument(
        "--sentences",
        metavar="FILE",
        default="",
        help="time these, one a line (default: the bundle's golden sentences)",
    )
    parser.add_argument(
        "--home",
        metavar="FILE",
        default="",
        help="devices and areas of the household (default: the bundle's own)",
    )
    parser.add_argument(
        "--homes",
        metavar="N,N,…",
        type=_counts,
        default=(),
        help="time the grammar again with so many made-up devices more",
    )
    parser.add_argument("--profile", metavar="NAME", help="take this profile's variant and budget")
    parser.add_argument(
        "--quick", action="store_true", help="about 5 seconds instead of 20, and rougher"
    )
    parser.add_argument(
        "--strict", action="store_true", help="exit status 1 when a figure is over its budget"
    )
    parser.add_argument(
        "--kind",
        choices=("host", "emulated"),
        default="",
        help="say that this machine is real, or emulated (default: found out, as far as it can be)",
    )
    parser.add_argument("--out", metavar="FILE", default="", help="also save the JSON document")
    add_json(parser)


def _counts(text: str) -> tuple[int, ...]:
    counts = []
    for part in text.split(","):
        if not (part.isascii() and part.isdigit() and len(part) < 8 and int(part) <= HOME_ITEMS):
            raise argparse.ArgumentTypeError(f"{part!r} is no number from 0 to {HOME_ITEMS}")
        counts.append(int(part))
    if len(counts) > BENCH_HOMES:
        raise argparse.ArgumentTypeError(f"{len(counts)} sizes; at most {BENCH_HOMES}")
    return tuple(counts)


def run(args: argparse.Namespace) -> int:
    """Measure, print, save."""
    out = Path(args.out) if args.out else None
    if out is not None and (out.is_dir() or not out.absolute().parent.is_dir()):
        # Before half a minute of measuring, not after it.
        raise UsageError("cannot be written", where=args.out, allowed="a file in a folder there is")
    from edge.bench import suite

    request = suite.Request(
        args.bundle,
        sentences=args.sentences,
        home=args.home,
        profile=args.profile,
        homes=args.homes,
        kind=args.kind,
        effort=suite.QUICK if args.quick else suite.FULL,
        command=command(args),
    )
    document = suite.run(request, _say if sys.stderr.isatty() else _say_nothing)
    if out is not None:
        from edge.files import write_atomic

        write_atomic(out, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    if args.json:
        print_json(document)
    else:
        print(describe(document))
    over = any(row["within"] is False for row in document["budgets"])
    return 1 if over and args.strict else 0


def command(args: argparse.Namespace) -> str:
    """How this was called. Of a path only the last part is kept: results are published, and where
    things lie on this machine is no part of them."""
    words = ["edge", "bench", Path(args.bundle).name]
    for option in ("sentences", "home"):
        value = getattr(args, option)
        if value:
            words += [f"--{option}", Path(value).name]
    if args.homes:
        words += ["--homes", ",".join(map(str, args.homes))]
    if args.profile:
        words += ["--profile", args.profile]
    if args.kind:
        words += ["--kind", args.kind]
    words += [f"--{option}" for option in ("quick", "strict") if getattr(args, option)]
    return shlex.join(words)


def _say(line: str) -> None:
    print(f"… {line}", file=sys.stderr, flush=True)


def _say_nothing(line: str) -> None:
    """Standard error is no terminal: nobody waits there."""


# --- for people -----------------------------------------------------------------------------------


def describe(document: Mapping[str, Any]) -> str:
    """The document as tables."""
    parts = [
        _head(document),
        _times(document),
        _homes(document),
        _start(document),
        _memory(document),
        _sizes(document),
        _accuracy(document),
        _budgets(document),
    ]
    return "\n\n".join(part for part in parts if part)


def _head(document: Mapping[str, Any]) -> str:
    bundle, machine, versions = document["bundle"], document["machine"], document["versions"]
    threads = document["threads"]
    facts = [
        machine["model"],
        machine["architecture"],
        f"{machine['cores']} core{'' if machine['cores'] == 1 else 's'}",
        f"{machine['memory_mb']} MiB",
        f"load {machine['load_1min']}" if machine["load_1min"] is not None else "",
        f"governor {machine['governor']}" if machine["governor"] else "",
        document["kind"],
    ]
    lines = [
        f"{bundle['name']} {bundle['version']}, variant {bundle['profile']} ({bundle['scheme']}), "
        f"{threads} thread{'' if threads == 1 else 's'}",
        ", ".join(fact for fact in facts if fact),
        ", ".join(f"{name} {version}" for name, version in versions.items()),
        *(f"warning: {warning}" for warning in document["warnings"]),
    ]
    return "\n".join(printable(line) for line in lines)


def _times(document: Mapping[str, Any]) -> str:
    latency = document["latency"]
    labels = {
        "grammar": "  by the grammar",
        "model": "  by the model",
        "rejected": "  rejected",
    }
    rows = []
    if "answer" in latency:
        rows.append(_row("text to answer", latency["answer"]))
        rows += [_row(labels[name], one) for name, one in latency["answer_by_source"].items()]
    if latency.get("overhead"):
        rows.append(_row("text to frame", latency["frame"]))
        rows.append(_row("bare session.run", latency["session_run"]))
        more = latency["overhead"]
        rows.append(
            (
                "  what the frame takes more",
                f"{more['p50_us']:+.1f}",
                "",
                "",
                f"×{more['p50_ratio']:.2f}",
            )
        )
    if "suggest" in latency:
        rows.append(_row("moment to suggestions", latency["suggest"]))
        rows.append(_row("bare session.run of its graph", latency["suggest_session_run"]))
        rows.append(_row("learning from an event", latency["observe"]))
    count = document["sentences"]["count"]
    title = f"time of {count} sentence{'' if count == 1 else 's'}" if count else "time"
    return table((title, "p50 µs", "p90 µs", "p99 µs", "calls"), rows, right={1, 2, 3, 4})


def _row(name: str, one: Mapping[str, Any]) -> tuple[str, ...]:
    times = [f"{one[key]:.1f}" for key in ("p50_us", "p90_us", "p99_us")]
    return (name, *times, str(one["calls"]))


def _homes(document: Mapping[str, Any]) -> str:
    rows = [
        _row(f"{home['devices']:,} devices, {label}", home[name])
        for name, label in (
            ("matched", "matched"),
            ("unknown", "unknown name"),
            ("unmatched", "unmatched"),
        )
        for home in document["homes"]
        if home[name]
    ]
    header = ("home", "p50 µs", "p90 µs", "p99 µs", "calls")
    return table(header, rows, right={1, 2, 3, 4}) if rows else ""


def _start(document: Mapping[str, Any]) -> str:
    start = document["start"]
    steps = (
        ("import numpy and onnxruntime", "import_numpy_onnxruntime_ms"),
        ("import edge besides", "import_edge_ms"),
        ("load: verify, choose, warm up", "load_ms"),
        ("first answer", "first_answer_ms"),
        ("process start to first answer", "to_first_answer_ms"),
    )
    rows = [(label, f"{start[name]:.1f}") for label, name in steps]
    return table((f"start, median of {start['processes']} processes", "ms"), rows, right={1})


def _memory(document: Mapping[str, Any]) -> str:
    memory = document["memory"]
    if memory is None:
        return "memory: this system does not tell"
    rows = [
        (label, f"{memory[f'{name}_mib']:.1f}", f"{memory[f'bare_{name}_mib']:.1f}")
        for label, name in (
            ("resident (RSS)", "rss"),
            ("shared pages divided (PSS)", "pss"),
            ("private", "private"),
            ("anonymous", "anonymous"),
        )
    ]
    return table(("memory", "MiB more", "bare"), rows, right={1, 2})


def _sizes(document: Mapping[str, Any]) -> str:
    sizes = document["bytes"]
    rows = [
        ("the bundle, all variants", f"{sizes['bundle'] / 1024:.1f}"),
        ("what this board needs of it", f"{sizes['device'] / 1024:.1f}"),
        ("the graph", f"{sizes['graph'] / 1024:.1f}"),
    ]
    return table(("size", "KiB"), rows, right={1})


def _accuracy(document: Mapping[str, Any]) -> str:
    found = document["accuracy"]
    rows = [
        (name, *(_number(found[key].get(name), sign) for key, sign in _ACCURACY))
        for name in sorted(found["chosen"])
    ]
    header = ("accuracy, as the manifest says", "float", document["bundle"]["scheme"], "difference")
    lines = [table(header, rows, right={1, 2, 3})] if rows else []
    lines += [printable(f"chosen because {reason}") for reason in document["reasons"][:1]]
    return "\n".join(lines)


_ACCURACY = (("float", ""), ("chosen", ""), ("difference", "+"))


def _number(value: float | None, sign: str) -> str:
    return "–" if value is None else f"{value:{sign}.2f}"


def _budgets(document: Mapping[str, Any]) -> str:
    rows = []
    for row in document["budgets"]:
        verdict = {True: "pass", False: "over", None: f"not judged: {row['why']}"}[row["within"]]
        measured = "–" if row["measured"] is None else f"{row['measured']:.2f}"
        rows.append((row["what"], measured, f"{row['allowed']:g}", row["unit"], verdict))
    header = (f"budget of {document['bundle']['profile']}", "measured", "allowed", "unit", "result")
    return table(header, rows, right={1, 2}, width=terminal_width()) if rows else ""
