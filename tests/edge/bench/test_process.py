"""Fresh processes: what starting, loading and holding a bundle costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.bench import process
from edge.bench.process import Life, Order, live, measure, memory_fields
from edge.errors import BundleError
from tests.edge.tiny_bundle import HERE, make_tiny_bundle


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_bundle(tmp_path_factory.mktemp("process") / "tiny.edge")


def test_the_kernels_fields_are_read_and_nothing_else() -> None:
    lines = ["55e-7ff ---p 00000000 00:00 0 [rollup]", "Rss:    1636 kB", "Pss: x kB", ""]
    assert memory_fields(lines) == {"Rss": 1636}


def test_one_process_says_when_it_did_what(bundle: Path) -> None:
    life = live(Order(str(bundle), HERE, "", ["turn on the fan", "two\nlines"]))
    assert isinstance(life, Life)
    assert len(life.marks) == 6
    assert list(life.marks) == sorted(life.marks)
    assert life.started < life.marks[0]


def test_a_process_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"ended with status 1: .*BundleNotFound"):
        live(Order(str(tmp_path / "none.edge"), HERE, "", ["on"]))


def test_one_that_takes_too_long_too(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "TIMEOUT", 0.001)
    with pytest.raises(BundleError, match=r"took more than 0\.001 s"):
        live(Order(str(bundle), HERE, "", ["on"]))


def test_byte_code_is_kept_where_it_shall_be(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    order = Order(str(bundle), HERE, "", ["turn on the fan"], str(tmp_path))
    assert measure(order, seconds=0, least=1)["start"]["byte_code"]
    assert any(path.name.startswith("runtime.") for path in tmp_path.rglob("*.pyc"))


def test_several_processes_give_medians(bundle: Path) -> None:
    found = measure(Order(str(bundle), HERE, "", ["turn on the fan"]), seconds=0, least=2)
    assert found["start"]["processes"] == 2
    assert found["start"]["import_edge_ms"] > found["start"]["import_package_ms"] > 0
    assert found["start"]["to_first_answer_ms"] > found["start"]["to_imported_ms"] > 0
