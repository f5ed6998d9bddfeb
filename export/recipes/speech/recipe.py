"""Speech: from recordings, real and made up, to a trained acoustic model in a run folder.

    recordings + voices ─► looks (rooms, microphones, codecs) ─► features ─► network ─► run folder
                                                     noise drawn anew ─┘

Everything that `edge export` needs is in the run folder; nothing of it is pickled.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

import export
from edge.errors import UsageError
from export import home_files
from export.corpora.speech.noise import store
from export.corpora.speech.plan import shares
from export.corpora.speech.recording import Recording, read_audio
from export.distill import is_first_process, wait_for_all
from export.files import write_atomic
from export.progress import bar
from export.recipes.speech.lessons.domain import Domain, sentences_of
from export.recipes.speech.lessons.material import Material, made_up, near, some
from export.recipes.speech.lessons.sounds import PRONUNCIATIONS, write_pronunciations
from export.recipes.speech.mistakes.confidence import copy_confidence, write_confidence
from export.recipes.speech.mistakes.wake_files import copy_wake, write_wake
from export.recipes.speech.network.backbone import read_pretrained
from export.recipes.speech.network.network import AcousticNetwork, Shape
from export.recipes.speech.school.school import Part, teach
from export.recipes.speech.settings import SpeechSettings

RUN = "run.json"
"""What tells that a training is finished."""
SHIPPED = Path(export.__file__).parent / "pretrained" / "speech-en"
"""The run of the English model that comes with the package."""
_DEV_KEPT = 60
"""Dev recordings that the run folder keeps, for the accuracy gate."""
_OWN_DEV = 40
"""Sentences of the maker's own that are kept beside them, at most; they are not trained on."""


@dataclass
class SpeechRun:
    """A trained acoustic model and all that is known about it."""

    name: str
    settings: SpeechSettings
    network: AcousticNetwork
    figures: dict[str, dict[str, float]]


