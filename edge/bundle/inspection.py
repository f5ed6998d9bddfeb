"""One pass over everything in a bundle.

`Bundle.open` and `edge verify` both run `inspect`: the first stops at the first finding, the second
collects them all, so that the two cannot disagree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from edge import limits
from edge.bundle import manifest, paths
from edge.bundle.manifest import FileEntry, Graph, Manifest, Variant
from edge.bundle.source import Report as Reporter
from edge.bundle.source import Store
from edge.errors import (
    BundleError,
    BundleFormatError,
    BundleIntegrityError,
    BundleTooNew,
    ForbiddenGraph,
)
from edge.onnx.scan import scan
from edge.onnx.summary import GraphSummary


class Inspection:
    """What a pass over a bundle leaves behind.

    Attributes:
        manifest: None when it could not be read.
        variant: the one that `choose` chose.
        present: path → bytes of every plain file that is there.
        contents: path → the very bytes that were hashed, of the assets and the chosen variant.
        graphs: path → what the graph is made of, of the graphs that may be run.
    """

    __slots__ = ("contents", "graphs", "manifest", "present", "variant")

    def __init__(self) -> None:
        self.manifest: Manifest | None = None
        self.variant: Variant | None = None
        self.present: dict[str, int] = {}
        self.contents: dict[str, bytes] = {}
        self.graphs: dict[str, GraphSummary] = {}


def inspect(
    store: Store, report: Reporter, choose: Callable[[Manifest], Variant] | None = None
) -> Inspection:
    """Check every file of a bundle, reading each once.

    Args:
        report: called for every finding, in the order found; what it raises ends the pass.
        choose: picks the variant whose bytes are kept; without it, no bytes are.
    """
    result = Inspection()
    present = result.present = store.list(report)
    result.manifest = _read_manifest(store, present, report)
    if result.manifest is None:
        return result
    if choose is not None:
        result.variant = choose(result.manifest)
    _check_signature(present, report)
    for path in sorted(present.keys() - result.manifest.files.keys()):
        if path not in (paths.MANIFEST, paths.SIGNATURE):
            error = BundleIntegrityError(
                "is not listed in the manifest",
                where=path,
                allowed="the files listed in manifest.json",
                hint="remove it, or export the bundle again",
            )
            report("extra", path, error)
    graphs: dict[str, list[Graph]] = {}
    for variant in result.manifest.variants:
        for graph in variant.graphs.values():
            graphs.setdefault(graph.path, []).append(graph)
    kept = {graph.path for graph in result.variant.graphs.values()} if result.variant else set()
    scanned: dict[str, GraphSummary] = {}
    for path, entry in result.manifest.files.items():
        data = _read_file(store, present, entry, report)
        if data is None:
            continue
        if choose is not None and (path in kept or path.startswith("assets/")):
            result.contents[path] = data
        if path in graphs:
            # Boards of one kind often share a graph: equal bytes are scanned once.
            summary = scanned.get(entry.sha256) or _scan(data, path, report)
            if summary is not None and _agrees(summary, graphs[path], report):
                scanned[entry.sha256] = summary
                result.graphs[path] = summary
    return result


def raise_serious(kind: str, path: str, error: BundleError) -> None:
    """A reporter that ends the pass at the first finding; a missing signature is none yet."""
    if kind != "unsigned":
        raise error


def _read_manifest(store: Store, present: dict[str, int], report: Reporter) -> Manifest | None:
    path = paths.MANIFEST
    if path not in present:
        error: BundleError = BundleFormatError(
            "there is no manifest.json",
            where=path,
            hint="name the folder that has manifest.json in it, or a tar with it at its top; "
            "`edge export` makes one of what `edge train` wrote",
        )
        report("missing", path, error)
        return None
    if present[path] > limits.MANIFEST_BYTES:
        error = BundleFormatError(
            f"has {present[path]} bytes", where=path, allowed=f"at most {limits.MANIFEST_BYTES}"
        )
        report("oversized", path, error)
        return None
    try:
        return manifest.parse(store.read(path, limits.MANIFEST_BYTES))
    except BundleTooNew as newer:
        report("too_new", path, newer)
    except BundleIntegrityError as gone:
        report("missing", path, gone)
    except BundleFormatError as bad:
        report("malformed", path, bad)
    return None


def _check_signature(present: dict[str, int], report: Reporter) -> None:
    path = paths.SIGNATURE
    size = present.get(path, 0)
    if size > limits.SIGNATURE_BYTES:
        error = BundleFormatError(
            f"has {size} bytes", where=path, allowed=f"at most {limits.SIGNATURE_BYTES}"
        )
        report("oversized", path, error)
    what = "there is no signature"
    if path in present:
        what = "the signature is not checked: this runtime has no trusted keys"
    report("unsigned", path, BundleIntegrityError(what, where=path))


def _read_file(
    store: Store, present: dict[str, int], entry: FileEntry, report: Reporter
) -> bytes | None:
    """The bytes of a listed file, once they are those the manifest says; None otherwise."""
    path = entry.path
    hint = "the bundle is damaged or was altered: copy or export it again"
    if path not in present:
        error = BundleIntegrityError(
            "is missing", where=path, allowed=f"a file of {entry.bytes} bytes", hint=hint
        )
        report("missing", path, error)
        return None
    data = b""
    size = present[path]
    if size == entry.bytes:
        try:
            data = store.read(path, size)
        except BundleIntegrityError as gone:
            report("missing", path, gone)
            return None
        except BundleFormatError as bad:
            report("forbidden", path, bad)
            return None
        size = len(data)
    if size != entry.bytes:
        error = BundleIntegrityError(
            f"has {size} bytes", where=path, allowed=f"the {entry.bytes} bytes listed", hint=hint
        )
        report("different", path, error)
        return None
    digest = hashlib.sha256(data).hexdigest()
    if digest != entry.sha256:
        error = BundleIntegrityError(
            f"has the SHA-256 {digest}", where=path, allowed=f"{entry.sha256} as listed", hint=hint
        )
        report("different", path, error)
        return None
    return data


def _scan(data: bytes, path: str, report: Reporter) -> GraphSummary | None:
    try:
        return scan(data, path)
    except ForbiddenGraph as refused:
        report("forbidden", path, refused)
    except BundleFormatError as bad:
        report("malformed", path, bad)
    return None


def _agrees(summary: GraphSummary, graphs: list[Graph], report: Reporter) -> bool:
    """Whether the manifest says of a graph what the graph is; reports where not."""
    agrees = True
    for graph in graphs:
        found = {"inputs": summary.inputs, "outputs": summary.outputs}
        difference = manifest.disagreement(graph, summary.opset, found)
        if difference:
            error = ForbiddenGraph(
                difference,
                where=graph.path,
                allowed="a manifest that describes its graphs",
                hint="export the bundle again",
            )
            report("forbidden", graph.path, error)
            agrees = False
    return agrees
