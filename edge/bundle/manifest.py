"""The manifest of a bundle: read strictly, checked whole, then handed out as plain types."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from edge import limits
from edge._version import __version__
from edge.bundle import paths, strict_json
from edge.bundle.keypath import Table, wrong
from edge.errors import BundleTooNew, shown
from edge.onnx.summary import TensorSpec
from edge.onnx.tensor import DTYPES

if TYPE_CHECKING:
    from device_profiles.profile import SessionSettings

TASK_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,31}")
PROFILE_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_VERSION: Final = re.compile(r"(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})\.(0|[1-9][0-9]{0,5})")
_CREATED: Final = re.compile(
    r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"
)
_DTYPE_NAMES: Final = tuple(name for name, _ in DTYPES.values())


class FileEntry(NamedTuple):
    """What the manifest says of one file."""

    path: str
    bytes: int
    sha256: str
    """Lower-case hexadecimal."""


class Graph(NamedTuple):
    """One task's graph in one variant."""

    task: str
    path: str
    bytes: int
    opset: int
    scheme: str
    """One of `device_profiles.SCHEMES`."""
    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    session: SessionSettings
    accuracy: Mapping[str, Any]
    """What was measured on the workstation; not interpreted here."""
    latency: Mapping[str, Any]
    """Where, how and how fast it was measured; not interpreted here."""
    reasons: tuple[str, ...]
    """Why this graph was chosen for this profile, in sentences."""


class Variant(NamedTuple):
    """The graphs for one device profile."""

    profile: str
    graphs: Mapping[str, Graph]
    """Task → graph."""


class Manifest(NamedTuple):
    """A manifest that is valid in itself; whether the files agree is checked elsewhere."""

    name: str
    version: str
    sequence: int
    created: str
    minimum_runtime: str
    files: Mapping[str, FileEntry]
    tasks: Mapping[str, Mapping[str, Any]]
    variants: tuple[Variant, ...]
    raw: Mapping[str, Any]
    """All of it, as the JSON has it."""


