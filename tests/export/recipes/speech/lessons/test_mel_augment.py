"""Rooms, noises and voices, drawn on features."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from export.recipes.speech.lessons.mel_augment import MelAugment, MelChances
from export.recipes.speech.network.frontend import BANDS, FLOOR

NOTHING = MelChances(
    noise=0,
    babble=0,
    room=0,
    gain_db=(0, 0),
    colour=0,
    narrow=0,
    warp=0,
    time_masks=0,
    band_masks=0,
)


def power(features: Tensor) -> Tensor:
    return 10 ** (features - 2)


@pytest.fixture
def speech() -> Tensor:
    """Four recordings of two seconds and no more than 20 dB from loud to quiet."""
    return 5 + 2 * torch.rand(4, 200, BANDS, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def spoken(speech: Tensor) -> Tensor:
    return torch.ones(speech.shape[:2], dtype=torch.bool)


def chances(**changes: object) -> MelChances:
    return replace(NOTHING, **changes)  # type: ignore[arg-type]


NOISES = 4 + torch.rand(3, 150, BANDS, generator=torch.Generator().manual_seed(1))


def test_with_no_chances_only_a_faint_hiss_is_added(speech: Tensor, spoken: Tensor) -> None:
    found = MelAugment(NOISES, 0, NOTHING).surroundings(speech, spoken)
    added = power(found) - power(speech)
    assert (added.mean() / power(speech).mean()) < 2e-3


@pytest.mark.parametrize("snr", [-5.0, 0.0, 12.0])
def test_noise_has_the_power_that_the_ratio_says(
    speech: Tensor, spoken: Tensor, snr: float
) -> None:
    augment = MelAugment(NOISES, 0, chances(noise=1.0, snr_db=(snr, snr)))
    added = power(augment.surroundings(speech, spoken)) - power(speech)
    ratio = power(speech).mean((1, 2)) / added.mean((1, 2))
    assert torch.allclose(10 * ratio.log10(), torch.tensor(snr), atol=0.3)


def test_silence_around_the_words_does_not_count_as_speech(speech: Tensor) -> None:
    """The same noise is as loud beside a short word as beside a long one."""
    short = torch.arange(200)[None].expand(4, -1) < 50
    speech = torch.where(short[..., None], speech, FLOOR)
    augment = MelAugment(NOISES, 0, chances(noise=1.0, snr_db=(0, 0)))
    after = power(augment.surroundings(speech, short))[:, 50:].mean((1, 2))
    assert torch.allclose(after / power(speech[:, :50]).mean((1, 2)), torch.ones(4), rtol=0.1)


def test_babble_is_the_other_recordings_of_the_batch(spoken: Tensor) -> None:
    one = torch.full((4, 200, BANDS), FLOOR)
    for row in range(4):
        one[row, :, 8 * row : 8 * row + 8] = 6.0
    augment = MelAugment(NOISES, 0, chances(noise=1.0, babble=1.0, snr_db=(0, 0)))
    found = augment.surroundings(one, spoken).mean(1)[:, :32]
    loudest = found.view(4, 4, 8).mean(2).argsort(1)
    for row in range(4):
        assert set(loudest[row, 1:].tolist()) == {row, (row - 1) % 4, (row - 2) % 4}


def test_a_gain_moves_all_features_alike(speech: Tensor, spoken: Tensor) -> None:
    found = MelAugment(NOISES, 0, chances(gain_db=(-12, -12))).surroundings(speech, spoken)
    assert torch.allclose(found - speech, torch.tensor(-1.2), atol=0.1)


def test_a_room_rings_on_and_never_before(spoken: Tensor) -> None:
    click = torch.full((4, 200, BANDS), FLOOR)
    click[:, 100] = 8.0
    found = MelAugment(NOISES, 0, chances(room=1.0)).surroundings(click, spoken)
    tail = found[:, 101:110].mean((1, 2))
    assert (tail > found[:, :100].mean((1, 2)) + 0.5).all()
    assert (found[:, 101].mean(1) > found[:, 130].mean(1)).all()


def test_another_voice_has_its_bands_elsewhere() -> None:
    peak = torch.zeros(64, 20, BANDS)
    peak[:, :, 15] = 1.0
    augment = MelAugment(NOISES, 0, chances(warp=0.2))
    places = augment.voices(peak).mean(1).argmax(1)
    assert len(set(places.tolist())) > 3
    assert ((places - 15).abs() <= 5).all()
    flat = torch.full((8, 20, BANDS), 3.0)
    assert torch.allclose(augment.voices(flat), flat)


def test_a_narrow_line_passes_on_nothing_above(speech: Tensor, spoken: Tensor) -> None:
    found = MelAugment(NOISES, 2, chances(narrow=1.0)).surroundings(speech, spoken)
    passed = (found - speech).abs().amax(1) < 0.1
    assert passed[:, :28].all()
    assert not passed.all()
    for row in passed:  # all that is missing lies above all that is there
        assert not (row[1:] & ~row[:-1]).any()


def test_two_looks_are_of_one_voice_in_two_surroundings(speech: Tensor, spoken: Tensor) -> None:
    one, other = MelAugment(NOISES, 0, chances(warp=0.2)).looks(speech, spoken).chunk(2)
    assert torch.allclose(one, other, atol=0.2)
    one, other = MelAugment(NOISES, 0).looks(speech, spoken).chunk(2)
    assert not torch.allclose(one, other, atol=0.2)


def test_masks_hide_stretches_of_time_and_bands(speech: Tensor, spoken: Tensor) -> None:
    augment = MelAugment(NOISES, 3, chances(time_masks=2, band_masks=1))
    found = augment.surroundings(speech, spoken)
    hidden = (found - speech).abs() > 0.2
    assert hidden.any()
    assert hidden.float().mean() < 0.5


def test_nothing_is_below_the_floor_and_all_is_finite(spoken: Tensor) -> None:
    silence = torch.full((4, 200, BANDS), FLOOR)
    found = MelAugment(torch.full((1, 5, BANDS), FLOOR), 0).surroundings(silence, spoken)
    assert torch.isfinite(found).all()
    assert found.min() >= FLOOR


def test_the_same_seed_draws_the_same(speech: Tensor, spoken: Tensor) -> None:
    one, other, third = (MelAugment(NOISES, seed) for seed in (5, 5, 6))
    drawn = one.surroundings(one.voices(speech), spoken)
    assert torch.equal(drawn, other.surroundings(other.voices(speech), spoken))
    assert not torch.equal(drawn, third.surroundings(third.voices(speech), spoken))
