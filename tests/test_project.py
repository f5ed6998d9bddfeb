"""What the project promises to those who install, build and read it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

import edge

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def distribution(requirement: str) -> str:
    """The normalised name in a requirement such as `optimum-onnx[onnxruntime]>=0.1`."""
    name = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()


def pins() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {distribution(name): version for name, version in pairs}


def test_the_device_installs_numpy_and_onnxruntime_only() -> None:
    assert {distribution(each) for each in PROJECT["dependencies"]} == {"numpy", "onnxruntime"}


def test_everything_asked_for_is_pinned_to_what_was_tested() -> None:
    extras = PROJECT["optional-dependencies"]
    assert set(extras) == {"export", "audio", "dev"}
    asked = [*PROJECT["dependencies"], *(each for extra in extras.values() for each in extra)]
    missing = {distribution(each) for each in asked} - pins().keys()
    assert missing == set()
    assert pins()["torch"] == "2.13.0"


def test_pins_can_be_installed_anywhere() -> None:
    for name, version in pins().items():
        assert re.fullmatch(r"\d+(\.\w+)*", version), f"{name}: {version}"


def test_the_version_is_the_packages() -> None:
    assert "version" in PROJECT["dynamic"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", edge.__version__)


def test_the_command_and_its_plugins_are_registered() -> None:
    assert PROJECT["scripts"] == {"edge": "edge.cli:main"}
    assert set(PROJECT["entry-points"]["edge.commands"]) == {"train", "export"}


def test_the_licence_is_apache_2_to_the_letter() -> None:
    text = (ROOT / "LICENSE").read_bytes()
    digest = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
    assert hashlib.sha256(text).hexdigest() == digest


def test_the_notice_credits_what_others_made() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for name in ("MiniLM", "Home Assistant", "hassil", "SNIPS", "CLINC150", "SLURP"):
        assert name in notice


def test_the_notice_has_the_licences_of_what_is_contained() -> None:
    assert PROJECT["license"] == "Apache-2.0 AND MIT AND BSD-2-Clause"
    assert PROJECT["license-files"] == ["LICENSE", "NOTICE"]
    notice = " ".join((ROOT / "NOTICE").read_text(encoding="utf-8").split())
    for part in (
        "Copyright (c) 2020-present Silero Team Permission is hereby granted, free of charge,",
        'THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND',
        "Copyright (C) 1993-2015 Carnegie Mellon University. All rights reserved. Redistribution",
        "We acknowledge the contributions of many volunteers",
        "Copyright (c) 1999-2016 Carnegie Mellon University. All rights reserved. Redistribution",
        "THIS SOFTWARE IS PROVIDED BY CARNEGIE MELLON UNIVERSITY ``AS IS'' AND",
    ):
        assert part in notice


def test_continuous_integration_can_be_run() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")


@pytest.mark.parametrize("target", ["demo", "test", "lint", "bench", "clean"])
@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_knows_how_to(target: str) -> None:
    done = subprocess.run(["make", "-n", target], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def test_types_are_published() -> None:
    assert (ROOT / "edge" / "py.typed").is_file()
    assert (ROOT / "device_profiles" / "py.typed").is_file()
