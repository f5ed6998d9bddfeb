"""What the acoustic model learns from."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from edge.voice.alphabet import LABELS, spell
from export.recipes.speech.lessons.mel_augment import MelAugment
from export.recipes.speech.network.frontend import BANDS
from export.recipes.speech.school.pupil import Pupil
from tests.export.recipes.speech import tiny


class Small(nn.Module):
    """A network that looks at one frame only: fast enough to train in a test."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.out = nn.Linear(32, len(LABELS))
        self.norm = nn.BatchNorm1d(32)

    def forward(self, features: Tensor) -> Tensor:
        x = self.norm(features.transpose(1, 2)).transpose(1, 2)
        return self.out(x).log_softmax(-1)


def pupil_of(**options: object) -> Pupil:
    return Pupil(Small(), **options)  # type: ignore[arg-type]


@pytest.fixture
def batch() -> dict[str, Tensor]:
    """Two recordings of 20 and 16 frames, two looks at each."""
    random = torch.Generator().manual_seed(1)
    return {
        "features": torch.randn(4, 20, 32, generator=random),
        "frames": torch.tensor([20, 16]),
        "labels": torch.tensor([*spell("go on"), *spell("off")]),
        "lengths": torch.tensor([5, 3]),
    }


def test_the_loss_is_that_of_both_looks_a_label(batch: dict[str, Tensor]) -> None:
    pupil = pupil_of(agreement=0.0).eval()
    losses = []
    for look in batch["features"].chunk(2):
        losses.append(
            nn.functional.ctc_loss(
                pupil.network(look).transpose(0, 1),
                batch["labels"], batch["frames"], batch["lengths"], reduction="sum",
            )
        )  # fmt: skip
    assert torch.allclose(pupil(**batch)["loss"], sum(losses) / 2 / 8)


def test_looks_that_agree_cost_nothing_more(batch: dict[str, Tensor]) -> None:
    differ = [pupil_of(agreement=weight).eval()(**batch)["loss"] for weight in (0.0, 1.0)]
    assert differ[1] > differ[0]
    batch["features"] = batch["features"][:2].repeat(2, 1, 1)
    same = [pupil_of(agreement=weight).eval()(**batch)["loss"] for weight in (0.0, 1.0)]
    assert torch.allclose(same[0], same[1])


def test_frames_after_the_recording_do_not_count(batch: dict[str, Tensor]) -> None:
    pupil = pupil_of().eval()
    before = pupil(**batch)["loss"]
    batch["features"][[1, 3], 16:] = 99.0
    assert torch.allclose(pupil(**batch)["loss"], before)


def test_a_text_that_is_too_long_for_its_recording_does_no_harm(batch: dict[str, Tensor]) -> None:
    batch["frames"] = torch.tensor([3, 16])
    assert torch.isfinite(pupil_of()(**batch)["loss"])


def test_it_learns(batch: dict[str, Tensor]) -> None:
    pupil = pupil_of()
    optimizer = torch.optim.Adam(pupil.network.parameters(), 0.05)
    losses = []
    for _ in range(30):
        optimizer.zero_grad()
        loss = pupil(**batch)["loss"]
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < losses[0] / 2


class TestLooks:
    def test_they_are_drawn_where_recordings_are_given(self) -> None:
        network = tiny.network()
        random = torch.Generator().manual_seed(1)
        count = network.context + 4 * 9
        given = {
            "features": 4 + torch.randn(2, count, BANDS, generator=random),
            "spoken": torch.ones(2, count, dtype=torch.bool),
            "frames": torch.tensor([20, 16]),
            "labels": torch.tensor([*spell("go on"), *spell("off")]),
            "lengths": torch.tensor([5, 3]),
        }
        pupil = Pupil(network, augment=MelAugment(torch.full((2, 50, BANDS), 4.0), 0)).eval()
        assert pupil(**given)["loss"] != pupil(**given)["loss"]


