"""A small valid bundle, and ways to spoil it. Written by hand, not with the project's own writer,
which refuses to write most of this."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.edge.attacks import graphs

PROFILES = ("raspberry-pi-4", "x86-64-hub")
HERE = "x86-64-hub"
VOCABULARY = "assets/vocabulary.txt"


def graph_path(profile: str = HERE) -> str:
    return f"variants/{profile}/intent.onnx"


def contents() -> dict[str, bytes]:
    """The files of the good bundle, the manifest not among them."""
    return {
        VOCABULARY: b"lights\nkitchen\n",
        "assets/intent/grammar.json": b'{"sentences": []}\n',
        graph_path("raspberry-pi-4"): graphs.good(bias=0.25),
        graph_path("x86-64-hub"): graphs.good(bias=0.5),
    }


def manifest_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    tensor = {"dtype": "float32", "shape": [1, 4]}
    return {
        "schema": 1,
        "name": "home",
        "version": "1.2.0",
        "sequence": 7,
        "created": "2025-01-31T12:00:00Z",
        "minimum_runtime": "0.1.0",
        "files": [
            {"path": path, "bytes": len(files[path]), "sha256": digest(files[path])}
            for path in sorted(files)
        ],
        "tasks": {"intent": {"labels": ["on", "off"], "assets": {"vocabulary": VOCABULARY}}},
        "variants": [
            {
                "profile": profile,
                "graphs": {
                    "intent": {
                        "path": graph_path(profile),
                        "bytes": len(files[graph_path(profile)]),
                        "opset": 17,
                        "scheme": "float",
                        "inputs": [{"name": "x", **tensor}],
                        "outputs": [{"name": "y", **tensor}],
                        "session": {
                            "threads": 1,
                            "allow_spinning": False,
                            "memory_arena": False,
                            "optimization": "extended",
                        },
                        "accuracy": {"frame": 0.91},
                        "latency": {},
                        "reasons": ["the only one tried"],
                    }
                },
            }
            for profile in PROFILES
        ],
    }


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def good(folder: Path) -> Path:
    """Write the good bundle."""
    files = contents()
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    save_manifest(folder, manifest_of(files))
    return folder


def save_manifest(folder: Path, manifest: Any) -> None:
    (folder / "manifest.json").write_text(json.dumps(manifest, sort_keys=True), encoding="utf-8")


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """Change the manifest in place."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    change(manifest)
    save_manifest(folder, manifest)
    return folder


def substitute(folder: Path, path: str, data: bytes) -> Path:
    """Put other bytes in a file and correct the manifest, as someone without a key can."""
    (folder / path).write_bytes(data)

    def correct(manifest: dict[str, Any]) -> None:
        for entry in manifest["files"]:
            if entry["path"] == path:
                entry.update(bytes=len(data), sha256=digest(data))
        for variant in manifest["variants"]:
            for graph in variant["graphs"].values():
                if graph["path"] == path:
                    graph["bytes"] = len(data)

    return edit(folder, correct)


def listed(folder: Path, path: str, data: bytes = b"") -> Path:
    """List one more file in the manifest without writing it."""
    entry = {"path": path, "bytes": len(data), "sha256": digest(data)}
    return edit(folder, lambda manifest: manifest["files"].append(entry))


def files_of(folder: Path) -> list[str]:
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


Change = Callable[[tarfile.TarInfo], tarfile.TarInfo | None]


def tar_of(
    folder: Path,
    tar: Path,
    change: Change = lambda member: member,
    *,
    extra: tuple[tarfile.TarInfo, ...] = (),
    format: int = tarfile.USTAR_FORMAT,
    prefix: str = "",
) -> Path:
    """Pack a bundle, each member passing through `change`, members without data after them."""
    with tarfile.open(tar, "w", format=format) as archive:
        for path in files_of(folder):
            data = (folder / path).read_bytes()
            member = tarfile.TarInfo(prefix + path)
            member.size = len(data)
            changed = change(member)
            if changed is not None:
                archive.addfile(changed, io.BytesIO(data) if changed.isreg() else None)
        for member in extra:
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return tar
