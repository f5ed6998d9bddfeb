"""Batches for the acoustic model: recordings drawn, their features looked at twice."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from edge.errors import UsageError
from edge.voice.alphabet import LABELS, SPACE, spell
from export.corpora.speech.recording import Recording
from export.recipes.speech.lessons.features import Cache, Features
from export.recipes.speech.lessons.sounds import Sounds
from export.recipes.speech.lessons.splicing import Cuts, Spliced, splice
from export.recipes.speech.lessons.word_bank import Assembled, WordBank
from export.recipes.speech.network.backbone import STRIDE
from export.recipes.speech.network.frontend import BANDS, FLOOR

_SPEEDS = (0.87, 1.15)
"""Of a recording that is learned from, drawn anew every time."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One look at one recording."""

    cache: Cache
    index: int
    look: int
    labels: tuple[int, ...]
    told: Cache | None = None
    """A teacher's posteriors of the recordings; they hold for this look, too."""
    sounds: tuple[int, ...] | None = None
    """What is pronounced; None where nobody knows."""

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """Itself: a chain of one."""
        return (self,)

    @property
    def frames(self) -> int:
        """Feature frames of the look."""
        start, end = self.cache.bounds[self.look, self.index]
        return int(end - start)

    @property
    def features(self) -> Features:
        """[frames, 42]."""
        return self.cache.of(self.index, self.look)


@dataclass(frozen=True, slots=True)
class Chain:
    """Lessons one after the other, as if somebody had gone on speaking.

    A network sees two seconds before what it reads. Were every short recording a row of a batch by
    itself, half of all computing would go into the silence before it.
    """

    lessons: tuple[Lesson | Spliced | Assembled, ...]

    @property
    def frames(self) -> int:
        """Feature frames of all of them."""
        return sum(lesson.frames for lesson in self.lessons)

    @property
    def labels(self) -> tuple[int, ...]:
        """Their labels, a space between two lessons."""
        joined = list(self.lessons[0].labels)
        for lesson in self.lessons[1:]:
            joined += [SPACE, *lesson.labels]
        return tuple(joined)

    @property
    def sounds(self) -> tuple[int, ...] | None:
        """Their sounds; None where those of one of them are not known."""
        parts = [lesson.sounds for lesson in self.lessons]
        known = [part for part in parts if part is not None]
        return tuple(chain.from_iterable(known)) if len(known) == len(parts) else None

    @property
    def features(self) -> Features:
        """[frames, 42]."""
        return np.concatenate([lesson.features for lesson in self.lessons])


def lessons_of(
    recordings: Sequence[Recording],
    cache: Cache,
    look: int,
    told: Cache | None = None,
    sounds: Sounds | None = None,
) -> list[Lesson]:
    """One look at each recording; only the first look keeps time with what a teacher `told`."""
    told = told if look == 0 else None
    return [
        Lesson(
            cache,
            index,
            look,
            tuple(spell(recording.text)),
            told,
            sounds.of(recording.text) if sounds else None,
        )
        for index, recording in enumerate(recordings)
    ]


