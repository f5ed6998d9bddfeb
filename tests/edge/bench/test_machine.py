"""What a figure was measured on, and whether it may stand beside others."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import edge
from edge.bench.machine import commit, describe, kind, kind_of, load, versions

PI = "processor\t: 0\nFeatures\t: fp asimd\nCPU implementer\t: 0x41\n\nModel\t: Raspberry Pi 4\n"
PC = "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu avx2\n"


class TestKind:
    @pytest.mark.parametrize(
        ("architecture", "cpuinfo"), [("aarch64", PI), ("armv7l", PI), ("x86_64", PC)]
    )
    def test_a_processor_of_its_own_architecture_is_real(
        self, architecture: str, cpuinfo: str
    ) -> None:
        assert kind_of(architecture, cpuinfo, "/usr/bin/python3.11") == "host"

    @pytest.mark.parametrize(
        ("architecture", "cpuinfo"), [("aarch64", PC), ("armv7l", PC), ("x86_64", PI)]
    )
    def test_another_ones_processor_underneath_means_emulation(
        self, architecture: str, cpuinfo: str
    ) -> None:
        assert kind_of(architecture, cpuinfo, "/usr/bin/python3.11") == "emulated"

    def test_so_does_an_emulator_that_runs_this_process(self) -> None:
        assert kind_of("aarch64", PI, "/usr/bin/qemu-aarch64-static") == "emulated"

    @pytest.mark.parametrize("architecture", ["aarch64", "riscv64"])
    def test_where_nothing_is_known_nothing_speaks_for_emulation(self, architecture: str) -> None:
        assert kind_of(architecture, "", "") == "host"

    def test_this_machine_has_one(self) -> None:
        assert kind() in ("host", "emulated")


class TestDescription:
    def test_it_names_what_times_depend_on(self) -> None:
        found = describe()
        assert found["cores"] >= 1
        assert found["model"]
        assert found["features"] == sorted(found["features"])
        assert {"architecture", "memory_mb", "governor", "load_1min", "system"} <= found.keys()

    def test_versions_are_of_what_runs(self) -> None:
        found = versions()
        assert found["hearth-edge"] == edge.__version__
        assert found.keys() == {"hearth-edge", "python", "numpy", "onnxruntime"}

    def test_the_load_is_a_number_where_there_is_one(self) -> None:
        found = load()
        assert found is None or found >= 0


class TestCommit:
    def git(self, folder: Path, *arguments: str) -> str:
        identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
        done = subprocess.run(
            ["git", "-C", str(folder), *identity, *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    @pytest.fixture
    def checkout(self, tmp_path: Path) -> Path:
        try:
            self.git(tmp_path, "init", "--quiet")
        except FileNotFoundError:
            pytest.skip("git is not installed")
        (tmp_path / "pyproject.toml").write_text('[project]\nname = "hearth-edge"\n')
        self.git(tmp_path, "add", ".")
        self.git(tmp_path, "commit", "--quiet", "-m", "first")
        return tmp_path

    def test_a_checkout_has_one(self, checkout: Path) -> None:
        assert commit(checkout) == {"id": self.git(checkout, "rev-parse", "HEAD"), "dirty": False}

    def test_changes_beyond_it_are_told(self, checkout: Path) -> None:
        (checkout / "new.py").write_text("")
        found = commit(checkout)
        assert found is not None
        assert found["dirty"] is True

    def test_a_repository_without_a_commit_has_none(self, checkout: Path) -> None:
        self.git(checkout, "update-ref", "-d", "HEAD")
        assert commit(checkout) is None

    def test_another_repository_is_not_taken_for_it(self, checkout: Path) -> None:
        (checkout / "pyproject.toml").write_text('[project]\nname = "firmware"\n')
        assert commit(checkout) is None

    def test_an_installed_package_has_none(self, tmp_path: Path) -> None:
        assert commit(tmp_path) is None
