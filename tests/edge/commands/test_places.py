"""What the verbs refuse before the work: places that cannot be written, homes that are no files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, NoReturn

import pytest

from edge.cli import main
from edge.commands import check_place
from edge.errors import UsageError


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that nobody may write to, not even root."""
    folder = tmp_path / "locked"
    folder.mkdir()

    def refusing(file: Any, *arguments: Any, **options: Any) -> Any:
        if str(file).startswith(f"{folder}{os.sep}"):
            raise PermissionError(13, "Permission denied", str(file))
        return open(file, *arguments, **options)

    monkeypatch.setattr("edge.files.open", refusing, raising=False)
    return folder


class TestPlaces:
    def test_a_folder_that_may_not_be_written_to(self, locked: Path) -> None:
        place = str(locked / "o.json")
        with pytest.raises(UsageError) as caught:
            check_place(place)
        assert caught.value.where == place
        assert caught.value.what == "cannot be written: Permission denied"
        assert ".tmp" not in str(caught.value)

    @pytest.mark.parametrize(
        "verb", [("bench", "--quick", "--out"), ("suggest", "--picture")], ids=" ".join
    )
    def test_it_is_found_out_before_the_bundle_is_opened(
        self,
        verb: tuple[str, ...],
        locked: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        def opened(path: object, *rest: object, **options: object) -> NoReturn:
            raise AssertionError("the work was begun")

        monkeypatch.setattr("edge.bundle.bundle.open_store", opened)
        assert main([*verb, str(locked / "o.html")]) == 2
        assert f"{locked}/o.html: cannot be written: Permission denied" in capsys.readouterr().err

    def test_where_a_file_can_be_none_is_left(self, tmp_path: Path) -> None:
        check_place(str(tmp_path / "o.json"))
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "verb",
    [("run", "--text", "stop"), ("listen", "--raw"), ("suggest", "--at", "2024-01-08"), ("bench",)],
    ids=lambda verb: verb[0],
)
def test_a_home_that_is_a_pipe_is_not_waited_for(
    verb: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "home.toml"
    os.mkfifo(pipe)
    assert main([*verb, "--home", str(pipe)]) == 2
    assert f"edge: {pipe}: is no file\n" in capsys.readouterr().err
