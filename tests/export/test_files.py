"""Files are replaced whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from export.files import write_atomic


def test_text_and_bytes_are_written_into_folders_that_did_not_exist(tmp_path: Path) -> None:
    write_atomic(tmp_path / "a" / "b.txt", "zwölf\r\n")
    write_atomic(tmp_path / "a" / "b.bin", b"\x00\xff")

    assert (tmp_path / "a" / "b.txt").read_bytes() == "zwölf\r\n".encode()
    assert (tmp_path / "a" / "b.bin").read_bytes() == b"\x00\xff"


def test_a_file_is_as_readable_as_any_other(tmp_path: Path) -> None:
    write_atomic(tmp_path / "atomic", "x")
    (tmp_path / "plain").write_text("x", encoding="utf-8")

    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("atomic", "plain")]
    assert modes[0] == modes[1]


def test_a_failure_before_the_last_step_leaves_the_old_file_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept").write_text("old", encoding="utf-8")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(tmp_path / "kept", "new")

    assert [file.name for file in tmp_path.iterdir()] == ["kept"]
    assert (tmp_path / "kept").read_text(encoding="utf-8") == "old"
