"""What `edge train preference` does around the recipe: search, report, figures in print."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edge.errors import UsageError
from edge.table import table
from export.corpora.interactions.corpus import InteractionCorpus, Target
from export.distill import is_first_process
from export.files import write_atomic
from export.recipes.preference import recipe
from export.recipes.preference.prepare import prepare
from export.recipes.preference.recipe import PreferenceRun
from export.recipes.preference.school.judge import MEAN_RMSE
from export.recipes.preference.school.ranking import has_pairs
from export.recipes.preference.settings import PreferenceSettings, settings_from
from export.run_folder import run_folder

_MEASURES = {
    "hr1": "HR@1",
    "hr5": "HR@5",
    "hr10": "HR@10",
    "map5": "mAP@5",
    "ndcg10": "NDCG@10",
    "seconds": "seconds",
}
_CHOOSING = ("likelihood", "hr1", "hr5", "hr10", "map5", "ndcg10")
_CHOOSING_RATED = ("likelihood", "order")
"""Measures that are the better the higher: the best epoch can be chosen by them."""
_RATED = {
    "rmse": "RMSE",
    MEAN_RMSE: "of the mean",
    "mae": "MAE",
    "order": "pairs in order, %",
    "seconds": "seconds",
}


@dataclass(frozen=True)
class Outcome:
    """A finished training run, for people and for programs."""

    folder: Path
    run: PreferenceRun

    @property
    def text(self) -> str:
        """The figures as a table."""
        measures = _RATED if self.run.ratings else _MEASURES
        rows = [
            (who, *(f"{found[name]:.2f}" if name in found else "–" for name in measures))
            for who, found in self.run.figures.items()
        ]
        head = ("on dev" if self.run.ratings else "on dev, %", *measures.values())
        right = tuple(range(1, len(head)))
        return f"{table(head, rows, right=right)}\n\nmodel and plots: {self.folder}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "run": str(self.folder),
            "corpus": self.run.corpus,
            "parameters": sum(p.numel() for p in self.run.student.parameters()),
            "figures": self.run.figures,
        }


def train_and_report(
    corpus: InteractionCorpus,
    settings: dict[str, Any],
    folder: Path,
    *,
    practice: Sequence[InteractionCorpus] = (),
    resume: bool,
    trials: int,
    quiet: bool,
    say: Callable[[str], None],
) -> Outcome | None:
    """Trains on `corpus` and writes run folder and plot.

    Returns:
        What came out; None on every process of a distributed launch but the first.

    Raises:
        UsageError: the settings or the corpus cannot be used.
    """
    chosen = settings_from(settings)
    _check_corpus(corpus)
    choosing = _CHOOSING_RATED if corpus.objective == "rating" else _CHOOSING
    if chosen.measure not in choosing:
        raise UsageError(
            f"is {chosen.measure!r}", where="settings: measure", allowed=", ".join(choosing)
        )
    if chosen.measure == "order" and not has_pairs(
        [corpus.event(target).rating for target in own] for own in _by_history(corpus.dev)
    ):
        raise UsageError(
            "is 'order', and nobody has rated two things of dev differently",
            where="settings: measure",
            allowed="likelihood",
            hint="leave the setting out, or give more ratings a person",
        )
    first = is_first_process()
    tell = say if first else lambda line: None
    begun_with = {
        "corpus": _parts(corpus),
        "practice": (part for one in practice for part in _parts(one)),
        "settings": (chosen, trials),
    }
    with run_folder(folder, "preference", begun_with, resume=resume):
        if trials:
            chosen = search(corpus, chosen, folder, trials, quiet=quiet, say=tell)
        run = recipe.train(
            corpus, chosen, folder, practice=practice, resume=resume, quiet=quiet, say=tell
        )
        if not first:
            return None
        from export.recipes.preference.packing import open_run
        from export.recipes.preference.trials.plot import plot_reliability

        if run.ratings is None:
            plot_reliability(folder, open_run(folder).seen())
        return Outcome(folder, run)


def _by_history(targets: Iterable[Target]) -> Iterable[list[Target]]:
    found: dict[int, list[Target]] = {}
    for target in targets:
        found.setdefault(target.history, []).append(target)
    return found.values()


def _parts(corpus: InteractionCorpus) -> Iterator[object]:
    """What a corpus is told by."""
    yield from (corpus.name, corpus.objective, corpus.catalogue)
    yield from corpus.train
    yield from corpus.dev
    yield from corpus.histories


def search(
    corpus: InteractionCorpus,
    settings: PreferenceSettings,
    folder: Path,
    trials: int,
    *,
    quiet: bool,
    say: Callable[[str], None],
) -> PreferenceSettings:
    """The student settings that do best on dev, found by Optuna's TPE sampler."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    school = prepare(corpus, settings).school

    def attempt(trial: optuna.Trial) -> float:
        student = replace(
            settings.student,
            learning_rate=trial.suggest_float("learning_rate", 3e-4, 1e-2, log=True),
            dropout=trial.suggest_float("dropout", 0.0, 0.5),
            alone_weight=trial.suggest_float("alone_weight", 0.1, 2.0, log=True),
            item=trial.suggest_categorical("item", [16, 32, 64]),
        )
        network = school.network(student)
        found = school.teach(network, folder / f"trial-{trial.number}", resume=False, quiet=quiet)
        worth = found[settings.measure]
        say(f"trial {trial.number + 1} of {trials}: {settings.measure} {worth:.3f}, {trial.params}")
        return worth

    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.TPESampler(seed=settings.student.seed)
    )
    study.optimize(attempt, n_trials=trials)
    if is_first_process():
        write_atomic(folder / "search.json", json.dumps(study.best_params, indent=1) + "\n")
    say(f"best of {trials} trials: {settings.measure} {study.best_value:.3f}, {study.best_params}")
    return replace(settings, student=replace(settings.student, **study.best_params))


def _check_corpus(corpus: InteractionCorpus) -> None:
    for split in ("train", "dev"):
        if not getattr(corpus, split):
            raise UsageError(
                f"the corpus has nothing to predict in its {split} split",
                where=corpus.name,
                allowed="ten events of one household, or more",
                hint="the warnings above name the lines that could not be used",
            )
    if len(corpus.catalogue) < 2:
        raise UsageError(
            "there is only one thing to be done", where=corpus.name, allowed="two actions or more"
        )
    if corpus.objective == "rating" and len({corpus.event(t).rating for t in corpus.train}) < 2:
        raise UsageError(
            "all ratings are the same", where=corpus.name, allowed="two different ratings or more"
        )
