"""The file of what was learned: set aside, never lost silently, whole whatever happens, erased."""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edge.errors import StateError, UsageError
from edge.preference.memory import lock
from edge.preference.memory.file import from_bytes, to_bytes
from edge.preference.memory.keeper import Keeper, check_state
from edge.preference.memory.lock import FileLock
from edge.preference.moment import NEVER
from edge.preference.preference import Preference
from tests.edge.preference.memory.test_file import HEAD, sealed
from tests.edge.preference.tiny import tiny_preference

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def preference(tmp_path_factory: pytest.TempPathFactory) -> Preference:
    return tiny_preference(tmp_path_factory.mktemp("keeper"))


@pytest.fixture
def data(preference: Preference) -> bytes:
    return to_bytes(preference.state(), "tiny")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home.state"


def names(file: Path) -> list[str]:
    """What is in a file's folder, but for its lock."""
    return sorted({*os.listdir(file.parent)} - {f".{file.name}.lock"})


def test_what_is_written_is_loaded(file: Path, data: bytes) -> None:
    assert Keeper(file, "tiny").load() is None
    Keeper(file, "tiny").write(data)
    keeper = Keeper(str(file), "tiny")
    assert keeper.load() is not None
    assert keeper.problems == []
    assert names(file) == ["home.state"]


def test_nobody_else_may_read_it(file: Path, data: bytes) -> None:
    Keeper(file, "tiny").write(data)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize("spoil", ["cut", "altered", "newer", "another's", "empty"])
def test_one_that_cannot_be_used_is_put_aside_and_said(
    file: Path, data: bytes, spoil: str, caplog: pytest.LogCaptureFixture
) -> None:
    spoiled = {
        "cut": data[:-5],
        "altered": data[:-1] + b"!",
        "newer": sealed(data[HEAD:], 2),
        "another's": data,
        "empty": b"",
    }[spoil]
    file.write_bytes(spoiled)
    (file.parent / "home.state.aside-1").write_bytes(b"an older one")
    keeper = Keeper(file, "other" if spoil == "another's" else "tiny")
    with caplog.at_level(logging.WARNING, logger="edge"):
        assert keeper.load() is None
    assert names(file) == ["home.state.aside-1", "home.state.aside-2"]
    assert (file.parent / "home.state.aside-1").read_bytes() == b"an older one"
    assert (file.parent / "home.state.aside-2").read_bytes() == spoiled
    (problem,) = keeper.problems
    assert "home.state.aside-2" in problem
    assert problem in caplog.text
    assert caplog.records[0].name == "edge"
    keeper.write(data)
    assert file.read_bytes() == data


def test_one_that_cannot_be_put_aside_is_not_overwritten(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*args: object) -> None:
        raise PermissionError(13, "Permission denied")

    file.write_bytes(b"something else")
    monkeypatch.setattr(os, "replace", refused)
    for _ in range(2):
        with pytest.raises(UsageError, match="cannot be put aside: Permission denied"):
            Keeper(file, "tiny").load()
    assert file.read_bytes() == b"something else"
    assert names(file) == ["home.state"]


def test_where_no_file_can_be(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "none" / "home.state", tmp_path / "pipe"):
        with pytest.raises(UsageError, match="no place for a file"):
            Keeper(path, "tiny")


