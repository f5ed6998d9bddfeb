"""Practice on other corpora: answered from counts that know nothing of them."""

from __future__ import annotations

import numpy as np
import pytest

from edge.errors import UsageError
from edge.preference.experts.others import OTHERS
from edge.preference.memory.memory import Pace
from edge.preference.memory.past import Event as CourseEvent
from edge.preference.moment import Senses
from export.corpora.interactions import InteractionCorpus, Target
from export.recipes.preference.lessons.lessons import Chunk, Collator
from export.recipes.preference.lessons.practice import _runs, practise
from tests.export.recipes.preference import tiny

CATALOGUE = ("a", "b", "c", "d")


def corpus(*histories: tuple[str, ...], name: str = "c", step: float = 3600.0) -> InteractionCorpus:
    found = InteractionCorpus(name, catalogue=CATALOGUE)
    for number, actions in enumerate(histories):
        found.histories.append(tiny.history(*actions, household=f"{name}{number}", step=step))
        found.train.append(Target(number, len(actions) - 1))
    return found


def chunks(*corpora: InteractionCorpus, catalogue: tuple[str, ...] = CATALOGUE) -> list[Chunk]:
    return practise(corpora, catalogue, Senses(), 16, Pace())


LONG = ("a", "b", "c", "a", "b", "d", "c", "b")


class TestWhoTakesPart:
    def test_each_is_answered_from_the_others_counts(self) -> None:
        one = corpus(LONG)
        two = corpus(tuple(reversed(LONG)), name="d", step=7200.0)
        found = chunks(one, two)
        assert [[event.position for event in chunk.asked] for chunk in found] == [[5, 6, 7]] * 2
        # The experts on others speak: there is something they counted.
        assert all(one.speaks[-len(OTHERS) :].any() for chunk in found for one in chunk.asked)

    def test_histories_that_share_a_run_are_left_out(self) -> None:
        """The same stretch of events, at the same hours: the counts know the answer."""
        assert chunks(corpus(LONG), corpus(LONG, name="d")) == []
        other = ("d", "d", "a", "c", "b", "a", "d", "a")
        found = chunks(corpus(LONG, other), corpus(LONG, name="d"))
        assert [chunk.lived.rows.tolist() for chunk in found] == [
            [CATALOGUE.index(action) for action in other]
        ]

    def test_what_was_done_at_another_time_is_another_run(self) -> None:
        assert len(chunks(corpus(LONG), corpus(LONG, name="d", step=7200.0))) == 2

    def test_one_thing_over_and_over_is_no_run(self) -> None:
        same = [CourseEvent(1, 0, 0, 0)] * 5
        assert list(_runs(same)) == []
        assert len(list(_runs([*same, CourseEvent(2, 0, 0, 0)]))) == 1

    def test_positions_with_one_choice_teach_nothing(self) -> None:
        one = corpus(("a",) * 7 + ("b", "c", "d"))
        two = corpus(("c", "d") * 4, name="d", step=7200.0)
        (found,) = (chunk for chunk in chunks(one, two) if chunk.lived.rows[0] == 0)
        assert [event.position for event in found.asked] == [8, 9]

    def test_a_test_split_is_not_looked_at(self) -> None:
        one, two = corpus(LONG), corpus(tuple(reversed(LONG)), name="d", step=7200.0)
        two.test, two.train = two.train, []
        (found,) = chunks(one, two)
        assert found.lived.rows.tolist() == [CATALOGUE.index(action) for action in LONG]
        # Nor was it counted: the experts on others have nothing to say.
        assert not any(one.speaks[-len(OTHERS) :].any() for one in found.asked)


class TestRows:
    def test_they_are_those_of_the_network_that_practises(self) -> None:
        pair = corpus(LONG), corpus(tuple(reversed(LONG)), name="d", step=7200.0)
        plain = chunks(*pair)
        moved = chunks(*pair, catalogue=("x", "d", "c", "b"))
        known = np.array([-1, 3, 2, 1])  # "a" is not in it
        for one, other in zip(plain, moved, strict=True):
            assert other.lived.rows.tolist() == known[one.lived.rows].tolist()
            assert [e.row for e in other.asked] == [known[e.row] for e in one.asked]
            np.testing.assert_array_equal(other.asked[0].evidence, one.asked[0].evidence)

    def test_what_a_household_has_is_told_in_them_too(self) -> None:
        """A row of one catalogue says nothing in another: the crowd would be somebody else's."""
        names = {"a": "light.x:on", "b": "fan.y:on", "c": "light.z:on", "d": "tv.q:on"}
        made = []
        for number, actions in enumerate((LONG, tuple(reversed(LONG)))):
            one = corpus(
                tuple(names[a] for a in actions), name=f"h{number}", step=3600.0 * (1 + number)
            )
            one.catalogue, one.generic = ("fan:on", "light:on", "tv:on"), True
            made.append(one)
        found = practise(made, ("x:on", "tv:on", "light:on"), Senses(), 16, Pace())
        for chunk in found:
            assert set(chunk.lived.standing) == {1, 2}
            assert len(chunk.lived.standing[2]) == 2
        crowd = Collator(3)(found)["crowd"]
        assert crowd[0].tolist() == [0, 1, 2]


@pytest.mark.parametrize("count", [0, 1])
def test_one_corpus_is_not_enough(count: int) -> None:
    with pytest.raises(UsageError, match="nothing to practise on") as caught:
        chunks(*[corpus(LONG)] * count)
    assert "two corpora" in caught.value.allowed


def test_neither_are_two_of_different_catalogues() -> None:
    other = corpus(LONG, name="d")
    other.catalogue = (*CATALOGUE, "e")
    with pytest.raises(UsageError, match="nothing to practise on"):
        chunks(corpus(LONG), other)
