"""Corpora of interactions: what households and users did. One reader a layout, one shape."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from edge.errors import UsageError
from export.corpora.interactions.amazon import read_amazon
from export.corpora.interactions.corpus import (
    Event,
    History,
    InteractionCorpus,
    Reading,
    Target,
    moment,
)
from export.corpora.interactions.household import Household, simulate
from export.corpora.interactions.households import FILE as _HOUSEHOLDS
from export.corpora.interactions.households import households, read_households
from export.corpora.interactions.log import ITEMS, SUFFIXES, read_log, write_log
from export.corpora.interactions.ratings import FILE as _RATINGS
from export.corpora.interactions.ratings import RatingSettings, ratings, read_ratings
from export.corpora.interactions.settings import Settings, read_settings
from export.corpora.interactions.smartgen import read_smartgen
from export.corpora.interactions.smartthings import VOCABULARY, read_smartthings
from export.corpora.utterance import Problem
from export.missing import no_such

__all__ = [
    "LAYOUTS",
    "Event",
    "History",
    "Household",
    "InteractionCorpus",
    "Problem",
    "RatingSettings",
    "Reading",
    "Settings",
    "Target",
    "detect",
    "households",
    "moment",
    "ratings",
    "read",
    "read_settings",
    "simulate",
    "write_log",
]

LAYOUTS = ("smartthings", "smartgen", "amazon", "households", "ratings", "log")

_SIGNS: dict[str, Callable[[Path], bool]] = {
    "smartthings": lambda path: (path / VOCABULARY).is_file() and (path / "train.jsonl").is_file(),
    "smartgen": lambda path: _holds_windows(path / "train.jsonl"),
    "amazon": lambda path: (
        path.suffix == ".txt" if path.is_file() else any(path.glob("*.txt")) and not _logs(path)
    ),
    "households": lambda path: path.name == _HOUSEHOLDS or (path / _HOUSEHOLDS).is_file(),
    "ratings": lambda path: path.name == _RATINGS or (path / _RATINGS).is_file(),
    "log": lambda path: path.suffix in SUFFIXES if path.is_file() else _logs(path),
}
"""What tells a layout from the others. The first that holds is taken."""


def _holds_windows(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(64).lstrip().startswith(b"[")


def _logs(path: Path) -> bool:
    return any(file.suffix in SUFFIXES and file.name != ITEMS for file in path.iterdir())


def detect(path: Path) -> str:
    """The layout of the corpus at `path`, told by the names of its files.

    Raises:
        UsageError: there is nothing at `path`, or nothing in a layout known here.
    """
    if not path.exists():
        raise no_such(path, "check the corpus' path")
    for layout, holds in _SIGNS.items():
        if holds(path):
            return layout
    raise UsageError(
        "no interactions in a layout known here",
        where=str(path),
        allowed="*.jsonl, *.parquet (log), vocabulary.json (smartthings), train.jsonl of windows "
        f"(smartgen), one .txt file (amazon), {_HOUSEHOLDS} (households), {_RATINGS} (ratings)",
        hint=f"name the layout yourself: {', '.join(LAYOUTS)}",
    )


def read(path: Path, layout: str | None = None, *, seed: int = 0) -> InteractionCorpus:
    """Reads a corpus of interactions, whatever its layout.

    A line that cannot be used becomes a `Problem` and costs only itself.

    Args:
        path: a folder, or a file.
        layout: one of `LAYOUTS`; found out by `detect` when None.
        seed: of the split by household ("households"); the others' splits are given or by time.

    Raises:
        UsageError: nothing at `path`, an unknown layout, a file of the layout missing, or nothing
            that could be trained on.
        MissingExtra: a log in Parquet without pyarrow.
    """
    path = Path(path)
    if layout is None:
        layout = detect(path)
    elif layout not in LAYOUTS:
        raise UsageError(f"unknown corpus layout {layout!r}", allowed=", ".join(LAYOUTS))
    elif not path.exists():
        raise no_such(path, "check the corpus' path")
    if layout == "smartthings":
        corpus = read_smartthings(path)
    elif layout == "smartgen":
        corpus = read_smartgen(path)
    elif layout == "amazon":
        corpus = read_amazon(path)
    elif layout == "households":
        corpus = read_households(path, seed=seed)
    elif layout == "ratings":
        corpus = read_ratings(path)
    else:
        corpus = read_log(path)
    if not corpus.train:
        what = "not one event to train on"
        if corpus.problems:
            what += f"; the first of {len(corpus.problems)} problems: {corpus.problems[0]}"
        raise UsageError(
            what,
            where=str(path),
            allowed=f"interactions in the layout {layout!r}, two events of a household at least",
            hint="correct the lines named, or give the layout that the files are in",
        )
    return corpus
