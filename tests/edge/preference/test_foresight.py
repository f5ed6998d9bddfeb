"""What experts, model and doubt come to together."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest

from edge.preference.candidates import Beliefs
from edge.preference.experts.mixture import mix
from edge.preference.experts.opinion import Opinion
from edge.preference.experts.others import WELL_KNOWN
from edge.preference.experts.personal import Context
from edge.preference.foresight import Foresight
from edge.preference.moment import moment_of
from tests.edge.preference.tiny import tiny_home, tiny_preference

NOWHERE = Context((), "", "", "", (), (), "")
START = datetime(2024, 3, 4, 7, 0)


def foreseen(**what):
    opinion = Opinion({0: 0.75, 1: 0.25}, 4.0)
    mixture = mix([opinion], np.zeros(2, np.float32), np.ones(2))
    return Foresight(mixture, Beliefs({1: 0.5, 2: 0.5}), NOWHERE, **what)


def test_what_everybody_thinks_adds_up():
    assert foreseen().chances() == pytest.approx({0: 0.375, 1: 0.375, 2: 0.25})


def test_what_is_given_beforehand_leaves_the_rest_to_what_is_thought():
    chances = foreseen(beforehand={1: 0.1, 7: 0.1}).chances()
    assert chances == pytest.approx({0: 0.3, 1: 0.4, 2: 0.2, 7: 0.1})


def test_whoever_is_well_known_or_not_known_at_all_is_not_doubted(tmp_path):
    preference = tiny_preference(tmp_path, tiny_home())
    past, moment = preference.pasts[""], moment_of(START, {})
    assert not preference.foresee(past, moment, 3).beforehand  # nothing was done lately
    preference.observe("light.kitchen:turn_on", moment)
    assert preference.foresee(past, moment, 3).beforehand

    past.memory.events = WELL_KNOWN
    assert not preference.foresee(past, moment, 3).beforehand


def test_what_was_done_lately_is_never_out_of_the_question(tmp_path):
    doubt = {"lately": 6.0, "new": 0.5}
    preference = tiny_preference(tmp_path, tiny_home(), task={"doubt": doubt})
    done = ("porch:turn_on", "light.kitchen:turn_on")
    for step, action in enumerate(done):
        preference.observe(action, moment_of(START + timedelta(hours=step), {}))

    past = preference.pasts[""]
    chances = preference.foresee(past, moment_of(START + timedelta(hours=3), {}), 3).chances()
    for action in done:
        assert chances[past.candidate[past.memory.number_of(action)]] > 0.25
