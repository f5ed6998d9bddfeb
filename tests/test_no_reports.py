"""Nothing that uses ONNX Runtime lets it report home: it would keep an identifier to do so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize(
    "arguments",
    [
        ("-m", "edge", "run", "--text", "turn off the kitchen lights"),
        ("-c", "import edge, onnxruntime"),
        ("-c", "import export, onnxruntime"),
        ("-c", "import benchmarks, onnxruntime"),
    ],
)
def test_nothing_is_left_in_the_home_folder(arguments: tuple[str, ...], tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    home = {name: str(tmp_path) for name in ("HOME", "XDG_CACHE_HOME", "LOCALAPPDATA")}
    subprocess.run([sys.executable, *arguments], check=True, cwd=ROOT, env=kept | home)
    assert list(tmp_path.iterdir()) == []


def test_who_wants_it_reported_may(tmp_path: Path) -> None:
    environment = os.environ | {"HOME": str(tmp_path), "ORT_DISABLE_TELEMETRY": "0"}
    code = "import edge, os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout == "0\n"
