"""Any rate to 16 kHz: what is heard stays, what is not heard is gone, pieces do not matter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.errors import UsageError
from edge.voice.resample import Resampler

RATES = [8000, 11025, 12000, 22050, 24000, 32000, 44100, 48000]
ODD_RATES = [8001, 15999, 16001, 47999]


def tone(frequency: float, rate: int, seconds: float = 1.0, level: float = 16000) -> np.ndarray:
    times = np.arange(round(seconds * rate)) / rate
    return np.rint(level * np.sin(2 * np.pi * frequency * times)).astype(np.int16)


def whole(samples: np.ndarray, rate: int) -> np.ndarray:
    resampler = Resampler(rate)
    return np.concatenate([resampler.push(samples), resampler.flush()])


def decibels(samples: np.ndarray) -> float:
    """Power relative to that of the tone of `tone`."""
    return float(10 * np.log10(np.mean(np.square(samples, dtype=float)) / (16000**2 / 2) + 1e-20))


def middle(samples: np.ndarray) -> np.ndarray:
    return samples[800:-800].astype(float)


@pytest.mark.parametrize("rate", RATES + ODD_RATES)
def test_a_tone_stays_that_tone_at_its_time(rate: int) -> None:
    heard = whole(tone(1000, rate), rate)
    # The very tone, phase and level: no delay, and what is not it lies far below what is heard.
    error = decibels(middle(heard) - middle(tone(1000, 16000)))
    assert error < (-85 if rate in RATES else -75)


@pytest.mark.parametrize("rate", [rate for rate in RATES + ODD_RATES if rate >= 16000])
def test_the_band_is_flat_to_seven_kilohertz(rate: int) -> None:
    for frequency in (50, 3000, 6000, 6900):
        heard = whole(tone(frequency, rate), rate)
        assert decibels(middle(heard) - middle(tone(frequency, 16000))) < -60


@pytest.mark.parametrize(
    ("frequency", "rate"),
    [(10000, 48000), (8100, 48000), (9000, 44100), (15000, 32000), (23000, 48000), (8050, 22050)],
)
def test_what_16_khz_cannot_hold_is_gone_not_folded_back(frequency: int, rate: int) -> None:
    assert decibels(middle(whole(tone(frequency, rate), rate))) < -75


@pytest.mark.parametrize("frequency", [500, 3000, 3400])
def test_8_khz_gets_no_mirror_image(frequency: int) -> None:
    heard = middle(whole(tone(frequency, 8000), 8000))
    assert decibels(heard - middle(tone(frequency, 16000))) < -60


@pytest.mark.parametrize("rate", RATES + ODD_RATES)
def test_a_level_is_kept_exactly_and_full_scale_does_not_wrap(rate: int) -> None:
    assert set(whole(np.full(rate, 1234, np.int16), rate)[200:-200]) == {1234}
    square = np.where(np.arange(rate) * 100 // rate % 2, 32767, -32768).astype(np.int16)
    heard = whole(square, rate)
    expected = np.where(np.arange(16000) // 160 % 2, 32767, -32768)
    in_the_middle = np.arange(len(heard)) % 160 == 80
    assert np.all(np.sign(heard[in_the_middle]) == np.sign(expected[: len(heard)][in_the_middle]))
    assert heard.max() == 32767 and heard.min() == -32768


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(RATES + ODD_RATES),
    st.lists(st.integers(0, 700), max_size=12),
    st.integers(0, 2**32 - 1),
)
def test_pieces_give_the_same_bits(rate: int, sizes: list[int], seed: int) -> None:
    samples = np.random.default_rng(seed).integers(-32768, 32768, sum(sizes)).astype(np.int16)
    resampler = Resampler(rate)
    heard = [resampler.push(part) for part in np.split(samples, np.cumsum(sizes)[:-1])]
    heard.append(resampler.flush())
    assert np.array_equal(np.concatenate(heard), whole(samples, rate))


@pytest.mark.parametrize("rate", [8000, 44100, 47999])
def test_one_sample_at_a_time_gives_the_same_bits(rate: int) -> None:
    samples = np.random.default_rng(5).integers(-32768, 32768, 2000).astype(np.int16)
    resampler = Resampler(rate)
    heard = [resampler.push(samples[i : i + 1]) for i in range(len(samples))]
    assert np.array_equal(np.concatenate([*heard, resampler.flush()]), whole(samples, rate))


@given(st.sampled_from([*RATES, *ODD_RATES, 16000]), st.integers(0, 5000))
def test_as_many_samples_as_the_time_takes(rate: int, count: int) -> None:
    assert len(whole(np.zeros(count, np.int16), rate)) == -(-count * 16000 // rate)


@pytest.mark.parametrize("rate", [*RATES, *ODD_RATES])
def test_an_output_comes_no_later_than_the_latency_says(rate: int) -> None:
    resampler = Resampler(rate)
    came = len(resampler.push(np.zeros(rate, np.int16)))
    last = (rate - 1) / rate
    assert came / 16000 + resampler.latency > last  # the first that did not come
    assert (came - 1) / 16000 + resampler.latency <= last + 1 / rate  # and none came too early
    assert resampler.latency <= 0.005


def test_16_khz_passes_untouched() -> None:
    samples = tone(440, 16000)
    resampler = Resampler(16000)
    assert np.array_equal(resampler.push(samples), samples)
    assert len(resampler.flush()) == 0
    assert resampler.latency == 0.0


def test_a_new_stream_knows_nothing_of_the_old() -> None:
    resampler = Resampler(44100)
    resampler.push(tone(300, 44100))
    resampler.reset()
    samples = tone(1000, 44100, 0.1)
    again = np.concatenate([resampler.push(samples), resampler.flush()])
    assert np.array_equal(again, whole(samples, 44100))
    assert np.array_equal(resampler.push(samples), Resampler(44100).push(samples))


def test_an_hour_holds_no_more_memory_than_a_second() -> None:
    resampler = Resampler(44100)
    second = np.zeros(44100, np.int16)
    came = sum(len(resampler.push(second)) for _ in range(30))
    assert abs(came - 30 * 16000) <= 41
    assert len(resampler._buffer) <= 2 * resampler._half
    assert resampler._next < 10 * resampler._step


@pytest.mark.parametrize("rate", RATES + ODD_RATES)
def test_sums_are_exact_so_their_order_cannot_matter(rate: int) -> None:
    table = Resampler(rate)._table
    assert np.array_equal(table, np.rint(table))
    # No sum of any of the products can leave what float64 holds without rounding.
    assert np.abs(table).sum(axis=1).max() * 32768 < 2**53


@pytest.mark.parametrize("rate", [0, -16000, 7999, 48001, 10**12, 16000.0, "16000", None, True])
def test_other_rates_are_refused(rate: Any) -> None:
    with pytest.raises(UsageError, match="from 8,000 to 48,000") as caught:
        Resampler(rate)
    assert "sox" in caught.value.hint
