"""Log mel features of recordings, computed once and kept: several looks at each recording.

A look is the recording as some room, microphone and codec would have passed it on
(`export.corpora.speech.augmentation`). What is cheaper to do to features than to waves is done
when a batch is made (`export.recipes.speech.lessons.mel_augment`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from export.corpora.speech.augmentation import Chances, augment
from export.corpora.speech.noise import Noises
from export.corpora.speech.recording import Recording, Wave, read_audio
from export.corpora.speech.rooms import random_responses
from export.files import write_atomic
from export.recipes.speech.network.frontend import BANDS, HOP, WINDOW, mel_filters

Features = npt.NDArray[np.float16]

_SIZE = 512
_BLOCK = 64
"""Recordings that a process takes at a time."""
_ROOMS = 400
_VERSION = 2

FAR = Chances(noise=0.0, level_db=(-38.0, -12.0), padding=0.25)
"""A look's changes; noise is left to the features."""


@dataclass(frozen=True, slots=True)
class Cache:
    """Features of recordings, all in one array; or a teacher's posteriors of them."""

    frames: Features
    """[all frames, 42]; posteriors [all frames, 29]."""
    bounds: npt.NDArray[np.int64]
    """[looks, recordings, 2]: where a look's frames begin and end."""

    @property
    def looks(self) -> int:
        """Looks at each recording; the first is the recording as it is."""
        return self.bounds.shape[0]

    def of(self, recording: int, look: int) -> Features:
        """Frames of a recording, [T, 42] or [T, 29]."""
        start, end = self.bounds[look, recording]
        return self.frames[start:end]


def log_mel(wave: Wave) -> npt.NDArray[np.float32]:
    """What `frontend.MelFrontEnd` computes, for a wave of full scale 1.0: [T, 42]."""
    count = (len(wave) - WINDOW) // HOP + 1
    if count <= 0:
        return np.zeros((0, BANDS), np.float32)
    samples = np.lib.stride_tricks.sliding_window_view(wave, WINDOW)[::HOP] * np.float32(32768)
    window = np.hanning(WINDOW + 1)[:WINDOW].astype(np.float32)
    power = np.square(np.abs(np.fft.rfft(samples * window, _SIZE)))
    mel = power @ mel_filters().T
    return (np.log10(np.maximum(mel, 1e-10)) + 2.0).astype(np.float32)


def build_cache(
    recordings: Sequence[Recording],
    folder: Path,
    *,
    looks: int,
    seed: int,
    jobs: int = 2,
    progress: Callable[[int], None] = lambda _: None,
) -> Cache:
    """The features of `recordings`, from `folder` where they are there already.

    Args:
        recordings: what to listen to.
        folder: keeps features of any number of such sets, each under a name made of what it is of.
        looks: how many looks at each; the first changes nothing.
        seed: of the changes.
        jobs: processes.
        progress: called with the number of looks that are done since the last call.

    Raises:
        UsageError: a recording cannot be read as sound.
    """
    what = [_VERSION, looks, seed, files_of(recordings)]
    return kept(
        folder, what, BANDS, lambda out: _write(recordings, out, looks, seed, jobs, progress)
    )


def files_of(recordings: Sequence[Recording]) -> list[tuple[str, int]]:
    """What tells one set of recordings from another: names and sizes."""
    return [(str(r.audio), r.audio.stat().st_size) for r in recordings]


def kept(
    folder: Path,
    what: object,
    columns: int,
    write: Callable[[BinaryIO], npt.NDArray[np.int64]],
) -> Cache:
    """What `folder` keeps under a name made of `what`; written first where it is not there whole.

    Args:
        folder: made if it is not there.
        what: plain data, all that the frames depend on.
        columns: values a frame.
        write: writes all frames, float16, and returns `Cache.bounds`.
    """
    key = hashlib.sha256(json.dumps(what).encode()).hexdigest()[:16]
    path, index = folder / f"{key}.f16", folder / f"{key}.json"
    if not (index.exists() and path.exists()):
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f"{key}.part"
        with partial.open("wb") as out:
            written = write(out)
        os.replace(partial, path)
        write_atomic(index, json.dumps(written.tolist()))
    bounds = np.array(json.loads(index.read_text("utf-8")), np.int64)
    bounds = bounds.reshape(*bounds.shape[:2], 2)  # of no recordings JSON keeps two axes
    return Cache(np.fromfile(path, np.float16).reshape(-1, columns), bounds)


def _write(
    recordings: Sequence[Recording],
    out: BinaryIO,
    looks: int,
    seed: int,
    jobs: int,
    progress: Callable[[int], None],
) -> npt.NDArray[np.int64]:
    bounds = np.zeros((looks, len(recordings), 2), np.int64)
    blocks = [
        (look, start, recordings[start : start + _BLOCK], seed)
        for look in range(looks)
        for start in range(0, len(recordings), _BLOCK)
    ]
    position = 0
    with ProcessPoolExecutor(jobs) as pool:
        for block, features in zip(blocks, pool.map(_block, blocks), strict=True):
            look, start, _, _ = block
            for offset, frames in enumerate(features):
                frames.tofile(out)
                bounds[look, start + offset] = position, position + len(frames)
                position += len(frames)
            progress(len(features))
    return bounds


def _block(block: tuple[int, int, Sequence[Recording], int]) -> list[Features]:
    look, start, recordings, seed = block
    rng = np.random.default_rng((seed, look, start))
    rooms = random_responses(_ROOMS // 10, int(rng.integers(2**31))) if look else []
    found = []
    for recording in recordings:
        wave = read_audio(recording.audio)
        if look:
            wave = augment(wave, rng, rooms, None, FAR)
        found.append(log_mel(wave).astype(np.float16))
    return found


def noise_features(noises: Noises, count: int, seconds: float, seed: int) -> Features:
    """`count` noises of `seconds` each from `noises`, on the level of speech: [count, T, 42]."""
    rng = np.random.default_rng(seed)
    samples = int(seconds * 16_000)
    level = np.float32(0.05)
    return np.stack([log_mel(noises.draw(samples, rng) * level) for _ in range(count)]).astype(
        np.float16
    )
