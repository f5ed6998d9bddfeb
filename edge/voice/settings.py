"""What can be set about listening: by the bundle's maker, and by whoever opens a stream."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from edge.bundle.keypath import Table, wrong
from edge.errors import BundleFormatError, UsageError, shown
from edge.limits import SPEECH_BEAM
from edge.voice.endpoint import EndpointSettings
from edge.voice.search.hypothesis import Confidence, Evidence
from edge.voice.wake.phrase import PER_HOUR

_WHERE: Final = "tasks.speech"
_LARGEST: Final = 1e6


@dataclass(frozen=True, slots=True)
class StreamSettings:
    """How one stream of audio is listened to.

    Raises:
        UsageError: a value is out of its range.
    """

    follow_up: float = 8.0
    """Seconds after a command in which the next one needs no wake phrase; 0 for never."""
    patience: float = 5.0
    """Seconds after the wake phrase in which a command has to begin."""
    partial_every: float = 0.2
    """Seconds of audio between two `Partial` events at the least."""
    mid_sentence: float = 1.5
    """Seconds more that a pause may last in the middle of a sentence of the home."""
    per_hour: float = PER_HOUR
    """False accepts of a wake phrase that are put up with, in an hour of other speech."""
    threshold: float | None = None
    """Probability below which a command is rejected as unsure; the bundle's own when None."""
    endpoint: EndpointSettings | None = None
    """What counts as a beginning and an end of speech; the bundle's own when None."""
    area: str | None = None
    """The area that is listened to, where that is known: see `Runtime.understand`."""

    def __post_init__(self) -> None:
        """Checks every number."""
        ranges = {
            "follow_up": (0.0, 600.0),
            "patience": (0.5, 600.0),
            "partial_every": (0.0, 60.0),
            "mid_sentence": (0.0, 5.0),
            "per_hour": (0.001, 1000.0),
            "threshold": (0.0, 1.0),
        }
        endpoint: object = self.endpoint
        if endpoint is not None and not isinstance(endpoint, EndpointSettings):
            raise UsageError(
                f"is {shown(endpoint)}",
                where="stream settings: endpoint",
                allowed="edge.voice.endpoint.EndpointSettings, or None: those of the bundle",
            )
        for name, (low, high) in ranges.items():
            value = getattr(self, name)
            if name == "threshold" and value is None:
                continue
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not number or not low <= value <= high:
                raise UsageError(
                    f"is {shown(value)}",
                    where=f"stream settings: {name}",
                    allowed=f"{low:g} to {high:g}",
                )


def _default_confidence() -> Confidence:
    # In the order of `Evidence`: a logistic regression over 300 dev utterances, commands of the
    # sample home by synthetic voices, prompts read by people, and people saying neither. Length and
    # clarity are left out: they told one corpus from the other, not right from wrong.
    weights = Evidence(0.556, 0.137, 0.17, 0.368, -2.0, 0.0, 0.0)
    return Confidence(weights, 0.633)


@dataclass(frozen=True, slots=True)
class RecognizerSettings:
    """How the bundle's maker found that its speech is best decoded: the manifest's `tasks.speech`.

    Every key may be left out there.
    """

    decoder: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of `edge.voice.search.decoder.Decoder`."""
    confidence: Confidence = field(default_factory=_default_confidence)
    """Evidence → the probability that a sentence of the home was said."""
    threshold: float = 0.55
    """That probability, below which there is no command."""
    free_threshold: float = 0.8
    """The same for what the intent model makes of the free transcript: nothing but letters speaks
    for it."""
    several: bool = True
    """Whether commands may be joined by "and"."""
    asides: bool = False
    """Whether words beside a command that make none of it are listened for; see
    `edge.intent.asides`."""
    hypotheses: int = 5
    """Sentences, and free transcripts, that are looked at."""

    @classmethod
    def of(
        cls, task: Mapping[str, Any], *, several: bool = True, asides: bool = False
    ) -> RecognizerSettings:
        """Those of a manifest's entry.

        Args:
            several: what is taken where it does not say.
            asides: what is taken; it does not say.

        Raises:
            BundleFormatError: a key is not what docs/bundle-format.md says.
        """
        found: dict[str, Any] = {"several": several, "asides": asides}
        table = Table(dict(task), _WHERE)
        if "decoder" in task:
            found["decoder"] = _decoder(table.table("decoder"))
        if "several" in task:
            found["several"] = table.boolean("several")
        if "confidence" in task:
            sure = table.table("confidence")
            if "weights" in sure.value:
                weights = [_number(sure, "weights", each) for each in sure.list("weights", 16)]
                bias = _number(sure, "bias", sure.get("bias", "a number"))
                try:
                    found["confidence"] = Confidence(weights, bias)
                except UsageError as error:
                    raise sure.wrong("weights", "do not fit", error.allowed) from None
            for key in ("threshold", "free_threshold"):
                if key in sure.value:
                    found[key] = _number(sure, key, sure.value[key], 0.0, 1.0)
        return cls(**found)


def _decoder(table: Table) -> dict[str, float]:
    ranges = {
        "beam": (1.0, float(SPEECH_BEAM)),
        "distance": (0.1, 1000.0),
        "letter_bonus": (-10.0, 10.0),
        "wildcard_penalty": (0.0, 100.0),
        "sure_blank": (0.5, 2.0),
    }
    found: dict[str, float] = {}
    for key, value in table.value.items():
        if key not in ranges:
            raise wrong(table.key(key), "is not known", ", ".join(ranges))
        found[key] = (
            table.whole(key, 1, SPEECH_BEAM)
            if key == "beam"
            else _number(table, key, value, *ranges[key])
        )
    return found


def _number(
    table: Table, key: str, value: Any, low: float = -_LARGEST, high: float = _LARGEST
) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool)
    if not good or not math.isfinite(value) or not low <= value <= high:
        raise _out_of_range(table, key, low, high)
    return float(value)


def _out_of_range(table: Table, key: str, low: float, high: float) -> BundleFormatError:
    return table.wrong(key, "is not right", f"a number from {low:g} to {high:g}")
