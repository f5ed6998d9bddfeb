"""The training loop: batches, best epoch, early stopping, resuming."""

from __future__ import annotations

import math
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from accelerate.data_loader import DataLoaderShard
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from export import distill
from export.distill import BatchesByLength, fit, newest_checkpoint, soft_cross_entropy
from tests.export import fit_until_killed as line


class TestSoftCrossEntropy:
    def test_by_hand(self) -> None:
        """Logits 0, log 3: probabilities ¼, ¾."""
        logits = torch.tensor([[0.0, math.log(3)]])
        target = torch.tensor([[0.5, 0.5]])
        expected = -(0.5 * math.log(0.25) + 0.5 * math.log(0.75))
        assert soft_cross_entropy(logits, target).tolist() == pytest.approx([expected])

    def test_a_sure_target_makes_it_plain_cross_entropy(self) -> None:
        logits, gold = torch.randn(5, 7), torch.tensor([0, 6, 3, 3, 1])
        target = nn.functional.one_hot(gold, 7).float()
        expected = nn.functional.cross_entropy(logits, gold, reduction="none")
        torch.testing.assert_close(soft_cross_entropy(logits, target), expected)

    def test_it_is_least_where_the_student_agrees(self) -> None:
        target = torch.softmax(torch.randn(4, 6), -1)
        agreed = soft_cross_entropy(target.log(), target)
        assert (agreed < soft_cross_entropy(torch.randn(4, 6), target)).all()

    def test_leading_axes_are_kept(self) -> None:
        assert soft_cross_entropy(torch.zeros(2, 3, 5), torch.ones(2, 3, 5)).shape == (2, 3)


def words(count: int) -> list[str]:
    return ["x" * (1 + index * 7 % 13) + str(index) for index in range(count)]


class TestBatches:
    @given(st.integers(1, 300), st.integers(1, 40), st.integers(0, 5))
    def test_every_example_once_an_epoch(self, count: int, size: int, epoch: int) -> None:
        batches = BatchesByLength(lambda epoch: words(count), size, len)
        batches.set_epoch(epoch)
        assert len(batches) >= math.ceil(count / size)
        found = Counter(word for index in range(len(batches)) for word in batches[index])
        assert found == Counter(words(count))
        assert all(len(batches[index]) <= size for index in range(len(batches)))

    def test_examples_of_like_length_stand_together(self) -> None:
        batches = BatchesByLength(lambda epoch: words(640), 10, len)
        spread = [max(map(len, batch)) - min(map(len, batch)) for batch in batches]  # type: ignore[arg-type]
        assert sum(spread) / len(spread) < 2  # of 15 at random

    def test_a_seed_gives_the_same_batches_on_every_process(self) -> None:
        one, two = (BatchesByLength(lambda epoch: words(50), 4, len, seed=7) for _ in range(2))
        for epoch in range(3):
            one.set_epoch(epoch)
            two.set_epoch(epoch)
            assert list(one) == list(two)  # type: ignore[call-overload]

    def test_another_seed_and_another_epoch_give_others(self) -> None:
        batches = BatchesByLength(lambda epoch: words(50), 4, len, seed=7)
        first = [batches[index] for index in range(len(batches))]
        batches.set_epoch(1)
        assert [batches[index] for index in range(len(batches))] != first
        other = BatchesByLength(lambda epoch: words(50), 4, len, seed=8)
        assert [other[index] for index in range(len(other))] != first

    def test_examples_are_drawn_anew_each_epoch_and_once(self) -> None:
        drawn: list[int] = []

        def draw(epoch: int) -> list[str]:
            drawn.append(epoch)
            return words(8)

        batches = BatchesByLength(draw, 4, len)
        for epoch in (0, 0, 1, 1, 2):
            batches.set_epoch(epoch)
        assert drawn == [0, 1, 2]


