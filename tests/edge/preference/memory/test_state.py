"""What was learned, moved to another bundle's model, another home, another set of senses."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from edge.home.home import Device, Home
from edge.limits import MEMORY_ACTIONS
from edge.preference.experts.personal import NAMES
from edge.preference.loading import declare_home
from edge.preference.memory.state import fingerprint
from edge.preference.moment import Senses, moment_of
from tests.edge.preference.memory.test_file import START, live
from tests.edge.preference.tiny import SENSES, tiny_home, tiny_preference


def test_what_was_only_declared_is_not_kept(tmp_path: Path) -> None:
    preference = tiny_preference(tmp_path, tiny_home())
    assert len(preference.pasts[""].memory.actions) == 6
    preference.observe("porch:turn_off", moment_of(START))
    kept = preference.state().pasts[""]
    assert kept.actions == ("porch:turn_off",)
    assert set(kept.cell_actions.tolist()) == {0}


def test_another_home_takes_the_place_of_the_first(tmp_path: Path) -> None:
    preference = tiny_preference(tmp_path, tiny_home())
    live(preference)
    declare_home(preference, Home([Device("attic", "Attic fan", kind="fan")]))
    actions = preference.pasts[""].memory.actions
    assert {"attic:turn_on", "attic:turn_off", "zeppelin"} <= set(actions)
    assert "light.kitchen:turn_off" not in actions
    assert preference.pasts["anna"].memory.events == 27


def test_what_was_done_is_not_given_up_for_what_could_be(tmp_path: Path) -> None:
    preference = tiny_preference(tmp_path)
    for number in range(MEMORY_ACTIONS):
        preference.observe(f"light.l{number}:turn_on", moment_of(START))
    declare_home(preference, tiny_home())
    assert "light.l0:turn_on" in preference.pasts[""].memory.actions
    assert len(preference.pasts[""].memory.actions) == MEMORY_ACTIONS


def test_keys_mean_the_same_actions_afterwards(tmp_path: Path) -> None:
    preference = tiny_preference(tmp_path, tiny_home())
    live(preference)

    def after() -> float:
        memory = preference.pasts[""].memory
        one, two = map(memory.number_of, ("light.kitchen:turn_on", "cover.bedroom:open"))
        return memory.counted(f"a{one}", two)

    before = after()
    declare_home(preference, None)  # numbers of what was only declared are free now
    assert before > 5
    np.testing.assert_allclose(after(), before, rtol=1e-6)


def test_senses_that_read_otherwise_are_not_mixed_up(tmp_path: Path) -> None:
    one = tiny_preference(tmp_path / "one")
    live(one)
    other = Senses([SENSES.sensors[0]._replace(edges=(5.0,))])
    two = tiny_preference(tmp_path / "two", senses=other)
    two.restore(one.state())
    past = two.pasts[""]
    assert past.history.filled == one.pasts[""].history.filled
    assert not past.history.features().any()
    keys = {key for key, _, _ in past.memory.cells()}
    assert "sdoor=open" in keys
    assert not any(key.startswith("stemperature") for key in keys)
    two.suggest(moment_of(START))


def test_worth_belongs_to_experts_by_name(tmp_path: Path) -> None:
    preference = tiny_preference(tmp_path)
    live(preference)
    kept = preference.state()
    worth = kept.pasts[""].worth
    worth[0] = 3.0
    renamed = kept._replace(experts=("one that is gone", *NAMES[:0:-1]))
    preference.restore(renamed)
    np.testing.assert_array_equal(preference.pasts[""].worth, [1.0, *worth[:0:-1]])


def test_a_fingerprint_is_of_what_is_read() -> None:
    assert fingerprint(SENSES) == fingerprint(Senses.from_dict(SENSES.to_dict(), ""))
    assert fingerprint(SENSES) != fingerprint(Senses(SENSES.sensors, timed=False))
