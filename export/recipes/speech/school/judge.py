"""How well an acoustic model spells: letters right of what is said, without any grammar."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from edge.voice.alphabet import text_of
from edge.voice.greedy import greedy_labels
from edge.voice.search.hypothesis import edit_distance
from export.accelerator import on_accelerator
from export.distill import has_bfloat16
from export.recipes.speech.lessons.lessons import Collator, Lesson
from export.recipes.speech.lessons.mel_augment import MelAugment, MelChances
from export.recipes.speech.network.network import AcousticNetwork

NOISY = MelChances(
    noise=1.0,
    snr_db=(5.0, 12.0),
    babble=0.0,
    room=0.3,
    gain_db=(-15.0, 0.0),
    narrow=0.0,
    warp=0.0,
    time_masks=0,
    band_masks=0,
)
"""The surroundings of the noisy half of a dev set."""
_BATCH = 16


def distance(meant: Sequence[int], read: Sequence[int]) -> int:
    """Fewest insertions, deletions and replacements of labels between two texts."""
    return edit_distance(text_of([*meant]), text_of([*read]))


def letters_right(
    network: AcousticNetwork, lessons: Sequence[Lesson], noises: torch.Tensor | None, seed: int = 3
) -> float:
    """100 − character error rate, in percent; with noise where there are noises to draw."""
    augment = None if noises is None else MelAugment(noises, seed, NOISY)
    collate = Collator(network.past, network.future)
    wrong = count = 0
    with on_accelerator(network) as device, torch.no_grad():
        for start in range(0, len(lessons), _BATCH):
            part = lessons[start : start + _BATCH]
            batch = collate(part)
            features = batch["features"].to(device)
            if augment is not None:
                features = augment.looks(features, batch["spoken"].to(device))[: len(part)]
            with torch.autocast(device.type, torch.bfloat16, enabled=has_bfloat16()):
                found = network(features).float().cpu().numpy()
            for lesson, frames, posteriors in zip(part, batch["frames"], found, strict=True):
                wrong += distance(lesson.labels, greedy_labels(posteriors[: int(frames)]))
                count += len(lesson.labels)
    return 100 - 100 * wrong / max(count, 1)
