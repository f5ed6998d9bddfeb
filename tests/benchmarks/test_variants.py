"""Variants worth measuring, and what a run folder says."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from benchmarks import accuracy, variants
from benchmarks.preference import accuracy as preference


def test_each_scheme_is_measured_once_and_float_comes_last(monkeypatch: pytest.MonkeyPatch) -> None:
    schemes = {"a": "float", "b": "int8-weights", "c": "int8-dynamic", "d": "int8-weights"}

    def opened(path: Path, profile: str | None) -> SimpleNamespace:
        graph = SimpleNamespace(scheme=schemes.get(profile or ""))
        return SimpleNamespace(profiles=tuple(schemes), graph=lambda task: graph)

    monkeypatch.setattr(variants.Bundle, "open", opened)
    assert variants.one_a_scheme(Path("home.edge"), "intent") == [
        ("c", "int8-dynamic"),
        ("b", "int8-weights"),
        ("a", "float"),
    ]


def test_figures_of_training_stand_in_the_folder_beside_the_bundle(tmp_path: Path) -> None:
    trained, lone = tmp_path / "toys.edge", tmp_path / "home.edge"
    (tmp_path / "toys").mkdir()
    figures = {"student": {"hr1": 3.0}}
    (tmp_path / "toys" / "run.json").write_text(json.dumps({"figures": figures}), "utf-8")
    assert variants.training(trained) == figures
    assert variants.training(lone) is None
    given = {"toys": trained, "home": lone}
    assert accuracy.training(given) == preference.training(given) == {"toys": figures}
