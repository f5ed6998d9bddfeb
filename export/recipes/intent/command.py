"""What `edge train intent` does around the recipe: search, report, home files, figures in print."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from edge.errors import UsageError
from edge.table import table
from export import home_files
from export.corpora import Corpus
from export.corpora.utterance import Problem
from export.distill import is_first_process
from export.files import write_atomic
from export.grammar.compiler import CompiledGrammar, compile_grammar
from export.grammar.templates import read_templates
from export.recipes.intent import recipe
from export.recipes.intent.judge import StudentReader, measures
from export.recipes.intent.recipe import IntentRun
from export.recipes.intent.settings import IntentSettings, settings_from
from export.recipes.intent.taught_words import FILE as WORDS_FILE
from export.recipes.intent.taught_words import taught_words
from export.report import write_report
from export.run_folder import run_folder

_LEFT_OUT = " is left out"
_NO_LANGUAGE = (
    'words that forbid a command or put it off ("don\'t", "tomorrow") are not looked for; with '
    '`language = "en"` in the settings they are, in English'
)
_MEASURES = ("intent", "slot_f1", "frame", "seconds")


@dataclass(frozen=True)
class Outcome:
    """A finished training run, for people and for programs."""

    folder: Path
    run: IntentRun
    report: str
    on_test: Mapping[str, float] | None = None
    """The student's measures on the test split, where the report is on it."""

    @property
    def text(self) -> str:
        """The figures as a table, then the report's own text."""
        rows = [
            (who, *(f"{found[name]:.2f}" if name in found else "-" for name in _MEASURES))
            for who, found in self.run.figures.items()
        ]
        head = ("on dev, %", "intent", "slot F1", "frame", "seconds")
        figures = table(head, rows, right=(1, 2, 3, 4))
        if self.on_test is not None:
            row = ("student", *(f"{self.on_test[name]:.2f}" for name in _MEASURES[:3]))
            figures += "\n\n" + table(("on test, %", *head[1:4]), [row], right=(1, 2, 3))
        return f"{figures}\n\n{self.report}\nreport and model: {self.folder}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        parameters = sum(p.numel() for p in self.run.student.parameters())
        return {
            "run": str(self.folder),
            "corpus": self.run.corpus,
            "parameters": parameters,
            "figures": self.run.figures,
        } | ({} if self.on_test is None else {"test": {"student": dict(self.on_test)}})


def train_and_report(
    corpus: Corpus,
    settings: dict[str, Any],
    source: Path,
    folder: Path,
    *,
    grammar: CompiledGrammar | None = None,
    resume: bool,
    trials: int,
    on_test: bool,
    quiet: bool,
    say: Callable[[str], None],
) -> Outcome | None:
    """Trains on `corpus` and writes run folder and report.

    Args:
        source: where the corpus is from.
        grammar: of a home's sentences, which goes into the run folder with the home.

    Returns:
        What came out; None on every process of a distributed launch but the first.

    Raises:
        UsageError: the settings or the corpus cannot be used.
    """
    chosen = settings_from(settings)
    _check_corpus(corpus, on_test)
    first = is_first_process()
    tell = say if first else lambda line: None
    begun_with = {
        "corpus": (corpus.name, *corpus.train, *corpus.dev, *corpus.unlabelled),
        "settings": (chosen, trials),
    }
    with run_folder(folder, "intent", begun_with, resume=resume):
        if trials:
            chosen = search(corpus, chosen, folder, trials, quiet=quiet, say=tell)
        run = recipe.train(corpus, chosen, folder, resume=resume, quiet=quiet, say=tell)
        if not first:
            return None
        # Of a run before this one:
        home_files.remove(folder)
        (folder / WORDS_FILE).unlink(missing_ok=True)
        if grammar is not None:
            write_home_files(grammar, source, folder)
        elif chosen.language:
            words = taught_words(chosen.language, corpus.train, run.labels.intents)
            write_atomic(folder / WORDS_FILE, words)
        else:
            tell(_NO_LANGUAGE)
        split = recipe.as_read(corpus.test if on_test else corpus.dev)
        reader = StudentReader(run.student, run.encoder, run.labels)
        read = reader(split)
        title = f"{corpus.name}, {'test' if on_test else 'dev'}"
        report = write_report(folder, split, read, title=title)
        return Outcome(folder, run, report.text, measures(split, read) if on_test else None)


