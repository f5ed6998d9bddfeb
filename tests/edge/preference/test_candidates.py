"""What may come next, and how the model's scores become probabilities of it."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.home.home import Home
from edge.preference.candidates import Household, Items
from edge.preference.experts.boost import Boost
from edge.preference.experts.ratings import Ratings
from edge.preference.memory.past import Past
from edge.preference.model.model import Shape
from tests.edge.preference.tiny import ACTIONS, HOME, ITEMS, RATINGS, WIDTH, catalogue, noise

QUERY = noise("query", 1, WIDTH)[0] * 3
ROWS = {name: row for row, name in enumerate(ACTIONS)}


def softmax(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    powers = np.exp(scores.astype(np.float64))
    return powers / powers.sum()


@pytest.fixture
def past() -> Past:
    return Past(Shape(4, WIDTH, 1, 1, 1), 1)


class TestHousehold:
    candidates = Household(catalogue())

    def test_only_what_it_can_do_is_believed(self, past: Past) -> None:
        assert self.candidates.believe(past, QUERY, 5, ()) == {}
        one = self.candidates.admit(past, "light.kitchen:turn_on")
        two = self.candidates.admit(past, "cover.x:open")
        found = self.candidates.believe(past, QUERY, 5, ())
        rows = [ROWS["light:turn_on"], ROWS["cover:open"]]
        scores = self.candidates.catalogue.scores(QUERY)[rows]
        assert found == pytest.approx(dict(zip((one, two), softmax(scores), strict=True)), rel=1e-4)

    def test_actions_of_one_row_share_its_chance(self, past: Past) -> None:
        lights = [self.candidates.admit(past, f"light.{n}:turn_on") for n in range(3)]
        cover = self.candidates.admit(past, "cover.x:open")
        found = self.candidates.believe(past, QUERY, 5, ())
        assert sum(found.values()) == pytest.approx(1)
        assert len({found[light] for light in lights}) == 1
        alone = Past(Shape(4, WIDTH, 1, 1, 1), 1)
        self.candidates.admit(alone, "light.0:turn_on")
        self.candidates.admit(alone, "cover.x:open")
        assert found[cover] == pytest.approx(self.candidates.believe(alone, QUERY, 5, ())[1])
        assert self.candidates.spreading(past)(ROWS["light:turn_on"]) == lights

    def test_a_device_never_seen_is_one_of_its_kind(self, past: Past) -> None:
        number = self.candidates.admit(past, "light.attic:flicker")
        assert past.rows[number] == -1
        kind = self.candidates.catalogue.kinds["light"]
        np.testing.assert_array_equal(past.vector[number], kind[:-1])
        assert set(self.candidates.believe(past, QUERY, 5, ())) == {number}

    def test_what_is_of_no_known_kind_is_left_to_the_counts(self, past: Past) -> None:
        number = self.candidates.admit(past, "teleporter.hall:engage")
        light = self.candidates.admit(past, "light.hall:turn_on")
        assert past.vector[number] is None
        assert set(self.candidates.believe(past, QUERY, 5, ())) == {light}
        assert self.candidates.name(past, number) == "teleporter.hall:engage"

    @pytest.mark.parametrize(
        ("action", "row"),
        [("blind.x:open", "cover:open"), ("garage_door.main:close", "cover:close")],
    )
    def test_a_kind_may_have_been_learned_under_another_word(
        self, past: Past, action: str, row: str
    ) -> None:
        assert past.rows == []
        assert past.rows[self.candidates.admit(past, action)] == ROWS[row]

    def test_a_home_says_of_what_kind_its_devices_are(self, past: Past) -> None:
        candidates = Household(catalogue())
        candidates.home = Home.from_dict(HOME)
        assert past.rows == []
        number = candidates.admit(past, "porch:turn_on")
        assert past.rows[number] == ROWS["light:turn_on"]

    def test_a_name_has_one_number(self, past: Past) -> None:
        assert self.candidates.admit(past, "fan.x:turn_on") == self.candidates.admit(
            past, "fan.x:turn_on"
        )


class TestItems:
    candidates = Items(catalogue(ITEMS))

    def test_the_whole_catalogue_is_believed(self, past: Past) -> None:
        expected = softmax(self.candidates.catalogue.scores(QUERY))
        found = self.candidates.believe(past, QUERY, 3, [7])
        best = np.argsort(-expected)[:3].tolist()
        assert set(found) == {*best, 7}
        assert found == pytest.approx({row: expected[row] for row in found}, rel=1e-4)

    def test_what_the_catalogue_lacks_has_a_number_beyond_it(self, past: Past) -> None:
        number = self.candidates.admit(past, "nobody ever heard of it")
        candidate = past.candidate[number]
        assert candidate >= len(ITEMS)
        assert self.candidates.name(past, candidate) == "nobody ever heard of it"
        assert candidate not in self.candidates.believe(past, QUERY, 3, [candidate])
        assert self.candidates.name(past, 5) == ITEMS[5]

    def test_boosts_are_added_to_scores(self, past: Past) -> None:
        scores = self.candidates.catalogue.scores(QUERY)
        scores[[3, 30]] += [2.0, -1.0]
        found = self.candidates.believe(past, QUERY, len(ITEMS), (), {3: 2.0, 30: -1.0})
        np.testing.assert_allclose(
            [found[row] for row in range(len(ITEMS))], softmax(scores), rtol=1e-4
        )
        assert sum(found.values()) == pytest.approx(1)

    def test_boosts_of_nothing_change_nothing(self, past: Past) -> None:
        plain = self.candidates.believe(past, QUERY, 5, [1])
        assert self.candidates.believe(past, QUERY, 5, [1], {1: 0.0}) == pytest.approx(plain)

    def test_the_best_liked(self) -> None:
        scale = Ratings(**RATINGS)
        scores = self.candidates.catalogue.scores(QUERY)
        found = self.candidates.liked(QUERY, 4, scale, 0.25)
        assert list(found) == np.argsort(-scores)[:4].tolist()
        for row, chance in found.items():
            assert chance == pytest.approx(scale.chance(float(scores[row]) + 0.25))
            assert self.candidates.score(QUERY, row) == pytest.approx(scores[row], rel=1e-5)

    def test_what_it_is_for_is_what_it_was_made_with(self) -> None:
        assert (self.candidates.boost, self.candidates.ratings) == (None, None)
        boost = Boost(0.5, 1.0, 1.0, 0.0)
        assert Items(catalogue(ITEMS), boost).boost == boost
        assert (Household.boost, Household.ratings) == (None, None)
