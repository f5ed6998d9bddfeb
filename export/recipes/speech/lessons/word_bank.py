"""A maker's own sentences in people's voices: put together of words that they said elsewhere.

Most words of a small domain are somewhere in a few hours of recordings, said by many people, if
never as a command. They are cut out where a trained network hears them (`splicing.words_of`) and
put one after the other, as unit selection does (Hunt and Black 1996): one speaker's where the
speaker has said them all.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from edge.voice.alphabet import spell
from export.corpora.speech.recording import Recording
from export.recipes.speech.lessons.features import Cache, Features
from export.recipes.speech.lessons.sounds import Sounds
from export.recipes.speech.lessons.splicing import Cuts, Labels, quietest

_MARGIN = 4
"""Greatest number of frames that a word has of its neighbours."""
_PAUSED = 0.3
"""Share of the sentences with pauses between their words."""
_PAUSE = (4, 30)
"""Frames of such a pause."""
_END = (4, 60)
"""Frames of the pause after a sentence."""
_LOUD = 0.8
"""Quantile of a recording's frames that tells its level."""


class Word(NamedTuple):
    """Where a word is said."""

    recording: int
    number: int
    """Of the word in the recording's text."""


class Piece(NamedTuple):
    """A word in one look at a recording, and a pause."""

    recording: int
    start: int
    """Its first feature frame."""
    end: int
    """The frame after its last."""
    pause: int
    """Frames of the recording's quietest that follow."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """A sentence of several recordings' words."""

    cache: Cache
    look: int
    pieces: tuple[Piece, ...]
    labels: Labels
    sounds: Labels | None
    told: None = None
    """No teacher has heard it."""

    @property
    def frames(self) -> int:
        """Feature frames of all words and pauses."""
        return sum(piece.end - piece.start + piece.pause for piece in self.pieces)

    @property
    def features(self) -> Features:
        """[frames, 42]; all words as loud as the recording that the first is from."""
        rng = np.random.default_rng(self.pieces[0].recording)
        parts: list[Features] = []
        level = None
        for piece in self.pieces:
            whole = self.cache.of(piece.recording, self.look)
            loudness = whole.mean(1, dtype=np.float32)
            own = np.quantile(loudness, _LOUD)
            level = own if level is None else level
            pause = whole[rng.choice(quietest(loudness), piece.pause)]
            for frames in (whole[piece.start : piece.end], pause):
                parts.append(frames + np.float16(level - own))
        return np.concatenate(parts)


class WordBank:
    """Where people say the words of some sentences.

    Args:
        texts: the sentences.
        recordings: of people.
        cache: features of the recordings.
        cuts: between the words of each look at each recording.
        sounds: how words are pronounced.
    """

    def __init__(
        self,
        texts: Sequence[str],
        recordings: Sequence[Recording],
        cache: Cache,
        cuts: Sequence[Sequence[Cuts | None]],
        sounds: Sounds | None = None,
    ) -> None:
        self._cache, self._cuts, self._sounds = cache, cuts, sounds
        wanted = {word for text in texts for word in text.split()}
        self._said: dict[str, dict[str, list[Word]]] = {}
        for index, recording in enumerate(recordings):
            words = recording.text.split()
            if any(_count(look[index]) != len(words) for look in cuts):
                continue
            for number, word in enumerate(words):
                if word in wanted:
                    by_speaker = self._said.setdefault(word, {})
                    by_speaker.setdefault(recording.speaker, []).append(Word(index, number))
        self.sentences = [
            text for text in texts if text and all(word in self._said for word in text.split())
        ]
        """Those that can be put together."""

    def draw(self, look: int, rng: random.Random) -> Assembled:
        """One of the sentences, in one look at the recordings.

        Raises:
            IndexError: there is none; see `sentences`.
        """
        text = rng.choice(self.sentences)
        words = self._words(text.split(), rng)
        paused = rng.random() < _PAUSED
        pieces = []
        for place, (recording, number) in enumerate(words):
            cuts = self._cuts[look][recording] or ()
            last = place == len(words) - 1
            pieces.append(
                Piece(
                    recording,
                    max(cuts[number] - rng.randint(0, _MARGIN), 0),
                    min(cuts[number + 1] + rng.randint(0, _MARGIN), cuts[-1]),
                    rng.randint(*_END) if last else rng.randint(*_PAUSE) if paused else 0,
                )
            )
        pronounced = self._sounds.of(text) if self._sounds else None
        return Assembled(self._cache, look, tuple(pieces), tuple(spell(text)), pronounced)

    def _words(self, words: Sequence[str], rng: random.Random) -> list[Word]:
        """Any speaker's first word, and the same speaker's others where there are such."""
        speaker = rng.choice([*self._said[words[0]]])
        found = []
        for word in words:
            there = self._said[word]
            found.append(rng.choice(there[speaker if speaker in there else rng.choice([*there])]))
        return found


def _count(cuts: Cuts | None) -> int:
    """Words between cuts; none where nobody knows where they are."""
    return len(cuts) - 1 if cuts is not None else 0
