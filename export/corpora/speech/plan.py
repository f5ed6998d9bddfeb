"""Who says what: sentences dealt out to voices, speeds and pitches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from edge.errors import UsageError
from export.corpora.speech.voices import Voice, installed_voices

SHARES: Mapping[str, float] = {"espeak-ng": 0.15, "flite": 0.35, "festival": 0.25, "kokoro": 0.25}
"""Engine → its part of the sentences: espeak-ng has by far the most voices, those of kokoro sound
most like people and take longest."""

_SLOWEST, _FASTEST = 0.8, 1.3


@dataclass(frozen=True, slots=True)
class Request:
    """One sentence to be said."""

    text: str
    """Normalised words."""
    voice: Voice
    rate: float
    """Speed; 1.0 is the voice's own."""
    pitch: float
    """From 0 (the lowest that the voice can do well) to 1."""
    seed: int
    """Of what else an engine varies, such as pauses between words."""


def shares(kokoro: float) -> Mapping[str, float]:
    """`SHARES` with that part of the sentences for kokoro; the other engines keep their order."""
    rest = (1 - kokoro) / (1 - SHARES["kokoro"])
    return {engine: share * rest for engine, share in SHARES.items()} | {"kokoro": kokoro}


def plan(
    texts: Sequence[str],
    count: int,
    seed: int,
    shares: Mapping[str, float] = SHARES,
    voices: Sequence[Voice] | None = None,
) -> list[Request]:
    """`count` requests. No text comes a second time before each has come once.

    Args:
        texts: normalised sentences.
        count: how many requests.
        seed: the same seed, texts and voices give the same requests.
        shares: engine → weight; engines without a voice are left out, the rest share.
        voices: those to draw from; None for all that are installed.

    Raises:
        UsageError: no texts, no voice of an engine in `shares`, or a count below 1.
    """
    if count < 1 or not texts:
        what = "no sentences to be said" if count >= 1 else f"{count} sentences"
        raise UsageError(what, allowed="1 or more")
    by_engine: dict[str, list[Voice]] = {}
    for voice in installed_voices() if voices is None else voices:
        if shares.get(voice.engine, 0.0) > 0:
            by_engine.setdefault(voice.engine, []).append(voice)
    if not by_engine:
        raise UsageError("no voice of the engines asked for is installed", where=", ".join(shares))
    rng = Random(f"plan {seed}")
    engines = sorted(by_engine)
    weights = [shares[engine] for engine in engines]
    order: list[int] = []
    requests = []
    for number in range(count):
        if not order:
            order = rng.sample(range(len(texts)), len(texts))
        text = texts[order.pop()]
        voice = rng.choice(by_engine[rng.choices(engines, weights)[0]])
        rate = rng.uniform(_SLOWEST, _FASTEST)
        requests.append(Request(text, voice, round(rate, 3), round(rng.random(), 3), number))
    return requests
