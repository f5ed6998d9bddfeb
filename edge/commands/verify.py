"""`edge verify`: what is wrong with a bundle, all of it."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from edge.commands import add_json, print_json, terminal_width
from edge.table import printable, table

if TYPE_CHECKING:
    from edge.bundle.verify import Report

help = "check every byte of a bundle and say what is wrong with it"

_EPILOG = """\
examples:
  edge verify home.edge
  edge verify home.tar --json

Says of every file whether it is extra, missing, different, oversized, forbidden or malformed.
Nothing in the bundle is run.

exit status: 0 when the runtime would load it, 1 when it would refuse it, 2 when there is none.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The bundle."""
    parser.epilog = _EPILOG
    parser.add_argument("bundle", metavar="BUNDLE", help="a bundle: a folder or a .tar")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    """Print the report."""
    from edge.bundle.verify import verify

    report = verify(args.bundle)
    if args.json:
        print_json(report.to_dict())
    else:
        _print(report)
    return 0 if report.ok else 1


def _print(report: Report) -> None:
    parts = []
    manifest = report.manifest
    if manifest is not None:
        size = sum(entry.bytes for entry in manifest.files.values())
        parts.append(
            printable(
                f"{manifest.name} {manifest.version} (sequence {manifest.sequence}, "
                f"{manifest.created}): {len(manifest.files)} files, {size / 1024:.0f} KiB"
            )
        )
        rows = [
            (
                variant.profile,
                task,
                graph.scheme,
                graph.opset,
                report.graphs[graph.path].nodes if graph.path in report.graphs else "refused",
                f"{manifest.files[graph.path].bytes / 1024:.0f}",
            )
            for variant in manifest.variants
            for task, graph in variant.graphs.items()
        ]
        header = ("profile", "task", "scheme", "opset", "nodes", "KiB")
        parts.append(table(header, rows, right={3, 4, 5}))
    if report.findings:
        found = [(finding.kind, finding.path, finding.detail) for finding in report.findings]
        parts.append(table(("finding", "file", "detail"), found, width=terminal_width()))
    serious = sum(finding.serious for finding in report.findings)
    plural = "" if serious == 1 else "s"
    parts.append("would load" if report.ok else f"refused: {serious} finding{plural}")
    print("\n\n".join(parts))
