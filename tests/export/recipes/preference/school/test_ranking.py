"""Measures, by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from export.recipes.preference.school.ranking import NOT_RANKED, has_pairs, ranking, rating_measures


class TestRanking:
    found = ranking([1, 3, 7, 40, NOT_RANKED])

    @pytest.mark.parametrize(("k", "share"), [(1, 1 / 5), (5, 2 / 5), (10, 3 / 5), (100, 4 / 5)])
    def test_hit_rate(self, k: int, share: float) -> None:
        assert self.found.hit_rate(k) == pytest.approx(share)

    def test_mean_average_precision(self) -> None:
        assert self.found.mean_average_precision(5) == pytest.approx((1 + 1 / 3) / 5)

    def test_ndcg(self) -> None:
        gain = 1 + 1 / math.log2(4) + 1 / math.log2(8)
        assert self.found.ndcg(10) == pytest.approx(gain / 5)

    def test_all_in_percent(self) -> None:
        assert self.found.measures() == {
            "hr1": 20.0,
            "hr5": 40.0,
            "hr10": 60.0,
            "map5": 26.667,
            "ndcg10": round(100 * (1 + 0.5 + 1 / 3) / 5, 3),
        }

    def test_of_nothing(self) -> None:
        assert set(ranking([]).measures().values()) == {0.0}


class TestRatings:
    def measured(
        self, given: list[float], foreseen: list[float], users: list[int]
    ) -> dict[str, float]:
        return rating_measures(np.array(given), np.array(foreseen), np.array(users))

    def test_how_near(self) -> None:
        found = self.measured([5, 3, 1, 4], [4, 3, 3, 4], [0, 0, 1, 1])
        assert found["rmse"] == pytest.approx(math.sqrt(5 / 4), abs=1e-4)
        assert found["mae"] == pytest.approx(3 / 4)
        assert found["likelihood"] == pytest.approx(-5 / 4)

    def test_order_is_within_each_user(self) -> None:
        """User 0: (5, 3) right, (5, 1) a tie, (3, 1) wrong. User 1: one pair, right."""
        found = self.measured([5, 3, 1, 2, 4], [3.0, 2.0, 3.0, 9.0, 9.5], [0, 0, 0, 1, 1])
        assert found["order"] == pytest.approx(100 * (1 + 0.5 + 0 + 1) / 4, abs=1e-3)

    def test_equal_ratings_are_no_pair(self) -> None:
        assert "order" not in self.measured([4, 4], [1, 2], [0, 0])
        assert self.measured([4, 4, 5], [1, 2, 3], [0, 0, 0])["order"] == 100

    def test_of_another_user_nothing_is_compared(self) -> None:
        assert "order" not in self.measured([1, 5], [5, 1], [0, 1])

    def test_whether_anybody_can_be_in_order(self) -> None:
        assert has_pairs([[3.0], [2.0, None, 4.0]])
        assert not has_pairs([[3.0], [2.0, None, 2.0], []])
