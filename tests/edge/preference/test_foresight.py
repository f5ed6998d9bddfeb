"""What experts, model and doubt come to together."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from edge.preference.candidates import Beliefs
from edge.preference.experts import Context
from edge.preference.foresight import Foresight
from edge.preference.mixture import mix
from edge.preference.moment import moment_of
from edge.preference.others import WELL_KNOWN, Opinion
from tests.edge.preference.tiny import tiny_home, tiny_preference

NOWHERE = Context((), "", "", "", (), (), "")
START = datetime(2024, 3, 4, 7, 0)


def foreseen(**what):
    opinion = Opinion({0: 0.75, 1: 0.25}, 4.0)
    mixture = mix([opinion], np.zeros(2, np.float32), np.ones(2))
    return Foresight(mixture, Beliefs({1: 0.5, 2: 0.5}), NOWHERE, **what)


def test_what_everybody_thinks_adds_up():
    assert foreseen().chances() == pytest.approx({0: 0.375, 1: 0.375, 2: 0.25})


def test_doubt_is_shared_by_what_was_done_lately():
    chances = foreseen(lately=frozenset({1, 7}), doubt=0.2).chances()
    assert chances == pytest.approx({0: 0.3, 1: 0.4, 2: 0.2, 7: 0.1})


def test_the_more_is_known_of_somebody_the_less_doubt_there_is(tmp_path):
    preference = tiny_preference(tmp_path, tiny_home())
    past, doubts = preference.pasts[""], []
    for step in range(6):
        moment = moment_of(START + timedelta(hours=step), {})
        doubts.append(preference.foresee(past, moment, 3).doubt)
        preference.observe("light.kitchen:turn_on", moment)

    past.memory.events = WELL_KNOWN
    assert preference.foresee(past, moment, 3).doubt == 0
    assert doubts[0] == 0  # nothing was done lately
    assert doubts[1:] == pytest.approx([3 / (3 + events) for events in range(1, 6)])


def test_what_was_done_lately_is_never_out_of_the_question(tmp_path):
    preference = tiny_preference(tmp_path, tiny_home())
    for step, action in enumerate(("porch:turn_on", "light.kitchen:turn_on")):
        preference.observe(action, moment_of(START + timedelta(hours=step), {}))

    now = moment_of(START + timedelta(hours=3), {})
    foresight = preference.foresee(preference.pasts[""], now, 3)

    chances = foresight.chances()
    assert len(foresight.lately) == 2
    assert all(chances[one] >= foresight.doubt / 2 for one in foresight.lately)
