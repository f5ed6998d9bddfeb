"""Things that are chosen once: what was chosen is not suggested again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from edge.preference.memory.file import from_bytes, to_bytes
from edge.preference.moment import NEVER, moment_of
from edge.preference.preference import Preference
from tests.edge.preference.tiny import ITEMS, choosing, rating, tiny_preference

MONDAY = moment_of(datetime(2024, 1, 8, 7))


@pytest.fixture(params=[choosing, rating])
def preference(request: pytest.FixtureRequest, tmp_path: Path) -> Preference:
    make: Callable[[Path], Preference] = request.param
    return make(tmp_path)


def suggested(preference: Preference, k: int = len(ITEMS)) -> list[str]:
    return [suggestion.action for suggestion in preference.suggest(MONDAY, k)]


def test_what_was_chosen_is_not_suggested_again(preference: Preference) -> None:
    first = suggested(preference, 3)
    assert len(first) == 3
    preference.observe(first[0], MONDAY)
    assert first[0] not in suggested(preference)
    assert set(suggested(preference)) == set(ITEMS) - {first[0]}


def test_as_many_as_asked_for_come_all_the_same(preference: Preference) -> None:
    for item in ITEMS[:-4]:
        preference.observe(item, NEVER)
    assert len(suggested(preference, 3)) == 3
    assert set(suggested(preference, 10)) == set(ITEMS[-4:])
    for item in ITEMS[-4:]:
        preference.observe(item, NEVER)
    assert suggested(preference) == []


@pytest.mark.parametrize("verdict", ["accepted", "dismissed"])
def test_what_was_only_spoken_of_still_is(preference: Preference, verdict: str) -> None:
    first = suggested(preference, 1)[0]
    preference.feedback(first, verdict)  # type: ignore[arg-type]
    assert first in suggested(preference)


def test_a_file_keeps_it(preference: Preference) -> None:
    preference.observe("item-3", MONDAY)
    preference.feedback("item-4", "accepted")
    data = to_bytes(preference.state(), "tiny")
    preference.forget()
    assert "item-3" in suggested(preference)
    preference.restore(from_bytes(data, "tiny", "home.state"))
    assert set(suggested(preference)) == set(ITEMS) - {"item-3"}


def test_what_the_catalogue_lacks_is_neither_suggested_nor_in_the_way(
    preference: Preference,
) -> None:
    preference.observe("nobody ever heard of it", MONDAY)
    assert set(suggested(preference)) == set(ITEMS)


def test_where_things_are_done_again_they_are_suggested_again(tmp_path: Path) -> None:
    preference = tiny_preference(tmp_path, generic=False)
    preference.observe("item-3", MONDAY)
    assert "item-3" in suggested(preference)