class TestSounds:
    @pytest.fixture
    def given(self) -> dict[str, Tensor]:
        """Two looks at three recordings, of the second of which the sounds are not known."""
        network = tiny.network()
        random = torch.Generator().manual_seed(1)
        return {
            "features": torch.randn(6, network.context + 4 * 9, BANDS, generator=random),
            "frames": torch.tensor([20, 16, 18]),
            "labels": torch.tensor([*spell("go"), *spell("off"), *spell("no")]),
            "lengths": torch.tensor([2, 3, 2]),
            "sounds": torch.tensor([14, 25, 23, 25]),
            "sound_counts": torch.tensor([2, -1, 2]),
        }

    def pupil(self, sounds: float) -> Pupil:
        torch.manual_seed(3)
        return Pupil(tiny.network(), sounds=sounds).eval()

    def test_they_cost_what_their_weight_says(self, given: dict[str, Tensor]) -> None:
        none, some, more = (float(self.pupil(w)(**given)["loss"].detach()) for w in (0.0, 0.5, 1.0))
        assert none < some < more
        assert more - none == pytest.approx(2 * (some - none), rel=1e-3)

    def test_those_not_known_cost_nothing(self, given: dict[str, Tensor]) -> None:
        given["sound_counts"] = torch.tensor([-1, -1, -1])
        given["sounds"] = given["sounds"][:0]
        assert torch.allclose(self.pupil(1.0)(**given)["loss"], self.pupil(0.0)(**given)["loss"])

    def test_who_reads_them_learns_and_is_remembered(self, given: dict[str, Tensor]) -> None:
        pupil = self.pupil(1.0).train()
        pupil(**given)["loss"].backward()
        gradient = pupil.network.phones.weight.grad
        assert gradient is not None
        assert gradient.abs().sum() > 0
        assert "average.phones.weight" in pupil.state_dict()


class TestAverage:
    def test_it_begins_as_the_network_and_follows_it(self, batch: dict[str, Tensor]) -> None:
        pupil = pupil_of()
        with torch.no_grad():
            pupil.network.out.weight.add_(1.0)
        gap = pupil.network.out.weight - pupil.average.out.weight
        assert torch.allclose(gap, torch.ones(()))
        for step in range(1, 4):
            pupil(**batch)
            gap = gap * step / (step + 10)
            assert torch.allclose(pupil.network.out.weight - pupil.average.out.weight, gap)

    def test_it_follows_more_slowly_later_on(self, batch: dict[str, Tensor]) -> None:
        pupil = pupil_of(decay=0.9)
        pupil.seen.fill_(10**6)
        with torch.no_grad():
            pupil.network.out.weight.add_(1.0)
        pupil(**batch)
        gap = pupil.network.out.weight - pupil.average.out.weight
        assert torch.allclose(gap, torch.tensor(0.9), atol=1e-5)

    def test_what_normalisation_has_counted_goes_with_it(self, batch: dict[str, Tensor]) -> None:
        pupil = pupil_of()
        for _ in range(3):
            pupil(**batch)
        assert pupil.average.norm.num_batches_tracked == 2  # of the batches before this one
        assert pupil.average.norm.running_mean.abs().sum() > 0

    def test_measuring_does_not_move_it(self, batch: dict[str, Tensor]) -> None:
        pupil = pupil_of().eval()
        with torch.no_grad():
            pupil.network.out.weight.add_(1.0)
        before = pupil.average.out.weight.clone()
        pupil(**batch)
        assert torch.equal(pupil.average.out.weight, before)

    def test_it_is_not_trained_by_gradients(self, batch: dict[str, Tensor]) -> None:
        pupil = pupil_of()
        pupil(**batch)["loss"].backward()
        assert all(p.grad is None for p in pupil.average.parameters())
        assert all(p.grad is not None for p in pupil.network.parameters())


class TestTeachers:
    def test_a_network_beside_is_no_part_of_what_is_saved(self, batch: dict[str, Tensor]) -> None:
        alone, taught = pupil_of().eval(), pupil_of(teacher=Small()).eval()
        assert alone.state_dict().keys() == taught.state_dict().keys()
        # The same weights: what the teacher says is what the pupil says.
        assert torch.allclose(alone(**batch)["loss"], taught(**batch)["loss"])

    def test_one_that_says_something_else_costs(self, batch: dict[str, Tensor]) -> None:
        other = Small()
        with torch.no_grad():
            other.out.bias[4] += 3.0
        taught = pupil_of(teacher=other).eval()(**batch)["loss"]
        assert taught > pupil_of().eval()(**batch)["loss"]

    def test_what_was_told_counts_where_it_was_heard(self, batch: dict[str, Tensor]) -> None:
        pupil = pupil_of().eval()
        alone = pupil(**batch)["loss"]
        told = torch.zeros(2, 20, len(LABELS)).log_softmax(-1)
        nowhere = torch.zeros(2, 20, dtype=torch.bool)
        assert torch.equal(pupil(**batch, told=told, heard=nowhere)["loss"], alone)
        somewhere = nowhere.clone()
        somewhere[0, 5] = True
        with_it = pupil(**batch, told=told, heard=somewhere)["loss"]
        looks = pupil.network(batch["features"]).chunk(2)
        apart = sum((told[0, 5].exp() * (told[0, 5] - look[0, 5])).sum() for look in looks)
        assert torch.allclose(with_it - alone, 0.2 * apart / 2 / 8, atol=1e-5)
