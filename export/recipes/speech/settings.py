"""How an acoustic model is trained; everything a settings file may say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from export.recipes.settings import settings_of

_LIMITS: Mapping[str, tuple[float, float]] = {
    "epochs": (1, 1000),
    "batch_size": (1, 4096),
    "learning_rate": (1e-6, 0.1),
    "backbone_rate": (0.0, 0.1),
    "agreement": (0.0, 10.0),
    "sounds": (0.0, 10.0),
    "decay": (0.0, 0.99999),
    "kept": (0.0, 1.0),
    "spliced": (0.0, 1.0),
    "assembled": (0.0, 1.0),
    "looks": (1, 16),
    "synthetic": (0, 10**6),
    "synthetic_hours": (0.0, 10**4),
    "kokoro": (0.0, 1.0),
    "real_hours": (0.0, 10**4),
    "frozen": (0, 19),
    "noises": (1, 10**5),
    "width": (8, 2048),
    "seed": (0, 2**31 - 1),
}


@dataclass(frozen=True)
class SpeechSettings:
    """One training of an acoustic model."""

    epochs: int = 6
    batch_size: int = 7
    """Chains of three recordings, on average."""
    learning_rate: float = 2e-3
    backbone_rate: float = 6e-4
    """Learning rate of the pretrained part."""
    frozen: int = 7
    """Its lowest convolutions, which stay as they are."""
    agreement: float = 0.2
    """Weight of the two looks' agreement."""
    sounds: float = 0.5
    """Weight of the pronunciations, which are learned beside the letters."""
    kept: float = 0.0
    """Share of the weights that it went on from in what comes out (Wortsman et al. 2022, "Robust
    fine-tuning of zero-shot models", arXiv 2109.01903): what they knew of people is not lost."""
    decay: float = 0.999
    """Of the running mean of the weights, a step."""
    spliced: float = 0.0
    """Share of the real recordings whose words are heard in another order; needs a trained network
    to go on from."""
    assembled: float = 0.0
    """Share of the real recordings in whose place a sentence of the maker's own is heard, put
    together of words that people say in the recordings."""
    looks: int = 3
    """Looks at each real recording that are kept; synthetic speech has one fewer."""
    synthetic: int = 18_000
    """Sentences to be synthesised."""
    kokoro: float = 0.25
    """Share of them that Kokoro says, where it is there: it sounds most like people and takes
    longest."""
    synthetic_hours: float = 6.0
    """How much synthetic speech an epoch hears, at most."""
    real_hours: float = 24.0
    """How much of the real recordings an epoch hears, at most."""
    noises: int = 700
    """Stretches of noise, 8 s each, to draw from."""
    width: int = 320
    """Channels of the acoustic model's own blocks."""
    seed: int = 0


SPECIALISE = SpeechSettings(
    epochs=4,
    kept=0.3,
    decay=0.998,
    learning_rate=6e-4,
    backbone_rate=2e-4,
    looks=2,
    synthetic=3_000,
    synthetic_hours=2.5,
    real_hours=1.5,
    spliced=0.25,
    assembled=0.25,
)
"""What an adaptation to a maker's own sentences begins from: a quarter of an hour on two cores."""


def settings_from(
    data: Mapping[str, Any], base: SpeechSettings = SpeechSettings()
) -> SpeechSettings:
    """`base` with the values of `data`.

    Raises:
        UsageError: a key is no setting, or a value is out of its range.
    """
    return settings_of(SpeechSettings, {**asdict(base), **data}, "", _LIMITS)
