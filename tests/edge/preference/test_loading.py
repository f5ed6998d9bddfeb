"""The manifest's `tasks.preference`: every key that is wrong is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edge.errors import BundleFormatError
from edge.home.home import Device, Home
from edge.limits import HISTORY_EVENTS, MEMORY_ACTIONS
from edge.preference.experts.personal import NAMES
from edge.preference.moment import NEVER
from tests.edge.preference.tiny import ACTIONS, EVENTS, tiny_home, tiny_preference


def test_it_is_what_the_manifest_says(tmp_path: Path) -> None:
    preference = tiny_preference(tmp_path)
    assert preference.model.shape.events == EVENTS
    assert preference.calibration == (0.2, 1.1, 0.15)
    assert preference.pasts[""].memory.pace == (6.0, 120.0)


@pytest.mark.parametrize(("says", "given"), [({"lately": 6, "new": 0}, 6 / 7), (None, 0)])
def test_doubt_is_what_it_says_and_none_where_it_says_nothing(
    tmp_path: Path, says: dict[str, float] | None, given: float
) -> None:
    preference = tiny_preference(tmp_path, tiny_home(), task={"doubt": says})
    preference.observe("light.kitchen:turn_on", NEVER)
    foresight = preference.foresee(preference.pasts[""], NEVER, 3)
    assert sum(foresight.beforehand.values()) == pytest.approx(given)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("events", 0),
        ("events", HISTORY_EVENTS + 1),
        ("events", True),
        ("events", None),
        ("generic", None),
        ("generic", 1),
        ("experts", None),
        ("experts", list(NAMES[1:])),
        ("experts", [*NAMES[:-1], "oracle"]),
        ("senses", None),
        ("senses", {"sensors": [5]}),
        ("calibration", None),
        ("calibration", {"bias": 0, "slope": "1", "threshold": 0}),
        ("calibration", {"bias": 0, "slope": -1, "threshold": 0}),
        ("calibration", {"bias": 0, "slope": 1, "threshold": 1.5}),
        ("calibration", {"bias": True, "slope": 1, "threshold": 0}),
        ("doubt", {"lately": -1, "new": 0}),
        ("doubt", {"lately": 1}),
        ("pace", {"fast": 0, "slow": 120}),
        ("pace", {"fast": 6}),
        ("assets", {"population": "assets/population.bin"}),
        ("assets", {"catalogue": "assets/catalogue.bin"}),
        ("assets", {"catalogue": "assets/population.bin", "population": "assets/catalogue.bin"}),
    ],
)
def test_a_key_that_is_wrong_is_named(tmp_path: Path, key: str, value: Any) -> None:
    where = r"tasks\.preference\." + key if key != "assets" or len(value) == 1 else "catalogue"
    with pytest.raises(BundleFormatError, match=where):
        tiny_preference(tmp_path, task={key: value})


def test_events_that_the_graph_does_not_take(tmp_path: Path) -> None:
    with pytest.raises(BundleFormatError, match="does not run"):
        tiny_preference(tmp_path, task={"events": EVENTS + 1})


def test_a_home_declares_what_its_devices_could_do(tmp_path: Path) -> None:
    preference = tiny_preference(tmp_path, tiny_home())
    assert preference.pasts[""].memory.actions == [
        "light.kitchen:turn_off",
        "light.kitchen:turn_on",
        "porch:turn_off",  # a light, though its id does not say so
        "porch:turn_on",
        "cover.bedroom:close",
        "cover.bedroom:open",
    ]
    assert min(preference.pasts[""].rows) >= 0
    assert {s.action for s in preference.suggest(NEVER, 6)} == set(
        preference.pasts[""].memory.actions
    )


def test_no_more_is_declared_than_there_is_room_for(tmp_path: Path) -> None:
    devices = [Device(f"light.l{number}", f"Lamp {number}", kind="light") for number in range(400)]
    devices.append(Device("x" * 195, "Long", kind="light"))
    preference = tiny_preference(tmp_path, Home(reversed(devices)))
    assert len(preference.pasts[""].memory.actions) == MEMORY_ACTIONS


def test_a_catalogue_of_items_declares_nothing(tmp_path: Path) -> None:
    preference = tiny_preference(tmp_path, tiny_home(), generic=False, names=ACTIONS)
    assert preference.pasts[""].memory.actions == []
    assert preference.home is not None
