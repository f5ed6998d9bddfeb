"""Numbers that a slot takes."""

from __future__ import annotations

import pytest

from edge.home.targets import in_range


@pytest.mark.parametrize("tenths", range(11))
def test_every_step_is_taken_though_no_float_has_it(tenths: int) -> None:
    assert in_range(tenths / 10, 0, 1, step=0.1, parts=10) == pytest.approx(tenths / 10)


@pytest.mark.parametrize(
    ("value", "step", "parts", "taken"),
    [
        (20, 5, 1, 20),
        (22, 5, 1, None),
        (20.5, 1, 1, None),
        (20.5, 1, 2, 20.5),
        (20.25, 1, 2, None),
        (-1, 1, 1, None),
        (101, 1, 1, None),
        (0.35, 0.1, 100, None),
    ],
)
def test_what_is_no_step_of_it_is_not(
    value: float, step: float, parts: int, taken: float | None
) -> None:
    assert in_range(value, 0, 100, step, parts) == taken


def test_it_comes_as_the_slot_has_it() -> None:
    assert in_range(50, 0, 100, multiplier=2.55) == pytest.approx(127.5)
    assert in_range(20, 0, 100, multiplier=0.05) == 1
    assert isinstance(in_range(20, 0, 100, multiplier=0.05), int)
