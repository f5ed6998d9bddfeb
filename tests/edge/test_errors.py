"""What an error says is text for a person, whatever the name of the thing it is about."""

from __future__ import annotations

import pytest

from edge.errors import BundleError


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("\x1b]0;mine\x07", "\\x1b]0;mine\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\u202eb\u2066", "a\\u202eb\\u2066"),
        ("caf\u00e9 \u0437\u0430\u043b\n\tall", "caf\u00e9 \u0437\u0430\u043b\n\tall"),
    ],
)
def test_terminals_are_not_told_what_to_do(name: str, said: str) -> None:
    error = BundleError(name, where=name, allowed=name, hint=name)
    assert [error.what, error.where, error.allowed, error.hint] == [said] * 4
    assert str(error).count(said) == 4
