"""SmartThings' logs under a shift of context (season, part of day, number of people).

The repository horizonsinzqs/SmartGen. Actions are `[weekday, slot, device, control]`; `control`
is the number of a device and what it did. A cell is `<nation>/<shift>`, say `fr/winter`. Its
published protocol ranks the whole vocabulary of the nation (fr 222, sp 234), seen in the cell
or not.
"""

from __future__ import annotations

from pathlib import Path

from export.corpora.interactions.corpus import InteractionCorpus
from export.corpora.interactions.windows import (
    SPLITS,
    add_windows,
    kinds,
    read_vocabulary,
    windows,
)
from export.corpora.utterance import Problem

VOCABULARY = "vocabulary.json"
_COLUMNS = 4
_MOST_CONTROLS = 100_000
"""A larger id is a broken file: the catalogue holds every id below the largest."""


def read_smartgen(path: Path) -> InteractionCorpus:
    """Reads one cell; the tenth action of each window is the target.

    Names come from `vocabulary.json`, looked for in the cell, its nation's folder and above.
    Without one an action is called "control:<id>", its attribute is the device it occurs with,
    and all ids up to the largest of the cell are ranked.

    Raises:
        UsageError: a file is missing, or the vocabulary cannot be used.
    """
    shift, nation, *_ = (folder.name for folder in (path.resolve(), *path.resolve().parents))
    name = f"{nation}-{shift}"
    for folder in (path, *list(path.resolve().parents)[:2]):
        if (folder / VOCABULARY).is_file():
            names = read_vocabulary(folder / VOCABULARY, f"{nation}_actions")
            corpus = InteractionCorpus(name, catalogue=names, attributes=kinds(names))
            break
    else:
        corpus = _by_number(path, name)
    add_windows(corpus, path, columns=_COLUMNS, action=3, value=None)
    return corpus


def _by_number(path: Path, name: str) -> InteractionCorpus:
    devices: dict[int, int] = {}
    ignored: list[Problem] = []  # the same lines are read, and reported, once more
    for split in SPLITS:
        for _, rows in windows(path / f"{split}.jsonl", _COLUMNS, ignored):
            for _, _, device, control in rows:
                if control < _MOST_CONTROLS:
                    devices.setdefault(control, device)
    names = tuple(f"control:{control}" for control in range(max(devices, default=-1) + 1))
    attributes = {names[control]: (f"device:{devices[control]}",) for control in sorted(devices)}
    return InteractionCorpus(name, catalogue=names, attributes=attributes)
