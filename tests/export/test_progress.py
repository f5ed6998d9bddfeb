"""Progress before the training."""

from __future__ import annotations

import pytest

from export.progress import bar


def test_a_bar_is_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    with bar("features", 3, quiet=False) as step:
        step(1)
        step(2)
    output = capsys.readouterr()
    assert output.out == ""
    assert "features" in output.err and "3/3" in output.err


@pytest.mark.parametrize(("total", "quiet"), [(3, True), (0, False)])
def test_nothing_is_shown_where_nobody_looks_or_nothing_is_done(
    total: int, quiet: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with bar("features", total, quiet) as step:
        step(1)
    assert capsys.readouterr() == ("", "")
