"""What `edge train speech` does around the recipe: material, sentences, figures in print."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from torch import nn

from edge.errors import UsageError
from edge.table import table
from export.corpora.speech.texts import CORPORA, general_texts
from export.distill import is_first_process
from export.recipes.speech import recipe
from export.recipes.speech.lessons.domain import Domain, read_domain, sentences_of
from export.recipes.speech.lessons.material import Material, default_data, read_material
from export.recipes.speech.network.network import AcousticNetwork
from export.recipes.speech.recipe import SpeechRun
from export.recipes.speech.school.teachers import open_ctc
from export.recipes.speech.settings import SPECIALISE, SpeechSettings, settings_from
from export.run_folder import run_folder


@dataclass(frozen=True)
class Outcome:
    """A finished training run, for people and for programs."""

    folder: Path
    run: SpeechRun

    @property
    def text(self) -> str:
        """The figures as a table."""
        names = {"letters": "letters right", "clean": "quiet", "noisy": "noise", "seconds": "s"}
        rows = [
            (who, *(f"{found.get(name, float('nan')):.2f}" for name in names))
            for who, found in self.run.figures.items()
        ]
        head = ("on dev, %", *names.values())
        return f"{table(head, rows, right=(1, 2, 3, 4))}\n\nmodel: {self.folder}"

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "run": str(self.folder),
            "parameters": sum(p.numel() for p in self.run.network.parameters()),
            "figures": self.run.figures,
        }


def train_and_report(
    sentences: Path | None,
    data: Sequence[Path] | None,
    noise: Path | None,
    settings: Mapping[str, Any],
    folder: Path,
    *,
    name: str | None,
    practised: Path | None,
    begin: Path | None,
    teacher: Path | None,
    cache: Path | None,
    resume: bool,
    quiet: bool,
    say: Callable[[str], None],
    warn: Callable[[Iterable[object]], None],
) -> Outcome | None:
    """Trains and writes the run folder.

    With `sentences` the model that ships is made to fit them. Without, training goes on from the
    run `begin`, where one is given, and what is said is what corpora hold. Or it is `practised`:
    sentences to be heard better, for which the model that ships is where to begin.

    Returns:
        What came out; None on every process of a distributed launch but the first.

    Raises:
        UsageError: something given cannot be used.
    """
    for option, given in (("--practise", practised), ("--begin", begin)):
        if sentences is not None and given is not None:
            raise UsageError(
                "sentences of your own are learned by the model that ships, and nothing besides",
                where=option,
                allowed=f"one of --sentences and {option}",
            )
    own = sentences if sentences is not None else practised
    chosen = settings_from(settings, SpeechSettings() if own is None else SPECIALISE)
    domain = read_domain(own) if own is not None else None
    taught_by = _teacher(teacher) if teacher is not None else None
    folders, usual_noise = default_data() if data is None else (list(data), None)
    material = read_material(folders, noise or usual_noise)
    warn([*material.problems, *(domain.problems if domain else ())] if is_first_process() else ())
    # Read before a training begins: it may be the run that is in `folder`.
    network = recipe.load(begin).network if begin is not None else None
    options: dict[str, Any] = {
        "name": name or (sentences.stem if sentences is not None else "speech"),
        "cache": cache,
        "teacher": taught_by,
        "resume": resume,
        "quiet": quiet,
        "say": say,
    }
    if domain is None or practised is not None:
        train = _for_anything(material, domain, chosen, folder, network, options)
    else:
        train = partial(recipe.specialised, material, domain, chosen, folder, **options)
    begun_with = {
        "recordings": (
            (one.audio.name, one.text, one.speaker) for one in (*material.real, *material.dev)
        ),
        "sentences": (domain.grammar.data,) if domain is not None else (),
        "settings": (chosen, begin),
    }
    with run_folder(folder, "speech", begun_with, resume=resume):
        run = train()
    return Outcome(folder, run) if is_first_process() else None


def _for_anything(
    material: Material,
    practised: Domain | None,
    settings: SpeechSettings,
    folder: Path,
    network: AcousticNetwork | None,
    options: Mapping[str, Any],
) -> Callable[[], SpeechRun]:
    """How a model with no grammar of its own is trained, from the beginning or from where another
    run ended.

    Raises:
        UsageError: something for it is missing. Nothing has been written yet.
    """
    if not material.real:
        raise UsageError(
            "no real recordings to train on",
            where="--data",
            allowed="folders with a manifest.jsonl",
            hint="give --data, or set EDGE_DATA; with --sentences none are needed",
        )
    if practised is None:
        texts = _texts(settings)
    else:
        texts = sentences_of(practised, settings.synthetic, settings.seed)
        network = network if network is not None else recipe.shipped()
    if network is not None:
        settings = replace(settings, width=network.shape.width)
    known_best = practised is not None
    return partial(
        recipe.train, material, texts, settings, folder,
        begin=network, practised=known_best, **options,
    )  # fmt: skip


def _texts(settings: SpeechSettings) -> list[str]:
    """What synthetic speech for a model from the beginning says."""
    if not settings.synthetic:
        return []
    corpora = os.environ.get("EDGE_DATA")
    if not corpora:
        raise UsageError(
            "no corpora to take sentences from",
            where="EDGE_DATA",
            allowed=f"a folder with {', '.join(CORPORA)}",
            hint="set it, or train without synthetic speech: --synthetic 0",
        )
    return general_texts(Path(corpora), settings.synthetic, settings.seed)


def _teacher(path: Path) -> nn.Module:
    """A run of speech, or a pretrained recogniser."""
    if (path / "run.json").is_file():
        return recipe.load(path).network
    return open_ctc(str(path))
