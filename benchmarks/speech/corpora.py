"""Recordings that nothing was trained on, and what is said in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

from edge.errors import UsageError
from export.corpora.speech.manifest import read_manifest
from export.corpora.speech.recording import Recording
from export.corpora.utterance import Problem
from export.recipes.speech.lessons.material import HELD_OUT_SPEAKERS

PROMPTS = "speechocean762"
READERS = "librispeech_dev_clean_half"
WORDS = "speech_commands_sample"
CALLS = "wake_words"


@dataclass(frozen=True, slots=True)
class Held:
    """Recordings of one set that are only measured on."""

    recordings: tuple[Recording, ...]
    texts: tuple[str, ...]
    """Everything that may have been said, each once, in alphabetical order."""


def prompts(data: Path) -> Held:
    """speechocean762's test split: 2,500 prompts read by 125 people who learn English.

    Raises:
        UsageError: the set is not under `data`; so do the others.
    """
    return _held(data, PROMPTS, lambda recording: recording.split == "test")


def readers(data: Path) -> Held:
    """Three LibriSpeech speakers; the texts are those of all twenty."""
    return _held(
        data, READERS, lambda recording: recording.speaker in HELD_OUT_SPEAKERS, everyone=True
    )


def words(data: Path) -> Held:
    """Thirty words of Speech Commands, ten clips each."""
    return _held(data, WORDS, lambda _: True)


def calls(data: Path) -> Held:
    """People who call "computer", "jarvis" or "snowboy"."""
    return _held(data, CALLS, lambda _: True)


def some(recordings: Sequence[Recording], count: int | None, seed: int = 0) -> list[Recording]:
    """`count` of them drawn at random, in their order: the same ones every time.

    Fewer are among more: who asks for 500 and later for 1,000 gets the 500 again.
    """
    if count is None or count >= len(recordings):
        return list(recordings)
    order = list(range(len(recordings)))
    Random(f"recordings {seed}").shuffle(order)
    return [recordings[at] for at in sorted(order[:count])]


@dataclass(frozen=True, slots=True)
class Sizes:
    """Recordings of each set at most: what fits into half an hour on one core."""

    prompts: int = 2500
    """All of speechocean762's test split. As many in noise, and so of the others: a rate of false
    accepts an hour takes hours."""
    readers: int = 218
    """All of them."""
    words: int = 300
    """All of them."""
    calls: int = 420
    """Of each wake phrase: all there are."""
    no_commands: int = 600
    """Of the prompts, as speech that is no command."""
    beside_float: int = 200
    """Of the prompts, with the float graph too."""

    @classmethod
    def of(cls, count: int | None) -> Sizes:
        """`count` of each, where there are as many; the usual sizes when None."""
        if count is None:
            return cls()
        return cls(**dict.fromkeys(asdict(cls()), count))


@dataclass(frozen=True)
class Sets:
    """What is measured on."""

    prompts: Held
    readers: Held
    words: Held
    calls: Held

    @classmethod
    def read(cls, data: Path) -> Sets:
        """All of them.

        Raises:
            UsageError: one is not under `data`.
        """
        return cls(prompts(data), readers(data), words(data), calls(data))


def _held(
    data: Path, name: str, measured: Callable[[Recording], bool], *, everyone: bool = False
) -> Held:
    folder = data / "speech" / name
    problems: list[Problem] = []
    found = read_manifest(folder, problems)
    if problems:
        # A benchmark of fewer recordings than it says would be another benchmark.
        raise UsageError(
            f"{len(problems)} recordings cannot be used: {problems[0]}", where=str(folder)
        )
    chosen = tuple(recording for recording in found if measured(recording))
    said = found if everyone else chosen
    return Held(chosen, tuple(sorted({recording.text for recording in said})))
