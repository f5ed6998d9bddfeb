"""The layering: corpora → export → bundle → edge, and device profiles below both.

The device installs numpy and ONNX Runtime. Nothing else may be needed to import `edge`.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STANDARD = sys.stdlib_module_names
ON_THE_DEVICE = {"numpy", "onnxruntime"}
WHERE_NEEDED = {
    "edge/voice/sources/devices.py": "sounddevice",
    "edge/voice/sources/files.py": "soundfile",
}
"""The extras of the runtime, and the one file each that imports it when it is called."""


def modules_after(code: str) -> set[str]:
    """What is in sys.modules of a new process that has run `code`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport json, sys\nprint(json.dumps(list(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return set(json.loads(done.stdout))


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Every module a file imports, anywhere in it, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or ""), node.lineno


def strangers(package: str, allowed: set[str]) -> list[str]:
    """Imports that are neither the standard library's nor allowed."""
    return [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources(package)
        for name, line in imports(path)
        if name.partition(".")[0] not in STANDARD | allowed
        and WHERE_NEEDED.get(str(path.relative_to(ROOT))) != name
    ]


def test_the_runtime_imports_numpy_and_onnxruntime_and_nothing_else() -> None:
    assert sources("edge")
    assert strangers("edge", {"edge", "device_profiles"} | ON_THE_DEVICE) == []


def test_device_profiles_import_the_standard_library_only() -> None:
    assert sources("device_profiles")
    assert strangers("device_profiles", {"device_profiles"}) == []


def test_importing_all_of_the_runtime_brings_in_no_stranger() -> None:
    before = modules_after("import numpy, onnxruntime")
    everything = (
        "import numpy, onnxruntime, importlib, pkgutil, edge\n"
        "for module in pkgutil.walk_packages(edge.__path__, 'edge.'):\n"
        "    importlib.import_module(module.name)\n"
    )
    added = {name.partition(".")[0] for name in modules_after(everything) - before}
    assert added - STANDARD - ON_THE_DEVICE <= {"edge", "device_profiles"}


def test_importing_edge_waits_for_nothing() -> None:
    added = modules_after("import edge") - modules_after("pass")
    heavy = {"numpy", "onnxruntime", "asyncio", "email", "http", "importlib.metadata", "inspect"}
    assert added & heavy == set()


def test_the_runtime_never_unpickles() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in sources("edge")
        for name, line in imports(path)
        if name.partition(".")[0] in {"pickle", "marshal", "shelve", "dill", "cloudpickle"}
    ]
    assert found == []


def test_the_contracts_of_import_linter_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    if not program.exists():
        pytest.skip("import-linter is not installed")
    done = subprocess.run(
        [program, "--no-cache"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
