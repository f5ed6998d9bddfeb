"""The Makefile, with tools that only write down how they were called."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOOL = """\
#!/bin/sh
echo "${0##*/}$(printf '|%s' "$@")" >> "$LOG"  # at once, as others may be writing, too
[ "$*" = "-m export.demo" ] && echo "$EDGE_DATA" > "$LOG.demo"
[ "$*" = "-m pip --version" ] && [ ! -e .venv/pip ] && exit 1
[ "$*" = "-m venv .venv" ] && mkdir -p .venv/bin && cp "$0" .venv/bin/python && touch .venv/pip
for last; do :; done
case "$*" in export*) mkdir -p "$last" ;; *domains*) mkdir -p runs/domains; sleep 0.2 ;; esac
exit 0
"""

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


class Checkout:
    """A checkout in a folder with a space, with a Python in another one."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "the checkout"
        self.python = folder / "my tools" / "python3"
        self.log = folder / "log"
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            target = self.root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target)
        shutil.copytree(ROOT / "benchmarks" / "settings", self.root / "benchmarks" / "settings")
        self.tool(self.python)

    def tool(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TOOL)
        path.chmod(0o755)

    def make(self, *arguments: str, **variables: str) -> list[str]:
        """The calls of tools, a line each: arguments stand between bars."""
        self.log.write_text("")
        environment = {name: value for name, value in os.environ.items() if name != "EDGE_DATA"}
        environment |= {"LOG": str(self.log), **variables}
        for name in ("MAKEFLAGS", "MAKELEVEL"):
            environment.pop(name, None)
        subprocess.run(
            ["make", f"PYTHON={self.python}", *arguments],
            check=True,
            capture_output=True,
            cwd=self.root,
            env=environment,
        )
        return self.log.read_text().splitlines()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.fixture
def ready(checkout: Checkout) -> Checkout:
    """One whose environment was set up."""
    checkout.make("setup")
    checkout.tool(checkout.root / ".venv" / "bin" / "edge")
    return checkout


def test_every_target_for_people_is_in_the_help(checkout: Checkout) -> None:
    text = (checkout.root / "Makefile").read_text()
    (phony,) = (line for line in text.splitlines() if line.startswith(".PHONY:"))
    shown = subprocess.run(["make", "help"], capture_output=True, text=True, cwd=checkout.root)
    for target in set(phony.split()[1:]) - {"help", "recordings"}:
        assert f"make {target} " in shown.stdout


def test_an_environment_is_made_once(checkout: Checkout) -> None:
    calls = checkout.make("setup")
    assert "python3|-m|venv|.venv" in calls
    assert calls[-1] == "python|-m|pip|install|-c|constraints.txt|-e|.[export,audio,dev]"
    assert checkout.make("setup") == []


def test_a_half_made_environment_is_made_whole(checkout: Checkout) -> None:
    checkout.tool(checkout.root / ".venv" / "bin" / "python")  # without pip
    assert "python3|-m|venv|.venv" in checkout.make("setup")


def test_one_that_has_pip_is_left_alone(checkout: Checkout) -> None:
    checkout.tool(checkout.root / ".venv" / "bin" / "python")
    (checkout.root / ".venv" / "pip").touch()
    assert "python3|-m|venv|.venv" not in checkout.make("setup")


class TestData:
    def test_beside_a_checkout_whose_path_has_a_space(self, ready: Checkout) -> None:
        data = ready.root.parent / "shared" / "data"
        data.mkdir(parents=True)
        ready.make("demo")
        assert Path(f"{ready.log}.demo").read_text() == f"{data}\n"

    def test_where_there_is_none(self, ready: Checkout) -> None:
        ready.make("demo")
        assert Path(f"{ready.log}.demo").read_text() == "\n"

    @pytest.mark.parametrize("as_argument", [False, True])
    def test_what_lies_under_a_path_with_a_space_and_a_quote(
        self, as_argument: bool, ready: Checkout
    ) -> None:
        data = ready.root.parent / "Ann's data"
        (data / "snips").mkdir(parents=True)
        (data / "amazon").mkdir()
        (data / "amazon" / "Beauty.txt").touch()
        calls = (
            ready.make("bench", f"EDGE_DATA={data}")
            if as_argument
            else ready.make("bench", EDGE_DATA=str(data))
        )
        found = [call.split("|")[4] for call in calls if call.startswith("edge|train")]
        assert found == [
            *(f"export/samples/{name}" for name in ("home", "household", "ratings")),
            f"{data}/snips",
            f"{data}/amazon/Beauty.txt",
        ]


def test_domains_are_made_once_whatever_runs_beside(ready: Checkout) -> None:
    data = ready.root.parent / "some data"
    (data / "speech").mkdir(parents=True)
    calls = ready.make("-j4", "bench-speech", EDGE_DATA=str(data))
    made = [call for call in calls if "benchmarks.speech.domains" in call]
    assert made == [f"python|-m|benchmarks.speech.domains|runs/domains|--data|{data}"]
    trained = [call for call in calls if call.startswith("edge|train|speech")]
    assert len(trained) == 6
    assert all(calls.index(call) > calls.index(made[0]) for call in trained)
