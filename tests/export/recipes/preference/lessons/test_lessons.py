"""Histories cut into chunks: every target once, with its window."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from export.recipes.preference.lessons.lessons import CHUNK, Chunk, Collator, chunks
from export.recipes.preference.lessons.replay import Asked, Lived

MOMENT, ITEMS = 2, 5


def asked(position: int) -> Asked:
    moment = np.full(MOMENT, position, np.float32)
    numbers = np.full(3, position, np.float32)
    return Asked(position, position % ITEMS, moment, numbers, numbers, numbers, (), 0, 3.0, 0.0)


def life(
    count: int, positions: list[int], standing: dict[int, tuple[int, ...]] | None = None
) -> Lived:
    features = np.arange(count, dtype=np.float32)[:, None] + np.zeros((1, MOMENT + 1), "f4")
    rows = np.arange(count) % ITEMS
    return Lived(rows, features, tuple(map(asked, positions)), standing or {})


class TestChunks:
    @given(st.sets(st.integers(0, 400), min_size=1), st.integers(1, 100))
    def test_every_target_once_with_its_window(self, positions: set[int], window: int) -> None:
        lived = life(401, sorted(positions))
        found = chunks(lived, window)
        assert [one.position for chunk in found for one in chunk.asked] == sorted(positions)
        for chunk in found:
            assert 0 <= chunk.start <= chunk.end <= len(lived.rows)
            assert chunk.end - chunk.start <= max(CHUNK, window + 1)
            for one in chunk.asked:
                assert one.position <= chunk.end
                assert chunk.start <= max(0, one.position - window)

    def test_a_chunk_ends_where_its_last_target_is(self) -> None:
        (chunk,) = chunks(life(100, [3, 10]), 16)
        assert (chunk.start, chunk.end) == (0, 10)  # event 10 itself is not read

    def test_targets_far_apart_are_of_different_chunks(self) -> None:
        one, two = chunks(life(400, [20, 300]), 16)
        assert (one.start, two.start) == (4, 284)


class TestBatches:
    def batch(self, *some: Chunk) -> dict[str, torch.Tensor]:
        return Collator(ITEMS)(some)

    def test_the_newest_event_is_the_last(self) -> None:
        short, long = chunks(life(3, [3]), 8)[0], chunks(life(5, [2, 5]), 8)[0]
        found = self.batch(short, long)
        assert found["rows"].tolist() == [[-1, -1, 0, 1, 2], [0, 1, 2, 3, 4]]
        assert found["features"][0, :, -1].tolist() == [0, 0, 1, 1, 1]
        assert found["features"][0, :2].abs().sum() == 0
        assert found["features"][1, :, 0].tolist() == [0, 1, 2, 3, 4]

    def test_each_target_stands_after_the_event_before_it(self) -> None:
        short, long = chunks(life(3, [3]), 8)[0], chunks(life(5, [2, 5]), 8)[0]
        found = self.batch(short, long)
        flat = found["rows"].flatten()
        assert flat[found["places"]].tolist() == [2, 1, 4]
        assert found["target"].tolist() == [3, 2, 0]
        assert found["moment"][:, 0].tolist() == [3, 2, 5]

    def test_the_first_event_has_nothing_before_it(self) -> None:
        (chunk,) = chunks(life(4, [0, 1]), 8)
        assert self.batch(chunk)["places"].tolist() == [-1, 0]
        (nothing,) = chunks(life(1, [0]), 8)
        found = self.batch(nothing)
        assert found["rows"].tolist() == [[-1]]
        assert found["places"].tolist() == [-1]

    def test_households_bring_what_each_row_stands_for(self) -> None:
        (one,) = chunks(life(3, [1, 3], {0: (0, 1), 4: (2,)}), 8)
        (two,) = chunks(life(3, [2], {2: (0,)}), 8)
        crowd = self.batch(one, two)["crowd"]
        assert crowd.tolist() == [[2, 0, 0, 0, 1], [2, 0, 0, 0, 1], [0, 0, 1, 0, 0]]
        (item,) = chunks(life(3, [1]), 8)
        assert "crowd" not in self.batch(item)


@pytest.mark.parametrize("window", [1, 16, 200])
def test_a_long_history_of_targets_only_is_read_about_once(window: int) -> None:
    """Chunks overlap by their windows, not by more."""
    found = chunks(life(1000, list(range(1, 1000))), window)
    read = sum(chunk.end - chunk.start for chunk in found)
    assert read <= 1000 + window * len(found)