def test_one_that_is_in_use_is_refused_until_it_is_closed(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    first = Keeper(file, "tiny")
    first.load()
    second = Keeper(file, "tiny")
    with pytest.raises(UsageError, match="in use by another runtime"):
        second.load()
    first.write(data)  # a new file by the same name
    with pytest.raises(UsageError, match="in use by another runtime"):
        second.load()
    first.close()
    assert second.load() is not None


def test_so_is_one_that_is_not_there_yet(file: Path, data: bytes) -> None:
    first, second = Keeper(file, "tiny"), Keeper(file, "tiny")
    assert first.load() is None
    with pytest.raises(UsageError, match="in use by another runtime"):
        second.load()
    first.write(data)
    first.close()
    assert second.load() is not None


def test_what_was_put_there_meanwhile_is_not_overwritten(file: Path, data: bytes) -> None:
    keeper = Keeper(file, "tiny")
    keeper.load()
    keeper.write(data)
    for _ in range(2):
        other = file.with_name("other")
        other.write_bytes(b"of a copy that was kept")
        other.replace(file)
        with pytest.raises(OSError, match="another runtime has written it"):
            keeper.write(b"less")
        assert file.read_bytes() == b"of a copy that was kept"
    keeper.erase()
    keeper.write(data)
    assert file.read_bytes() == data


def test_who_is_refused_it_leaves_what_is_being_written(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    first = Keeper(file, "tiny")
    first.load()
    unfinished = file.with_name(".home.state.01234567.tmp")
    unfinished.write_bytes(b"")
    with pytest.raises(UsageError, match="in use"):
        Keeper(file, "tiny").load()
    assert unfinished.exists()


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_one_that_is_interrupted_is_written_the_next_time(
    file: Path, data: bytes, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Keeper(file, "tiny")
    keeper.load()
    really = getattr(os, call)

    def interrupted(*arguments: object) -> None:
        really(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, call, interrupted)
    keeper.taken()
    with pytest.raises(KeyboardInterrupt):
        keeper.write(data)
    monkeypatch.undo()
    assert keeper.unsaved
    keeper.write(data)
    assert file.read_bytes() == data
    assert names(file) == ["home.state"]


def test_a_process_that_was_forked_leaves_the_file_to_the_other(file: Path, data: bytes) -> None:
    keeper = Keeper(file, "tiny")
    keeper.load()
    keeper.write(data)
    child = os.fork()
    if not child:
        refused = 0
        for attempt in (lambda: keeper.write(b"of the child"), keeper.erase):
            try:
                attempt()
            except OSError:
                refused += 1
        keeper.close()
        os._exit(refused)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 2
    assert file.read_bytes() == data
    with pytest.raises(UsageError, match="in use"):
        Keeper(file, "tiny").load()
    keeper.write(data)


def test_a_file_that_was_only_touched_is_the_same(file: Path, data: bytes) -> None:
    keeper = Keeper(file, "tiny")
    keeper.load()
    keeper.write(data)
    os.utime(file, (1, 1))
    keeper.write(data)
    keeper.close()


def test_a_write_that_fails_makes_nobody_elses_file_its_own(
    file: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Keeper(file, "tiny")
    keeper.load()
    keeper.write(data)

    def full(handle: int) -> None:
        file.with_name("other").write_bytes(b"of somebody else")
        os.rename(file.with_name("other"), file)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk, pytest.raises(OSError, match="No space left"):
        disk.setattr(os, "fsync", full)
        keeper.write(data)
    with pytest.raises(OSError, match="another runtime has written it"):
        keeper.write(data)
    assert file.read_bytes() == b"of somebody else"


def test_a_lock_that_is_taken_away_while_it_is_waited_for_is_none(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (FileLock(file) for _ in range(3))
    assert first.take()
    really = fcntl.flock

    def late(handle: Any, operation: int) -> None:
        monkeypatch.undo()
        first.release()  # after the second has opened it
        assert third.take()
        really(handle, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    assert not second.take()
    third.release()
    assert second.take()
    second.release()
    assert os.listdir(file.parent) == []


def test_a_lock_that_somebody_else_has_left_can_be_taken(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = FileLock(file), FileLock(file)
    file.with_name(".home.state.lock").touch()
    really = lock._opener

    def another_users(name: str, flags: int) -> int:
        if flags & os.O_WRONLY:
            raise PermissionError(13, "Permission denied")
        return really(name, flags)

    monkeypatch.setattr(lock, "_opener", another_users)
    assert first.take()
    assert not second.take()
    first.release()


def test_a_name_that_leaves_no_room_is_refused_before_anything_is_learned(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="too long a name"):
        Keeper(tmp_path / ("n" * 250), "tiny")
    Keeper(tmp_path / ("n" * 241), "tiny").write(b"data")


def test_a_folder_that_takes_no_more_files_can_be_read(
    file: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_bytes(data)
    file.with_name(".home.state.01234567.tmp").write_bytes(b"of a power cut")

    def read_only(*arguments: object, **more: object) -> None:
        raise OSError(30, "Read-only file system")

    for name in ("open", "unlink"):
        monkeypatch.setattr(os, name, read_only)
    keeper = Keeper(file, "tiny")
    assert keeper.load() is not None


def test_a_link_is_followed(file: Path, data: bytes) -> None:
    link = file.parent / "link"
    link.symlink_to(file)
    Keeper(link, "tiny").write(data)
    assert file.read_bytes() == data
    Keeper(link, "tiny").erase()
    assert not file.exists()


def test_erasing_removes_all_there_is(file: Path, data: bytes) -> None:
    other = file.parent / "home.state.aside"
    for path in (other, file.parent / "away.state.aside-1"):
        path.write_bytes(data)
    lost = file.parent / "home.state.aside-7"  # the zeros of a lost write
    lost.write_bytes(bytes(99))
    file.write_bytes(data[:-1])
    keeper = Keeper(file, "tiny")
    keeper.load()
    keeper.write(data)
    keeper.erase()
    keeper.erase()
    assert names(file) == ["away.state.aside-1", "home.state.aside"]


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        (b"a letter", UsageError, "no file of what was learned"),
        (b"EDGESTAT", StateError, "only a part of one"),
        (b"", StateError, "only a part of one"),
    ],
)
def test_a_file_can_be_checked_without_being_moved(
    file: Path, data: bytes, error: type[Exception], said: str
) -> None:
    file.write_bytes(data)
    with pytest.raises(error, match=said):
        check_state(file, "tiny")
    assert file.read_bytes() == data


def test_one_of_this_bundle_or_none_is_as_it_should_be(file: Path, data: bytes) -> None:
    check_state(file, "tiny")
    file.write_bytes(data)
    check_state(file, "tiny")
    with pytest.raises(StateError, match="learned with the bundle 'tiny'"):
        check_state(file, "other")


def test_it_says_when_a_file_aside_may_still_know_somebody(file: Path) -> None:
    file.write_bytes(b"")
    keeper = Keeper(file, "tiny")
    keeper.load()
    keeper.warn_of_asides()
    assert "home.state.aside-1 may still know" in keeper.problems[-1]


def test_a_failed_write_leaves_the_old_one(
    file: Path, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = Keeper(file, "tiny")
    keeper.write(data)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        keeper.write(b"new")
    assert keeper.unsaved
    assert file.read_bytes() == data
    assert names(file) == ["home.state"]


KILLED = """
import os, signal, sys
from pathlib import Path
from edge.preference.memory.keeper import Keeper

name, when = sys.argv[2:]
really = getattr(os, name)

def deadly(*args):
    if when == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    result = really(*args)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(os, name, deadly)
path = Path(sys.argv[1])
Keeper(path, "tiny").write(path.with_name("next").read_bytes())
"""


@pytest.mark.parametrize(
    ("call", "when", "new"),
    [
        ("fsync", "before", False),
        ("fsync", "after", False),
        ("replace", "before", False),
        ("replace", "after", True),
    ],
)
def test_power_lost_while_saving(
    file: Path, preference: Preference, data: bytes, call: str, when: str, new: bool
) -> None:
    file.write_bytes(data)
    preference.observe("fan.attic:turn_on", NEVER)
    later = to_bytes(preference.state(), "tiny")
    file.with_name("next").write_bytes(later)
    command = [sys.executable, "-c", KILLED, str(file), call, when]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert file.read_bytes() == (later if new else data)
    keeper = Keeper(file, "tiny")
    assert keeper.load() is not None
    assert keeper.problems == []
    assert names(file) == ["home.state", "next"]  # what was half written is gone
    assert from_bytes(file.read_bytes(), "tiny")
