"""Everything that can be wrong with a bundle, as a report.

The checks are those of edge.bundle.inspection, which `Bundle.open` runs too.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from edge.bundle.inspection import inspect
from edge.bundle.manifest import Manifest
from edge.bundle.store import open_store
from edge.errors import BundleError
from edge.onnx.summary import GraphSummary

Kind = Literal[
    "extra",  # a file that the manifest does not list
    "missing",  # a file that it lists and that is not there, or cannot be read
    "different",  # a file whose size or bytes are not those it lists
    "oversized",  # more files or bytes than edge.limits allows
    "forbidden",  # a link, a bad path, an operator …: what the format rules out
    "malformed",  # what cannot be read as what it should be
    "too_new",  # a schema or a needed runtime newer than this one
    "unsigned",  # for information: nothing vouches for who made it
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found."""

    kind: Kind
    path: str
    """The file inside the bundle."""
    detail: str
    """What was found, what is allowed."""

    @property
    def serious(self) -> bool:
        """Whether the bundle is refused for it."""
        return self.kind != "unsigned"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "kind": self.kind,
            "path": self.path,
            "detail": self.detail,
            "serious": self.serious,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All there is to say about a bundle."""

    path: str
    findings: tuple[Finding, ...]
    manifest: Manifest | None
    """None when it could not be read."""
    graphs: Mapping[str, GraphSummary]
    """Path → what the graph is made of, of the graphs that may be run."""

    @property
    def ok(self) -> bool:
        """Whether `Bundle.open` would accept it."""
        return not any(finding.serious for finding in self.findings)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        found = self.manifest
        return {
            "path": self.path,
            "ok": self.ok,
            "findings": [finding.to_dict() for finding in self.findings],
            "bundle": None
            if found is None
            else {
                "name": found.name,
                "version": found.version,
                "sequence": found.sequence,
                "created": found.created,
                "minimum_runtime": found.minimum_runtime,
                "tasks": sorted(found.tasks),
                "profiles": [variant.profile for variant in found.variants],
                "files": len(found.files),
                "bytes": sum(entry.bytes for entry in found.files.values()),
            },
            "graphs": {path: graph.to_dict() for path, graph in self.graphs.items()},
        }


def verify(path: str | os.PathLike[str]) -> Report:
    """Check a bundle and go on after the first finding.

    Raises:
        BundleNotFound: there is nothing at `path`.
        BundleFormatError: it is neither a folder nor a plain file.
        BundleIntegrityError: it is an archive, and reading it fails.
    """
    findings: list[Finding] = []

    def collect(kind: str, place: str, error: BundleError) -> None:
        detail = f"{error.what}; allowed: {error.allowed}" if error.allowed else error.what
        finding = Finding(kind, ascii(place)[1:-1], detail)  # type: ignore[arg-type]
        if finding not in findings:
            findings.append(finding)

    with open_store(path) as store:
        found = inspect(store, collect)
    return Report(os.fspath(path), tuple(findings), found.manifest, found.graphs)