def search(
    corpus: Corpus,
    settings: IntentSettings,
    folder: Path,
    trials: int,
    *,
    quiet: bool,
    say: Callable[[str], None],
) -> IntentSettings:
    """The student settings that do best on dev, found by Optuna's TPE sampler.

    Students are trained alone and for a third of the epochs, since the order of settings is the
    same with and without teachers and short runs tell it well enough.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def attempt(trial: optuna.Trial) -> float:
        student = replace(
            settings.student,
            learning_rate=trial.suggest_float("learning_rate", 1e-3, 1e-2, log=True),
            dropout=trial.suggest_float("dropout", 0.05, 0.3),
            word_dropout=trial.suggest_float("word_dropout", 0.0, 0.15),
            embedding=trial.suggest_categorical("embedding", [32, 48, 64]),
            width=trial.suggest_categorical("width", [128, 160, 192]),
            epochs=max(1, settings.student.epochs // 3),
        )
        found = recipe.train_student_alone(
            corpus, replace(settings, student=student), folder / f"trial-{trial.number}", quiet
        )
        say(f"trial {trial.number + 1} of {trials}: frame {found['frame']:.2f}, {trial.params}")
        return found["frame"]

    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.TPESampler(seed=settings.student.seed)
    )
    study.optimize(attempt, n_trials=trials)
    if is_first_process():
        write_atomic(folder / "search.json", json.dumps(study.best_params, indent=1) + "\n")
    say(f"best of {trials} trials: frame {study.best_value:.2f}, {study.best_params}")
    return replace(settings, student=replace(settings.student, **study.best_params))


def compile_home(source: Path, language: str | None = None) -> CompiledGrammar:
    """The grammar of a home's sentences, or of Home Assistant's own in a language."""
    return compile_grammar(read_templates(language or source / "sentences"))


def write_home_files(grammar: CompiledGrammar, source: Path, folder: Path) -> None:
    """Puts a home's grammar, its slot types and the home into the run folder."""
    from edge.home.home import Home

    home = Home.load(source / "home.toml") if (source / "home.toml").exists() else None
    home_files.write(grammar, home, folder)


def not_taken(grammar: CompiledGrammar, known: Sequence[Problem], *, is_own: bool) -> list[Problem]:
    """What of a home's templates the grammar does not take, besides what is known already.

    Args:
        is_own: they are somebody's own. Of Home Assistant's, which nobody here can mend, one line
            says how many there are.
    """
    told = {(one.file, one.line, one.what.partition(_LEFT_OUT)[0]) for one in known}
    found = [
        one
        for one in grammar.problems
        if (one.file, one.line, one.what.partition(_LEFT_OUT)[0]) not in told
    ]
    if is_own or len(found) < 2:
        return found
    first = found[0]
    return [Problem(first.file, 0, f"{len(found)} templates not taken whole, as {first.what}")]


def _check_corpus(corpus: Corpus, on_test: bool) -> None:
    for split in ("train", "dev", *(["test"] if on_test else [])):
        if not getattr(corpus, split):
            there = sum(1 for _ in corpus.labelled())
            more = "; the warnings above say what could not be used"
            raise UsageError(
                f"not one of its {there} labelled sentences is in the {split} split",
                where=corpus.name,
                allowed="one at least; where a corpus does not say, a tenth is kept for dev and a "
                "tenth for test",
                hint="write more sentences of each intent, or say yourself which are kept: "
                f'"split": "{split}" in a line of JSON' + (more if corpus.problems else ""),
            )
    if len({item.intent for item in corpus.train}) < 2:
        raise UsageError(
            "all training sentences have the same intent",
            where=corpus.name,
            allowed="two intents or more, of which one may be out_of_scope",
        )