def train(
    material: Material,
    texts: Sequence[str],
    settings: SpeechSettings,
    folder: Path,
    *,
    name: str = "speech",
    begin: AcousticNetwork | None = None,
    domain: Domain | None = None,
    practised: bool = False,
    cache: Path | None = None,
    teacher: torch.nn.Module | None = None,
    resume: bool = False,
    quiet: bool = False,
    say: Callable[[str], None] = print,
) -> SpeechRun:
    """Trains an acoustic model and writes the run folder.

    Args:
        material: real recordings, dev recordings, noise.
        texts: sentences to be synthesised; of the maker's own where there is a `domain`.
        settings: how long and how fast.
        folder: the run folder.
        name: what a bundle of it is called.
        begin: a trained network to go on from; None: from the published speech embedding.
        domain: the maker's sentences, whose grammar goes with the model.
        practised: whether `texts` are what is to be known best, as a maker's are, though no grammar
            goes with the model.
        cache: where features are kept; a folder in `folder` by default.
        teacher: a network of the same frames, or a `teachers.CtcTeacher`, whose posteriors are
            learned, too.
        resume: go on from checkpoints, and from sentences that have been said already.
        quiet: no progress bars.
        say: where lines about the progress go.

    Raises:
        UsageError: no synthesiser is installed, there is nothing to train on, or words are to be
            cut out of recordings and no trained network hears where they are.
    """
    if (cut := max(settings.spliced, settings.assembled)) and begin is None:
        raise UsageError(
            f"spliced or assembled = {cut:g} and no network that hears where words are",
            where="settings",
            allowed="0 in a training from the beginning",
            hint="name a finished run with --begin",
        )
    folder.mkdir(parents=True, exist_ok=True)
    unsaid = len(material.problems)
    with bar("synthesis", settings.synthetic if texts else 0, quiet) as step:
        spoken = made_up(
            texts,
            settings.synthetic,
            folder / "synthetic",
            settings.seed,
            material.problems,
            step,
            shares=shares(settings.kokoro),
        )
    say(f"{len(material.real)} real recordings, {len(spoken)} synthetic")
    if problems := material.problems[unsaid:]:
        say(f"{len(problems)} sentences could not be said, the first: {problems[0]}")
    own: Sequence[Recording] = ()
    own_texts = texts if domain is not None or practised else ()
    if own_texts or not material.dev:  # without real speech to choose by, these do
        count = min(_OWN_DEV, max(len(spoken) // 20, min(1, len(spoken) - 1)))
        own, spoken = spoken[:count], spoken[count:]
    known = material.dev
    material = replace(material, own_dev=[*own]) if known else replace(material, dev=[*own])
    network = begin
    if network is None:
        network = AcousticNetwork(Shape(width=settings.width))
        read_pretrained(network.backbone)
    parts = [
        Part(
            _real(material.real, settings.real_hours, own_texts),
            settings.real_hours,
            settings.looks,
            spliced=True,
        ),
        Part(spoken, settings.synthetic_hours, max(settings.looks - 1, 1)),
    ]
    network, figures = teach(
        network,
        parts,
        material,
        settings,
        folder / "network",
        cache=cache or folder / "features",
        texts=own_texts,
        teacher=teacher,
        resume=resume,
        quiet=quiet,
        say=say,
    )
    run = SpeechRun(name, settings, network, {"network": figures})
    if is_first_process():
        dev = known[:: max(1, len(known) // _DEV_KEPT)][:_DEV_KEPT]
        # Taken away first and written last: a kill in between leaves no run, not a mixture of two.
        (folder / RUN).unlink(missing_ok=True)
        write_network(network, folder / "network.safetensors")
        write_dev(folder, [*dev, *own])
        home_files.remove(folder)
        (folder / PRONUNCIATIONS).unlink(missing_ok=True)
        if domain is not None:
            home_files.write(domain.grammar, domain.home, folder)
            write_pronunciations(texts, folder)
        if domain is None and material.real:
            _listen(network, known, material.real, folder, settings.seed, say)
        else:
            copy_wake(SHIPPED, folder)
            copy_confidence(SHIPPED, folder)
        write_run(run, folder)
    wait_for_all()
    return run


def _listen(
    network: AcousticNetwork,
    unheard: Sequence[Recording],
    heard: Sequence[Recording],
    folder: Path,
    seed: int,
    say: Callable[[str], None],
) -> None:
    """Hours of training are not lost because there is too little speech to fit thresholds on."""
    say("listening for wake phrases that nobody has typed yet")
    try:
        write_wake(network, unheard, heard, folder)
    except UsageError as error:
        say(f"a bundle of it will listen for no wake phrases: {error.what}")
    say("listening to commands, and to what is none")
    try:
        write_confidence(network, unheard, folder, seed + 1)
    except UsageError as error:
        say(f"how sure it is will be judged as for the model that ships: {error.what}")
        copy_confidence(SHIPPED, folder)


def specialised(
    material: Material, domain: Domain, settings: SpeechSettings, folder: Path, **options: Any
) -> SpeechRun:
    """`train`, going on from the model that ships, on the sentences of `domain`."""
    begin = shipped()
    settings = replace(settings, width=begin.shape.width)
    texts = sentences_of(domain, settings.synthetic, settings.seed)
    return train(material, texts, settings, folder, begin=begin, domain=domain, **options)


def _real(
    recordings: Sequence[Recording], hours: float, texts: Sequence[str]
) -> Sequence[Recording]:
    """Twice what an epoch hears; where there are a maker's `texts`, half of it close to them."""
    if not texts:
        return some(recordings, 2 * hours)
    close, others = near(recordings, texts, 2 * hours)
    return [*close, *some(others, hours)]


def load(folder: Path) -> SpeechRun:
    """Reads what `train` wrote.

    Raises:
        UsageError: there is no finished run of speech, or its network does not fit it.
    """
    try:
        data = json.loads((folder / RUN).read_text("utf-8"))
        settings = SpeechSettings(**data["settings"])
        name, figures = data["name"], data["figures"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"no finished run of speech: {error}",
            where=str(folder),
            allowed="a run folder of `edge train speech`",
        ) from error
    network = read_network(folder / "network.safetensors", settings.width)
    return SpeechRun(name, settings, network, figures)


def read_network(path: Path, width: int | None = None) -> AcousticNetwork:
    """The network of a file of weights, in evaluation mode.

    Raises:
        UsageError: the file cannot be read, or holds another network.
    """
    try:
        tensors = {key: value.float() for key, value in load_file(path).items()}
        width = width or tensors["enter.weight"].shape[0]
        network = AcousticNetwork(Shape(width=width))
        state = network.state_dict()
        whole = {key: value for key, value in state.items() if not value.is_floating_point()}
        network.load_state_dict(tensors | whole)
    except (OSError, KeyError, RuntimeError, SafetensorError, ValueError) as error:
        raise UsageError(
            f"no acoustic model of this version: {error}",
            where=str(path),
            allowed="network.safetensors of a run of this version of the package",
            hint="train again",
        ) from error
    return network.eval()


def shipped() -> AcousticNetwork:
    """The English model that comes with the package, as it left training."""
    return read_network(SHIPPED / "network.safetensors")


def write_network(network: AcousticNetwork, path: Path) -> None:
    """Writes the weights in 16 bit: a model that is then quantised loses nothing by it."""
    tensors = {
        key: value.detach().half().contiguous()
        for key, value in network.state_dict().items()
        if value.is_floating_point()
    }
    save_file(tensors, path)


def write_run(run: SpeechRun, folder: Path) -> None:
    """Writes what makes a folder a finished run: its description."""
    description = {
        "family": "speech",
        "name": run.name,
        "settings": asdict(run.settings),
        "figures": run.figures,
    }
    write_atomic(folder / RUN, json.dumps(description, indent=1, sort_keys=True) + "\n")


def write_dev(folder: Path, dev: Sequence[Recording]) -> None:
    """Recordings for the accuracy gate and the calibration: pcm_0, pcm_1 … int16, and texts."""
    waves = {f"pcm_{i}": store(read_audio(r.audio)) for i, r in enumerate(dev)}
    np.savez_compressed(folder / "dev.npz", **waves)  # type: ignore[arg-type]
    write_atomic(folder / "dev.json", json.dumps([r.text for r in dev], indent=0) + "\n")
