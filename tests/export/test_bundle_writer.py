"""Writing a bundle: reproducible, checked before it replaces anything, and all or nothing."""

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
from edge.bundle.bundle import Bundle
from edge.bundle.store import previous
from edge.bundle.verify import verify
from edge.errors import BundleError, BundleFormatError, ForbiddenGraph, UsageError
from export import folders
from export.bundle_writer import graph_entry, pack, write_bundle
from tests.edge.attacks import graphs

PROFILE = "x86-64-hub"
GRAPH = f"variants/{PROFILE}/intent.onnx"
SESSION = device_profiles.SessionSettings(1, False, False, "extended")


def inputs(sequence: int = 1, graph: bytes | None = None, **changes: Any) -> dict[str, Any]:
    """What write_bundle takes, but the target."""
    data = graphs.good(bias=float(sequence)) if graph is None else graph
    entry = graph_entry(
        GRAPH, graphs.good(), scheme="float", session=SESSION, accuracy={"frame": 0.5}
    )
    return {
        "name": "home",
        "version": f"{sequence}.0",
        "sequence": sequence,
        "created": "2025-01-31T12:00:00Z",
        "tasks": {"intent": {"labels": ["on"], "assets": {"words": "assets/words.txt"}}},
        "variants": [{"profile": PROFILE, "graphs": {"intent": entry | {"bytes": len(data)}}}],
        "files": {"assets/words.txt": b"lights\n", GRAPH: data},
        **changes,
    }


def sequence_at(target: Path) -> int:
    return Bundle.open(target, profile=PROFILE).sequence


def all_bytes(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out" / "home.edge"


@pytest.fixture
def old(target: Path) -> Path:
    """A bundle of sequence 1, about to be replaced."""
    return write_bundle(target, **inputs(1))


# --- what is written -----------------------------------------------------------------------------


def test_what_is_written_opens(target: Path) -> None:
    assert write_bundle(target, **inputs()) == target
    bundle = Bundle.open(target, profile=PROFILE)
    assert bundle.asset("assets/words.txt") == b"lights\n"
    assert bundle.graph("intent").inputs[0].shape == (1, 4)
    assert verify(target).ok


def test_the_same_inputs_give_the_same_bytes(tmp_path: Path) -> None:
    given = inputs()
    shuffled = inputs()
    shuffled["files"] = dict(reversed(list(shuffled["files"].items())))
    one = write_bundle(tmp_path / "one", **given)
    two = write_bundle(tmp_path / "two", **shuffled)
    assert all_bytes(one) == all_bytes(two)
    assert pack(one, tmp_path / "1.tar").read_bytes() == pack(two, tmp_path / "2.tar").read_bytes()


def test_the_manifest_is_canonical(target: Path) -> None:
    text = (write_bundle(target, **inputs(name="Küche")) / "manifest.json").read_text("utf-8")
    value = json.loads(text)
    assert (
        text == json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"
    )
    assert [entry["path"] for entry in value["files"]] == sorted(inputs()["files"])


def test_a_bundle_replaces_a_bundle(old: Path) -> None:
    write_bundle(old, **inputs(2, files={**inputs(2)["files"], "assets/more": b""}))
    assert sequence_at(old) == 2
    write_bundle(old, **inputs(3))
    assert not (old / "assets/more").exists()
    assert os.listdir(old.parent) == [old.name]


def test_files_are_as_readable_as_any_other(target: Path) -> None:
    before = os.umask(0o027)
    try:
        write_bundle(target, **inputs())
    finally:
        os.umask(before)
    assert target.stat().st_mode & 0o777 == 0o750
    assert (target / GRAPH).stat().st_mode & 0o777 == 0o640


def test_a_packed_bundle_is_the_same_bundle(old: Path, tmp_path: Path) -> None:
    tar = pack(old, tmp_path / "home.tar")
    assert Bundle.open(tar, profile=PROFILE).graph_bytes("intent") == (old / GRAPH).read_bytes()
    assert subprocess.run(["tar", "-tf", str(tar)], check=True, capture_output=True).stdout.split()[
        0
    ] == (b"manifest.json")


def test_nothing_invalid_is_packed(old: Path, tmp_path: Path) -> None:
    pack(old, tmp_path / "home.tar")
    (old / GRAPH).write_bytes(b"x")
    with pytest.raises(BundleError, match="has 1 bytes"):
        pack(old, tmp_path / "home.tar")
    assert sequence_at(tmp_path / "home.tar") == 1
    assert sorted(os.listdir(tmp_path)) == ["home.tar", "out"]


# --- what is not written -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"created": "today"}, BundleFormatError),
        ({"name": ""}, BundleFormatError),
        ({"variants": []}, BundleFormatError),
        ({"files": {"../escaped": b""}}, BundleFormatError),
        ({"files": {}}, BundleFormatError),
        ({"tasks": {"intent": {"threshold": float("nan")}}}, UsageError),
        ({"tasks": {"intent": {"threshold": object()}}}, UsageError),
        ({"graph": graphs.foreign_operator()}, ForbiddenGraph),
        ({"graph": graphs.ten_billion_elements()}, ForbiddenGraph),
        ({"graph": b"no graph"}, BundleFormatError),
    ],
)
def test_nothing_invalid_replaces_something_valid(
    old: Path, changes: dict[str, Any], error: type[Exception]
) -> None:
    before = all_bytes(old)
    with pytest.raises(error):
        write_bundle(old, **inputs(2, **changes))
    assert all_bytes(old) == before
    assert os.listdir(old.parent) == [old.name]
    assert not (old.parent.parent / "escaped").exists()


