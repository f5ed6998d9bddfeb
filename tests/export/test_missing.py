"""What is said where nothing lies at a path."""

from __future__ import annotations

from pathlib import Path

import pytest

import export
from edge.cli import main
from export.missing import no_such

SAMPLES = Path(export.__file__).parent / "samples"


@pytest.mark.parametrize(
    ("options", "lies"),
    [
        (("intent", "--data", "export/samples/home"), SAMPLES / "home"),
        (("intent", "--data", "export/samples/home", "--sentences", "en"), SAMPLES / "home"),
        (("preference", "--data", "export/samples/ratings"), SAMPLES / "ratings"),
        (("speech", "--sentences", "export/samples/home"), SAMPLES / "home"),
        (
            ("intent", "--data", "x", "--settings", "export/samples/home/settings.toml"),
            SAMPLES / "home" / "settings.toml",
        ),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, tuple) else "",
)
def test_samples_are_named_where_they_are_installed(
    options: tuple[str, ...],
    lies: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["train", *options, "--out", "run"]) == 2
    error = capsys.readouterr().err
    assert "no such file or folder" in error
    assert f"in the package that is installed it is {lies}\n" in error
    assert list(tmp_path.iterdir()) == []


def test_a_sample_that_there_is_not() -> None:
    error = no_such(Path("export/samples/castle"))
    assert error.hint == f"the samples that are installed are in {SAMPLES}"


def test_any_other_path() -> None:
    error = no_such(Path("home"), "check the corpus' path")
    assert (error.where, error.hint) == ("home", "check the corpus' path")