class Lessons:
    """What an epoch goes through: every set's recordings, each at a look drawn for the epoch."""

    def __init__(
        self,
        sets: Sequence[tuple[Sequence[Recording], Cache, int]],
        seed: int,
        longest: int = 1700,
        chained: int = 3,
        told: Sequence[Cache | None] = (),
        sounds: Sounds | None = None,
        words: Sequence[Sequence[Sequence[Cuts | None]] | None] = (),
        spliced: float = 0.0,
        texts: Sequence[str] = (),
        assembled: float = 0.0,
    ) -> None:
        """Made of (recordings, their features, how many to draw an epoch).

        Args:
            sets: of one origin each.
            seed: of what is drawn.
            longest: feature frames of the longest recording that is taken.
            chained: recordings in a chain, on average.
            told: a teacher's posteriors of each set's recordings; empty without a teacher.
            sounds: how words are pronounced.
            words: where the words of each set's recordings are (`splicing.words_of`); None of a
                set that is not to be cut.
            spliced: share of the recordings of other sets that are cut, and put together anew.
            texts: sentences to be put together of their words (`word_bank`).
            assembled: share of the recordings in whose place such a sentence is heard.
        """
        none = [None] * len(sets)
        self._sets = [
            (
                [lessons_of(recordings, cache, look, of, sounds) for look in range(cache.looks)],
                cuts,
                WordBank(texts, recordings, cache, cuts, sounds) if cuts and assembled else None,
                count,
            )
            for (recordings, cache, count), of, cuts in zip(
                sets, told or none, words or none, strict=True
            )
        ]
        self._sounds, self._spliced, self._assembled = sounds, spliced, assembled
        self._seed, self._longest, self._chained = seed, longest, chained

    def draw(self, epoch: int) -> list[Chain]:
        """The lessons of an epoch, short ones joined.

        Raises:
            UsageError: there is not one that can be learned from.
        """
        rng = random.Random(f"{self._seed}/lessons/{epoch}")
        drawn: list[Lesson | Spliced | Assembled] = []
        for looks, cuts, bank, count in self._sets:
            every = len(looks[0])
            chosen = [i for _ in range(count // every) for i in range(every)]
            chosen += rng.sample(range(every), count - len(chosen))
            taken = [looks[rng.randrange(len(looks))][i] for i in chosen]
            drawn += taken if cuts is None else [self._cut(one, cuts, bank, rng) for one in taken]
        # One that is longer than allowed is replaced, not left out: every epoch is as long.
        short = [lesson for lesson in drawn if self._fits(lesson)]
        if not short:
            raise UsageError(
                "not one recording that can be learned from",
                allowed=f"recordings of up to {self._longest // 100} s, longer than their text",
            )
        drawn = short + rng.choices(short, k=len(drawn) - len(short))
        rng.shuffle(drawn)
        return self._chains(drawn, rng)

    def _cut(
        self,
        lesson: Lesson,
        words: Sequence[Sequence[Cuts | None]],
        bank: WordBank | None,
        rng: random.Random,
    ) -> Lesson | Spliced | Assembled:
        """The recording as it is or, as often as is wanted, words of it or of others."""
        cuts = words[lesson.look][lesson.index]
        able = bank is not None and bool(bank.sentences)
        if cuts is None and not able:
            return lesson
        chance = rng.random() - (self._assembled if able else 0.0)
        if bank is not None and chance < 0:
            return bank.draw(lesson.look, rng)
        if cuts is None or chance >= self._spliced:
            return lesson
        return splice(
            lesson.cache, lesson.index, lesson.look, lesson.labels, cuts, rng, self._sounds
        )

    def _chains(self, drawn: list[Lesson | Spliced | Assembled], rng: random.Random) -> list[Chain]:
        """As many chains every epoch: a learning rate's schedule needs to know how many."""
        count = -(-len(drawn) // self._chained)
        chains: list[list[Lesson | Spliced | Assembled]] = [[lesson] for lesson in drawn[:count]]
        lengths = [lesson.frames for lesson in drawn[:count]]
        for lesson in drawn[count:]:
            at = min(rng.sample(range(count), min(count, 8)), key=lengths.__getitem__)
            chains[at].append(lesson)
            lengths[at] += lesson.frames
        return [Chain(tuple(parts)) for parts in chains]

    def _fits(self, lesson: Lesson | Spliced | Assembled) -> bool:
        return 2 * len(lesson.labels) + 8 < lesson.frames <= self._longest


class Collator:
    """Lessons → padded features, where in them somebody speaks, and their labels."""

    def __init__(self, past: int, future: int, seed: int | None = None) -> None:
        """`past` and `future`: feature frames that the network looks at beside its own.

        With a `seed`, recordings begin at any frame of a step and are slower or faster than they
        were; without one they are as they are.
        """
        self._past, self._future = past, future
        self._rng = None if seed is None else np.random.default_rng(seed)

    def __call__(self, lessons: Sequence[Lesson | Chain]) -> dict[str, Tensor]:
        """Tensors that `Pupil.forward` takes."""
        looks = [self._paced(lesson) for lesson in lessons]
        most = max(map(len, looks))
        steps = -(-most // STRIDE) + 3
        total = self._past + steps * STRIDE + self._future
        features = np.full((len(lessons), total, BANDS), FLOOR, np.float32)
        spoken = np.zeros((len(lessons), total), bool)
        frames = np.zeros(len(lessons), np.int64)
        shifts = []
        for row, look in enumerate(looks):
            shift = int(self._rng.integers(STRIDE)) if self._rng else 0
            shifts.append(shift)
            start = self._past + shift
            features[row, start : start + len(look)] = look
            spoken[row, start : start + len(look)] = True
            frames[row] = 2 * min(steps, -(-(len(look) + shift) // STRIDE) + 2)
        told = _told(lessons, shifts, 2 * steps)
        batch = {
            "features": torch.from_numpy(features),
            "spoken": torch.from_numpy(spoken),
            "frames": torch.from_numpy(frames),
            "labels": torch.tensor(
                [label for lesson in lessons for label in lesson.labels], dtype=torch.long
            ),
            "lengths": torch.tensor([len(lesson.labels) for lesson in lessons]),
        }
        return batch | told | _pronounced(lessons)

    def _paced(self, lesson: Lesson | Chain) -> Features | npt.NDArray[np.float32]:
        """Its features, at another speed if speeds are drawn and no teacher kept the time."""
        look = lesson.features
        if self._rng is None or any(part.told for part in lesson.lessons):
            return look
        speed = self._rng.uniform(*_SPEEDS)
        if len(look) / speed < 2 * len(lesson.labels) + 8:
            return look
        places = np.arange(int((len(look) - 1) / speed) + 1) * speed
        below = places.astype(np.int64)
        part = (places - below).astype(np.float32)[:, None]
        above = np.minimum(below + 1, len(look) - 1)
        frames = look.astype(np.float32)
        paced: npt.NDArray[np.float32] = frames[below] * (1 - part) + frames[above] * part
        return paced


def _pronounced(lessons: Sequence[Lesson | Chain]) -> dict[str, Tensor]:
    """The sounds of all lessons, and how many; -1 of a lesson whose sounds are not known."""
    found = [lesson.sounds for lesson in lessons]
    if all(sounds is None for sounds in found):
        return {}
    joined = [sound for sounds in found if sounds is not None for sound in sounds]
    counts = [-1 if sounds is None else len(sounds) for sounds in found]
    return {
        "sounds": torch.tensor(joined, dtype=torch.long),
        "sound_counts": torch.tensor(counts),
    }


def _told(
    lessons: Sequence[Lesson | Chain], shifts: Sequence[int], steps: int
) -> dict[str, Tensor]:
    """What a teacher said to each of the network's `steps` frames of 20 ms, where it said anything.

    A recording that begins at feature frame `at` of its row has its teacher's first frame nearest
    to the network's frame `at // 2`.
    """
    if not any(part.told is not None for lesson in lessons for part in lesson.lessons):
        return {}
    told = np.zeros((len(lessons), steps, len(LABELS)), np.float32)
    heard = np.zeros((len(lessons), steps), bool)
    for row, lesson in enumerate(lessons):
        at = shifts[row]
        for part in lesson.lessons:
            if part.told is not None:
                said = part.told.of(part.index, 0)[: part.frames // 2]
                told[row, at // 2 : at // 2 + len(said)] = said
                heard[row, at // 2 : at // 2 + len(said)] = True
            at += part.frames
    return {"told": torch.from_numpy(told), "heard": torch.from_numpy(heard)}
