"""Real words in other orders."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from edge.voice.alphabet import SPACE, spell, text_of
from export.recipes.speech.lessons.features import Cache
from export.recipes.speech.lessons.lessons import Chain, Lessons
from export.recipes.speech.lessons.sounds import Sounds
from export.recipes.speech.lessons.splicing import Spliced, splice, words_of
from export.recipes.speech.network.frontend import BANDS
from export.recipes.speech.network.network import AcousticNetwork, Shape
from tests.export.recipes.speech.lessons.test_lessons import cache_of, recordings

TEXT = "turn the lamp off now"
CUTS = (0, 60, 110, 180, 240, 300)
CACHE = cache_of([[300]])


def spliced(seed: int, sounds: Sounds | None = None) -> Spliced:
    return splice(CACHE, 0, 0, tuple(spell(TEXT)), CUTS, random.Random(seed), sounds)


def words(labels: tuple[int, ...]) -> list[str]:
    return text_of([*labels]).split(" ")


class TestWordsInAnotherOrder:
    @given(st.integers(0, 10_000))
    def test_every_word_comes_once(self, seed: int) -> None:
        assert sorted(words(spliced(seed).labels)) == sorted(TEXT.split())

    @given(st.integers(0, 10_000))
    def test_a_piece_holds_the_frames_of_its_words_and_at_most_a_little_of_its_neighbours(
        self, seed: int
    ) -> None:
        one = spliced(seed)
        said = words(one.labels)
        for start, end, _ in one.pieces:
            first = TEXT.split().index(said[0])
            count = 1
            while count < len(said) and CUTS[first + count] < end - 8:
                count += 1
            assert CUTS[first] - 8 <= start <= CUTS[first]
            assert CUTS[first + count] <= end <= min(CUTS[first + count] + 8, 300)
            said = said[count:]
        assert not said

    @given(st.integers(0, 10_000))
    def test_features_are_those_of_the_pieces_with_quiet_ones_in_the_pauses(
        self, seed: int
    ) -> None:
        one = spliced(seed)
        features = one.features
        assert len(features) == one.frames
        whole, at = CACHE.of(0, 0), 0
        for start, end, pause in one.pieces:
            assert np.array_equal(features[at : at + end - start], whole[start:end])
            at += end - start + pause
            assert np.isin(features[at - pause : at], whole[:30]).all()  # a tenth, the quietest

    def test_orders_pieces_and_pauses_differ_from_draw_to_draw(self) -> None:
        many = [spliced(seed) for seed in range(60)]
        assert len({one.labels for one in many}) > 20
        assert {len(one.pieces) for one in many} >= {2, 3, 4}
        assert {any(pause for _, _, pause in one.pieces) for one in many} == {True, False}

    def test_sounds_follow_the_words(self) -> None:
        said: dict[str, tuple[str, ...]] = {
            word: (sound,) for word, sound in zip(TEXT.split(), "BDFKM", strict=True)
        }
        sounds = Sounds(said)
        one = spliced(3, sounds)
        assert one.sounds == sounds.of(text_of([*one.labels]))
        assert one.sounds is not None


class TestAnEpoch:
    SAID = recordings("lights on please", "stop", "all lamps off now", "go")
    CACHE = cache_of([[150, 60, 170, 80], [151, 61, 171, 81]])
    CUTS = [[(0, 50, 90, 150), None, (0, 40, 90, 130, 170), None]] * 2

    @pytest.mark.parametrize(("share", "wanted"), [(0.0, 0), (1.0, 20)])
    def test_as_many_recordings_are_cut_as_wanted(self, share: float, wanted: int) -> None:
        lessons = Lessons([(self.SAID, self.CACHE, 40)], 0, words=[self.CUTS], spliced=share)
        drawn = [lesson for chain in lessons.draw(0) for lesson in chain.lessons]
        assert sum(isinstance(lesson, Spliced) for lesson in drawn) == wanted
        assert len(drawn) == 40

    def test_a_set_without_cuts_is_left_as_it_is(self) -> None:
        lessons = Lessons([(self.SAID, self.CACHE, 40)], 0, words=[None], spliced=1.0)
        assert not any(
            isinstance(part, Spliced) for chain in lessons.draw(0) for part in chain.lessons
        )

    def test_a_chain_has_them_like_any_other(self) -> None:
        chain = Chain((spliced(1), spliced(2)))
        assert len(chain.features) == chain.frames
        assert len(words(chain.labels)) == 2 * len(TEXT.split())


class Clockwork(AcousticNetwork):
    """Hears letter `n` in the frames whose features are `n`, and nothing else."""

    def __init__(self) -> None:
        super().__init__(Shape(width=8))
        self.asked = 0

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        self.asked += 1
        heard = features[:, self.past : features.shape[1] - self.future : 2, 0].clamp_min(0)
        scores = torch.nn.functional.one_hot(heard.long(), 29).float() * 20
        return scores.log_softmax(-1)


def said(
    text: str, frames_a_letter: int, silence: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.float16]]:
    rows = [0] * silence
    for letter in spell(text):
        rows += [0 if letter == SPACE else letter] * frames_a_letter
    return np.repeat(np.array(rows + [0] * silence, np.float16)[:, None], BANDS, 1)


class TestWhereWordsAre:
    PARTS = (said("on it", 10, 20), said("go", 10, 8), said("stop all of it", 8, 12))
    TEXTS = ("on it", "go", "stop all of it")

    def cache(self) -> Cache:
        ends = np.cumsum([len(part) for part in self.PARTS])
        bounds = np.stack([ends - [len(part) for part in self.PARTS], ends], -1)[None]
        return Cache(np.concatenate(self.PARTS), bounds)

    def found(self, folder: Path, network: AcousticNetwork) -> list[list[tuple[int, ...] | None]]:
        return words_of(network, self.cache(), [tuple(spell(t)) for t in self.TEXTS], folder)

    def test_cuts_are_between_the_words(self, tmp_path: Path) -> None:
        one, single, three = self.found(tmp_path, Clockwork())[0]
        assert one is not None
        assert one[0] == 0
        assert 40 <= one[1] <= 50  # "on" is said up to frame 40, "it" from 50
        assert one[2] == len(self.PARTS[0])
        assert single is None
        assert three is not None
        for cut, gap in zip(three[1:-1], (44, 76, 100), strict=True):
            assert gap <= cut <= gap + 8

    def test_what_is_found_is_kept(self, tmp_path: Path) -> None:
        network = Clockwork()
        first = self.found(tmp_path, network)
        asked = network.asked
        assert self.found(tmp_path, network) == first
        assert network.asked == asked

    def test_another_network_hears_for_itself(self, tmp_path: Path) -> None:
        self.found(tmp_path, Clockwork())
        other = Clockwork()
        self.found(tmp_path, other)
        assert other.asked

    def test_a_text_that_does_not_fit_is_not_cut(self, tmp_path: Path) -> None:
        labels = [tuple(spell("a sentence much too long for so few frames " * 3))] * 3
        assert words_of(Clockwork(), self.cache(), labels, tmp_path) == [[None] * 3]
