"""The start-up self-test: what is said of machines, crashes and answers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import device_profiles
from device_profiles import Machine
from edge.doctor.doctor import Ended, explain_death, judge_child, judge_profile, run_child

ROOT = Path(__file__).parents[3]
ARMV8_0 = Machine("aarch64", frozenset({"fp", "asimd", "crc32"}), 4, 3794, "Pi 4", "cortex-a72")
ARMV8_2 = Machine("aarch64", ARMV8_0.features | {"asimddp"}, 4, 8060, "Pi 5", "cortex-a76")


def doctor(*arguments: str, path: Path | None = None, **variables: str) -> tuple[int, Any]:
    """Run `edge doctor --json` as a process; `path` goes before everything else on its path."""
    environment = {**os.environ, **variables}
    environment["PYTHONPATH"] = os.pathsep.join([str(path)] * bool(path) + [str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "edge", "doctor", "--json", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
    )
    return done.returncode, json.loads(done.stdout)


def library(folder: Path, name: str, code: str) -> Path:
    """A folder with an installed library that does nothing but run `code`."""
    package = folder / name
    package.mkdir()
    (package / "__init__.py").write_text(code)
    return folder


class TestThisMachine:
    def test_a_healthy_machine_is_ready(self) -> None:
        status, report = doctor()
        assert status == 0
        assert report["ok"] is True
        found = {check["name"]: check for check in report["checks"]}
        assert {"machine", "numpy", "onnxruntime", "golden graph"} <= found.keys()
        assert found["golden graph"]["detail"] == "float and int8 products are right"

    @pytest.mark.parametrize("path", ["/nowhere/home.edge", ""])
    def test_a_bundle_that_is_not_there_is_misuse_as_of_any_verb(self, path: str) -> None:
        status, report = doctor(path)
        assert status == 2
        assert report["error"] == "BundleNotFound"
        assert report["where"] == path
        assert "a bundle's folder" in report["allowed"]

    def test_a_bundle_that_is_refused_is_said_as_everywhere(self, tmp_path: Path) -> None:
        status, report = doctor(str(tmp_path), "--profile", "raspberry-pi-4")
        failed = report["checks"][-1]
        assert status == 1
        assert failed["name"] == "bundle"
        assert failed["detail"] == f"{tmp_path}: manifest.json: there is no manifest.json"
        assert failed["help"].startswith("name the folder that has manifest.json in it")

    def test_folders_of_profiles_that_are_none_are_misuse(self) -> None:
        status, report = doctor(EDGE_PROFILES="/nowhere/boards")
        assert status == 2
        assert report["where"] == "EDGE_PROFILES: /nowhere/boards"
        assert report["what"] == "is not a folder"

    def test_a_profile_that_is_not_there_is_misuse(self) -> None:
        status, report = doctor("--profile", "raspberry-pi-6")
        assert status == 2
        assert report["type"] == "error"
        assert "raspberry-pi-5" in report["allowed"]

    def test_an_onnxruntime_outside_the_profiles_range_fails(self, tmp_path: Path) -> None:
        here = device_profiles.detect().architecture
        shipped = Path(device_profiles.__file__).parent / "x86-64-hub.toml"
        lines = [
            {"architecture": f'architecture = "{here}"', "features": "features = []"}.get(
                line.partition(" = ")[0], line
            )
            for line in shipped.read_text().replace('">=1.21"', '">=999"').splitlines()
        ]
        (tmp_path / "future.toml").write_text("\n".join(lines))
        status, report = doctor("--profile", "future", EDGE_PROFILES=str(tmp_path))
        assert status == 1
        (failed,) = [check for check in report["checks"] if check["status"] == "fail"]
        assert failed["name"] == "onnxruntime"
        assert "outside >=999" in failed["detail"]
        assert failed["help"] == 'pip install "onnxruntime>=999"'


class TestChildThatDies:
    def test_an_illegal_instruction_while_importing_is_explained(self, tmp_path: Path) -> None:
        code = "import os, signal\nos.kill(os.getpid(), signal.SIGILL)\n"
        status, report = doctor(path=library(tmp_path, "onnxruntime", code))
        assert status == 1
        failed = report["checks"][-1]
        assert (failed["name"], failed["status"]) == ("onnxruntime", "fail")
        assert failed["detail"].startswith("SIGILL: the installed build uses an instruction")

    def test_an_import_that_fails_is_shown(self, tmp_path: Path) -> None:
        code = "raise ImportError('libonnxruntime.so.1: cannot open shared object file')\n"
        status, report = doctor(path=library(tmp_path, "onnxruntime", code))
        assert status == 1
        failed = report["checks"][-1]
        assert "libonnxruntime.so.1" in failed["detail"]
        assert "--force-reinstall onnxruntime" in failed["help"]

    def test_a_library_that_prints_does_not_garble_the_report(self, tmp_path: Path) -> None:
        code = 'print(\'{"step": "forged", "ok": true}\')\nraise ImportError(\'no\')\n'
        _, report = doctor(path=library(tmp_path, "onnxruntime", code))
        assert "forged" not in [check["name"] for check in report["checks"]]

    def test_a_library_that_leaves_is_told(self, tmp_path: Path) -> None:
        code = "import os, sys\nsys.stderr.write('goodbye\\n')\nsys.stderr.flush()\nos._exit(7)\n"
        status, report = doctor(path=library(tmp_path, "numpy", code))
        assert status == 1
        assert report["checks"][-1]["name"] == "numpy"
        assert report["checks"][-1]["detail"] == "ended with status 7: goodbye"

    def test_a_child_that_takes_too_long_is_told(self) -> None:
        ended = run_child([], timeout=0.001)
        (check,) = judge_child(ended, ARMV8_0, None, 0.001)
        assert (check.name, check.status) == ("start", "fail")
        assert check.detail == "took more than 0.001 s"


class TestExplanations:
    def test_sigill_without_dot_product_names_the_wheel_and_the_way_out(self) -> None:
        check = explain_death("onnxruntime", signal.SIGILL, ARMV8_0)
        assert "1.21.0" in check.help
        assert 'pip install "onnxruntime>=1.22"' in check.help

    def test_sigill_elsewhere_does_not_blame_that_wheel(self) -> None:
        assert "1.21.0" not in explain_death("onnxruntime", signal.SIGILL, ARMV8_2).help
        assert "numpy" in explain_death("numpy", signal.SIGILL, ARMV8_0).help

    def test_being_killed_means_too_little_memory(self) -> None:
        assert "memory" in explain_death("bundle", signal.SIGKILL, ARMV8_0).detail

    @pytest.mark.parametrize("number", range(1, 65))
    def test_every_signal_is_explained(self, number: int) -> None:
        check = explain_death("bundle", number, ARMV8_0)
        assert check.status == "fail"
        assert check.detail
        assert check.help

    def test_the_step_that_was_begun_and_not_ended_is_the_one_that_died(self) -> None:
        events = (
            {"step": "numpy"},
            {"step": "numpy", "ok": True, "detail": "numpy 2.0.0", "version": "2.0.0"},
            {"step": "onnxruntime"},
        )
        numpy, onnxruntime = judge_child(Ended(events, -signal.SIGSEGV, ""), ARMV8_0, None, 9)
        assert (numpy.name, numpy.status) == ("numpy", "ok")
        assert (onnxruntime.name, onnxruntime.status) == ("onnxruntime", "fail")


class TestJudgements:
    def test_a_profile_that_does_not_fit_fails(self) -> None:
        check = judge_profile(ARMV8_0, device_profiles.load("raspberry-pi-5"))
        assert check.status == "fail"
        assert "asimddp" in check.detail

    def test_fewer_cores_than_the_board_has_are_a_warning(self) -> None:
        one = Machine("aarch64", ARMV8_0.features, 1, 300, "", "")
        check = judge_profile(one, device_profiles.load("raspberry-pi-zero-2w"))
        assert check.status == "warn"
        assert check.detail == "raspberry-pi-zero-2w, with only 1 of 4 cores and 300 of 512 MiB"

    def test_more_memory_than_the_budget_is_a_warning(self) -> None:
        profile = device_profiles.load("raspberry-pi-4")
        event = {"step": "bundle", "ok": True, "detail": "home 1", "memory_mb": 40.0}
        bundle, memory = judge_child(Ended((event,), 0, ""), ARMV8_0, profile, 9)
        assert bundle.status == "ok"
        assert (memory.name, memory.status) == ("memory", "warn")
        assert memory.detail == "40 MiB for the bundle, 25 allowed by raspberry-pi-4"

    def test_a_bundle_that_hears_may_take_more(self) -> None:
        profile = device_profiles.load("raspberry-pi-4")
        event = {"step": "bundle", "ok": True, "detail": "home 1", "memory_mb": 40.0, "hears": True}
        memory = judge_child(Ended((event,), 0, ""), ARMV8_0, profile, 9)[1]
        assert memory.status == "ok"
        assert memory.detail == "40 MiB for the bundle, 60 allowed by raspberry-pi-4"
