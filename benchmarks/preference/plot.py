"""A picture of learning: HR@1 by week, and by day around a change."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.preference.changes import DAYS_BEFORE, SMOOTH_DAYS
from edge.errors import MissingExtra
from export.files import write_atomic

_STYLES = {"learning": ("#0b6e4f", 2.4), "frozen": ("#c1440e", 2.0)}


def plot(path: Path, results: Mapping[str, Any]) -> Path:
    """Writes the picture as SVG at `path`: the same bytes for the same results.

    Raises:
        MissingExtra: matplotlib is not installed.
        OSError: it cannot be written.
    """
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise MissingExtra(
            "needs 'matplotlib'", where="the plot", hint='pip install "hearth-edge[export]"'
        ) from error
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    weeks, days = figure.subplots(1, 2, sharey=True)
    for name, series in results["weeks"]["series"].items():
        colour, width = _STYLES.get(name, (None, 1.0))
        values = [100 * week["value"] for week in series]
        weeks.plot(range(1, len(values) + 1), values, color=colour, linewidth=width, label=name)
    weeks.set(xlabel="week", ylabel="HR@1, %", title="A household never seen before")
    weeks.legend(fontsize=8)
    for row in results["changes"]:
        means = 100 * smoothed(row["days"])
        days.plot(np.arange(len(means)) - DAYS_BEFORE + 1, means, label=f"{row['what']} changes")
    days.axvline(0.5, color="grey", linewidth=0.8, linestyle="--")
    days.set(xlabel="day, 1 is that of the change", title=f"{SMOOTH_DAYS}-day means")
    days.legend(fontsize=8)
    for axes in (weeks, days):
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
    picture = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": "learning", "svg.fonttype": "none"}):
        figure.savefig(picture, format="svg", metadata={"Date": None})
    write_atomic(path, picture.getvalue())
    return path


def smoothed(values: Sequence[float]) -> np.ndarray:
    """[days] means of the days that end with each, never across the change."""
    found = np.empty(len(values))
    for day in range(len(values)):
        begin = max(0 if day < DAYS_BEFORE else DAYS_BEFORE, day - SMOOTH_DAYS + 1)
        found[day] = np.mean(values[begin : day + 1])
    return found
