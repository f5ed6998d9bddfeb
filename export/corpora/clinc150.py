"""The CLINC150 layout: one JSON object, split name → list of [sentence, intent].

Larson et al., "An Evaluation Dataset for Intent Classification and Out-of-Scope Prediction",
EMNLP 2019. `data_full.json` has 100 out-of-scope sentences for training, `data_oos_plus.json` 250.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from edge.errors import UsageError
from export.corpora.lines import read_bytes
from export.corpora.utterance import OUT_OF_SCOPE, Corpus, Problem, Utterance, text_problem

ClincSet = Literal["full", "oos_plus"]
FILES: dict[str, str] = {"full": "data_full.json", "oos_plus": "data_oos_plus.json"}

_SPLITS = {
    "train": ("train", "oos_train"),
    "dev": ("val", "oos_val"),
    "test": ("test", "oos_test"),
}
_OUT_OF_SCOPE_LABEL = "oos"


def read_clinc150(path: Path, which: ClincSet = "full") -> Corpus:
    """Reads one file of the data set; each split ends with its out-of-scope sentences.

    Args:
        path: the folder, or the JSON file itself (then `which` does not matter).
        which: which file of the folder.

    Raises:
        UsageError: the file is missing or not JSON of that layout.
    """
    if which not in FILES:
        raise UsageError(f"no such set {which!r}", allowed=", ".join(FILES), where="clinc150")
    file = path / FILES[which] if path.is_dir() else path
    try:
        data = json.loads(read_bytes(file).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"not JSON in UTF-8: {error}",
            where=str(file),
            allowed="one object of lists",
            hint="fetch the file again",
        ) from error
    if not isinstance(data, dict) or not isinstance(data.get("train"), list):
        raise UsageError(
            "not the CLINC150 layout",
            where=str(file),
            allowed='an object {"train": [[sentence, intent], …], "oos_train": …, "val": …}',
        )
    corpus = Corpus("clinc150" if which == "full" else f"clinc150-{which}")
    known = {key for keys in _SPLITS.values() for key in keys}
    for key in data.keys() - known:
        what = f"unknown split {key!r}; allowed: {', '.join(sorted(known))}"
        corpus.problems.append(Problem(file.name, 0, what))
    for split, keys in _SPLITS.items():
        for key in keys:
            getattr(corpus, split).extend(_rows(data.get(key, []), key, file.name, corpus.problems))
    return corpus


def _rows(rows: Any, key: str, file: str, problems: list[Problem]) -> list[Utterance]:
    if not isinstance(rows, list):
        problems.append(Problem(file, 0, f"{key} is no list"))
        return []
    result = []
    for index, row in enumerate(rows):
        fault: str | None = "not a pair [sentence, intent]"
        if isinstance(row, list) and len(row) == 2 and all(isinstance(part, str) for part in row):
            text, intent = row
            fault = text_problem(text) or (None if intent.strip() else "the intent is empty")
            if fault is None:
                label = OUT_OF_SCOPE if intent == _OUT_OF_SCOPE_LABEL else intent
                result.append(Utterance(text, label, (), f"{key}:{index}"))
        if fault is not None:
            problems.append(Problem(file, 0, f"{key}[{index}]: {fault}"))
    return result
