"""Batches for the acoustic model."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch

from edge.errors import UsageError
from edge.voice.alphabet import LABELS, SPACE, spell
from export.corpora.speech.recording import Recording
from export.recipes.speech.lessons.features import Cache
from export.recipes.speech.lessons.lessons import Chain, Collator, Lesson, Lessons, lessons_of
from export.recipes.speech.lessons.sounds import Sounds
from export.recipes.speech.network.backbone import STRIDE
from export.recipes.speech.network.frontend import BANDS, FLOOR

PAST, FUTURE = 12, 8


def cache_of(lengths: list[list[int]], columns: int = BANDS) -> Cache:
    """Frames that hold their own number, [looks][recordings] long."""
    ends = np.cumsum([length for look in lengths for length in look])
    bounds = np.stack([ends - np.concatenate([[0], np.diff(ends)]), ends], -1)
    bounds[0, 0] = 0
    frames = np.repeat(np.arange(ends[-1], dtype=np.float16)[:, None] / 64, columns, 1)
    return Cache(frames, bounds.reshape(len(lengths), -1, 2))


def recordings(*texts: str) -> list[Recording]:
    return [Recording(Path(f"{i}.flac"), text, "", None, 1.0) for i, text in enumerate(texts)]


SAID = recordings("on", "off", "stop it", "go")
CACHE = cache_of([[50, 60, 70, 80], [51, 61, 71, 81]])


class TestAnEpoch:
    @pytest.mark.parametrize("count", [1, 3, 4, 6, 8])
    def test_as_many_recordings_as_wanted_none_twice_before_each_came_once(
        self, count: int
    ) -> None:
        chains = Lessons([(SAID, CACHE, count)], 0).draw(0)
        drawn = Counter(lesson.index for chain in chains for lesson in chain.lessons)
        assert sum(drawn.values()) == count
        assert max(drawn.values()) - min(drawn[i] for i in range(4)) <= 1

    def test_every_epoch_is_drawn_anew_and_the_same_seed_draws_the_same(self) -> None:
        one, other = Lessons([(SAID, CACHE, 40)], 7), Lessons([(SAID, CACHE, 40)], 7)
        assert one.draw(3) == other.draw(3)
        assert one.draw(3) != one.draw(4)
        looks = {lesson.look for chain in one.draw(0) for lesson in chain.lessons}
        assert looks == {0, 1}

    def test_every_epoch_has_as_many_chains(self) -> None:
        lessons = Lessons([(SAID, CACHE, 3), (SAID, CACHE, 4)], 0, chained=2)
        assert {len(lessons.draw(epoch)) for epoch in range(5)} == {4}

    def test_what_is_too_long_or_too_short_for_its_text_is_replaced(self) -> None:
        cache = cache_of([[50, 2000, 10, 60]])
        chains = Lessons([(SAID, cache, 8)], 0).draw(0)
        drawn = [lesson.index for chain in chains for lesson in chain.lessons]
        assert len(drawn) == 8
        assert set(drawn) == {0, 3}

    def test_nothing_that_can_be_learned_from_is_an_error(self) -> None:
        with pytest.raises(UsageError, match="not one recording that can be learned from"):
            Lessons([(SAID, cache_of([[5, 5, 5, 5]]), 4)], 0).draw(0)


def test_a_chain_is_its_lessons_one_after_the_other() -> None:
    one, other = lessons_of(SAID, CACHE, 0)[:2]
    chain = Chain((one, other))
    assert chain.frames == 110
    assert chain.labels == (*spell("on"), SPACE, *spell("off"))
    assert np.array_equal(chain.features, np.concatenate([one.features, other.features]))


class TestCollator:
    def test_speech_begins_where_the_first_step_begins(self) -> None:
        lessons = lessons_of(SAID, CACHE, 0)
        batch = Collator(PAST, FUTURE)(lessons)
        x = batch["features"]
        assert (x[:, :PAST] == FLOOR).all()
        for row, lesson in zip(x, lessons, strict=True):
            assert np.array_equal(row[PAST : PAST + lesson.frames], lesson.features)
            assert (row[PAST + lesson.frames :] == FLOOR).all()
        assert (x.shape[1] - PAST - FUTURE) % STRIDE == 0

    def test_the_last_sound_lies_within_the_frames_that_count(self) -> None:
        batch = Collator(PAST, FUTURE, 0)(lessons_of(SAID, CACHE, 0))
        steps = (batch["features"].shape[1] - PAST - FUTURE) // STRIDE
        for frames, lesson in zip(
            batch["frames"].tolist(), lessons_of(SAID, CACHE, 0), strict=True
        ):
            assert 2 * frames >= lesson.frames
            assert frames <= 2 * steps

    def test_labels_of_all_one_after_the_other(self) -> None:
        batch = Collator(PAST, FUTURE)(lessons_of(SAID, CACHE, 0))
        assert batch["lengths"].tolist() == [2, 3, 7, 2]
        assert batch["labels"].tolist() == spell("on") + spell("off") + spell("stop it") + spell(
            "go"
        )

    def test_no_words_are_no_labels(self) -> None:
        batch = Collator(PAST, FUTURE)(lessons_of(recordings(""), cache_of([[40]]), 0))
        assert batch["labels"].dtype == torch.long
        assert batch["lengths"].tolist() == [0]

    def test_what_is_learned_from_is_slower_or_faster_every_time(self) -> None:
        collate = Collator(PAST, FUTURE, 0)
        lengths = {int(collate(lessons_of(SAID, CACHE, 0)[3:])["spoken"].sum()) for _ in range(30)}
        assert len(lengths) > 5
        assert min(lengths) >= int(80 / 1.15) and max(lengths) <= int(80 / 0.87) + 1

    def test_at_another_speed_the_same_is_heard(self) -> None:
        """Frames that hold their own number still rise evenly, from the first to the last."""
        batch = Collator(PAST, FUTURE, 0)(lessons_of(SAID, CACHE, 0)[3:])
        heard = batch["features"][0][batch["spoken"][0]][:, 0]
        rises = heard.diff()
        assert torch.allclose(rises, rises[0].expand_as(rises), atol=1e-3)
        first, last = CACHE.of(3, 0)[0, 0], CACHE.of(3, 0)[-1, 0]
        assert heard[0] == first
        assert abs(float(heard[-1] - last)) <= 1.15 / 64

    def test_a_text_keeps_the_frames_that_it_needs(self) -> None:
        cache = cache_of([[22, 22, 22, 12]])  # seven letters need 22 frames
        batch = Collator(PAST, FUTURE, 0)(lessons_of(SAID, cache, 0)[2:3] * 30)
        assert int(batch["spoken"].sum(1).min()) >= 22


class TestSounds:
    SOUNDS = Sounds({"on": ("AA1", "N"), "off": ("AO1", "F"), "go": ("G", "OW1")})

    def test_of_recordings_whose_words_are_all_known(self) -> None:
        lessons = lessons_of(SAID, CACHE, 0, sounds=self.SOUNDS)
        batch = Collator(PAST, FUTURE)(lessons)
        assert batch["sound_counts"].tolist() == [2, 2, -1, 2]
        expected = [self.SOUNDS.of(text) for text in ("on", "off", "go")]
        assert batch["sounds"].tolist() == [sound for text in expected for sound in text or ()]

    def test_of_a_chain_where_those_of_all_its_parts_are_known(self) -> None:
        on, off, stop, _ = lessons_of(SAID, CACHE, 0, sounds=self.SOUNDS)
        known = (*(on.sounds or ()), *(off.sounds or ()))
        assert Chain((on, off)).sounds == known
        assert Chain((on, stop)).sounds is None

    def test_nothing_is_said_of_them_without_a_dictionary(self) -> None:
        assert "sounds" not in Collator(PAST, FUTURE)(lessons_of(SAID, CACHE, 0))


class TestTeacher:
    TOLD = cache_of([[25, 30, 35, 40]], len(LABELS))

    def lessons(self, look: int) -> list[Lesson]:
        return lessons_of(SAID, CACHE, look, self.TOLD)

    def test_without_one_a_batch_says_nothing_of_it(self) -> None:
        assert set(Collator(PAST, FUTURE, 0)(lessons_of(SAID, CACHE, 0))) == {
            "features", "spoken", "frames", "labels", "lengths"
        }  # fmt: skip

    def test_a_look_at_another_speed_has_none(self) -> None:
        assert "told" not in Collator(PAST, FUTURE, 0)(self.lessons(1))

    def test_what_was_said_lies_beside_what_was_heard(self) -> None:
        """Frame k of 20 ms is beside the features 2 k and 2 k + 1."""
        batch = Collator(PAST, FUTURE)([*self.lessons(0)[:2], self.lessons(1)[2]])
        steps = (batch["features"].shape[1] - PAST - FUTURE) // STRIDE
        assert batch["told"].shape == (3, 2 * steps, len(LABELS))
        assert batch["heard"].sum(1).tolist() == [25, 30, 0]
        assert np.array_equal(batch["told"][1, :30], self.TOLD.of(1, 0))
        assert not batch["told"][~batch["heard"]].any()

    def test_in_a_chain_each_at_its_own_time(self) -> None:
        first, second, third = self.lessons(0)[0], self.lessons(1)[1], self.lessons(0)[2]
        batch = Collator(PAST, FUTURE)([Chain((first, second, third))])
        start = (50 + 61) // 2
        expected = torch.zeros(batch["heard"].shape[1], dtype=torch.bool)
        expected[:25] = expected[start : start + 35] = True
        assert torch.equal(batch["heard"][0], expected)
        assert np.array_equal(batch["told"][0, start : start + 35], self.TOLD.of(2, 0))
