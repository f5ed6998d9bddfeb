"""The sounds that an acoustic model tells apart."""

from __future__ import annotations

import pytest

from edge.voice.phones import COUNT, PHONES, numbers


def test_each_has_a_label_and_the_blank_is_the_first() -> None:
    names = PHONES.split()
    assert len(set(names)) == COUNT == 40
    assert numbers(names[1:]) == tuple(range(1, COUNT))


def test_stress_makes_no_difference() -> None:
    assert numbers(("AO1", "F")) == numbers(("AO0", "F")) == numbers(("AO", "F"))


@pytest.mark.parametrize("name", ["_", "XX", ""])
def test_what_is_no_sound_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match="no sound"):
        numbers((name,))
