"""What a bundle weighs."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

from benchmarks.footprint import bundle_bytes


def test_a_variant_needs_its_own_files_and_the_shared_ones(tmp_path: Path) -> None:
    manifest = {
        "variants": [
            {"profile": name, "graphs": {"intent": {"path": f"variants/{name}/intent.onnx"}}}
            for name in "ab"
        ],
        "files": [
            {"path": "assets/words.json", "bytes": 100},
            {"path": "variants/a/intent.onnx", "bytes": 10},
            {"path": "variants/b/intent.onnx", "bytes": 1},
        ],
    }
    text = json.dumps(manifest)
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")

    with tarfile.open(tmp_path / "home.tar", "w") as archive:
        archive.add(tmp_path / "manifest.json", "manifest.json")

    found = bundle_bytes(tmp_path)
    assert found["shared"] == 100 + len(text)
    assert found["variants"] == {"a": 110 + len(text), "b": 101 + len(text)}
    assert found["total"] == 111 + len(text)
    assert bundle_bytes(tmp_path / "home.tar") == found


def test_a_graph_of_two_variants_counts_for_each_and_once_for_the_bundle(tmp_path: Path) -> None:
    graphs = {"intent": {"path": "variants/a/intent.onnx"}}
    manifest = {
        "variants": [{"profile": "a", "graphs": graphs}, {"profile": "b", "graphs": graphs}],
        "files": [
            {"path": "assets/words.json", "bytes": 100},
            {"path": "variants/a/intent.onnx", "bytes": 10},
        ],
    }
    text = json.dumps(manifest)
    (tmp_path / "manifest.json").write_text(text, encoding="utf-8")
    assert bundle_bytes(tmp_path) == {
        "total": 110 + len(text),
        "shared": 100 + len(text),
        "variants": {"a": 110 + len(text), "b": 110 + len(text)},
    }
