"""What is given in advance, by hand."""

from __future__ import annotations

import pytest

from edge.preference.experts.doubt import Doubt, unheard_of
from edge.preference.memory.keys import EVERYTHING
from edge.preference.memory.past import Past
from edge.preference.model.model import Shape

DOUBT = Doubt(lately=6.0, new=0.5)
USUAL = {1: 0.6, 2: 0.3, 3: 0.1}


def past(events: int = 3) -> Past:
    """Of somebody who did 0, 1, 0, where everybody does 1, 2 and 3 as 6 : 3 : 1."""
    found = Past(Shape(4, 2, 1, 1, 1), 1)
    found.candidate = [0, 1]
    found.recent.extend((0, 1, 0))
    found.memory.events = events
    return found


def test_events_of_what_was_done_lately_and_for_each_such_thing_of_something_new() -> None:
    given = DOUBT.given(past(), USUAL)
    assert given == pytest.approx({0: 3 / 10, 1: 3 / 10, 2: 0.75 / 10, 3: 0.25 / 10})


def test_the_more_is_known_of_somebody_the_less_it_is() -> None:
    assert sum(DOUBT.given(past(events=93), USUAL).values()) == pytest.approx(7 / 100)


@pytest.mark.parametrize("usual", [{}, {0: 0.7, 1: 0.3}])
def test_nothing_new_where_others_do_nothing_else(usual: dict[int, float]) -> None:
    assert DOUBT.given(past(), usual) == pytest.approx({0: 3 / 9, 1: 3 / 9})


def test_no_events_no_doubt() -> None:
    assert sum(Doubt().given(past(), USUAL).values()) == 0


class TestUnheardOf:
    def done(self, *times: int) -> Past:
        found = Past(Shape(4, 2, 1, 1, 1), 1)
        for action, count in enumerate(times):
            for _ in range(count):
                found.memory.count(EVERYTHING, action)
        return found

    def test_as_likely_as_events_were_the_only_ones_of_their_kind(self) -> None:
        assert unheard_of(self.done(3, 1, 2, 1, 1)) == pytest.approx(3 / 8.1)

    def test_after_one_of_each_everything_may_be_and_hardly_any_of_them(self) -> None:
        assert unheard_of(self.done(1, 1, 1)) == pytest.approx(3 / 3.1)

    def test_where_all_was_done_again_nothing_is(self) -> None:
        assert unheard_of(self.done(2, 5)) == 0.0

    def test_nothing_is_known_of_who_did_nothing(self) -> None:
        assert unheard_of(self.done()) == 0.0
