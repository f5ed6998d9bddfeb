"""Puts a trained acoustic model where it ships from: `export/pretrained/speech-en`.

That folder is a training run like any other: `edge export` takes it beside the runs of a home and
its households, and `edge train speech --sentences` goes on from its weights. What differs is that
the recordings in it, for the accuracy gate and the calibration, are made up: no corpus ships.

    python -m export.ship runs/speech runs/home runs/household

writes that folder, and with it and the other runs the bundle that comes with the package. Of what
no run is named, text and preferences, the models that ship already are taken over.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import device_profiles
import edge.models
from edge.errors import EdgeError
from edge.models import NAME as BUNDLE
from export.build import build
from export.commands.export import created
from export.corpora.speech.normalise import normalise
from export.corpora.speech.texts import home_texts
from export.corpora.utterance import Problem
from export.recipes.speech import recipe
from export.recipes.speech.lessons.material import made_up
from export.recipes.speech.mistakes.confidence import copy_confidence
from export.recipes.speech.mistakes.wake_files import copy_wake

HOME = Path(__file__).parent / "samples" / "home"
NAME = recipe.SHIPPED.name
_SENTENCES = 32
_SEED = 20


def ship(run: Path, folder: Path = recipe.SHIPPED) -> None:
    """Writes weights, description and made-up recordings of a finished run into `folder`.

    Raises:
        UsageError: `run` is no finished speech run, or no speech synthesiser is installed.
    """
    trained = recipe.load(run)
    problems: list[Problem] = []
    texts = [normalise(text) for text in home_texts(HOME, 10 * _SENTENCES, _SEED)]
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as voices:
        spoken = made_up(texts, _SENTENCES, Path(voices), _SEED, problems)
        recipe.write_dev(folder, spoken)
    recipe.write_network(trained.network, folder / "network.safetensors")
    copy_wake(run, folder)
    copy_confidence(run, folder)
    recipe.write_run(replace(trained, name=NAME), folder)


def bundle(runs: Sequence[Path], target: Path) -> None:
    """Writes the bundle of `runs` for all boards, all of which get the same graphs.

    What was at `target` gives its models of other tasks.

    One graph of each model keeps what ships small. Who wants the fastest of text and preferences
    exports the same runs with `edge export`.
    """
    build(
        runs,
        target,
        [device_profiles.load(name) for name in device_profiles.available()],
        keep=target if target.exists() else None,
        name=BUNDLE.removesuffix(".edge"),
        created=created(runs),
        one_graph=True,
        say=lambda line: print(line, file=sys.stderr, flush=True),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line and ships."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("run", type=Path, help="a run folder of `edge train speech`")
    parser.add_argument("others", type=Path, nargs="*", help="run folders of text and preferences")
    given = parser.parse_args(arguments)
    try:
        ship(given.run)
        bundle([*given.others, recipe.SHIPPED], Path(edge.models.__file__).parent / BUNDLE)
    except EdgeError as error:
        parser.exit(error.exit_code, f"{error}\n")
    print(recipe.SHIPPED)


if __name__ == "__main__":
    main()
