"""Keys that name actions by number."""

from __future__ import annotations

import pytest

from edge.preference.memory.keys import in_words, numbers_in, renumbered


@pytest.mark.parametrize(
    ("key", "numbers"),
    [
        ("a7", (7,)),
        ("b3.17", (3, 17)),
        ("all", ()),
        ("accepted", ()),
        ("k3.2", ()),
        ("hd14", ()),
        ("sdoor=a7", ()),
        ("cb3.7=open", ()),
        ("", ()),
    ],
)
def test_numbers_in_a_key(key: str, numbers: tuple[int, ...]) -> None:
    assert numbers_in(key) == numbers


def test_keys_are_renumbered() -> None:
    assert renumbered("b3.17", {3: 0, 17: 1}) == "b0.1"
    assert renumbered("sdoor=a7", {}) == "sdoor=a7"
    with pytest.raises(KeyError):
        renumbered("a7", {})


def test_keys_in_words() -> None:
    assert in_words("b0.1", ["fan:turn_on", "fan:turn_off"]) == "after fan:turn_on, fan:turn_off"
    assert in_words("sdoor=open", []) == "sdoor=open"
