"""A picture of how far suggestions can be believed: of those given 60 %, do 60 % happen?"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from edge.errors import MissingExtra
from edge.preference.foresight import Calibration
from export.files import write_atomic
from export.recipes.preference.trials.calibration import FALSE_REJECTS, fit
from export.recipes.preference.trials.trial import Seen

BINS = 10


def reliability(seen: list[Seen], calibration: Calibration) -> list[tuple[float, float, int]]:
    """For each tenth of the calibrated scale: mean probability, share that happened, count."""
    scores = np.array([calibration.of(one.chance) for one in seen])
    right = np.array([one.right for one in seen])
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    found = []
    for number in range(BINS):
        inside = bins == number
        if inside.any():
            mean, share = float(scores[inside].mean()), float(right[inside].mean())
            found.append((mean, share, int(inside.sum())))
    return found


def plot_reliability(folder: Path, seen: list[Seen]) -> Path:
    """Writes `reliability.png` in the run folder.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "needs 'matplotlib'", where="the plot", hint='pip install "hearth-edge[export]"'
        ) from error
    fitted = fit(seen, FALSE_REJECTS)
    points = reliability(seen, Calibration(fitted["bias"], fitted["slope"], fitted["threshold"]))
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    largest = max((count for *_, count in points), default=1)
    axes.scatter(
        [mean for mean, _, _ in points],
        [share for _, share, _ in points],
        s=[20 + 280 * count / largest for *_, count in points],
        alpha=0.8,
    )
    axes.axvline(fitted["threshold"], color="0.5", linestyle=":", label="shown from here on")
    axes.set(
        xlim=(0, 1),
        ylim=(0, 1),
        xlabel="probability of the first suggestion",
        ylabel="share that happened",
        title="on dev; the larger a point, the more suggestions",
    )
    axes.legend(loc="upper left", frameon=False)
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=120, metadata={"Software": None})
    path = folder / "reliability.png"
    write_atomic(path, picture.getvalue())
    return path
