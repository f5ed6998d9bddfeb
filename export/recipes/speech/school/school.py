"""Trains one acoustic network on material, real and made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from edge.errors import UsageError
from edge.voice.alphabet import spell
from export.corpora.speech.recording import Recording
from export.distill import BatchesByLength, FitSettings, fit
from export.progress import bar
from export.recipes.speech.lessons.features import Cache, build_cache, noise_features
from export.recipes.speech.lessons.lessons import Collator, Lessons, lessons_of
from export.recipes.speech.lessons.material import Material
from export.recipes.speech.lessons.mel_augment import MelAugment
from export.recipes.speech.lessons.sounds import Sounds
from export.recipes.speech.lessons.splicing import Cuts, words_of
from export.recipes.speech.network.network import AcousticNetwork
from export.recipes.speech.school.judge import letters_right
from export.recipes.speech.school.pupil import Pupil
from export.recipes.speech.school.teachers import CtcTeacher, told_by
from export.recipes.speech.settings import SpeechSettings

_NOISE_SECONDS = 8.0
_DEV_NOISES = 100
_JOBS = 2


@dataclass(frozen=True)
class Part:
    """Recordings of one origin, and how much of them an epoch hears."""

    recordings: Sequence[Recording]
    hours: float
    looks: int
    spliced: bool = False
    """Whether some of them are heard with their words in another order."""

    @property
    def epoch(self) -> int:
        """Recordings an epoch hears."""
        seconds = sum(recording.seconds for recording in self.recordings)
        share = min(1.0, self.hours * 3600 / seconds) if seconds else 0.0
        return round(share * len(self.recordings))


def teach(
    network: AcousticNetwork,
    parts: Sequence[Part],
    material: Material,
    settings: SpeechSettings,
    folder: Path,
    *,
    cache: Path,
    texts: Sequence[str] = (),
    teacher: torch.nn.Module | None = None,
    resume: bool = False,
    quiet: bool = False,
    say: Callable[[str], None] = print,
) -> tuple[AcousticNetwork, dict[str, float]]:
    """Trains `network`; the mean of its weights over the last steps comes back, with its figures.

    Args:
        network: where to begin.
        parts: what an epoch is made of.
        material: noises, and the dev recordings that choose the epoch.
        settings: how long and how fast.
        folder: checkpoints and TensorBoard logs.
        cache: where features are kept.
        texts: sentences that are put together of people's words (the setting `assembled`).
        teacher: reads every batch as well (see `Pupil`), or each recording once (`teachers`).
        resume: go on from the newest checkpoint in `folder`.
        quiet: no progress bars.
        say: where lines about the progress go.

    Raises:
        UsageError: there is nothing to train on, or a recording cannot be read.
    """
    parts = [part for part in parts if part.recordings and part.epoch]
    if not parts:
        raise UsageError(
            "no recordings to train on",
            allowed="real recordings, or sentences to be synthesised",
            hint="see --data, --sentences and the setting `synthetic`",
        )

    assembled = settings.assembled if texts else 0.0

    def features(recordings: Sequence[Recording], looks: int) -> Cache:
        with bar("features", looks * len(recordings), quiet) as step:
            return build_cache(
                recordings, cache, looks=looks, seed=settings.seed, jobs=_JOBS, progress=step
            )

    def told(recordings: Sequence[Recording]) -> Cache | None:
        if not isinstance(teacher, CtcTeacher):
            return None
        with bar("teacher", len(recordings), quiet) as step:
            return told_by(teacher, recordings, cache, step)

    def words(part: Part, of: Cache) -> list[list[Cuts | None]] | None:
        if not (part.spliced and (settings.spliced or assembled)):
            return None
        labels = [tuple(spell(recording.text)) for recording in part.recordings]
        with bar("words", part.looks * len(labels), quiet) as step:
            return words_of(network, of, labels, cache, step)

    caches = [features(part.recordings, part.looks) for part in parts]
    lessons = Lessons(
        [(part.recordings, of, part.epoch) for part, of in zip(parts, caches, strict=True)],
        settings.seed,
        told=[told(part.recordings) for part in parts],
        sounds=Sounds() if settings.sounds else None,
        words=[words(part, of) for part, of in zip(parts, caches, strict=True)],
        spliced=settings.spliced,
        texts=texts,
        assembled=assembled,
    )
    dev = lessons_of(material.dev, features(material.dev, 1), 0)
    own = lessons_of(material.own_dev, features(material.own_dev, 1), 0)
    if not dev and not own:
        raise UsageError("no recording to choose the epoch by", allowed="two recordings or more")
    hours = sum(r.seconds for part in parts for r in part.recordings) / 3600
    say(f"{hours:.1f} h of speech, {sum(part.epoch for part in parts)} recordings an epoch")
    noises = torch.from_numpy(
        noise_features(material.noises, settings.noises, _NOISE_SECONDS, settings.seed)
    )
    dev_noises = torch.from_numpy(
        noise_features(material.dev_noises, _DEV_NOISES, _NOISE_SECONDS, settings.seed + 1)
    )

    def measure(pupil: torch.nn.Module) -> dict[str, float]:
        found = {
            "clean": letters_right(pupil.average, dev, None),
            "noisy": letters_right(pupil.average, dev, dev_noises),
        }
        if own:
            found["own"] = letters_right(pupil.average, own, dev_noises)
        return found | {"letters": sum(found.values()) / len(found)}

    began = {key: value.clone() for key, value in network.state_dict().items()}
    beside = None if isinstance(teacher, CtcTeacher) else teacher
    for layer in network.backbone.convolutions[: settings.frozen]:
        layer.requires_grad_(False)
    pupil = Pupil(
        network,
        agreement=settings.agreement,
        decay=settings.decay,
        teacher=beside,
        augment=MelAugment(noises, settings.seed + 2),
        sounds=settings.sounds,
    )
    figures = fit(
        pupil,
        BatchesByLength(lessons.draw, settings.batch_size, lambda x: x.frames, settings.seed),
        Collator(network.past, network.future, settings.seed + 3),
        measure,
        FitSettings(
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            learning_rate=settings.learning_rate,
            schedule="cosine",
            patience=settings.epochs,
            measure="letters",
            seed=settings.seed,
        ),
        folder,
        parameter_groups=_groups(pupil, settings),
        beside=[beside] if beside else [],
        resume=resume,
        quiet=quiet,
    )
    network = pupil.average.eval()
    if settings.kept:
        _mix(network, began, settings.kept)
        figures |= measure(pupil)
    return network, figures


@torch.no_grad()
def _mix(network: AcousticNetwork, began: Mapping[str, torch.Tensor], kept: float) -> None:
    """Moves the weights, and what normalisation has counted, back to where they began by `kept`."""
    for key, value in network.state_dict().items():
        if value.is_floating_point():
            value.lerp_(began[key].to(value), kept)


def _groups(pupil: Pupil, settings: SpeechSettings) -> list[dict[str, object]]:
    pretrained = list(pupil.network.backbone.parameters())
    known = {id(parameter) for parameter in (*pretrained, *pupil.average.parameters())}
    own = [parameter for parameter in pupil.parameters() if id(parameter) not in known]
    return [
        {"params": pretrained, "lr": settings.backbone_rate},
        {"params": own, "lr": settings.learning_rate},
    ]
