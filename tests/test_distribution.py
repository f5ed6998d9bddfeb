"""What is packed: the packages and their data for installing, and all the rest for building."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("edge", "export", "device_profiles", "benchmarks", "docs", "tests", ".ci")
FILES = ("LICENSE", "MANIFEST.in", "Makefile", "NOTICE", "README.md", "constraints.txt")
BUILD = """\
import sys
from setuptools import build_meta
print(build_meta.build_sdist(sys.argv[1]), file=sys.stderr)
"""
WHEEL = BUILD.replace("sdist", "wheel")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("setuptools") is None, reason="setuptools is not installed"
    ),
]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with both distributions, and what was said while they were made."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("packed")
    for part in PARTS:
        shutil.copytree(ROOT / part, source / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in (*FILES, "pyproject.toml"):
        shutil.copy(ROOT / name, source / name)
    said = ""
    for code in (BUILD, WHEEL):
        done = subprocess.run(
            [sys.executable, "-c", code, str(out)], capture_output=True, text=True, cwd=source
        )
        assert done.returncode == 0, done.stderr
        said += done.stdout + done.stderr
    return out, said


def files(folder: str) -> set[str]:
    """Of a part of the project, without what Python leaves there."""
    paths = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {path.relative_to(ROOT).as_posix() for path in paths if path.suffix != ".pyc"}


def test_the_source_distribution_has_all_of_the_project(packed: tuple[Path, str]) -> None:
    (path,) = packed[0].glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {member.name.partition("/")[2] for member in archive if member.isfile()}
    assert {name for part in PARTS for name in files(part)} <= names
    assert {*FILES, "pyproject.toml"} <= names
    assert not [name for name in names if name.endswith(".pyc")]


def test_the_wheel_has_the_packages_and_their_data(packed: tuple[Path, str]) -> None:
    (path,) = packed[0].glob("*.whl")
    names = {name for name in zipfile.ZipFile(path).namelist() if ".dist-info/" not in name}
    assert names == files("edge") | files("export") | files("device_profiles")


def test_nothing_is_said_to_be_left_out(packed: tuple[Path, str]) -> None:
    assert "absent from" not in packed[1]
    assert "would be ignored" not in packed[1]
