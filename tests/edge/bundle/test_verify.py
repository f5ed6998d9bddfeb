"""verify goes on after the first finding and says everything."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge import limits
from edge.bundle.verify import Finding, Report, verify
from edge.errors import BundleNotFound
from tests.edge.attacks import bundles, graphs
from tests.edge.attacks.bundles import VOCABULARY, graph_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return bundles.good(tmp_path / "home.edge")


def serious(report: Report) -> list[tuple[str, str]]:
    return [(finding.kind, finding.path) for finding in report.findings if finding.serious]


def test_a_good_bundle(folder: Path) -> None:
    report = verify(folder)
    assert report.ok
    assert report.manifest is not None
    assert report.manifest.name == "home"
    assert set(report.graphs) == {graph_path(profile) for profile in bundles.PROFILES}


def test_a_missing_signature_is_said_and_no_obstacle(folder: Path) -> None:
    assert verify(folder).findings == (
        Finding("unsigned", "manifest.sig", "there is no signature"),
    )


def test_a_signature_is_not_taken_for_a_proof(folder: Path) -> None:
    (folder / "manifest.sig").write_bytes(b"\0" * 64)
    report = verify(folder)
    assert report.ok
    assert "not checked" in report.findings[0].detail


def test_an_oversized_signature(folder: Path) -> None:
    (folder / "manifest.sig").write_bytes(bytes(limits.SIGNATURE_BYTES + 1))
    assert serious(verify(folder)) == [("oversized", "manifest.sig")]


def test_everything_at_once(folder: Path) -> None:
    (folder / "assets/extra").touch()
    (folder / "assets/link").symlink_to("/etc/passwd")
    (folder / VOCABULARY).write_bytes(b"other")
    (folder / "assets/intent/grammar.json").unlink()
    bundles.substitute(folder, graph_path("raspberry-pi-4"), graphs.foreign_operator())
    bundles.substitute(folder, graph_path("x86-64-hub"), b"\xff")
    assert sorted(serious(verify(folder))) == [
        ("different", VOCABULARY),
        ("extra", "assets/extra"),
        ("forbidden", "assets/link"),
        ("forbidden", graph_path("raspberry-pi-4")),
        ("malformed", graph_path("x86-64-hub")),
        ("missing", "assets/intent/grammar.json"),
    ]


def test_a_different_file_is_described_by_both_values(folder: Path) -> None:
    data = (folder / VOCABULARY).read_bytes()
    (folder / VOCABULARY).write_bytes(data.swapcase())
    finding = verify(folder).findings[-1]
    assert bundles.digest(data) in finding.detail
    assert bundles.digest(data.swapcase()) in finding.detail


def test_a_newer_bundle(folder: Path) -> None:
    bundles.edit(folder, lambda manifest: manifest.update(schema=99))
    assert serious(verify(folder)) == [("too_new", "manifest.json")]


def test_a_broken_manifest_ends_it(folder: Path) -> None:
    (folder / "manifest.json").write_text("{")
    report = verify(folder)
    assert serious(report) == [("malformed", "manifest.json")]
    assert report.manifest is None


def test_an_empty_folder(tmp_path: Path) -> None:
    assert serious(verify(tmp_path)) == [("missing", "manifest.json")]


def test_a_file_nobody_may_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests may run as root, who may read everything: so the system's answer is made up."""
    import os

    really_open = os.open

    def denying(path: object, *args: object, **kwargs: object) -> int:
        if path == "vocabulary.txt":
            raise PermissionError(13, "Permission denied")
        return really_open(path, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", denying)
    report = verify(folder)
    assert serious(report) == [("missing", VOCABULARY)]
    assert "Permission denied" in report.findings[-1].detail


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(BundleNotFound):
        verify(tmp_path / "none")


def test_a_report_is_plain_json(folder: Path) -> None:
    (folder / "assets/extra").touch()
    report = json.loads(json.dumps(verify(folder).to_dict()))
    assert report["ok"] is False
    assert report["bundle"]["profiles"] == list(bundles.PROFILES)
    assert report["bundle"]["files"] == 4
    assert {"kind": "extra", "path": "assets/extra"}.items() <= report["findings"][1].items()
    assert report["graphs"][graph_path()]["operators"]["MatMul"] == 1