def parse(data: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        BundleFormatError: it is not what docs/bundle-format.md says; names the key.
        BundleTooNew: its schema or the runtime it needs is newer than this one.
    """
    raw = strict_json.loads(
        data,
        paths.MANIFEST,
        most_bytes=limits.MANIFEST_BYTES,
        most_depth=limits.MANIFEST_DEPTH,
    )
    top = Table(raw, "")
    _check_age(top)
    files = _files(top)
    tasks = _tasks(top.table("tasks"), files)
    return Manifest(
        name=top.text("name", limits.NAME_CHARS),
        version=top.text("version", limits.NAME_CHARS),
        sequence=top.whole("sequence", 0, 10**limits.MANIFEST_DIGITS - 1),
        created=top.matching("created", _CREATED, "a time like 2025-01-31T12:00:00Z"),
        minimum_runtime=top.matching("minimum_runtime", _VERSION, "a version like 0.1.0"),
        files=MappingProxyType(files),
        tasks=MappingProxyType(tasks),
        variants=_variants(top, files, tasks),
        raw=MappingProxyType(raw),
    )


def _check_age(top: Table) -> None:
    """First of all: a newer manifest may differ in anything else."""
    schema = top.whole("schema", 1, 10**6)
    if schema > limits.MANIFEST_SCHEMA:
        raise BundleTooNew(
            f"the bundle has schema {schema}",
            where=paths.MANIFEST,
            allowed=f"schema {limits.MANIFEST_SCHEMA}, the newest that edge {__version__} reads",
            hint="update the runtime: pip install --upgrade hearth-edge",
        )
    needed = top.matching("minimum_runtime", _VERSION, "a version like 0.1.0")
    if _numbers(needed) > _numbers(__version__):
        raise BundleTooNew(
            f"the bundle needs edge {needed} or newer",
            where=paths.MANIFEST,
            allowed=f"bundles for edge {__version__}",
            hint="update the runtime: pip install --upgrade hearth-edge",
        )


def _numbers(version: str) -> tuple[int, ...]:
    found = _VERSION.match(version)
    return tuple(int(part) for part in found.groups()) if found else ()


def _files(top: Table) -> dict[str, FileEntry]:
    files: dict[str, FileEntry] = {}
    lower: dict[str, str] = {}
    total = 0
    for item in top.tables("files", limits.BUNDLE_FILES):
        path = item.text("path", limits.PATH_BYTES)
        problem = paths.wrong_with(path)
        if problem or path.split("/")[0] not in paths.FOLDERS or "/" not in path:
            raise item.wrong("path", problem or "is in no folder of a bundle", paths.RULE)
        other = lower.setdefault(path.lower(), path)
        if path in files or other != path:
            raise item.wrong("path", f"is the same file as {other!r}", "each file once")
        size = item.whole("bytes", 0, limits.FILE_BYTES)
        digest = item.matching("sha256", _DIGEST, "64 lower-case hexadecimal digits")
        files[path] = FileEntry(path, size, digest)
        total += size
    for path in files:
        for parent in range(1, path.count("/") + 1):
            folder = path.rsplit("/", parent)[0]
            if folder.lower() in lower:
                raise wrong("files", f"have {folder!r} both as a file and as a folder", "one")
    if total > limits.BUNDLE_BYTES:
        raise wrong("files", f"hold {total} bytes together", f"at most {limits.BUNDLE_BYTES}")
    return files


def _tasks(table: Table, files: Mapping[str, FileEntry]) -> dict[str, Mapping[str, Any]]:
    tasks: dict[str, Mapping[str, Any]] = {}
    for name in table.names(TASK_NAME, limits.TASKS):
        task = table.table(name)
        if "assets" in task.value:
            assets = task.table("assets")
            for role in assets.names(TASK_NAME, limits.ASSET_ROLES):
                path = assets.text(role, limits.PATH_BYTES)
                if path not in files or not path.startswith("assets/"):
                    raise assets.wrong(role, "is no asset of this bundle", "a listed assets/… path")
        tasks[name] = MappingProxyType(task.value)
    return tasks


def _variants(
    top: Table, files: Mapping[str, FileEntry], tasks: Mapping[str, Any]
) -> tuple[Variant, ...]:
    variants: dict[str, Variant] = {}
    for item in top.tables("variants", limits.VARIANTS):
        profile = item.matching("profile", PROFILE_NAME, "a profile's name: a-z, 0-9 and '-'")
        if profile in variants:
            raise item.wrong("profile", "is there twice", "one variant a profile")
        table = item.table("graphs")
        names = table.names(TASK_NAME, limits.TASKS)
        graphs = {task: _graph(task, table.table(task), files) for task in names}
        for task in graphs:
            if task not in tasks:
                raise wrong(table.key(task), "is for a task that `tasks` does not have", "a task")
        variants[profile] = Variant(profile, MappingProxyType(graphs))
    if not variants:
        raise wrong("variants", "is empty", "at least one variant")
    return tuple(variants.values())


def _graph(task: str, table: Table, files: Mapping[str, FileEntry]) -> Graph:
    # 5 ms that whoever imports the runtime, and has no bundle to open yet, does not wait for.
    from device_profiles.profile import OPTIMIZATION_LEVELS, SCHEMES, SessionSettings

    path = table.text("path", limits.PATH_BYTES)
    if path not in files or not path.startswith("variants/"):
        raise table.wrong("path", "is no graph of this bundle", "a listed variants/… path")
    size = table.whole("bytes", 0, limits.FILE_BYTES)
    if size != files[path].bytes:
        raise table.wrong("bytes", "is not what `files` says", str(files[path].bytes))
    session = table.table("session")
    return Graph(
        task=task,
        path=path,
        bytes=size,
        opset=table.whole("opset", limits.GRAPH_OPSET_MIN, limits.GRAPH_OPSET_MAX),
        scheme=table.choice("scheme", SCHEMES),
        inputs=_tensors(table, "inputs"),
        outputs=_tensors(table, "outputs"),
        session=SessionSettings(
            threads=session.whole("threads", 1, limits.THREADS),
            allow_spinning=session.boolean("allow_spinning"),
            memory_arena=session.boolean("memory_arena"),
            optimization=session.choice("optimization", OPTIMIZATION_LEVELS),
        ),
        accuracy=MappingProxyType(table.table("accuracy").value),
        latency=MappingProxyType(table.table("latency").value),
        reasons=table.texts("reasons", limits.REASONS, limits.REASON_CHARS),
    )


def _tensors(table: Table, key: str) -> tuple[TensorSpec, ...]:
    specs = []
    for item in table.tables(key, limits.GRAPH_TENSORS):
        name = item.text("name", limits.GRAPH_NAME_BYTES)
        dtype = item.choice("dtype", _DTYPE_NAMES)
        shape = item.list("shape", limits.GRAPH_TENSOR_RANK)
        for index, size in enumerate(shape):
            fixed = type(size) is int and 0 <= size <= limits.GRAPH_DIMENSION
            named = isinstance(size, str) and 0 < len(size) <= limits.NAME_CHARS
            if not (fixed or named):
                raise wrong(
                    item.key(f"shape[{index}]"), f"is {shown(size)}", "a size, or a name for one"
                )
        specs.append(TensorSpec(name, dtype, tuple(shape)))
    return tuple(specs)


def disagreement(graph: Graph, opset: int, found: Mapping[str, tuple[TensorSpec, ...]]) -> str:
    """Where the manifest's words about a graph differ from the graph itself; empty when nowhere.

    Args:
        opset: the graph's.
        found: "inputs" and "outputs" of the graph.
    """
    if graph.opset != opset:
        return f"the graph has opset {opset}, the manifest says {graph.opset}"
    for kind, said in (("inputs", graph.inputs), ("outputs", graph.outputs)):
        if len(said) != len(found[kind]):
            return f"the graph has {len(found[kind])} {kind}, the manifest says {len(said)}"
        for ours, theirs in zip(said, found[kind], strict=True):
            if ours.name != theirs.name or ours.dtype != theirs.dtype:
                same = False
            else:
                # A size that is not fixed in the graph may have any name in the manifest.
                same = [d if isinstance(d, int) else "" for d in ours.shape] == [
                    d if isinstance(d, int) else "" for d in theirs.shape
                ]
            if not same:
                return (
                    f"the graph's {kind} have {theirs.to_dict()!a}, "
                    f"the manifest says {ours.to_dict()!a}"
                )
    return ""
