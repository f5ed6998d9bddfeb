"""Microphones, codecs, and all of it together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.corpora.speech import channel
from export.corpora.speech.augmentation import Chances, augment
from export.corpora.speech.noise import Noises, active_level, store
from export.corpora.speech.recording import SAMPLE_RATE, Wave
from export.corpora.speech.rooms import random_responses

ALWAYS = Chances(1.0, (0.9, 1.1), 1.0, 1.0, (5, 20), 1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
NEVER = Chances(
    speed=0,
    room=0,
    noise=0,
    microphone=0,
    telephone=0,
    narrow=0,
    codec=0,
    clipping=0,
    offset=0,
    level_db=(-20, -20),
    padding=0,
)


def tone(frequency: float, count: int = SAMPLE_RATE) -> Wave:
    times = np.arange(count) / SAMPLE_RATE
    return (0.3 * np.sin(2 * np.pi * frequency * times)).astype(np.float32)


def part(wave: Wave, of: Wave) -> float:
    inner = slice(len(of) // 4, 3 * len(of) // 4)
    return float(np.linalg.norm(wave[inner]) / np.linalg.norm(of[inner]))


@given(st.integers(0, 5000), st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_all_keep_length_and_type(count: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    wave = (0.2 * rng.standard_normal(count)).astype(np.float32)
    for changed in (
        channel.at_level(wave, -20),
        channel.clip(wave, 6),
        channel.offset(wave, 0.01),
        channel.small_microphone(wave, rng),
        channel.band_limit(wave, 300, 3400),
        channel.narrow(wave),
        channel.telephone(wave),
        channel.mu_law(wave),
    ):
        assert len(changed) == count
        assert changed.dtype == np.float32
        assert np.isfinite(changed).all()


def test_a_level_is_reached() -> None:
    wave = channel.at_level(np.pad(tone(440), 8000), -26)
    assert 20 * np.log10(active_level(wave)) == pytest.approx(-26, abs=0.1)
    silence = np.zeros(100, np.float32)
    np.testing.assert_array_equal(channel.at_level(silence, -20), silence)


def test_clipping_cuts_the_peaks_only() -> None:
    wave = tone(100)
    clipped = channel.clip(wave, 6)
    assert np.abs(clipped).max() == pytest.approx(0.3 * 10 ** (-6 / 20), rel=1e-3)
    small = np.abs(wave) < 0.1
    np.testing.assert_array_equal(clipped[small], wave[small])


def test_bands() -> None:
    assert part(channel.narrow(tone(1000)), tone(1000)) == pytest.approx(1, abs=0.02)
    assert part(channel.narrow(tone(5000)), tone(5000)) < 0.01
    assert part(channel.telephone(tone(1000)), tone(1000)) == pytest.approx(1, abs=0.05)
    for outside in (80, 5000):
        assert part(channel.telephone(tone(outside)), tone(outside)) < 0.1


@given(st.lists(st.floats(-1, 1, width=32), min_size=1))
def test_mu_law_errs_by_a_part_of_the_sample(samples: list[float]) -> None:
    wave = np.array(samples, np.float32)
    assert (np.abs(channel.mu_law(wave) - wave) <= 0.025 * np.abs(wave) + 2e-4).all()


def test_speed_changes_length_and_pitch() -> None:
    fast = channel.speed(tone(400), 1.25)
    assert len(fast) == pytest.approx(SAMPLE_RATE / 1.25, abs=2)
    peak = np.abs(np.fft.rfft(fast)).argmax() * SAMPLE_RATE / len(fast)
    assert peak == pytest.approx(500, abs=2)


@pytest.mark.parametrize("codec", ["OPUS", "VORBIS"])
@pytest.mark.parametrize("count", [1, 700, 16000])
def test_codecs_keep_the_sound_in_its_place(codec: channel.Codec, count: int) -> None:
    if codec not in channel.codecs():
        pytest.skip(f"this libsndfile does not write {codec}")
    rng = np.random.default_rng(0)
    wave = tone(440, count) * np.linspace(0, 1, count, dtype=np.float32)
    wave += 0.01 * rng.standard_normal(count).astype(np.float32)
    decoded = channel.coded(wave, codec, 0.7)
    assert len(decoded) == count
    if count == 16000:
        assert np.corrcoef(decoded, wave)[0, 1] > 0.97
        assert not np.array_equal(decoded, wave)
    assert not len(channel.coded(wave[:0], codec, 0.7))


ROOMS = random_responses(3, 0)
NOISES = Noises([store(tone(200))], [store(tone(700, 5000))])


@given(st.integers(0, 2**32), st.integers(0, 8000))
@settings(max_examples=40, deadline=None)
def test_augmentation_is_repeatable_and_within_full_scale(seed: int, count: int) -> None:
    wave = tone(300, count)
    kept = wave.copy()
    first = augment(wave, np.random.default_rng(seed), ROOMS, NOISES)
    np.testing.assert_array_equal(wave, kept)
    np.testing.assert_array_equal(first, augment(wave, np.random.default_rng(seed), ROOMS, NOISES))
    assert first.dtype == np.float32
    assert not len(first) or np.abs(first).max() <= 1.0
    assert count / 1.15 - 2 <= len(first) <= count / 0.87 + 2 + 0.8 * SAMPLE_RATE


def test_everything_at_once() -> None:
    changed = augment(tone(300), np.random.default_rng(1), ROOMS, NOISES, ALWAYS)
    assert np.isfinite(changed).all()
    assert changed.dtype == np.float32


def test_nothing_at_all_sets_the_level_only() -> None:
    wave = tone(300)
    changed = augment(wave, np.random.default_rng(1), ROOMS, NOISES, NEVER)
    np.testing.assert_allclose(changed, channel.at_level(wave, -20), atol=1e-6)


def test_noise_fills_the_padding() -> None:
    from dataclasses import replace

    chances = replace(NEVER, padding=0.5, noise=1.0)
    rng = np.random.default_rng(3)
    quiet = augment(tone(300), rng, (), None, chances)
    assert (quiet[:100] == 0).all()
    noisy = augment(tone(300), rng, (), Noises(), chances)
    assert np.count_nonzero(noisy[:100]) > 50
