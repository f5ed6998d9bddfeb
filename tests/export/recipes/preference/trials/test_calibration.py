"""Believing a probability, and where to begin to show it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from edge.preference.foresight import Calibration
from export.recipes.preference.trials.calibration import fit
from export.recipes.preference.trials.trial import Seen


def seen(chances: list[float], right: list[bool]) -> list[Seen]:
    return [Seen(1 if r else 2, c, r) for c, r in zip(chances, right, strict=True)]


def drawn(count: int, power: float) -> list[Seen]:
    """Suggestions that say `chance` and happen in chance ** power of the cases."""
    rng = np.random.default_rng(0)
    chances = rng.uniform(0.02, 0.98, count)
    return seen(chances.tolist(), (rng.random(count) < chances**power).tolist())


@hypothesis_settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30))
def test_more_probable_never_becomes_less_so(some: list[tuple[float, bool]]) -> None:
    found = fit(seen([c for c, _ in some], [r for _, r in some]), 0.01)
    assert found["slope"] > 0
    assert 0 <= found["threshold"] <= 1
    calibration = Calibration(**found)
    scores = [calibration.of(chance) for chance in np.linspace(0, 1, 20)]
    assert scores == sorted(scores)


def test_what_was_right_stays_as_it_is() -> None:
    found = fit(drawn(4000, 1.0), 0.01)
    assert found["bias"] == pytest.approx(0, abs=0.12)
    assert found["slope"] == pytest.approx(1, abs=0.12)


def test_what_boasts_is_believed_less() -> None:
    calibration = Calibration(**fit(drawn(4000, 3.0), 0.01))
    for chance in (0.3, 0.5, 0.7):
        assert calibration.of(chance) == pytest.approx(chance**3, abs=0.08)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.25])
def test_so_many_right_ones_may_be_kept_back(share: float) -> None:
    some = drawn(2000, 1.0)
    found = fit(some, share)
    calibration = Calibration(**found)
    hits = [calibration.of(one.chance) for one in some if one.right]
    kept_back = sum(score < found["threshold"] for score in hits) / len(hits)
    assert share - 0.005 <= kept_back <= share


def test_of_nothing_nothing_is_learned() -> None:
    assert fit([], 0.01) == {"bias": 0.0, "slope": 1.0, "threshold": 0.0}


def test_where_nothing_was_right_all_is_shown() -> None:
    assert fit(seen([0.2, 0.4], [False, False]), 0.01)["threshold"] == 0
