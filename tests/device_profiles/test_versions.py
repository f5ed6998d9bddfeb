"""Ranges of versions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_profiles import ProfileError, in_range
from device_profiles.versions import parse_range


@pytest.mark.parametrize(
    ("version", "range_", "expected"),
    [
        ("1.21.0", ">=1.21", True),
        ("1.21", ">=1.21.0", True),
        ("1.9.9", ">=1.21", False),
        ("1.32.0", ">=1.21,<2", True),
        ("2.0.0", ">=1.21, <2", False),
        ("1.23.0", ">=1.21,!=1.23", False),
        ("1.22.0rc1", "==1.22", True),
        ("1.22.1+local", ">1.22.0", True),
    ],
)
def test_versions_are_compared_as_numbers(version: str, range_: str, expected: bool) -> None:
    assert in_range(version, range_) is expected


@pytest.mark.parametrize("range_", ["", "1.21", "~=1.21", ">=", ">=1.x", ">=1.21,", "latest"])
def test_what_is_no_range_is_refused(range_: str) -> None:
    with pytest.raises(ProfileError, match="is no version comparison"):
        parse_range(range_)


def test_what_is_no_version_is_refused() -> None:
    with pytest.raises(ProfileError, match="'unknown' is no version"):
        in_range("unknown", ">=1")


@given(st.lists(st.integers(0, 999), min_size=1, max_size=4))
def test_every_version_is_equal_to_itself_and_between_its_neighbours(parts: list[int]) -> None:
    version = ".".join(map(str, parts))
    higher = ".".join(map(str, [*parts[:-1], parts[-1] + 1]))
    assert in_range(version, f"=={version},>={version},<={version},<{higher}")
    assert not in_range(version, f"!={version}")
    assert not in_range(version, f">={higher}")
