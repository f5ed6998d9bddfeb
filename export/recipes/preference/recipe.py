"""What a household wants next: from interactions to a trained, calibrated student in a run folder.

    corpus ─► counts of others ─► histories lived through ─► teacher ─► student ─► run folder
              (leave one out)     (the runtime's own experts)

Everything that `edge export` needs is in the run folder; nothing of it is pickled.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from edge.errors import UsageError
from edge.preference.experts.boost import Boost
from edge.preference.experts.ratings import Ratings
from edge.preference.model.population import Population
from edge.preference.moment import Senses
from export.corpora.interactions.corpus import InteractionCorpus
from export.distill import is_first_process, wait_for_all
from export.files import write_atomic
from export.recipes.preference.lessons.lessons import Collator
from export.recipes.preference.network.network import Network, Sizes
from export.recipes.preference.prepare import prepare, sampled
from export.recipes.preference.school.boosting import fit_boost
from export.recipes.preference.school.judge import doubts
from export.recipes.preference.settings import PreferenceSettings, settings_from
from export.recipes.preference.trials.held_out import write_held_out


@dataclass
class PreferenceRun:
    """A trained student and all that is known about it."""

    corpus: str
    catalogue: tuple[str, ...]
    attributes: tuple[str, ...]
    generic: bool
    boost: Boost | None
    """For things chosen once: how much counts weigh beside the network."""
    ratings: Ratings | None
    """For things that are rated: the scale."""
    senses: Senses
    settings: PreferenceSettings
    student: Network
    population: Population
    figures: dict[str, dict[str, float]]
    """Dev-set measures of teacher, student alone and student, and what each cost."""
    doubts: Sequence[str] = ()
    """What a person should know of it before it is exported."""


def train(
    corpus: InteractionCorpus,
    settings: PreferenceSettings,
    folder: Path,
    *,
    practice: Sequence[InteractionCorpus] = (),
    resume: bool = False,
    quiet: bool = False,
    say: Callable[[str], None] = print,
) -> PreferenceRun:
    """Trains a teacher and a student on `corpus` and writes the run folder.

    Args:
        corpus: with train and dev targets.
        settings: sizes and lengths.
        folder: the run folder.
        practice: corpora to learn trust on, see `export.recipes.preference.lessons.practice`.
        resume: go on from checkpoints where there are any.
        quiet: no progress bars.
        say: where lines about the progress go.
    """
    started = time.perf_counter()
    prepared = prepare(corpus, settings, practice)
    school = prepared.school
    say(
        f"{len(corpus.train)} targets lived through in {time.perf_counter() - started:.0f} s, "
        f"{len(school.train)} chunks"
    )
    figures: dict[str, dict[str, float]] = {}
    teacher = school.network(settings.teacher)
    figures["teacher"] = school.teach(teacher, folder / "teacher", resume=resume, quiet=quiet)
    say(f"teacher on dev: {_line(figures['teacher'])}")
    if settings.student_alone:
        alone = school.network(settings.student)
        figures["student alone"] = school.teach(
            alone, folder / "student-alone", resume=resume, quiet=quiet
        )
        say(f"student alone on dev: {_line(figures['student alone'])}")
    student = school.network(settings.student)
    figures["student"] = school.teach(
        student, folder / "student", teacher=teacher, resume=resume, quiet=quiet
    )
    say(f"student, distilled, on dev: {_line(figures['student'])}")
    doubted = doubts(figures["student"])
    for doubt in doubted:
        say(f"warning: {doubt}")
    boost = None
    if school.once and school.ratings is None:
        collate, lookup = Collator(school.sizes.items), prepared.population.after
        boost, worth = fit_boost(student, school.dev, collate, lookup, settings.student.seed)
        say(f"student with counts on dev: ndcg10 {worth:.2f}")
        figures["student, boosted"] = {"ndcg10": worth}
    run = PreferenceRun(
        corpus.name,
        corpus.catalogue,
        prepared.attributes,
        corpus.generic,
        boost,
        school.ratings._replace(spread=max(figures["student"]["rmse"], 1e-3))
        if school.ratings
        else None,
        prepared.senses,
        settings,
        student,
        prepared.population,
        figures,
        doubted,
    )
    if is_first_process():
        _save(run, corpus, folder)
    wait_for_all()
    return run


def load(folder: Path) -> PreferenceRun:
    """Reads what `train` wrote.

    Raises:
        UsageError: its student does not fit its description.
    """
    data = json.loads((folder / "run.json").read_text("utf-8"))
    settings = settings_from(data["settings"])
    catalogue = tuple((folder / "catalogue.txt").read_text("utf-8").split("\n"))
    try:
        tensors = load_file(folder / "student.safetensors")
        membership = tensors.pop("membership")
        student = Network(settings.student, Sizes(**data["sizes"]), membership)
        student.load_state_dict(tensors)
    except (RuntimeError, OSError, KeyError, SafetensorError) as error:
        raise UsageError(
            f"the student there is another one: {error}",
            where=str(folder),
            allowed="a run of this version of the package",
            hint="train again",
        ) from error
    population = Population.from_bytes(
        (folder / "population.bin").read_bytes(), len(catalogue), str(folder / "population.bin")
    )
    senses = Senses.from_dict(data["senses"], str(folder / "run.json"))
    return PreferenceRun(
        data["corpus"],
        catalogue,
        tuple(data["attributes"]),
        data["generic"],
        Boost(**data["boost"]) if data["boost"] else None,
        Ratings(**data["ratings"]) if data["ratings"] else None,
        senses,
        settings,
        student.eval(),
        population,
        data["figures"],
    )


def _save(run: PreferenceRun, corpus: InteractionCorpus, folder: Path) -> None:
    # Taken away first and written last: a kill in between leaves no run, not a mixture of two.
    (folder / "run.json").unlink(missing_ok=True)
    tensors = {name: t.contiguous() for name, t in run.student.state_dict().items()}
    save_file(
        tensors | {"membership": run.student.vectors.membership.contiguous()},
        folder / "student.safetensors",
    )
    write_atomic(folder / "catalogue.txt", "\n".join(run.catalogue))
    write_atomic(folder / "population.bin", run.population.to_bytes())
    write_held_out(folder / "dev.jsonl", corpus, sampled(corpus.dev))
    description = {
        "family": "preference",
        "corpus": run.corpus,
        "attributes": run.attributes,
        "generic": run.generic,
        "boost": run.boost._asdict() if run.boost else None,
        "ratings": run.ratings._asdict() if run.ratings else None,
        "senses": run.senses.to_dict(),
        "sizes": asdict(run.student.sizes),
        "settings": asdict(run.settings),
        "figures": run.figures,
        "doubts": list(run.doubts),
    }
    write_atomic(folder / "run.json", json.dumps(description, indent=1, sort_keys=True) + "\n")


def _line(figures: dict[str, float]) -> str:
    names = ("hr1", "hr5", "ndcg10", "rmse", "order")
    shown = ", ".join(f"{name} {figures[name]:.2f}" for name in names if name in figures)
    return f"{shown} ({figures['seconds']:.0f} s)"
