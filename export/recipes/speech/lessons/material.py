"""What an acoustic model is trained on: real recordings, made-up ones, and noise."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from edge.errors import UsageError
from export.corpora.speech.manifest import MANIFEST, read_manifest
from export.corpora.speech.noise import Noises, read_noises
from export.corpora.speech.plan import SHARES, plan
from export.corpora.speech.recording import Recording
from export.corpora.speech.synthesis import Progress, synthesise
from export.corpora.utterance import Problem

HELD_OUT_SPEAKERS = frozenset({"ls777", "ls84", "ls652"})
"""LibriSpeech speakers that are only ever measured on."""
DEV_SPEAKERS = frozenset(
    {"ls422", "so0001", "so0482", "so1203", "so2061", "so2450", "so3837", "so7001", "so9615"}
)
"""Speakers that choose the best epoch."""
NEVER = frozenset({"wake_words", "speech_commands_sample"})
"""Corpora that are only ever measured on."""
HELD_OUT_FOLD = "5-"
"""The fold of ESC-10 that is only ever measured on."""
_PART = 20
"""One speaker of so many chooses the epoch, where a corpus does not say who does."""


@dataclass
class Material:
    """Recordings by what they are for."""

    real: list[Recording] = field(default_factory=list)
    dev: list[Recording] = field(default_factory=list)
    own_dev: list[Recording] = field(default_factory=list)
    """A maker's own sentences, made up, that choose the epoch besides."""
    noises: Noises = field(default_factory=Noises)
    dev_noises: Noises = field(default_factory=Noises)
    problems: list[Problem] = field(default_factory=list)


def read_material(folders: Sequence[Path], noise: Path | None) -> Material:
    """Reads speech manifests and noise.

    Args:
        folders: with a `manifest.jsonl`, or with folders that have one.
        noise: a noise corpus; None: noise is made on the spot.

    A recording whose split is "test", and speakers and corpora that figures are measured on, are
    left out. Speakers of `DEV_SPEAKERS`, and recordings whose split is "dev", choose the epoch;
    where there are none, a twentieth of the speakers do, or of the recordings.

    Raises:
        UsageError: a folder has no recordings.
    """
    material = Material()
    for folder in _corpora(folders):
        for recording in read_manifest(folder, material.problems):
            if recording.split == "test" or recording.speaker in HELD_OUT_SPEAKERS:
                continue
            is_dev = recording.split == "dev" or recording.speaker in DEV_SPEAKERS
            (material.dev if is_dev else material.real).append(recording)
    if not material.dev:
        material.real, material.dev = _divided(material.real)
    if noise is not None:
        train = read_noises(noise, material.problems, lambda r: not _measured(r))
        material.noises = Noises(train)
        material.dev_noises = Noises(read_noises(noise, [], _measured))  # problems are known by now
    return material


def default_data() -> tuple[list[Path], Path | None]:
    """Speech and noise under the folder that EDGE_DATA names; nothing where it is not set."""
    place = os.environ.get("EDGE_DATA")
    if not place:
        return [], None
    speech, noise = Path(place) / "speech", Path(place) / "noise" / "esc10"
    found = [path for path in _inside(speech) if path.name not in NEVER]
    return found, (noise if (noise / MANIFEST).is_file() else None)


def made_up(
    texts: Sequence[str],
    count: int,
    folder: Path,
    seed: int,
    problems: list[Problem],
    progress: Progress = lambda _: None,
    jobs: int = 2,
    shares: Mapping[str, float] = SHARES,
) -> list[Recording]:
    """`texts` spoken by the engines' voices, `count` times in all: few texts by many voices.

    What is in `folder` already is kept. None where there is nothing to say.

    Raises:
        UsageError: no speech synthesiser is installed.
    """
    if not count or not texts:
        return []
    requests = plan(texts, count, seed, shares)
    return synthesise(requests, folder, jobs, problems, progress)


def some(recordings: Sequence[Recording], hours: float) -> Sequence[Recording]:
    """Every n-th recording, so that about `hours` of them are left: what an epoch never hears need
    not be prepared."""
    there = sum(recording.seconds for recording in recordings) / 3600
    return recordings[:: max(1, round(there / hours))] if hours else ()


def near(
    recordings: Sequence[Recording], texts: Sequence[str], hours: float
) -> tuple[Sequence[Recording], Sequence[Recording]]:
    """The `hours` of recordings with the greatest share of the texts' words, and the others."""
    wanted = {word for text in texts for word in text.split()}

    def share(recording: Recording) -> float:
        words = recording.text.split()
        return sum(word in wanted for word in words) / max(1, len(words))

    ranked = sorted(recordings, key=share, reverse=True)
    seconds, count = 0.0, 0
    for recording in ranked:
        seconds += recording.seconds
        if seconds > hours * 3600 or not share(recording):
            break
        count += 1
    return ranked[:count], ranked[count:]


def _corpora(folders: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for folder in folders:
        if (folder / MANIFEST).is_file():
            found.append(folder)
            continue
        inner = [path for path in _inside(folder) if path.name not in NEVER]
        if not inner:
            raise UsageError(
                "no recordings",
                where=str(folder),
                allowed=f"a folder with a {MANIFEST}, or with such folders in it",
                hint="see docs/speech.md on what a manifest looks like",
            )
        found += inner
    return found


def _inside(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.glob(f"*/{MANIFEST}"))


def _divided(recordings: list[Recording]) -> tuple[list[Recording], list[Recording]]:
    """What is trained on, and a part to choose the epoch by: other speakers, if there are many."""
    if len(recordings) < 2:
        return recordings, []
    speakers = sorted({recording.speaker for recording in recordings})
    if len(speakers) < _PART:
        return [r for i, r in enumerate(recordings) if i % _PART], recordings[::_PART]
    chosen = set(speakers[::_PART])
    kept = [recording for recording in recordings if recording.speaker not in chosen]
    return kept, [recording for recording in recordings if recording.speaker in chosen]


def _measured(noise: Recording) -> bool:
    return noise.audio.name.startswith(HELD_OUT_FOLD)
