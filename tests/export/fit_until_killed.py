"""A child process of test_distill: trains, and kills itself in the middle of an epoch.

python -m tests.export.fit_until_killed FOLDER BATCHES
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from export.accelerator import on_accelerator, placed
from export.distill import BatchesByLength, FitSettings, fit

EPOCHS, EXAMPLES, BATCH = 5, 24, 4
SETTINGS = FitSettings(EPOCHS, BATCH, 0.05, patience=EPOCHS, measure="fit", seed=3)
Point = tuple[float, float]


class Line(nn.Module):
    """y = a x + b, with dropout, so that what random numbers come next matters."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.linear = nn.Linear(1, 1)
        self.dropout = nn.Dropout(0.2)

    def forward(self, x: Tensor, y: Tensor) -> dict[str, Tensor]:
        return {"loss": nn.functional.mse_loss(self.linear(self.dropout(x)), y)}


def draw(epoch: int) -> list[Point]:
    """Other points every epoch, all of one line."""
    xs = [(index * 7 + epoch * 3) % EXAMPLES / EXAMPLES for index in range(EXAMPLES)]
    return [(x, 3 * x - 1) for x in xs]


def collate(points: Sequence[Point]) -> dict[str, Tensor]:
    x, y = torch.tensor(points).T
    return {"x": x[:, None], "y": y[:, None]}


def measure(model: nn.Module) -> dict[str, float]:
    """Better the smaller the error is."""
    with on_accelerator(model) as device:
        return {"fit": -model(**placed(collate(draw(0)), device))["loss"].item()}


def train(
    folder: Path,
    *,
    resume: bool = False,
    draw: Callable[[int], list[Point]] = draw,
    collate: Callable[[Sequence[Point]], dict[str, Tensor]] = collate,
    measure: Callable[[nn.Module], dict[str, float]] = measure,
    settings: FitSettings = SETTINGS,
    beside: Sequence[nn.Module] = (),
) -> tuple[Line, dict[str, float]]:
    """The model at its best epoch, and what `fit` said."""
    torch.set_num_threads(1)
    model = Line()
    batches = BatchesByLength(draw, BATCH, lambda point: 1, settings.seed)
    found = fit(
        model, batches, collate, measure, settings, folder,
        beside=beside, resume=resume, quiet=True,
    )  # fmt: skip
    return model, found


def main(folder: Path, most: int) -> None:
    seen = 0

    def deadly(points: Sequence[Point]) -> dict[str, Tensor]:
        nonlocal seen
        seen += 1
        if seen > most:
            os.kill(os.getpid(), signal.SIGKILL)
        return collate(points)

    train(folder, collate=deadly)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
