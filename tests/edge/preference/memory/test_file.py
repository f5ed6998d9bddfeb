"""What was learned as bytes: there and back, and bytes that are none."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.errors import StateError
from edge.limits import (
    BLOCKED_ACTIONS,
    CONTEXT_SENSORS,
    CONTEXT_TEXT_CHARS,
    HISTORY_EVENTS,
    ITEM_CHARS,
    MEMORY_ACTIONS,
    MEMORY_CELLS,
    MEMORY_FILE_BYTES,
    PERSONS,
)
from edge.preference.memory.file import from_bytes, to_bytes
from edge.preference.memory.state import State
from edge.preference.moment import moment_of
from edge.preference.preference import Preference
from tests.edge.preference.tiny import tiny_home, tiny_preference

START = datetime(2024, 1, 8, 7)
HEAD = 48


def live(preference: Preference, days: int = 9) -> None:
    """A few mornings and evenings of two people."""
    for day in range(days):
        for step, action in enumerate(
            ("light.kitchen:turn_on", "cover.bedroom:open", "zeppelin", "porch:turn_off")
        ):
            at = START + timedelta(days=day, hours=4 * step, minutes=day)
            context = {"temperature": 3.0 * day, "door": "open" if step % 2 else "closed"}
            moment = moment_of(at, context)
            preference.suggest(moment)
            preference.observe(action, moment, "anna" if step else "", "21" if step else "")
    preference.feedback("zeppelin", "dismissed", "anna")
    preference.feedback("zeppelin", "accepted")
    preference.feedback("fan.attic:turn_on", "never")


@pytest.fixture(scope="module")
def preference(tmp_path_factory: pytest.TempPathFactory) -> Preference:
    found = tiny_preference(tmp_path_factory.mktemp("file"), tiny_home())
    live(found)
    return found


@pytest.fixture(scope="module")
def data(preference: Preference) -> bytes:
    return to_bytes(preference.state(), "tiny")


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Preference:
    return tiny_preference(tmp_path_factory.mktemp("any"))


def same(one: State, other: State) -> None:
    assert one._replace(pasts={}) == other._replace(pasts={})
    assert one.pasts.keys() == other.pasts.keys()
    for person, past in one.pasts.items():
        for name, value in past._asdict().items():
            found = getattr(other.pasts[person], name)
            np.testing.assert_array_equal(value, found, err_msg=f"{person}: {name}")


class TestThereAndBack:
    def test_nothing_is_lost(self, preference: Preference, data: bytes) -> None:
        same(from_bytes(data, "tiny"), preference.state())
        assert to_bytes(from_bytes(data, "tiny"), "tiny") == data

    def test_of_a_household_of_which_nothing_is_known(self, tmp_path: Path) -> None:
        empty = tiny_preference(tmp_path)
        again = from_bytes(to_bytes(empty.state(), "tiny"), "tiny")
        same(again, empty.state())
        empty.restore(again)

    def test_suggestions_are_the_same(
        self, preference: Preference, data: bytes, tmp_path: Path
    ) -> None:
        again = tiny_preference(tmp_path, tiny_home())
        again.restore(from_bytes(data, "tiny"))
        for hour in range(0, 24, 3):
            moment = moment_of(START + timedelta(days=20, hours=hour), {"door": "open"})
            for person in ("", "anna"):
                before = preference.suggest(moment, 5, person)
                after = again.suggest(moment, 5, person)
                assert [s.to_dict() for s in before] == [s.to_dict() for s in after]

    def test_learning_goes_on_the_same(
        self, preference: Preference, data: bytes, tmp_path: Path
    ) -> None:
        one, two = (tiny_preference(tmp_path / name, tiny_home()) for name in "ab")
        live(one, 5)
        two.restore(from_bytes(to_bytes(one.state(), "tiny"), "tiny"))
        for each in (one, two):
            for hour in range(30):
                moment = moment_of(START + timedelta(days=9, hours=hour))
                each.suggest(moment)
                each.observe("porch:turn_off" if hour % 3 else "zeppelin", moment, "anna")
        moment = moment_of(START + timedelta(days=11))
        before, after = one.suggest(moment, 5), two.suggest(moment, 5)
        assert [s.action for s in before] == [s.action for s in after]
        np.testing.assert_allclose([s.score for s in before], [s.score for s in after], rtol=1e-5)


def rewritten(data: bytes, change: Callable[[dict[str, Any]], None]) -> bytes:
    """The file with another header, whole and hashed: by somebody who knows the format."""
    rest = data[HEAD:]
    size = struct.unpack_from("<I", rest)[0]
    header = json.loads(rest[4 : 4 + size])
    change(header)
    text = json.dumps(header).encode()
    return sealed(struct.pack("<I", len(text)) + text + rest[4 + size :])


def sealed(rest: bytes, schema: int = 1) -> bytes:
    head = struct.pack("<8sII", b"EDGESTAT", schema, len(rest))
    return head + hashlib.sha256(rest).digest() + rest


class TestRefused:
    def test_another_bundles(self, data: bytes) -> None:
        with pytest.raises(StateError, match="learned with the bundle 'tiny'"):
            from_bytes(data, "other")

    def test_a_newer_one(self, data: bytes) -> None:
        with pytest.raises(StateError, match="schema 2"):
            from_bytes(sealed(data[HEAD:], 2), "tiny")

    @pytest.mark.parametrize("left", [0, 7, 47, 48, 60, -1])
    def test_one_cut_short(self, data: bytes, left: int) -> None:
        with pytest.raises(StateError):
            from_bytes(data[:left], "tiny")

    @given(at=st.integers(0), bit=st.integers(0, 7))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_bit_that_flipped(self, data: bytes, at: int, bit: int) -> None:
        altered = bytearray(data)
        altered[at % len(data)] ^= 1 << bit
        with pytest.raises(StateError):
            from_bytes(bytes(altered), "tiny")

    def test_one_that_is_too_large(self) -> None:
        with pytest.raises(StateError, match="larger"):
            from_bytes(bytes(MEMORY_FILE_BYTES + 1), "tiny")

    @given(st.binary(max_size=300))
    def test_any_bytes(self, rest: bytes) -> None:
        for data in (rest, sealed(rest), sealed(struct.pack("<I", len(rest)) + rest)):
            with pytest.raises(StateError):
                from_bytes(data, "tiny")

    @pytest.mark.parametrize(
        "change",
        [
            lambda h: h.clear(),
            lambda h: h.update(persons=[]),
            lambda h: h.update(persons=h["persons"] * 9),
            lambda h: h.update(persons=h["persons"][1:]),
            lambda h: h.update(persons=5),
            lambda h: h.update(actions=["x"]),
            lambda h: h.update(actions=["x"] * len(h["actions"])),
            lambda h: h.update(experts=h["experts"][1:]),
            lambda h: h.update(features=10**6),
            lambda h: h.update(features=h["features"] + 1),
            lambda h: h.update(blocked=[""]),
            lambda h: h.update(blocked=[5]),
            lambda h: h["persons"][0].update(actions=[-1]),
            lambda h: h["persons"][0].update(cells=2**40),
            lambda h: h["persons"][0].update(cells=True),
            lambda h: h["persons"][0].update(cells=h["persons"][0]["cells"] - 1),
            lambda h: h["persons"][0].update(window=h["persons"][0]["window"] + 1),
            lambda h: h["persons"][0].update(last=512),
            lambda h: h["persons"][0].update(day=-1),
            lambda h: h["persons"][0].update(day="x"),
            lambda h: h["persons"][0].update(last_time=1e300),
            lambda h: h["persons"][0].update(events=-1),
            lambda h: h["persons"][0].update(says={"door": 5}),
            lambda h: h["persons"][0].update(says={"door": "x" * 100}),
            lambda h: h["persons"][0].update(says=[]),
            lambda h: h["persons"][0].update(course=[[0, 0]]),
            lambda h: h["persons"][0].update(course=[[7, 0, 0]]),
            lambda h: h["persons"][0].update(course=[[0, 0, 0]] * 99),
            lambda h: h["persons"][0]["keys"].__setitem__(0, "a511"),
            lambda h: h["persons"][0]["keys"].__setitem__(0, h["persons"][0]["keys"][1]),
            lambda h: h["persons"][0].update(keys=h["persons"][0]["keys"][1:]),
        ],
    )
    def test_a_header_that_lies(self, data: bytes, change: Callable[[Any], None]) -> None:
        with pytest.raises(StateError):
            from_bytes(rewritten(data, change), "tiny")

    @given(st.integers(0), st.binary(min_size=1, max_size=8))
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_any_arrays(self, data: bytes, tiny: Preference, at: int, other: bytes) -> None:
        """Whole and hashed, so that only the checks of what it says can refuse it."""
        rest = bytearray(data[HEAD:])
        first = 4 + struct.unpack_from("<I", rest)[0]
        at = first + at % (len(rest) - first - len(other))
        rest[at : at + len(other)] = other
        try:
            state = from_bytes(sealed(bytes(rest)), "tiny")
        except StateError:
            return
        tiny.restore(state)
        assert all(0 <= s.score <= 1 for s in tiny.suggest(moment_of(START), 5))


def test_no_memory_grows_beyond_what_is_read() -> None:
    """All that the limits allow, every character written as "\\u0001"."""
    letter = 6
    action = ITEM_CHARS * letter + 3
    key = (2 * CONTEXT_TEXT_CHARS + 2) * letter + 3
    says = CONTEXT_SENSORS * (2 * CONTEXT_TEXT_CHARS * letter + 6)
    person = action + MEMORY_CELLS * (key + 16) + MEMORY_ACTIONS * 6 + says + HISTORY_EVENTS * 1000
    most = PERSONS * (person + MEMORY_ACTIONS * action) + BLOCKED_ACTIONS * action
    assert most < MEMORY_FILE_BYTES
