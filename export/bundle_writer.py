"""Write a bundle: the same bytes for the same inputs, and never over a good one with a bad one."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from device_profiles import SessionSettings
from edge import limits
from edge.bundle import paths
from edge.bundle.inspection import inspect, raise_serious
from edge.bundle.manifest import parse
from edge.bundle.store import open_store
from edge.errors import BundleError, UsageError
from edge.onnx.scan import scan
from export import folders

MINIMUM_RUNTIME = "0.1.0"
"""The oldest runtime that reads what this module writes."""


def write_bundle(
    target: Path,
    *,
    name: str,
    version: str,
    sequence: int,
    created: str,
    tasks: Mapping[str, Any],
    variants: Sequence[Mapping[str, Any]],
    files: Mapping[str, bytes],
    minimum_runtime: str = MINIMUM_RUNTIME,
) -> Path:
    """Write a bundle's folder at `target`, replacing the bundle that is there in one step.

    What was written is read back by the runtime's own reader before it takes the place of
    anything. A full disk, an error or a kill leaves the old bundle as it was.

    Args:
        created: UTC, "2025-01-31T12:00:00Z"; an input, so that the same inputs give the same bytes.
        tasks: task → its settings, plain JSON data.
        variants: as the manifest has them; `graph_entry` makes an entry of `graphs`.
        files: path inside the bundle ("assets/…", "variants/…") → bytes.

    Returns:
        `target`.

    Raises:
        UsageError: `target` is something other than a bundle, or a value is not JSON.
        BundleError: the bundle would not be valid (the message is what the runtime would say), or
            it cannot be written.
    """
    manifest = _manifest_bytes(
        {
            "schema": limits.MANIFEST_SCHEMA,
            "name": name,
            "version": version,
            "sequence": sequence,
            "created": created,
            "minimum_runtime": minimum_runtime,
            "files": [
                {
                    "path": path,
                    "bytes": len(files[path]),
                    "sha256": hashlib.sha256(files[path]).hexdigest(),
                }
                for path in sorted(files)
            ],
            "tasks": tasks,
            "variants": sorted(variants, key=lambda variant: str(variant.get("profile"))),
        }
    )
    parse(manifest)  # before any of its paths is used as one
    check_target(target)
    with _disk_errors(target), folders.replacing(target) as new:
        for path in sorted(files):
            place = new / path
            place.parent.mkdir(parents=True, exist_ok=True)
            folders.write_file(place, files[path])
        folders.write_file(new / paths.MANIFEST, manifest)
        _check(new)
    return target


def graph_entry(
    path: str,
    data: bytes,
    *,
    scheme: str,
    session: SessionSettings,
    accuracy: Mapping[str, Any] | None = None,
    latency: Mapping[str, Any] | None = None,
    reasons: Sequence[str] = (),
) -> dict[str, Any]:
    """An entry of a variant's `graphs`; what the graph says of itself is read from the graph.

    Args:
        path: of the graph in the bundle, "variants/<profile>/<task>.onnx" as a rule.
        data: the graph.
        scheme: one of `device_profiles.SCHEMES`.

    Raises:
        BundleFormatError, ForbiddenGraph: the runtime would not take this graph.
    """
    summary = scan(data, path)
    return {
        "path": path,
        "bytes": len(data),
        "opset": summary.opset,
        "scheme": scheme,
        "inputs": [tensor.to_dict() for tensor in summary.inputs],
        "outputs": [tensor.to_dict() for tensor in summary.outputs],
        "session": {
            "threads": session.threads,
            "allow_spinning": session.allow_spinning,
            "memory_arena": session.memory_arena,
            "optimization": session.optimization,
        },
        "accuracy": dict(accuracy or {}),
        "latency": dict(latency or {}),
        "reasons": list(reasons),
    }


def pack(folder: Path, tar_path: Path) -> Path:
    """Pack a bundle's folder into an uncompressed tar (ustar): the same bytes for the same bundle.

    Returns:
        `tar_path`.

    Raises:
        BundleError: `folder` is no valid bundle, or the tar cannot be written. The file that was
            at `tar_path` is as it was.
    """
    if tar_path.is_dir():
        raise UsageError("is a folder", where=str(tar_path), allowed="a file's name")
    with _disk_errors(tar_path), open_store(folder) as store:
        found = inspect(store, raise_serious)
        # The manifest first: who reads the archive as a stream knows what to expect.
        first = (paths.MANIFEST, paths.SIGNATURE)
        names = sorted(found.present, key=lambda path: (path not in first, path))
        with folders.replacing_file(tar_path) as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
                for name in names:
                    _add(tar, name, store.read(name, found.present[name]))
            file.flush()
            _check(Path(file.name))
    return tar_path


def _manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Canonical JSON: sorted keys, no white space between them, UTF-8, one newline at the end."""

    def plain(value: Any) -> dict[str, Any]:
        if isinstance(value, Mapping):
            return dict(value)
        raise TypeError(f"{value!r} of type {type(value).__name__} is no JSON")

    try:
        text = json.dumps(
            manifest,
            default=plain,
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
            allow_nan=False,
        )
        return text.encode("utf-8") + b"\n"
    except (TypeError, ValueError) as error:
        raise UsageError(
            f"the manifest cannot be written as JSON: {error}",
            where="tasks, variants",
            allowed="text, finite numbers, true, false, null, lists and mappings of these",
        ) from error


def check_target(target: Path) -> None:
    """A mistyped path must not cost anyone a folder.

    Raises:
        UsageError: there is something other than a bundle.
    """
    if target.is_symlink():
        what = "is a link"
    elif target.exists() and not target.is_dir():
        what = "is a file"
    elif target.is_dir() and any(target.iterdir()) and not (target / paths.MANIFEST).is_file():
        what = "is a folder with other things in it"
    else:
        return
    raise UsageError(
        f"{what}, and would be replaced",
        where=str(target),
        allowed="a new name, an empty folder, or a bundle",
        hint="choose another path, or remove this yourself",
    )


def _check(path: Path) -> None:
    with open_store(path) as store:
        inspect(store, raise_serious)


@contextmanager
def _disk_errors(target: Path) -> Iterator[None]:
    """Say what a failed write means for the bundle."""
    try:
        yield
    except OSError as error:
        raise BundleError(
            f"cannot be written: {error.strerror or error}",
            where=str(target),
            hint="make room or mend the permissions; what was there before is as it was",
        ) from error


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)  # owner, group and time are zero
    member.size = len(data)
    member.mode = 0o644
    tar.addfile(member, io.BytesIO(data))
