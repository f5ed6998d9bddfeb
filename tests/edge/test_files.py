"""Files that are replaced whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from edge.files import check_writable, write_atomic


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a.json", "{\n}é\r\n")
    assert (tmp_path / "a.json").read_bytes() == "{\n}é\r\n".encode()


def test_an_old_one_is_replaced_and_nothing_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("old")
    write_atomic(tmp_path / "a.json", b"new")
    assert (tmp_path / "a.json").read_text() == "new"
    assert names(tmp_path) == ["a.json"]


def test_what_cannot_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "a.json").write_text("old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(tmp_path / "a.json", "new")
    assert (tmp_path / "a.json").read_text() == "old"
    assert names(tmp_path) == ["a.json"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there.json").write_text("old")
    (tmp_path / "here.json").symlink_to("there.json")
    write_atomic(tmp_path / "here.json", "new")
    assert (tmp_path / "here.json").is_symlink()
    assert (tmp_path / "there.json").read_text() == "new"


def test_it_is_as_readable_as_any_other_file(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomic(tmp_path / "a.json", "x")
    finally:
        os.umask(before)
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o640


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_atomic(tmp_path / "none" / "a.json", "x")


def test_a_pipe_takes_what_it_is_given_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_atomic(pipe, "new")
    assert os.read(reader, 9) == b"new"
    os.close(reader)
    assert pipe.is_fifo()
    assert os.listdir(tmp_path) == ["pipe"]


def test_an_error_names_the_file_that_was_asked_for(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="File name too long") as caught:
        write_atomic(tmp_path / ("a" * 250), "x")
    assert caught.value.filename == str(tmp_path / ("a" * 250))


def test_whether_it_can_be_written_is_found_by_trying(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("old")
    check_writable(tmp_path / "a.json")
    check_writable(tmp_path / "b.json")
    check_writable("/dev/null")
    assert (tmp_path / "a.json").read_text() == "old"
    assert names(tmp_path) == ["a.json"]
    with pytest.raises(OSError, match="too long"):
        check_writable(tmp_path / ("a" * 250))
