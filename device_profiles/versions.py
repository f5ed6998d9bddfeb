"""Version ranges such as `>=1.21,!=1.23.0`, no more of them than a profile needs."""

from __future__ import annotations

import re

from device_profiles.errors import ProfileError

_CLAUSE = re.compile(r"(>=|<=|==|!=|>|<)\s*(\d{1,6}(?:\.\d{1,6}){0,3})")
_LEADING_NUMBERS = re.compile(r"\d{1,6}(?:\.\d{1,6}){0,3}")
_ALLOWED = "comparisons joined by commas, such as '>=1.21' or '>=1.21,!=1.23.0'"


def _numbers(version: str) -> tuple[int, ...]:
    """(1, 21) and (1, 21, 0) are one version, so zeros at the end go."""
    numbers = [int(part) for part in version.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def parse_range(text: str, where: str = "") -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Split a range into its comparisons.

    Raises:
        ProfileError: when a part of it is no comparison with a plain version.
    """
    clauses = []
    for part in text.split(","):
        match = _CLAUSE.fullmatch(part.strip())
        if match is None:
            raise ProfileError(
                f"{part.strip()!r} is no version comparison", where=where, allowed=_ALLOWED
            )
        clauses.append((match[1], _numbers(match[2])))
    return tuple(clauses)


def in_range(version: str, text: str) -> bool:
    """Whether `version` satisfies every comparison of the range `text`.

    Only the numbers at the start of the version count: `1.22.0rc1` is read as `1.22.0`.

    Raises:
        ProfileError: when either of them cannot be read.
    """
    match = _LEADING_NUMBERS.match(version)
    if match is None:
        raise ProfileError(f"{version!r} is no version", allowed="numbers such as '1.21.0'")
    found = _numbers(match[0])
    outcomes = {
        ">=": lambda wanted: found >= wanted,
        "<=": lambda wanted: found <= wanted,
        "==": lambda wanted: found == wanted,
        "!=": lambda wanted: found != wanted,
        ">": lambda wanted: found > wanted,
        "<": lambda wanted: found < wanted,
    }
    return all(outcomes[operator](wanted) for operator, wanted in parse_range(text))