def test_a_folder_of_other_things_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "1.jpg").touch()
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "photos")
    for name in ("photos", "file", "link"):
        with pytest.raises(UsageError, match="would be replaced"):
            write_bundle(tmp_path / name, **inputs())
    assert (tmp_path / "photos" / "1.jpg").exists()


# --- full disks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [0, 100, 600, 2000])
def test_a_full_disk_leaves_the_old_bundle(old: Path, room: int) -> None:
    """The kernel refuses to let a file grow beyond `room` bytes, as it would on a full disk."""
    before = all_bytes(old)
    child = (
        "import resource, signal, sys; from pathlib import Path;"
        "from tests.export.test_bundle_writer import inputs;"
        "from export.bundle_writer import write_bundle; given = inputs(2);"
        "given['files']['assets/large'] = bytes(5000);"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2);"
        "write_bundle(Path(sys.argv[1]), **given)"
    )
    done = run(child, old, str(room))
    assert done.returncode == 1
    assert "BundleError" in done.stderr
    assert "cannot be written: File too large" in done.stderr
    assert all_bytes(old) == before
    assert os.listdir(old.parent) == [old.name]


def test_no_room_for_one_more_byte(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BundleError, match="No space left on device"):
        write_bundle(old, **inputs(2))
    assert sequence_at(old) == 1
    assert os.listdir(old.parent) == [old.name]


# --- kills ---------------------------------------------------------------------------------------

KILLED = """
import os, signal, sys
from pathlib import Path
import shutil
from export import folders
from export.bundle_writer import write_bundle
from tests.export.test_bundle_writer import inputs

module, name, calls, when, exchange = sys.argv[2:]
if exchange == "no":
    folders._exchange = lambda one, other: False
holder = {"os": os, "shutil": shutil, "folders": folders}[module]
really = getattr(holder, name)
left = int(calls)

def deadly(*args, **kwargs):
    global left
    left -= 1
    if left == 0 and when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = really(*args, **kwargs)
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(holder, name, deadly)
write_bundle(Path(sys.argv[1]), **inputs(2))
"""


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("step", "exchange", "expected"),
    [
        ("os.fsync 1", "yes", {"before": 1, "after": 1}),  # the first file
        ("os.fsync 3", "yes", {"before": 1, "after": 1}),  # the manifest
        ("os.fsync 4", "yes", {"before": 1, "after": 1}),  # a folder
        ("folders._exchange 1", "yes", {"before": 1, "after": 2}),
        ("shutil.rmtree 1", "yes", {"before": 2, "after": 2}),  # the old bundle
        ("os.unlink 1", "yes", {"before": 2, "after": 2}),  # a file of the old bundle
        ("os.rename 1", "no", {"before": 1, "after": 1}),  # the old bundle out of the way
        ("os.rename 2", "no", {"before": 1, "after": 2}),  # the new one into its place
        ("shutil.rmtree 1", "no", {"before": 2, "after": 2}),
    ],
)
def test_a_kill_leaves_one_whole_bundle(
    old: Path, step: str, exchange: str, expected: dict[str, int], when: str
) -> None:
    place, calls = step.split()
    module, name = place.split(".")
    done = run(KILLED, old, module, name, calls, when, exchange)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert sequence_at(old) == expected[when]
    write_bundle(old, **inputs(3))
    assert sequence_at(old) == 3
    assert os.listdir(old.parent) == [old.name]


def test_two_renames_where_the_system_cannot_exchange(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "_exchange", lambda one, other: False)
    write_bundle(old, **inputs(2))
    assert sequence_at(old) == 2
    assert os.listdir(old.parent) == [old.name]


def test_a_failing_second_rename_is_undone(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    really_rename = os.rename

    def failing(source: Path, destination: Path) -> None:
        if str(source).endswith(".new"):
            raise OSError(5, "Input/output error")
        really_rename(source, destination)

    monkeypatch.setattr(folders, "_exchange", lambda one, other: False)
    monkeypatch.setattr(os, "rename", failing)
    with pytest.raises(BundleError, match="Input/output error"):
        write_bundle(old, **inputs(2))
    assert sequence_at(old) == 1
    assert os.listdir(old.parent) == [old.name]


def test_an_old_bundle_out_of_the_way_is_put_back(old: Path) -> None:
    """Where a kill hit between two renames, and the next write fails."""
    os.rename(old, previous(str(old)))
    assert sequence_at(old) == 1
    with pytest.raises(ForbiddenGraph):
        write_bundle(old, **inputs(2, graph=graphs.foreign_operator()))
    assert os.listdir(old.parent) == [old.name]
    assert sequence_at(old) == 1


def test_a_writer_at_work_is_left_alone(old: Path) -> None:
    with folders.replacing(old) as unfinished:
        write_bundle(old, **inputs(2))
        assert unfinished.is_dir()
        (unfinished / "manifest.json").write_bytes((old / "manifest.json").read_bytes())
    assert os.listdir(old.parent) == [old.name]
    assert os.listdir(old) == ["manifest.json"]
