"""What a bundle weighs."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.footprint import bundle_bytes
from edge.bench import suite
from edge.bundle.bundle import Bundle
from edge.models import default_bundle


def made(folder: Path, graphs: Mapping[str, str], files: Mapping[str, int]) -> int:
    """A bundle of so many bytes each, and a graph for each profile; how long its manifest is."""
    variants = [
        {"profile": name, "graphs": {"intent": {"path": path}}} for name, path in graphs.items()
    ]
    text = json.dumps({"variants": variants})
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    for path, size in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(bytes(size))
    return len(text)


def test_a_variant_needs_its_own_files_and_the_shared_ones(tmp_path: Path) -> None:
    graphs = {name: f"variants/{name}/intent.onnx" for name in "ab"}
    folder = tmp_path / "home.edge"
    folder.mkdir()
    manifest = made(folder, graphs, {"assets/words.json": 100, graphs["a"]: 10, graphs["b"]: 1})
    with tarfile.open(tmp_path / "home.tar", "w", format=tarfile.USTAR_FORMAT) as archive:
        for path in ("manifest.json", "assets/words.json", *graphs.values()):
            archive.add(folder / path, path)

    found = bundle_bytes(folder)
    assert found["shared"] == 100 + manifest
    assert found["variants"] == {"a": 110 + manifest, "b": 101 + manifest}
    assert found["total"] == 111 + manifest
    assert bundle_bytes(tmp_path / "home.tar") == found


def test_a_graph_of_two_variants_counts_for_each_and_once_for_the_bundle(tmp_path: Path) -> None:
    graph = "variants/a/intent.onnx"
    manifest = made(tmp_path, {"a": graph, "b": graph}, {"assets/words.json": 100, graph: 10})
    assert bundle_bytes(tmp_path) == {
        "total": 110 + manifest,
        "shared": 100 + manifest,
        "variants": {"a": 110 + manifest, "b": 110 + manifest},
    }


def test_it_weighs_what_edge_bench_says() -> None:
    found = bundle_bytes(default_bundle())
    bundle = Bundle.open(default_bundle())
    sizes = suite._sizes(bundle, bundle.graph("intent"))
    assert sizes["bundle"] == found["total"]
    assert sizes["device"] == found["variants"][bundle.variant.profile]
