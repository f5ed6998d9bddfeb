"""Real words in other orders, and by themselves: new sentences in the voices that there are.

A few thousand sentences are soon known by heart, and nobody read out single words. So recordings
are cut between their words, where a trained network hears them, and the pieces are put together
anew (after Lam et al. 2021, "On-the-fly aligned data augmentation for sequence-to-sequence ASR",
arXiv 2104.01393).
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from edge.voice.alignment import align
from edge.voice.alphabet import SPACE, spell, text_of
from edge.voice.posteriors import WITHOUT_PHONES
from export.accelerator import on_accelerator
from export.distill import has_bfloat16
from export.files import write_atomic
from export.recipes.speech.lessons.features import Cache, Features
from export.recipes.speech.lessons.sounds import Sounds
from export.recipes.speech.network.backbone import STRIDE
from export.recipes.speech.network.frontend import BANDS, FLOOR
from export.recipes.speech.network.network import FRAMES_PER_STEP, AcousticNetwork

Cuts = tuple[int, ...]
"""Feature frames between a recording's words: its first, one between any two words, its end. None
where the text does not fit the recording."""
Labels = tuple[int, ...]

_WORDS = (1, 1, 2, 3)
"""Words of a piece."""
_MARGIN = 8
"""Greatest number of frames that a piece has of its neighbours: nobody knows exactly where a word
ends."""
_PAUSE = (4, 60)
"""Frames between two pieces, where there is a pause."""
_QUIET = 0.1
"""Share of a recording's frames that pauses are made of, the quietest."""
_BATCH_FRAMES = 12_000


@dataclass(frozen=True, slots=True)
class Spliced:
    """Pieces of one look at one recording, in another order."""

    cache: Cache
    index: int
    look: int
    pieces: tuple[tuple[int, int, int], ...]
    """First frame, end, and the frames of the pause that follows."""
    labels: Labels
    sounds: Labels | None
    told: None = None
    """No teacher has heard it."""

    @property
    def frames(self) -> int:
        """Feature frames of all pieces and pauses."""
        return sum(end - start + pause for start, end, pause in self.pieces)

    @property
    def features(self) -> Features:
        """[frames, 42]."""
        whole = self.cache.of(self.index, self.look)
        quiet = quietest(whole.mean(1, dtype=np.float32))
        rng = np.random.default_rng(self.index)
        parts = [
            part
            for start, end, pause in self.pieces
            for part in (whole[start:end], whole[rng.choice(quiet, pause)])
        ]
        return np.concatenate(parts)


def quietest(loudness: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> npt.NDArray[np.intp]:
    """The frames that pauses are made of, of a recording's frames' loudness."""
    return np.argsort(loudness)[: max(1, int(_QUIET * len(loudness)))]


def splice(
    cache: Cache,
    index: int,
    look: int,
    labels: Labels,
    cuts: Cuts,
    rng: random.Random,
    sounds: Sounds | None = None,
) -> Spliced:
    """A recording's words by ones, twos and threes, shuffled; every other time with pauses.

    Args:
        cache: features of the recording, number `index`.
        index: see `cache`.
        look: the look at it that is cut.
        labels: of its text.
        cuts: between its words, in that look.
        rng: draws the pieces.
        sounds: how words are pronounced.
    """
    words = text_of([*labels]).split()
    pieces: list[tuple[int, int]] = []
    while (at := pieces[-1][1] if pieces else 0) < len(words):
        pieces.append((at, min(len(words), at + rng.choice(_WORDS))))
    rng.shuffle(pieces)
    paused = rng.random() < 0.5
    placed = tuple(
        (
            max(cuts[first] - rng.randint(0, _MARGIN), 0),
            min(cuts[last] + rng.randint(0, _MARGIN), cuts[-1]),
            rng.randint(*_PAUSE) if paused else 0,
        )
        for first, last in pieces
    )
    said = " ".join(word for first, last in pieces for word in words[first:last])
    pronounced = sounds.of(said) if sounds else None
    return Spliced(cache, index, look, placed, tuple(spell(said)), pronounced)


def words_of(
    network: AcousticNetwork,
    cache: Cache,
    labels: Sequence[Labels],
    folder: Path,
    progress: Callable[[int], None] = lambda _: None,
) -> list[list[Cuts | None]]:
    """Where in each look the words of each recording were said; from `folder` if known there.

    Args:
        network: trained; hears the recordings.
        cache: their features.
        labels: of their texts.
        folder: keeps what is found, under a name made of what it depends on.
        progress: called with the number of looks done since the last call.
    """
    path = folder / f"{_key(network, cache, labels)}.words.json"
    if path.exists():
        known = json.loads(path.read_text("utf-8"))
        return [[cuts and tuple(cuts) for cuts in look] for look in known]
    found: list[list[Cuts | None]] = [[None] * len(labels) for _ in range(cache.looks)]
    network = network.eval()
    with on_accelerator(network) as device:
        for look in range(cache.looks):
            for batch in _batches(cache, look):
                heard = _heard(network, device, cache, look, batch)
                for index, rows in zip(batch, heard, strict=True):
                    frames = len(cache.of(index, look))
                    found[look][index] = _cuts(rows, labels[index], frames)
                progress(len(batch))
    folder.mkdir(parents=True, exist_ok=True)
    write_atomic(path, json.dumps(found))
    return found


def _batches(cache: Cache, look: int) -> list[list[int]]:
    """Recordings of like length."""
    lengths = cache.bounds[look, :, 1] - cache.bounds[look, :, 0]
    batches: list[list[int]] = [[]]
    for index in np.argsort(lengths, kind="stable"):
        if (len(batches[-1]) + 1) * lengths[index] > _BATCH_FRAMES and batches[-1]:
            batches.append([])
        batches[-1].append(int(index))
    return batches


@torch.no_grad()
def _heard(
    network: AcousticNetwork, device: torch.device, cache: Cache, look: int, batch: Sequence[int]
) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """Log posteriors of letters in recordings, a row for each two feature frames."""
    looks = [cache.of(index, look) for index in batch]
    steps = -(-max(map(len, looks)) // STRIDE)
    total = network.past + steps * STRIDE + network.future
    features = np.full((len(looks), total, BANDS), FLOOR, np.float32)
    for row, frames in enumerate(looks):
        features[row, network.past : network.past + len(frames)] = frames
    with torch.autocast(device.type, torch.bfloat16, enabled=has_bfloat16()):
        posteriors = network(torch.from_numpy(features).to(device))
    read = posteriors[..., :WITHOUT_PHONES].float().cpu().numpy()
    return [rows[: max(1, len(frames) // 2)] for rows, frames in zip(read, looks, strict=True)]


def _cuts(
    rows: np.ndarray[tuple[int, ...], np.dtype[np.float32]], labels: Labels, frames: int
) -> Cuts | None:
    """Halfway between a word's last letter and the next one's first."""
    if SPACE not in labels or 2 * len(labels) > len(rows):
        return None
    spans = align(np.minimum(rows, 0), labels)
    ratio = STRIDE // FRAMES_PER_STEP
    between = [ratio * (one.end + other.start) // 2 for one, other in pairwise(spans)]
    return (0, *between, frames)


def _key(network: AcousticNetwork, cache: Cache, labels: Sequence[Labels]) -> str:
    digest = hashlib.sha256(json.dumps([cache.bounds.tolist(), labels]).encode())
    for value in network.state_dict().values():
        digest.update(value.cpu().numpy().tobytes())
    return digest.hexdigest()[:16]
