"""Noise and how it is mixed with speech."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from export.corpora.speech.kitchen import SOUNDS, Sound, fan
from export.corpora.speech.noise import (
    Noises,
    active_level,
    babble,
    loaded,
    mix,
    read_noises,
    recorded,
    store,
)
from export.corpora.speech.recording import SAMPLE_RATE
from export.corpora.speech.spectrum import (
    band,
    convolve,
    fast_length,
    filtered,
    shaped_noise,
    slope,
)

seeds = st.integers(0, 2**32)


def rms(wave: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(wave, dtype=np.float64))))


@pytest.mark.parametrize("sound", SOUNDS, ids=lambda sound: sound.__name__)
@given(seed=seeds, count=st.integers(0, 30000))
@settings(max_examples=20, deadline=None)
def test_sounds_have_the_length_asked_for_and_one_level(
    sound: Sound, seed: int, count: int
) -> None:
    wave = sound(count, np.random.default_rng(seed))
    assert wave.dtype == np.float32
    assert len(wave) == count
    assert np.isfinite(wave).all()
    if count > 4000:
        assert rms(wave) == pytest.approx(1.0, abs=1e-3)
    np.testing.assert_array_equal(wave, sound(count, np.random.default_rng(seed)))


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
def test_colours_fall_as_they_should(exponent: float) -> None:
    wave = shaped_noise(160_000, np.random.default_rng(0), slope(exponent))
    power = np.square(np.abs(np.fft.rfft(wave)))
    octaves = [power[10 * low : 20 * low].mean() for low in (125, 250, 500, 1000, 2000)]
    falls = 10 * np.log10(np.array(octaves[:-1]) / octaves[1:])
    np.testing.assert_allclose(falls, 3.01 * exponent, atol=0.4)


def test_a_fan_hums_low() -> None:
    for seed in range(8):
        power = np.square(np.abs(np.fft.rfft(fan(160_000, np.random.default_rng(seed)))))
        assert power[: 10 * 3000].sum() > 4 * power[10 * 3000 :].sum()
        # The motor's lines stand out of the rushing around them.
        assert power[:20_000].max() > 100 * np.median(power[:20_000])


@given(st.integers(1, 10**6))
def test_fast_lengths(count: int) -> None:
    size = fast_length(count)
    assert count <= size <= 1.5 * count + 1
    for factor in (2, 3):
        while size % factor == 0:
            size //= factor
    assert size in (1, 5)


@given(seeds, st.integers(1, 400), st.integers(1, 90))
@settings(deadline=None)
def test_convolution_is_that_of_the_definition(seed: int, count: int, taps: int) -> None:
    rng = np.random.default_rng(seed)
    wave, response = (rng.standard_normal(n).astype(np.float32) for n in (count, taps))
    expected = np.convolve(wave, response)[:count]
    np.testing.assert_allclose(convolve(wave, response), expected, atol=1e-4)


def test_a_band_passes_what_lies_in_it() -> None:
    times = np.arange(SAMPLE_RATE) / SAMPLE_RATE
    for frequency, passed in [(100, False), (1000, True), (5000, False)]:
        tone = np.sin(2 * np.pi * frequency * times).astype(np.float32)
        part = rms(filtered(tone, band(300, 3400, 6))[4000:12000]) / rms(tone)
        assert part > 0.97 if passed else part < 0.2


@given(seeds, st.floats(-10, 40), st.integers(0, 16000))
@settings(max_examples=40, deadline=None)
def test_the_ratio_holds_where_there_is_speech(seed: int, snr: float, silence: int) -> None:
    rng = np.random.default_rng(seed)
    speech = 0.1 * rng.standard_normal(16000).astype(np.float32)
    speech = np.pad(speech, (silence, silence))
    noise = rng.standard_normal(len(speech)).astype(np.float32)
    added = mix(speech, noise, snr) - speech
    ratio = 20 * np.log10(0.1 / rms(added))
    assert ratio == pytest.approx(snr, abs=0.5)


def test_silence_cannot_be_mixed_with() -> None:
    tone, silence = np.ones(1000, np.float32), np.zeros(1000, np.float32)
    np.testing.assert_array_equal(mix(tone, silence, 0.0), tone)
    np.testing.assert_array_equal(mix(silence, tone, 0.0), silence)
    assert active_level(silence) == active_level(silence[:0]) == 0.0


def test_the_level_of_words_does_not_depend_on_the_pauses() -> None:
    wave = np.concatenate([np.full(3200, 0.5), np.zeros(16000), np.full(3200, -0.5)])
    assert active_level(wave.astype(np.float32)) == pytest.approx(0.5, rel=1e-3)


def test_recordings_are_cut_and_repeated() -> None:
    wave = store(np.linspace(-0.5, 0.5, 1000).astype(np.float32))
    rng = np.random.default_rng(0)
    long = recorded([wave], 3000, rng)
    assert len(long) == 3000
    np.testing.assert_array_equal(long[:1000], long[1000:2000])
    assert not recorded([wave[:0]], 100, rng).any()
    np.testing.assert_allclose(loaded(wave), np.linspace(-0.5, 0.5, 1000), atol=1e-4)


def test_a_babble_is_of_many() -> None:
    rng = np.random.default_rng(0)
    tones = [
        store(0.3 * np.sin(np.arange(8000) * step).astype(np.float32)) for step in (0.1, 0.2, 0.5)
    ]
    wave = babble(tones, 16000, rng)
    assert rms(wave) == pytest.approx(1.0, abs=1e-3)
    spectrum = np.abs(np.fft.rfft(wave))
    assert np.count_nonzero(spectrum > spectrum.max() / 20) >= 2


def test_all_kinds_are_drawn() -> None:
    low, high = (
        store(0.3 * np.sin(np.arange(8000) * step).astype(np.float32)) for step in (0.05, 1.5)
    )
    noises = Noises([low], [high])
    kinds = {"recorded": 0, "babble": 0, "made": 0}
    rng = np.random.default_rng(0)
    for _ in range(300):
        spectrum = np.square(np.abs(np.fft.rfft(noises.draw(8000, rng))))
        at = spectrum.argmax() / 8000 * 2 * np.pi
        pure = np.sort(spectrum)[-60:].sum() > 0.95 * spectrum.sum()
        near = {"recorded": abs(at - 0.05) < 0.01, "babble": abs(at - 1.5) < 0.01}
        kinds[next((name for name, hit in near.items() if hit and pure), "made")] += 1
    assert kinds["recorded"] == pytest.approx(120, abs=40)
    assert kinds["babble"] == pytest.approx(45, abs=25)
    assert kinds["made"] > 80
    assert rms(Noises().draw(8000, rng)) == pytest.approx(1.0, abs=1e-3)


def test_a_noise_corpus_is_read(tmp_path: Path) -> None:
    rows = []
    for name in ("1-a", "5-a"):
        soundfile.write(tmp_path / f"{name}.ogg", np.full(8000, 0.1), SAMPLE_RATE)
        rows.append(json.dumps({"audio": f"{name}.ogg", "sound": "dog", "fold": 1}))
    (tmp_path / "manifest.jsonl").write_text("\n".join(rows))
    assert len(read_noises(tmp_path, [])) == 2
    [kept] = read_noises(tmp_path, [], lambda item: not item.audio.name.startswith("5-"))
    assert kept.dtype == np.int16
    assert len(kept) == 8000