class TestFit:
    def test_it_learns_and_says_how_well(self, tmp_path: Path) -> None:
        before = line.measure(line.Line().eval())["fit"]
        model, found = line.train(tmp_path)
        assert found["fit"] > before
        assert found["epochs"] == line.EPOCHS
        assert found["seconds"] >= 0  # how many depends on the clock
        assert line.measure(model.eval())["fit"] == pytest.approx(found["fit"])

    def test_whom_it_asks_is_beside_it_while_it_learns(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        places: list[str] = []

        @contextmanager
        def placed(*networks: nn.Module) -> Iterator[torch.device]:
            places.extend("there" for _ in networks)
            yield torch.device("cpu")
            places.extend("back" for _ in networks)

        monkeypatch.setattr(distill, "on_accelerator", placed)
        learned: list[str] = []
        line.train(
            tmp_path,
            collate=lambda points: learned.append(places[-1]) or line.collate(points),
            beside=[nn.Linear(1, 1)],
        )
        assert {*learned} == {"there"}
        assert places[-1] == "back"

    @pytest.mark.parametrize("told", [True, False])
    def test_every_epoch_has_examples_of_its_own(
        self, tmp_path: Path, told: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Also where the data loader does not tell the training set, as with several processes."""
        if not told:
            monkeypatch.setattr(DataLoaderShard, "set_epoch", lambda self, epoch: None)
        epochs: list[int] = []

        def draw(epoch: int) -> list[line.Point]:
            epochs.append(epoch)
            return line.draw(epoch)

        line.train(tmp_path, draw=draw)
        assert epochs == list(range(line.EPOCHS))

    def test_the_model_is_left_at_its_best_epoch(self, tmp_path: Path) -> None:
        slopes: list[float] = []

        def worse(model: nn.Module) -> dict[str, float]:
            assert isinstance(model, line.Line)
            slopes.append(model.linear.weight.item())
            return {"fit": -abs(len(slopes) - 2)}

        model, found = line.train(tmp_path, measure=worse)
        assert found["fit"] == 0
        assert model.linear.weight.item() == slopes[1]

    def test_or_at_the_last_where_that_is_wanted(self, tmp_path: Path) -> None:
        calls = 0

        def worse(model: nn.Module) -> dict[str, float]:
            nonlocal calls
            calls += 1
            return {"fit": -calls, "slope": model.get_parameter("linear.weight").item()}

        settings = replace(line.SETTINGS, patience=1, take_last=True)
        model, found = line.train(tmp_path, measure=worse, settings=settings)
        assert found["epochs"] == calls == line.EPOCHS
        assert found["slope"] == model.get_parameter("linear.weight").item()
        again, resumed = line.train(tmp_path, measure=worse, settings=settings, resume=True)
        assert again.get_parameter("linear.weight").item() == found["slope"]
        assert resumed["slope"] == found["slope"]

    def test_it_stops_when_nothing_gets_better(self, tmp_path: Path) -> None:
        calls = 0

        def worse(model: nn.Module) -> dict[str, float]:
            nonlocal calls
            calls += 1
            return {"fit": -calls}

        settings = replace(line.SETTINGS, epochs=50, patience=2)
        _, found = line.train(tmp_path, measure=worse, settings=settings)
        assert found["epochs"] == calls == 3

    def test_the_measure_sees_the_model_as_it_will_be_used(self, tmp_path: Path) -> None:
        def measure(model: nn.Module) -> dict[str, float]:
            assert not model.training
            assert not torch.is_grad_enabled()
            return {"fit": 0.0}

        line.train(tmp_path, measure=measure, settings=replace(line.SETTINGS, epochs=2))

    def test_a_seed_gives_the_same_weights(self, tmp_path: Path) -> None:
        one, two = (line.train(tmp_path / name)[0] for name in ("one", "two"))
        assert one.linear.weight.item() == two.linear.weight.item()

    def test_standard_output_is_left_alone(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        line.train(tmp_path / "quiet")
        batches = BatchesByLength(line.draw, line.BATCH, lambda point: 1)
        settings = replace(line.SETTINGS, epochs=2)
        fit(line.Line(), batches, line.collate, line.measure, settings, tmp_path / "bars")
        output = capsys.readouterr()
        assert output.out == ""
        assert "epoch 2: fit" in output.err

    def test_tensorboard_gets_losses_and_measures(self, tmp_path: Path) -> None:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        line.train(tmp_path)
        events = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
        assert "eval/fit" in events.Tags()["scalars"]
        assert len(events.Scalars("eval/fit")) == line.EPOCHS

    def test_parameters_that_are_frozen_stay(self, tmp_path: Path) -> None:
        model = line.Line()
        model.linear.bias.requires_grad_(False)
        before = model.linear.bias.item()
        batches = BatchesByLength(line.draw, line.BATCH, lambda point: 1)
        groups = [{"params": list(model.parameters()), "lr": 0.1}]
        fit(model, batches, line.collate, line.measure, line.SETTINGS, tmp_path,
            parameter_groups=groups, quiet=True)  # fmt: skip
        assert model.linear.bias.item() == before


class TestResuming:
    @pytest.fixture(scope="class")
    @classmethod
    def killed(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """The folder of a training that was killed in its third epoch, at the second batch."""
        folder = tmp_path_factory.mktemp("killed")
        batches = 2 * line.EXAMPLES // line.BATCH + 1
        child = subprocess.run(
            [sys.executable, "-m", "tests.export.fit_until_killed", folder, str(batches)],
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
        )
        assert child.returncode == -signal.SIGKILL, child.stderr
        return folder

    @pytest.fixture
    def folder(self, tmp_path: Path, killed: Path) -> Path:
        shutil.copytree(killed, tmp_path / "copy")
        return tmp_path / "copy"

    def test_it_goes_on_where_it_stopped_and_ends_as_if_it_had_not(
        self, folder: Path, tmp_path: Path
    ) -> None:
        epochs, batches = set[int](), 0

        def draw(epoch: int) -> list[line.Point]:
            epochs.add(epoch)
            return line.draw(epoch)

        def collate(points: Sequence[line.Point]) -> dict[str, Tensor]:
            nonlocal batches
            batches += torch.is_grad_enabled()
            return line.collate(points)

        model, found = line.train(folder, resume=True, draw=draw, collate=collate)
        expected, whole = line.train(tmp_path / "whole")
        assert batches == 3 * line.EXAMPLES // line.BATCH  # three epochs were left
        assert epochs - {0} == {2, 3, 4}
        assert model.linear.weight.item() == expected.linear.weight.item()
        assert found["fit"] == whole["fit"]
        assert found["epochs"] == line.EPOCHS

    def test_a_checkpoint_that_was_cut_short_is_passed_over(self, folder: Path) -> None:
        newest = newest_checkpoint(folder / "checkpoints")
        assert newest is not None
        torn = folder / "checkpoints" / "checkpoint-9999"
        shutil.copytree(newest, torn)
        (torn / "trainer_state.json").write_bytes(b'{"epoch": 4, "be')
        assert newest_checkpoint(folder / "checkpoints") == newest
        _, found = line.train(folder, resume=True)
        assert found["epochs"] == line.EPOCHS

    def test_a_training_that_never_began_begins(self, tmp_path: Path) -> None:
        _, found = line.train(tmp_path / "new", resume=True)
        assert found["epochs"] == line.EPOCHS

    def test_a_training_that_was_finished_stays_as_it_is(self, tmp_path: Path) -> None:
        model, found = line.train(tmp_path)
        again, said = line.train(tmp_path, resume=True)
        assert again.linear.weight.item() == model.linear.weight.item()
        assert said | {"seconds": 0} == found | {"seconds": 0}

    def test_without_it_old_checkpoints_are_no_more(self, folder: Path) -> None:
        """A new training that is stopped in its first epoch leaves none of the old to resume."""

        def stopped(points: Sequence[line.Point]) -> dict[str, Tensor]:
            raise KeyboardInterrupt

        assert newest_checkpoint(folder / "checkpoints") is not None
        with pytest.raises(KeyboardInterrupt):
            line.train(folder, collate=stopped)
        assert newest_checkpoint(folder / "checkpoints") is None
