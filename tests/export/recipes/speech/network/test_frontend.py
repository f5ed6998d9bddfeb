"""PCM to log mel features."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from export.recipes.speech.network.frontend import (
    BANDS,
    FLOOR,
    HOP,
    HUSH_PERIOD,
    MELS,
    WINDOW,
    MelFrontEnd,
    hush,
    in_a_room,
    mel_filters,
)


def features(samples: np.ndarray) -> np.ndarray:
    found: np.ndarray = MelFrontEnd()(torch.from_numpy(samples.astype(np.float32))[None])[0].numpy()
    return found


def test_a_frame_each_10_ms_once_a_window_is_full() -> None:
    for count in (WINDOW, WINDOW + HOP - 1, WINDOW + HOP, 16_000):
        assert features(np.zeros(count)).shape == ((count - WINDOW) // HOP + 1, BANDS)


def test_silence_is_the_floor_and_ten_times_the_power_one_more() -> None:
    assert np.allclose(features(np.zeros(WINDOW)), FLOOR)
    noise = np.random.default_rng(0).normal(0, 300, 16_000)
    assert np.allclose(features(noise * np.sqrt(10)) - features(noise), 1, atol=1e-3)


def test_a_frame_depends_on_its_window_alone() -> None:
    noise = np.random.default_rng(1).normal(0, 300, 8_000)
    louder = noise.copy()
    louder[10 * HOP + WINDOW :] *= 100
    assert np.array_equal(features(noise)[:11], features(louder)[:11])


def test_a_tone_is_loudest_in_the_band_around_it() -> None:
    filters = mel_filters()
    for band in (2, 15, 30, 40):
        hertz = filters[band].argmax() * 16_000 / 512
        tone = 1000 * np.sin(2 * np.pi * hertz * np.arange(4_000) / 16_000)
        assert abs(features(tone).mean(0).argmax() - band) <= 1


@pytest.mark.parametrize(("bands", "lowest", "highest"), [(MELS, 60, 3800), (BANDS, 60, 7650)])
def test_bands_cover_what_they_should_and_nothing_else(
    bands: int, lowest: float, highest: float
) -> None:
    hertz = np.arange(257) * 16_000 / 512
    covered = mel_filters()[:bands].max(0) > 0
    assert not covered[(hertz < lowest) | (hertz > highest)].any()
    assert covered[(hertz > lowest + 40) & (hertz < highest - 100)].all()


class TestInARoom:
    def test_silence_is_a_good_microphones_noise(self) -> None:
        noise = hush(0, 100_000)
        assert 20 * np.log10(noise.std() / 32768) == pytest.approx(-72, abs=0.5)
        assert np.array_equal(noise.astype(np.int8), noise)
        assert features(in_a_room(np.zeros(16_000), 0)).min() > FLOOR + 5

    @pytest.mark.parametrize("first", [-3 * HUSH_PERIOD, -560, 0, 1, HUSH_PERIOD - 1, 10**9])
    def test_it_is_one_endless_noise_whatever_part_is_asked_for(self, first: int) -> None:
        long = hush(first, 3 * HUSH_PERIOD)
        assert np.array_equal(hush(first + 700, 900), long[700:1600])
        assert np.array_equal(long[:HUSH_PERIOD], long[HUSH_PERIOD : 2 * HUSH_PERIOD])
        assert np.array_equal(hush(first % HUSH_PERIOD, 400), long[:400])

    def test_any_sound_is_itself_15_db_fainter(self) -> None:
        sound = np.random.default_rng(0).normal(0, 300, 16_000)
        apart = features(sound) - features(in_a_room(sound, 5))
        assert apart.mean() == pytest.approx(1.5, abs=0.01)
        assert np.abs(apart - 1.5).max() < 0.5
