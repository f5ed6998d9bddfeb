"""Corpora of sentences with intents and slots: one reader a layout, one shape for all of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from edge.errors import UsageError
from export.corpora.clinc150 import FILES as _CLINC_FILES
from export.corpora.clinc150 import ClincSet, read_clinc150
from export.corpora.doubts import doubts
from export.corpora.jsonl import read_jsonl, write_jsonl, write_utterances
from export.corpora.slurp import read_slurp
from export.corpora.snips import read_snips
from export.corpora.utterance import OUT_OF_SCOPE, Corpus, Problem, SlotSpan, Utterance
from export.missing import no_such

__all__ = [
    "LAYOUTS",
    "OUT_OF_SCOPE",
    "Corpus",
    "Problem",
    "SlotSpan",
    "Utterance",
    "detect",
    "read",
    "write_jsonl",
    "write_utterances",
]

LAYOUTS = ("snips", "slurp", "clinc150", "home", "jsonl")

_SIGNS: dict[str, Callable[[Path], bool]] = {
    "snips": lambda path: (path / "train" / "seq.in").is_file(),
    "slurp": lambda path: (path / "devel.jsonl").is_file(),
    "clinc150": lambda path: (
        any((path / name).is_file() for name in _CLINC_FILES.values())
        or path.name in _CLINC_FILES.values()
    ),
    "home": lambda path: (path / "sentences").is_dir(),
    "jsonl": lambda path: (
        (path / "train.jsonl").is_file() or (path.is_file() and path.suffix == ".jsonl")
    ),
}
"""What tells a layout from the others. The first that holds is taken."""


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
        "no corpus in a layout known here",
        where=str(path),
        allowed="train/seq.in (snips), devel.jsonl (slurp), data_full.json (clinc150), "
        "sentences/*.yaml (home), train.jsonl or one .jsonl file (jsonl)",
        hint=f"name the layout yourself: {', '.join(LAYOUTS)}",
    )


def read(
    path: Path,
    layout: str | None = None,
    *,
    seed: int = 0,
    samples: int | None = None,
    clinc: ClincSet = "full",
) -> Corpus:
    """Reads a corpus, whatever its layout.

    A line that cannot be used becomes a `Problem` and costs only itself. Problems are also
    reported, and the sentences kept, for an intent with one training example and for an intent
    that is measured but never trained.

    Args:
        path: a folder, or a file.
        layout: one of `LAYOUTS`; found out by `detect` when None.
        seed: of the split ("jsonl") and of the sampling ("home").
        samples: how many sentences to sample from templates ("home"); 250 of each intent when None.
        clinc: which of CLINC150's files ("clinc150").

    Raises:
        UsageError: nothing at `path`, an unknown layout, a file of the layout missing, or not a
            single labelled sentence that could be used for training.
    """
    path = Path(path)
    if layout is None:
        layout = detect(path)
    elif layout not in LAYOUTS:
        raise UsageError(f"unknown corpus layout {layout!r}", allowed=", ".join(LAYOUTS))
    elif not path.exists():
        raise no_such(path, "check the corpus' path")
    if layout == "snips":
        corpus = read_snips(path)
    elif layout == "slurp":
        corpus = read_slurp(path)
    elif layout == "clinc150":
        corpus = read_clinc150(path, clinc)
    elif layout == "home":
        # Sampling templates needs hassil: whoever brings plain sentences need not have it.
        from export.corpora.templates import read_home

        corpus = read_home(path, samples=samples, seed=seed)
    else:
        corpus = read_jsonl(path, seed=seed)
    if not corpus.train:
        what = "not one labelled sentence to train on"
        if corpus.problems:
            what += f"; the first of {len(corpus.problems)} problems: {corpus.problems[0]}"
        raise UsageError(
            what,
            where=str(path),
            allowed=f"a corpus in the layout {layout!r}",
            hint="correct the lines named, or give the layout that the files are in",
        )
    if layout not in ("jsonl", "home"):  # the one knows lines, the other makes its sentences up
        placed = [(item.id, item) for item in corpus.labelled()]
        corpus.problems.extend(doubts(placed, path.name))
    corpus.problems.extend(_rare_intents(corpus, path.name))
    return corpus


def _rare_intents(corpus: Corpus, name: str) -> list[Problem]:
    """Intents too rare to learn. Out of scope is none: a threshold needs no example of it."""
    examples: dict[str, list[Utterance]] = {}
    for item in corpus.train:
        if item.intent not in (None, OUT_OF_SCOPE):
            examples.setdefault(item.intent, []).append(item)
    problems = []
    for intent, items in sorted(examples.items()):
        if len(items) == 1:
            what = f"the intent {intent!r} has a single example ({items[0].id}); kept, but add more"
            problems.append(Problem(name, 0, what))
    for split in ("dev", "test"):
        counts: dict[str, int] = {}
        for item in getattr(corpus, split):
            if item.intent not in (None, OUT_OF_SCOPE) and item.intent not in examples:
                counts[item.intent] = counts.get(item.intent, 0) + 1
        for intent, count in sorted(counts.items()):
            what = f"the intent {intent!r} has {count} in {split} but none in train; kept"
            problems.append(Problem(name, 0, what))
    return problems
